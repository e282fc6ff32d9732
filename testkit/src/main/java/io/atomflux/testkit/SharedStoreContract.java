package io.atomflux.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.adapter.Adapters;
import io.atomflux.registry.Registry;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.Write;
import io.atomflux.testkit.history.Call;
import io.atomflux.testkit.history.Content;
import io.atomflux.testkit.history.Event;
import io.atomflux.testkit.history.History;
import io.atomflux.testkit.history.HistoryChecker;
import io.atomflux.testkit.history.HistoryLog;
import io.atomflux.testkit.history.Reply;
import io.atomflux.testkit.history.Verdict;
import io.atomflux.value.Row;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
 * What a store must be to many processes that use it at once: one list of rows, whatever becomes of the processes and of
 * the connections; extend it in the tests of a backend that other processes can reach.
 *
 * <p>Processes of several subscribers each do a random mixture of everything a store offers, a round at a time; in the
 * rounds some are killed and replaced, and {@link #disturb} makes trouble. Between rounds all rest, {@link #settle}
 * waits for what is on its way, and all rows are read. In the end {@link HistoryChecker} judges what all of them logged.
 *
 * <p>3 processes of 4 subscribers, and with {@code -Datomflux.proof=true} 8 of 8 for longer.
 */
@Timeout(900)
public abstract class SharedStoreContract {

    private static final Duration PATIENCE = Duration.ofSeconds(100);

    private final boolean proof = Boolean.getBoolean("atomflux.proof");
    private final int processes = proof ? 8 : 3;
    private final int subscribers = proof ? 8 : 4;
    private final int rounds = proof ? 60 : 6;
    private final int calls = proof ? 10 : 12; // of each subscriber in a round

    @TempDir
    Path logs;

    /** For subclasses. */
    protected SharedStoreContract() {}

    /**
     * Returns where the store is, as processes on this machine open it through {@link Registry}; called twice, once for
     * the clients, once for the test, which may go around what disturbs the clients.
     *
     * @param place a name made of letters, digits and hyphens, where nothing is yet
     * @param test whether the test itself opens it
     */
    protected abstract String uri(String place, boolean test);

    /** Returns system properties for the clients; none unless overridden. */
    protected Map<String, String> systemProperties() {
        return Map.of();
    }

    /** Returns the seed of a run; change it where a run is to be repeated. */
    protected long seed() {
        return 1;
    }

    /**
     * Tells whether clients are killed in the middle of a round; so they are, unless overridden with a reason.
     *
     * <p>An engine that works inside its processes and locks between them needs an operating system that frees the locks
     * of a killed process for those who wait already.
     */
    protected boolean killsClients() {
        return true;
    }

    /** Makes trouble in a round that is running, such as lost replies and cut connections; none unless overridden. */
    protected void disturb(Random random) throws Exception {}

    /**
     * Ends the trouble, and waits until no command of a client, killed ones included, can still take effect.
     *
     * <p>Enough as it is where a killed process leaves nothing on its way; override it where a proxy holds late commands
     * or a server may still work on some.
     */
    protected void settle() throws Exception {}

    /** Fails if clients that were killed left something in the store for ever; called after all of them ended. */
    protected void leftovers(String place) throws Exception {}

    /** One child process. */
    private final class Client {
        final Process process;
        final BlockingQueue<String> said = new LinkedBlockingQueue<>();
        boolean isKilled;

        Client(String uri, Path log, long first) throws IOException {
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx96m",
                    "-XX:TieredStopAtLevel=1",
                    "-XX:+UseSerialGC",
                    "-XX:+IgnoreUnrecognizedVMOptions",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    System.getProperty("java.class.path")));
            systemProperties().forEach((name, value) -> command.add(1, "-D" + name + "=" + value));
            command.addAll(List.of(
                    SharedStoreClient.class.getName(), uri, log.toString(), "" + first, "" + subscribers, "" + seed()));
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .directory(new File(System.getProperty("user.dir")))
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

        /** Waits for a word and returns its line, or one that says that the process ended. */
        String await(String word, List<String> others) throws InterruptedException {
            for (String line = said.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                    line != null;
                    line = said.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                if (line.startsWith(word) || line.startsWith("ended")) {
                    return line;
                }
                others.add(line);
            }
            throw new AssertionError("a client that is silent (expected: " + word + "), after " + others);
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
    @DisplayName("many processes that are killed and disturbed see one list of rows, and lose nothing acknowledged")
    final void isOneListOfRows() throws Exception {
        String place = "shared";
        Random random = new Random(seed());
        List<Path> files = new ArrayList<>(List.of(logs.resolve("test")));
        List<String> said = new ArrayList<>();
        List<Client> clients = new ArrayList<>();
        RowBackend<Row> backend = Adapters.objects(Registry.open(Location.parse(uri(place, true)), OpenOptions.none()));
        try (HistoryLog log = new HistoryLog(files.get(0))) {
            begin(backend, log);
            for (int round = 0; round < rounds; round++) {
                while (clients.size() < processes) {
                    clients.add(start(place, files, said));
                }
                for (Client client : clients) {
                    client.go();
                }
                disturb(random);
                if (killsClients() && round % 3 == 1) {
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(60)); // some way into the round: when, is left to chance
                    clients.get(random.nextInt(clients.size())).kill();
                }
                for (Client client : List.copyOf(clients)) {
                    // one that is killed may have been done before
                    if (client.await("done", said).startsWith("ended") || client.isKilled) {
                        client.process.waitFor();
                        clients.remove(client);
                    }
                }
                settle();
                log.settled();
                readAll(backend, log);
            }
        } finally {
            for (Client client : clients) {
                client.dismiss();
                if (!client.process.waitFor(20, TimeUnit.SECONDS)) {
                    client.kill();
                }
            }
            backend.close().block(PATIENCE);
        }
        // Newer virtual machines warn of what drivers do to reach native code.
        assertThat(said.stream()
                        .filter(line -> !line.startsWith("failed") && !line.startsWith("WARNING: ") && !line.isBlank()))
                .as("what clients said beside failures of the library")
                .isEmpty();
        judge(History.read(files), said);
        leftovers(place);
    }

    private Client start(String place, List<Path> files, List<String> said) throws Exception {
        Path file = logs.resolve("client" + files.size());
        long before = System.nanoTime();
        Client client = new Client(uri(place, false), file, (long) files.size() * subscribers + 1);
        String ready = client.await("ready", said);
        long after = System.nanoTime();
        assertThat(ready).as("%s", said).startsWith("ready");
        assertThat(Long.parseLong(ready.substring("ready ".length())))
                .as("clock of a client, which must be that of the test for their logs to be joined")
                .isBetween(before, after);
        files.add(file);
        return client;
    }

    private static void begin(RowBackend<Row> backend, HistoryLog log) throws IOException {
        long id = log.invoked("test", Call.append(List.of(1L)));
        Long size = backend.apply(new Write.Append<>(List.of(Row.of("info.tag", 1L))))
                .block(PATIENCE);
        log.returned(id, Reply.done(Objects.requireNonNull(size, "size")));
    }

    private static void readAll(RowBackend<Row> backend, HistoryLog log) throws IOException {
        long id = log.invoked("test", Call.read());
        List<Content> rows = SharedStoreClient.read(backend).block(PATIENCE);
        log.returned(id, Reply.seen(Objects.requireNonNull(rows, "rows")));
    }

    private static void judge(History history, List<String> said) {
        long done = history.events().stream()
                .filter(event -> event.reply().kind() == Reply.Kind.DONE)
                .count();
        assertThat(done)
                .as("calls that were done, of %d; %s", history.events().size(), said)
                .isGreaterThan(history.events().size() / 2);
        assertThat(history.events().stream().map(Event::client).distinct().count())
                .isGreaterThan(2);
        Verdict verdict = HistoryChecker.check(history);
        String outline = "%d calls, %d of unknown outcome, %d configurations"
                .formatted(history.events().size(), history.unknown(), verdict.configurations());
        assertThat(verdict.kind())
                .as("%s; %s; clients said %s", outline, verdict.message(), said)
                .isEqualTo(Verdict.Kind.LINEARIZABLE);
    }
}
