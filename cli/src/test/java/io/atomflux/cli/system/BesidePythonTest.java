package io.atomflux.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.ObjectIO;
import io.atomflux.error.StoreChangedException;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.net.FaultProxy;
import io.atomflux.testkit.net.Framing;
import io.atomflux.value.Row;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Processes of ours and of Python that write one store at once, by the operations of Python's that are safe there.
 *
 * <p>Each process reaches the server through a proxy that holds its commands for random times, since the stand-in for MongoDB
 * does one command at a time.
 */
@Tag("live")
class BesidePythonTest {

    private static final String SAFE_IN_REDIS = "extend,set,update,delete";
    private static final String SAFE_IN_MONGO = "extend,insert";

    @TempDir
    Path directory;

    private final Ledger ledger = new Ledger();
    private final List<FaultProxy> proxies = new ArrayList<>();

    /** A way to the same server of its own, with delays. */
    private String slowed(String uri, SharedStore.Layout layout, long seed) {
        int at = uri.indexOf("://") + 3;
        int end = uri.indexOf('/', at);
        String[] place = uri.substring(at, end).split(":");
        if (place.length != 2 || uri.substring(at, end).matches(".*[@,].*")) {
            return uri; // a real server that the drivers find their own way to
        }
        FaultProxy proxy = FaultProxy.to(
                place[0],
                Integer.parseInt(place[1]),
                layout == SharedStore.Layout.REDIS ? Framing.RESP : Framing.MONGO,
                seed);
        proxy.jitter(Duration.ofMillis(2), Duration.ofMillis(2));
        proxies.add(proxy);
        return uri.substring(0, at) + proxy.host() + ":" + proxy.port() + uri.substring(end);
    }

    /** Starts a process; kills it after so many lines, or never if 0. Answers when it has ended. */
    private CompletableFuture<Void> hear(Process process, int killAfter) {
        return CompletableFuture.runAsync(() -> {
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                int lines = 0;
                for (String line = out.readLine(); line != null; line = out.readLine()) {
                    ledger.hear(line);
                    if (++lines == killAfter) {
                        process.toHandle().destroyForcibly();
                    }
                }
                assertThat(process.waitFor()).isEqualTo(killAfter == 0 ? 0 : 128 + 9);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private Process python(SharedStore store, String group, String name, String kinds, int calls) throws IOException {
        String uri = slowed(store.theirs(), store.layout(), name.hashCode());
        return new ProcessBuilder(
                        Live.python(),
                        Live.script("writer.py", directory).toString(),
                        uri,
                        group,
                        name,
                        kinds,
                        "" + calls)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    private Process java(SharedStore store, String group, String name, int calls) {
        String uri = slowed(store.ours(), store.layout(), name.hashCode());
        return new ChildJvm("-Xmx96m", "-XX:TieredStopAtLevel=1")
                .start(BesideChild.class, uri, group, name, "" + calls);
    }

    private void look(ObjectIO db) {
        try {
            List<String> ids = db.rows()
                    .map(row -> String.valueOf(row.get("id")))
                    .collectList()
                    .block();
            ledger.saw(ids);
        } catch (StoreChangedException e) {
            assertThat(e.retryable()).isTrue();
        }
    }

    @ParameterizedTest
    @CsvSource({"REDIS, false", "REDIS, true", "MONGO, false", "MONGO, true"})
    @DisplayName("what our processes and Python's acknowledge while writing at once is there, once and in order")
    void nothingIsLost(SharedStore.Layout layout, boolean kills) throws Exception {
        SharedStore store = layout == SharedStore.Layout.REDIS ? SharedStore.redis() : SharedStore.mongo();
        String group = RemoteServers.freshDatabase();
        String kinds = layout == SharedStore.Layout.REDIS ? SAFE_IN_REDIS : SAFE_IN_MONGO;
        Random random = new Random(layout.ordinal());
        ObjectIO db = ObjectIO.open(store.ours(), OpenOptions.ofGroup(group));
        int calls = 60 * Live.scale();
        List<CompletableFuture<Void>> ends = new ArrayList<>();
        for (String name : List.of("a", "b")) {
            int pythonDies = kills ? 10 + random.nextInt(80) : 0;
            int javaDies = kills ? 10 + random.nextInt(80) : 0;
            ends.add(hear(python(store, group, "python-" + name, kinds, calls), pythonDies));
            ends.add(hear(java(store, group, "java-" + name, calls), javaDies));
        }
        if (kills) {
            ends.add(hear(python(store, group, "python-c", kinds, calls), 0));
            ends.add(hear(java(store, group, "java-c", calls), 0));
        }
        CompletableFuture<Void> all = CompletableFuture.allOf(ends.toArray(CompletableFuture[]::new));
        try {
            while (!all.isDone()) {
                look(db);
            }
            all.get();
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } finally {
            proxies.forEach(FaultProxy::close);
        }

        List<Row> rows = db.rows().collectList().block();
        assertThat(ledger.contradictions(rows)).isEmpty();
        assertThat(ledger.others()).hasSize(kills ? 2 : 4).containsOnly("finished");
        assertThat(ledger.orders()).as("times looked").isGreaterThan(5);
        assertThat(ledger.done("append")).isGreaterThan(20);
        assertThat(ledger.done("count")).isPositive();
        List<String> problems = db.verify().collectList().block();
        if (kills && layout == SharedStore.Layout.MONGO) {
            // What a killed Python wrote and did not enter into the index.
            assertThat(problems.size()).isLessThanOrEqualTo(ledger.unknown().size());
        } else {
            assertThat(problems).isEmpty();
        }
        db.close().block();
    }
}
