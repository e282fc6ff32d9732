package io.atomflux.testkit.artifact;

import io.atomflux.artifact.Artifact;
import io.atomflux.artifact.ArtifactOptions;
import io.atomflux.artifact.ArtifactStore;
import io.atomflux.artifact.Files;
import io.atomflux.artifact.Match;
import io.atomflux.artifact.Query;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.value.Bytes;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * One process of {@link SharedArtifactsContract}: does random things to a store of artifacts, and looks at all it reads.
 *
 * <p>It prints {@code ready}, then {@code done} after each round that a line {@code go n} asked for, {@code failed …} for errors of
 * the library that a client can live with, {@code problem …} for what must not be; it ends with its standard input.
 */
final class SharedArtifactsClient {

    static final int KEYS = 8;
    static final int NAMES = 5;
    static final int COMPUTATIONS = 40;
    static final String COMPUTED = "computed/";

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration PAUSE = Duration.ofMillis(5);
    private static final int HEAD = 3 * Long.BYTES;

    private final ArtifactStore store;
    private final Path side;
    private final long number;
    private final Random random;
    private final PrintStream out;
    private final Map<String, Long> acknowledged = new HashMap<>();
    private long sequence;

    private SharedArtifactsClient(ArtifactStore store, Path side, long number, PrintStream out) {
        this.store = store;
        this.side = side;
        this.number = number;
        this.random = new Random(number);
        this.out = out;
    }

    /** Takes the location, a folder for side files, the number of the process, and its retention in milliseconds. */
    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        ArtifactOptions options = options(Duration.ofMillis(Long.parseLong(arguments[3])));
        ArtifactStore store = ArtifactStore.open(arguments[0], options);
        SharedArtifactsClient client =
                new SharedArtifactsClient(store, Path.of(arguments[1]), Long.parseLong(arguments[2]), out);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        out.println("ready");
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            int calls = Integer.parseInt(line.substring("go ".length()));
            for (int i = 0; i < calls; i++) {
                client.some();
            }
            out.println("done");
        }
        store.close().block(PATIENCE);
        System.exit(0); // whatever threads a driver may have left
    }

    static ArtifactOptions options(Duration retention) {
        return ArtifactOptions.none().types(new Things()).retention(retention);
    }

    private void some() {
        String key = "key/" + random.nextInt(KEYS);
        int dice = random.nextInt(100);
        try {
            if (dice < 25) {
                put(key);
            } else if (dice < 55) {
                read(key);
            } else if (dice < 62) {
                store.delete(key).block(PATIENCE);
                acknowledged.remove(key);
            } else if (dice < 74) {
                thing();
            } else if (dice < 84) {
                query();
            } else if (dice < 94) {
                compute(random.nextInt(COMPUTATIONS));
            } else {
                store.sweep().block(PATIENCE);
            }
        } catch (AtomfluxException e) {
            out.println("failed " + key + " " + e);
            LockSupport.parkNanos(PAUSE.toNanos());
        } catch (IOException | RuntimeException e) {
            out.println("problem " + key + " " + e);
        }
    }

    private void put(String key) {
        long mine = ++sequence;
        store.put(key, Bytes.wrap(content(key, number, mine, random))).block(PATIENCE);
        acknowledged.put(key, mine);
    }

    /** Makes bytes that tell their key, who wrote them when, and whether they are whole. */
    private static byte[] content(String key, long writer, long sequence, Random random) {
        byte[] bytes = new byte[HEAD + random.nextInt(random.nextInt(10) == 0 ? 400_000 : 2_000)];
        random.nextBytes(bytes);
        ByteBuffer.wrap(bytes).putLong(writer).putLong(sequence).putLong(crc(key, bytes));
        return bytes;
    }

    private static long crc(String key, byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(key.getBytes(StandardCharsets.UTF_8));
        crc.update(bytes, 0, 2 * Long.BYTES);
        crc.update(bytes, HEAD, bytes.length - HEAD);
        return crc.getValue();
    }

    /** Tells what is wrong with what stands under a key; empty if nothing. */
    static Optional<String> damage(String key, byte[] bytes) {
        return bytes.length >= HEAD && ByteBuffer.wrap(bytes).getLong(2 * Long.BYTES) == crc(key, bytes)
                ? Optional.empty()
                : Optional.of("%s: %d bytes that nobody put".formatted(key, bytes.length));
    }

    private void read(String key) {
        Artifact found = store.find(key).block(PATIENCE);
        if (found == null) {
            return;
        }
        byte[] bytes;
        try {
            bytes = random.nextBoolean() ? value(found) : held(found);
        } catch (CorruptDataException e) {
            Artifact now = store.find(key).block(PATIENCE);
            if (now != null && now.manifest().equals(found.manifest())) {
                out.println("problem " + key + ", which stands, cannot be read: " + e);
            }
            return; // replaced or deleted before the retention of the sweeper, without a hold
        }
        damage(key, bytes).ifPresent(problem -> out.println("problem " + problem));
        ByteBuffer head = ByteBuffer.wrap(bytes);
        if (head.getLong() == number) {
            long seen = head.getLong();
            Long last = acknowledged.get(key);
            if (last != null && seen < last) {
                out.println("problem %s: version %d of this process, after %d was put".formatted(key, seen, last));
            }
        }
    }

    private static byte[] value(Artifact found) {
        Bytes value = found.value(Bytes.class).block(PATIENCE);
        return value == null ? new byte[0] : value.toArray();
    }

    /** Reads while the files are held, as slowly as a program that is given a folder: nothing may go meanwhile. */
    private byte[] held(Artifact found) {
        byte[] bytes = Mono.usingWhen(
                        found.files().local(),
                        local -> Mono.fromSupplier(() -> {
                                    LockSupport.parkNanos(random.nextInt(3) == 0 ? PAUSE.toNanos() : 0);
                                    return value(found);
                                })
                                .subscribeOn(Schedulers.boundedElastic()), // it waits, which a driver's thread must not
                        FileSource.LocalFiles::close)
                .block(PATIENCE);
        return bytes == null ? new byte[0] : bytes;
    }

    private void thing() {
        String name = "thing " + random.nextInt(NAMES);
        double worth = random.nextInt(1000);
        store.put(new Things(), new Things.Thing(name, worth, worth + name.length()), Files.none())
                .block(PATIENCE);
    }

    private void query() {
        double least = random.nextInt(1000);
        Query<Things.Thing> query =
                Query.all(new Things()).whereBetween("worth", thing -> Optional.of(thing.worth()), least, 1000);
        List<Match<Things.Thing>> matches = store.query(query).collectList().block(PATIENCE);
        if (matches != null) {
            for (Match<Things.Thing> match : matches) {
                Things.Thing thing = match.object();
                if (thing.worth() < least || !thing.isWhole()) {
                    out.println("problem a match that is none: " + thing);
                }
            }
        }
    }

    private void compute(int task) throws IOException {
        String key = COMPUTED + task;
        Long value = store.getOrCompute(key, Long.class, Mono.fromCallable(() -> {
                    append("starts-" + task, "" + number);
                    return random.nextLong();
                }))
                .block(PATIENCE);
        append("values-" + task, "" + value);
    }

    /** Adds a line at the end of a side file, as one write of the system. */
    private void append(String file, String line) throws IOException {
        java.nio.file.Files.writeString(
                side.resolve(file), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Reads a side file. */
    static List<String> lines(Path side, String file) throws IOException {
        Path path = side.resolve(file);
        return java.nio.file.Files.exists(path) ? java.nio.file.Files.readAllLines(path) : List.of();
    }
}
