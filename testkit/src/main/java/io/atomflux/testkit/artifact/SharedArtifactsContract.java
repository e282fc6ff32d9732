package io.atomflux.testkit.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.Match;
import io.atomflux.artifact.Query;
import io.atomflux.value.Bytes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a store of artifacts must be to processes that put, replace, delete, query, compute and sweep at once: whatever anyone reads
 * is whole and was put, of one identity there is one, computations run once, and in the end nothing is wrong or left over.
 *
 * <p>2 processes, one of which is killed, and with {@code -Datomflux.proof=true} 16 for longer, killed at random. One of them
 * sweeps with a retention of a fraction of a second.
 */
@Timeout(900)
public abstract class SharedArtifactsContract {

    private static final Duration PATIENCE = Duration.ofSeconds(100);
    private static final int BRIEF_MILLIS = 300;

    private final boolean proof = Boolean.getBoolean("atomflux.proof");
    private final int processes = proof ? 16 : 2;
    private final int rounds = proof ? 25 : 2;
    private final int calls = 60; // of each process in a round

    @TempDir
    Path side;

    /** For subclasses. */
    protected SharedArtifactsContract() {}

    /**
     * Returns where the store is, as {@link ArtifactStore#open(String)} takes it, for processes on this machine.
     *
     * @param place a name made of letters, where nothing is yet
     */
    protected abstract String location(String place);

    /** One child process. */
    private final class Client {
        final Process process;
        final BlockingQueue<String> said = new LinkedBlockingQueue<>();
        boolean isReady;
        boolean isKilled;

        Client(String location, int number) throws IOException {
            process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx128m",
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-XX:+IgnoreUnrecognizedVMOptions",
                            "--enable-native-access=ALL-UNNAMED",
                            "--sun-misc-unsafe-memory-access=allow",
                            "-cp",
                            System.getProperty("java.class.path"),
                            SharedArtifactsClient.class.getName(),
                            location,
                            side.toString(),
                            "" + number,
                            ""
                                    + (number % 2 == 0
                                            ? BRIEF_MILLIS
                                            : Duration.ofMinutes(10).toMillis()))
                    .redirectError(ProcessBuilder.Redirect.appendTo(
                            side.resolve("errors").toFile()))
                    .start();
            Thread listening = new Thread(this::listen, "listening");
            listening.setDaemon(true);
            listening.start();
        }

        private void listen() {
            try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
                out.lines().forEach(said::add);
            } catch (IOException | UncheckedIOException e) {
                said.add("ended " + e.getMessage());
            } finally {
                said.add("ended");
            }
        }

        /** Waits for a word; tells whether it came, or the process ended. */
        boolean await(String word, List<String> others) throws InterruptedException {
            while (true) {
                String line = said.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                if (line == null) {
                    throw new AssertionError("a client that is silent (expected: " + word + "), after " + others);
                }
                if (line.equals(word)) {
                    return true;
                }
                if (line.startsWith("ended")) {
                    return false;
                }
                others.add(line);
            }
        }

        void go() throws IOException {
            process.outputWriter(StandardCharsets.UTF_8).write("go " + calls + "\n");
            process.outputWriter(StandardCharsets.UTF_8).flush();
        }

        /** Lets it end; one that has ended already cannot be told. */
        void dismiss() {
            try {
                process.outputWriter(StandardCharsets.UTF_8).close();
            } catch (IOException e) {
                process.destroy();
            }
        }

        void kill() {
            isKilled = true;
            process.toHandle().destroyForcibly(); // the process itself would close its streams, too
        }
    }

    @Test
    @DisplayName(
            "processes that put, replace, delete, query, compute and sweep at once, and are killed, see what was put, whole")
    final void isOneStore() throws Exception {
        String location = location("shared");
        Random random = new Random(1);
        List<String> said = new ArrayList<>();
        List<Client> clients = new ArrayList<>();
        int started = 0;
        int kills = 0;
        ArtifactStore store = made(location);
        try {
            for (int round = 0; round < rounds; round++) {
                while (clients.size() < processes) {
                    Client client = new Client(location, started++);
                    clients.add(client);
                }
                for (Client client : clients) {
                    if (!client.isReady) {
                        assertThat(client.await("ready", said)).as("%s", said).isTrue();
                        client.isReady = true;
                    }
                }
                for (Client client : clients) {
                    client.go();
                }
                if (round % 2 == 0) {
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(proof ? 400 : 150)); // when, is left to chance
                    for (int i = 0; i < (proof ? 3 : 1); i++) {
                        clients.get(random.nextInt(clients.size())).kill();
                        kills++;
                    }
                }
                for (Client client : List.copyOf(clients)) {
                    if (!client.await("done", said) || client.isKilled) { // it may have been done before
                        client.process.waitFor();
                        clients.remove(client);
                    }
                }
            }
        } finally {
            store.close().block(PATIENCE);
            for (Client client : clients) {
                client.dismiss();
                if (!client.process.waitFor(20, TimeUnit.SECONDS)) {
                    client.kill();
                }
            }
        }
        assertThat(said.stream().filter(line -> !line.startsWith("failed")))
                .as("what must not be")
                .isEmpty();
        long calls = (long) started * this.calls;
        assertThat(said.stream().filter(line -> line.startsWith("failed")).count())
                .as("calls that failed, of some %d: %s", calls, said)
                .isLessThan(calls / 4);
        computedOnce(kills);
        isSound(location);
    }

    /** Makes the store, which a process that only reads at first would miss. */
    private static ArtifactStore made(String location) {
        ArtifactStore store = ArtifactStore.open(location, SharedArtifactsClient.options(Duration.ofMinutes(10)));
        store.put("first", Bytes.EMPTY).block(PATIENCE);
        return store;
    }

    private void computedOnce(int kills) throws IOException {
        int again = 0;
        int asked = 0;
        for (int task = 0; task < SharedArtifactsClient.COMPUTATIONS; task++) {
            int starts = SharedArtifactsClient.lines(side, "starts-" + task).size();
            List<String> values = SharedArtifactsClient.lines(side, "values-" + task);
            assertThat(values.stream().distinct().count())
                    .as("values of computation %d", task)
                    .isLessThanOrEqualTo(1);
            again += Math.max(0, starts - 1);
            asked += values.size();
        }
        assertThat(asked).isPositive();
        assertThat(again)
                .as("computations begun again, with %d processes killed", kills)
                .isLessThanOrEqualTo(kills);
    }

    private static void isSound(String location) {
        ArtifactStore store = ArtifactStore.open(location, SharedArtifactsClient.options(Duration.ZERO));
        try {
            store.sweep().block(PATIENCE);
            assertThat(store.sweep().map(report -> report.problems()).block(PATIENCE))
                    .isEmpty();
            assertThat(store.verify().collectList().block(PATIENCE)).isEmpty();
            List<Match<Things.Thing>> things = Objects.requireNonNull(
                    store.query(Query.all(new Things())).collectList().block(PATIENCE));
            assertThat(things.stream().map(match -> match.object().name())).doesNotHaveDuplicates();
            assertThat(things).allMatch(match -> match.object().isWhole());
            List<String> keys = Objects.requireNonNull(
                    store.keys("key").map(Object::toString).collectList().block(PATIENCE));
            for (String key : keys) {
                byte[] bytes = Objects.requireNonNull(
                                store.get(key, Bytes.class).block(PATIENCE))
                        .toArray();
                assertThat(SharedArtifactsClient.damage(key, bytes)).isEmpty();
            }
        } finally {
            store.close().block(PATIENCE);
        }
    }
}
