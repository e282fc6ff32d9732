package io.atomflux.artifact.folder;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.Term;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.WriteFailedException;
import io.atomflux.spi.LeaseLock;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.Bytes;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;
import reactor.core.publisher.Flux;

/**
 * A process that puts, replaces, finds, deletes and sweeps what others do too, and tells of each commit that it knows done.
 *
 * <p>{@code own N}: it counted its own artifact up; {@code shared}: it counted the one up that all count. Every artifact's file
 * holds its record's key and revision many times, so that a reader sees a mixture.
 */
final class StoringProcess {

    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final String SHARED = "shared/count";
    private static final int KEYS = 6;

    private final ArtifactStorage storage;
    private final SplittableRandom random;

    StoringProcess(ArtifactStorage storage, long seed) {
        this.storage = storage;
        this.random = new SplittableRandom(seed);
    }

    static ArtifactStorage open(Path folder) {
        return new FolderStorageProvider()
                .open(
                        Location.of(folder),
                        OpenOptions.none().with("synced", "false").with("log", "16K"));
    }

    static Process start(Path folder, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx64m",
                "-cp",
                System.getProperty("java.class.path"),
                StoringProcess.class.getName(),
                folder.toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    static BufferedReader output(Process process) {
        return process.inputReader(StandardCharsets.UTF_8);
    }

    /** Takes the folder, and {@code store NAME SEED ROUNDS}, or {@code hold LOCK}, or {@code try LOCK}. */
    public static void main(String[] arguments) throws IOException {
        ArtifactStorage storage = open(Path.of(arguments[0]));
        storage.id().block(PATIENCE);
        if (arguments[1].equals("hold")) {
            LeaseLock.Lease lease =
                    storage.locks().acquire(arguments[2], PATIENCE).block(PATIENCE);
            say("held " + lease.token());
            System.in.read();
            return;
        }
        if (arguments[1].equals("try")) {
            say(storage.locks()
                    .acquire(arguments[2], Duration.ZERO)
                    .map(lease -> "free")
                    .onErrorReturn(StoreBusyException.class, "busy")
                    .block(PATIENCE));
            return;
        }
        StoringProcess process = new StoringProcess(storage, Long.parseLong(arguments[3]));
        int rounds = Integer.parseInt(arguments[4]);
        for (int round = 0; round < rounds; round++) {
            process.step(arguments[2], round);
        }
        storage.close().block(PATIENCE);
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private void step(String name, int round) {
        CommitOutcome outcome = increase("own/" + name);
        while (outcome == CommitOutcome.FILES_SWEPT) {
            outcome = increase("own/" + name);
        }
        if (outcome != CommitOutcome.APPLIED) {
            throw new IllegalStateException("own/" + name + " was changed by another: " + outcome);
        }
        say("own " + (round + 1));
        if (increase(SHARED) == CommitOutcome.APPLIED) {
            say("shared");
        }
        String key = "some/" + random.nextInt(KEYS);
        Optional<StoredRecord> stands = storage.load(key).blockOptional(PATIENCE);
        if (stands.isPresent() && random.nextInt(3) == 0) {
            storage.commit(new RecordChange.Delete(key, stands.get().revision()))
                    .block(PATIENCE);
        } else {
            increase(key);
        }
        check("some/" + random.nextInt(KEYS));
        for (StoredRecord found : storage.lookup(List.of(TermRange.beginning("group", "some")))
                .collectList()
                .block(PATIENCE)) {
            if (!found.key().startsWith("some/")) {
                throw new IllegalStateException("found " + found.key());
            }
        }
        if (round % 10 == 9) {
            storage.sweep(Duration.ofMillis(500)).block(PATIENCE);
        }
    }

    static int number(StoredRecord record) {
        return Integer.parseInt(record.manifest().keyText());
    }

    /** Replaces what stands by the next number, with a file of its own. */
    private CommitOutcome increase(String key) {
        Optional<StoredRecord> stands = storage.load(key).blockOptional(PATIENCE);
        int number = 1 + stands.map(StoringProcess::number).orElse(0);
        String revision = UUID.randomUUID().toString();
        String set = storage.files().begin().block(PATIENCE);
        byte[] content = content(key, revision);
        try {
            storage.files()
                    .write(
                            set,
                            "x",
                            Flux.range(0, 10)
                                    .map(i -> ByteBuffer.wrap(
                                            content,
                                            i * content.length / 10,
                                            (i + 1) * content.length / 10 - i * content.length / 10)))
                    .block(PATIENCE);
            storage.files().seal(set).block(PATIENCE);
        } catch (WriteFailedException swept) {
            return CommitOutcome.FILES_SWEPT; // this process was held up for longer than the retention
        }
        StoredRecord record = new StoredRecord(
                key,
                revision,
                Optional.of("identity of " + key),
                List.of(Term.ofText("group", key), Term.ofNumber("number", number)),
                Bytes.ofText("" + number),
                Optional.of(set));
        CommitOutcome outcome = storage.commit(new RecordChange.Put(record, stands.map(StoredRecord::revision)))
                .block(PATIENCE);
        if (outcome != CommitOutcome.APPLIED) {
            storage.files().discard(set).block(PATIENCE);
        }
        return outcome;
    }

    private static byte[] content(String key, String revision) {
        return (key + " " + revision + "\n").repeat(200).getBytes(StandardCharsets.UTF_8);
    }

    /** Reads an artifact, which is whole unless it was replaced and swept meanwhile. */
    void check(String key) {
        while (true) {
            Optional<StoredRecord> record = storage.load(key).blockOptional(PATIENCE);
            if (record.isEmpty()) {
                return;
            }
            String found;
            try {
                found = storage.files()
                        .read(record.get().fileSet().orElseThrow(), "x", 0, Long.MAX_VALUE)
                        .map(buffer -> StandardCharsets.UTF_8.decode(buffer).toString())
                        .reduce("", String::concat)
                        .block(PATIENCE);
            } catch (CorruptDataException e) {
                String now = storage.load(key).map(StoredRecord::revision).block(PATIENCE);
                if (record.get().revision().equals(now)) {
                    throw e;
                }
                continue;
            }
            if (!found.equals(new String(content(key, record.get().revision()), StandardCharsets.UTF_8))) {
                throw new IllegalStateException("a mixture under " + key);
            }
            return;
        }
    }
}
