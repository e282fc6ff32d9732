package io.atomflux.testkit.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredFile;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.SweepReport;
import io.atomflux.artifact.spi.Term;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidNameException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.zip.CRC32;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * What every {@link ArtifactStorage} must do: records, identities, the index, files, tickets, holds and sweeping. Extend it in
 * the tests of a storage; only the factory methods are to be supplied. Locks are in {@link LeaseLockContract}.
 */
@Timeout(120)
public abstract class ArtifactStorageContract extends RecordsContract {

    private static final int BUFFER = 64 << 10;

    /** For subclasses. */
    protected ArtifactStorageContract() {}

    private static byte[] bytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static String begun(ArtifactStorage storage) {
        return Objects.requireNonNull(storage.files().begin().block(PATIENCE));
    }

    private static SweepReport swept(ArtifactStorage storage, Duration retention) {
        SweepReport report = Objects.requireNonNull(storage.sweep(retention).block(PATIENCE));
        assertThat(report.problems()).isEmpty();
        return report;
    }

    private static List<StoredFile> files(ArtifactStorage storage, String set) {
        return Objects.requireNonNull(storage.files().list(set).block(PATIENCE));
    }

    @Test
    @DisplayName("files are written in pieces of any size, listed by name with their sizes, and read whole or in part")
    final void keepsFiles() {
        ArtifactStorage storage = empty();
        String set = begun(storage);
        assertThat(set).matches("[0-9a-f]{32}");
        byte[] large = bytes(3_000_001, 1);
        List<ByteBuffer> pieces = new ArrayList<>();
        Random random = new Random(2);
        for (int at = 0; at < large.length; ) {
            int length = Math.min(large.length - at, random.nextInt(random.nextInt(4) == 0 ? 2_000_000 : 50_000));
            pieces.add(ByteBuffer.wrap(large, at, length));
            at += length;
        }
        assertThat(storage.files()
                        .write(set, "b/large.bin", Flux.fromIterable(pieces))
                        .block(PATIENCE))
                .isEqualTo(large.length);
        assertThat(storage.files().write(set, "empty", Flux.empty()).block(PATIENCE))
                .isZero();
        assertThat(storage.files()
                        .write(set, "a \u00e9", Flux.just(ByteBuffer.wrap(new byte[] {7})))
                        .block(PATIENCE))
                .isEqualTo(1);
        storage.files().seal(set).block(PATIENCE);
        made(storage, withFiles(record("k"), set));
        ArtifactStorage other = again();
        assertThat(files(other, set))
                .containsExactly(
                        new StoredFile("a \u00e9", 1),
                        new StoredFile("b/large.bin", large.length),
                        new StoredFile("empty", 0));
        assertThat(read(other, set, "b/large.bin")).isEqualTo(large);
        assertThat(read(other, set, "empty")).isEmpty();
        for (int round = 0; round < 40; round++) {
            int offset = round < 3 ? large.length - 1 + round : random.nextInt(large.length);
            int length = random.nextInt(round % 2 == 0 ? 100 : large.length);
            assertThat(read(other, set, "b/large.bin", offset, length))
                    .isEqualTo(Arrays.copyOfRange(
                            large, Math.min(offset, large.length), Math.min(large.length, offset + length)));
        }
        assertThatThrownBy(() -> read(other, set, "none"))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("none");
        assertThat(storage.files()
                        .read(set, "b/large.bin", 0, Long.MAX_VALUE)
                        .take(1)
                        .blockLast(PATIENCE))
                .isNotNull();
    }

    @Test
    @DisplayName(
            "a large file streams through: few buffers are asked for ahead, and what is read comes in bounded buffers")
    final void streams() {
        ArtifactStorage storage = empty();
        long buffers = (proof ? 1L << 30 : 24L << 20) / BUFFER;
        String set = begun(storage);
        AtomicLong requested = new AtomicLong();
        AtomicLong most = new AtomicLong();
        AtomicLong given = new AtomicLong();
        CRC32 written = new CRC32();
        Random random = new Random(9);
        Flux<ByteBuffer> content = Flux.<ByteBuffer>generate(sink -> {
                    byte[] buffer = new byte[BUFFER];
                    random.nextBytes(buffer);
                    written.update(buffer);
                    given.incrementAndGet();
                    sink.next(ByteBuffer.wrap(buffer));
                })
                .take(buffers)
                .doOnRequest(n -> most.accumulateAndGet(
                        requested.accumulateAndGet(n, (a, b) -> a + b < 0 ? Long.MAX_VALUE : a + b) - given.get(),
                        Math::max));
        assertThat(storage.files().write(set, "large", content).block(PATIENCE)).isEqualTo(buffers * BUFFER);
        assertThat(most.get()).as("buffers asked for ahead").isLessThanOrEqualTo(256);
        storage.files().seal(set).block(PATIENCE);
        CRC32 read = new CRC32();
        AtomicLong size = new AtomicLong();
        storage.files()
                .read(set, "large", 0, Long.MAX_VALUE)
                .doOnNext(buffer -> {
                    assertThat(buffer.remaining()).isLessThanOrEqualTo(4 << 20);
                    size.addAndGet(buffer.remaining());
                    read.update(buffer);
                })
                .blockLast(PATIENCE);
        assertThat(size.get()).isEqualTo(buffers * BUFFER);
        assertThat(read.getValue()).isEqualTo(written.getValue());
    }

    @Test
    @DisplayName("content that fails or is cancelled leaves no file, and the set can still be written to and published")
    final void failedContentLeavesNoFile() throws Exception {
        ArtifactStorage storage = empty();
        String set = begun(storage);
        ByteBuffer piece = ByteBuffer.wrap(bytes(200_000, 3));
        Flux<ByteBuffer> failing = Flux.just(piece.duplicate(), piece.duplicate())
                .concatWith(Flux.error(new IllegalStateException("planted")));
        assertThatThrownBy(() -> storage.files().write(set, "f", failing).block(PATIENCE))
                .hasMessageContaining("planted");
        assertThat(files(storage, set)).isEmpty();
        Sinks.Many<ByteBuffer> sink = Sinks.many().unicast().onBackpressureBuffer();
        AtomicBoolean cancelled = new AtomicBoolean();
        Sinks.Empty<Void> subscribed = Sinks.empty();
        Sinks.Empty<Void> ended = Sinks.empty();
        Disposable running = storage.files()
                .write(
                        set,
                        "c",
                        sink.asFlux()
                                .doOnSubscribe(s -> subscribed.tryEmitEmpty())
                                .doOnCancel(() -> {
                                    cancelled.set(true);
                                    ended.tryEmitEmpty();
                                }))
                .subscribe();
        subscribed.asMono().block(PATIENCE);
        sink.tryEmitNext(piece.duplicate()).orThrow();
        running.dispose();
        ended.asMono().block(PATIENCE);
        assertThat(cancelled).isTrue();
        assertThat(files(storage, set)).isEmpty();
        storage.files().write(set, "c", Flux.just(piece.duplicate())).block(PATIENCE);
        storage.files().write(set, "f", Flux.just(piece.duplicate())).block(PATIENCE);
        storage.files().seal(set).block(PATIENCE);
        made(storage, withFiles(record("k"), set));
        assertThat(read(storage, set, "c")).isEqualTo(bytes(200_000, 3));
        assertThat(read(storage, set, "f")).isEqualTo(bytes(200_000, 3));
    }

    @Test
    @DisplayName("several files of one set are written at once")
    final void writesAtOnce() throws Exception {
        ArtifactStorage storage = empty();
        String set = begun(storage);
        List<Callable<Long>> tasks = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int number = i;
            tasks.add(() -> storage.files()
                    .write(set, "f" + number, Flux.just(ByteBuffer.wrap(bytes(100_000 + number, number))))
                    .block(PATIENCE));
        }
        together(tasks);
        storage.files().seal(set).block(PATIENCE);
        for (int i = 0; i < 8; i++) {
            assertThat(read(storage, set, "f" + i)).isEqualTo(bytes(100_000 + i, i));
        }
    }

    @Test
    @DisplayName("names that leave the set are refused at the call")
    final void guardsNames() {
        ArtifactStorage storage = empty();
        String set = begun(storage);
        for (String name : List.of("../x", "/x", "a/../b", "a\\b", "", "a//b", "x\0")) {
            assertThatThrownBy(() -> storage.files().write(set, name, Flux.empty()))
                    .as(name)
                    .isInstanceOf(InvalidNameException.class);
        }
        assertThatThrownBy(() -> storage.files().read(set, "x", -1, 5)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("what was replaced or deleted stays readable for the retention, then a sweep removes it and counts it")
    final void sweepsWhatWasReplaced() {
        ArtifactStorage storage = empty();
        String one = set(storage, "f", bytes(1000, 1));
        String two = set(storage, "f", bytes(2000, 2));
        StoredRecord first = made(storage, withFiles(record("k"), one));
        StoredRecord second = replaced(storage, first, withFiles(record("k"), two));
        assertThat(swept(storage, HOUR).sets()).isZero();
        assertThat(read(storage, one, "f")).isEqualTo(bytes(1000, 1));
        assertThat(swept(storage, Duration.ZERO)).isEqualTo(new SweepReport(1, 1000, List.of()));
        assertThatThrownBy(() -> read(storage, one, "f")).isInstanceOf(CorruptDataException.class);
        assertThat(read(storage, two, "f")).isEqualTo(bytes(2000, 2));
        StoredRecord third = replaced(storage, second, withFiles(record("k"), two)); // metadata only
        assertThat(swept(storage, Duration.ZERO).sets()).isZero();
        StoredRecord moved = withFiles(record("m"), two);
        assertThat(commit(storage, new RecordChange.Rename(moved, "k", third.revision())))
                .isEqualTo(CommitOutcome.APPLIED);
        assertThat(swept(storage, Duration.ZERO).sets()).isZero();
        assertThat(read(storage, two, "f")).isEqualTo(bytes(2000, 2));
        assertThat(commit(storage, new RecordChange.Delete("m", moved.revision())))
                .isEqualTo(CommitOutcome.APPLIED);
        assertThat(swept(again(), Duration.ZERO)).isEqualTo(new SweepReport(1, 2000, List.of()));
        assertThat(swept(storage, Duration.ZERO)).isEqualTo(new SweepReport(0, 0, List.of()));
    }

    @Test
    @DisplayName("a set that was swept before it was published is not published, and takes no more files")
    final void sweptSetsAreNotPublished() {
        ArtifactStorage storage = empty();
        String set = set(storage, "f", bytes(1000, 1));
        assertThat(swept(storage, HOUR).sets()).isZero();
        assertThat(swept(storage, Duration.ZERO).sets()).isEqualTo(1);
        assertThat(put(storage, withFiles(record("k"), set), Optional.empty())).isEqualTo(CommitOutcome.FILES_SWEPT);
        assertThat(load(storage, "k")).isEmpty();
        assertThatThrownBy(() -> storage.files()
                        .write(set, "g", Flux.just(ByteBuffer.wrap(bytes(10, 1))))
                        .block(PATIENCE))
                .isInstanceOf(RuntimeException.class);
        swept(storage, Duration.ZERO);
        assertThat(files(storage, set)).isEmpty();
    }

    @Test
    @DisplayName("a set is published once: a second record cannot name it, nor one after the first was deleted")
    final void setsArePublishedOnce() {
        ArtifactStorage storage = empty();
        String set = set(storage, "f", bytes(1000, 1));
        StoredRecord record = made(storage, withFiles(record("k"), set));
        assertThat(put(storage, withFiles(record("other"), set), Optional.empty()))
                .isEqualTo(CommitOutcome.FILES_SWEPT);
        assertThat(commit(storage, new RecordChange.Delete("k", record.revision())))
                .isEqualTo(CommitOutcome.APPLIED);
        assertThat(put(storage, withFiles(record("k"), set), Optional.empty())).isEqualTo(CommitOutcome.FILES_SWEPT);
    }

    @Test
    @DisplayName("discarding removes a set that was not published, at once, and never one that was")
    final void discards() {
        ArtifactStorage storage = empty();
        String set = set(storage, "f", bytes(1000, 1));
        storage.files().discard(set).block(PATIENCE);
        storage.files().discard(set).block(PATIENCE);
        assertThat(files(storage, set)).isEmpty();
        assertThat(put(storage, withFiles(record("k"), set), Optional.empty())).isEqualTo(CommitOutcome.FILES_SWEPT);
        String other = set(storage, "f", bytes(1000, 1));
        made(storage, withFiles(record("k"), other));
        storage.files().discard(other).block(PATIENCE);
        assertThat(swept(storage, Duration.ZERO).sets()).isZero();
        assertThat(read(storage, other, "f")).isEqualTo(bytes(1000, 1));
    }

    @Test
    @DisplayName("a hold keeps a set that is replaced meanwhile, until it is released or over")
    final void holds() {
        ArtifactStorage storage = empty();
        String set = set(storage, "f", bytes(1000, 1));
        StoredRecord record = made(storage, withFiles(record("k"), set));
        String before = Objects.requireNonNull(storage.files().hold(set, HOUR).block(PATIENCE));
        assertThat(commit(storage, new RecordChange.Delete("k", record.revision())))
                .isEqualTo(CommitOutcome.APPLIED);
        String after = Objects.requireNonNull(storage.files().hold(set, HOUR).block(PATIENCE));
        String brief = Objects.requireNonNull(
                storage.files().hold(set, Duration.ofMillis(1)).block(PATIENCE));
        assertThat(List.of(before, after, brief)).doesNotHaveDuplicates();
        for (String hold : List.of(before, after)) {
            assertThat(swept(again(), Duration.ZERO).sets()).isZero();
            assertThat(read(storage, set, "f")).isEqualTo(bytes(1000, 1));
            storage.files().release(set, hold).block(PATIENCE);
            storage.files().release(set, hold).block(PATIENCE);
        }
        long sets = 0;
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (sets == 0 && System.nanoTime() < until) { // the brief one may last a moment
            sets = swept(storage, Duration.ZERO).sets();
        }
        assertThat(sets).isEqualTo(1);
        assertThatThrownBy(() -> storage.files().hold(set, HOUR).block(PATIENCE))
                .isInstanceOf(CorruptDataException.class);
    }

    @Test
    @DisplayName(
            "writers, readers that hold, and sweepers that keep nothing run at once: no live or held file is ever missing")
    final void sweepsBesideWriters() throws Exception {
        ArtifactStorage storage = empty();
        ArtifactStorage other = again();
        AtomicBoolean over = new AtomicBoolean();
        AtomicLong sweptSets = new AtomicLong();
        AtomicLong published = new AtomicLong();
        List<Callable<Integer>> tasks = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            Random random = new Random(t);
            ArtifactStorage mine = t % 2 == 0 ? storage : other;
            tasks.add(() -> {
                try {
                    for (int i = 0; i < (proof ? 500 : 25); i++) {
                        if (change(mine, "k" + random.nextInt(3), random)) {
                            published.incrementAndGet();
                        }
                    }
                } finally {
                    over.set(true);
                }
                return 0;
            });
            tasks.add(() -> {
                while (!over.get()) {
                    readHeld(mine, "k" + random.nextInt(3));
                }
                return 0;
            });
        }
        tasks.add(() -> {
            while (!over.get()) {
                sweptSets.addAndGet(swept(storage, Duration.ofMillis(5)).sets());
            }
            return 0;
        });
        tasks.add(() -> {
            while (!over.get()) {
                sweptSets.addAndGet(swept(other, Duration.ofMillis(5)).sets());
            }
            return 0;
        });
        together(tasks);
        swept(storage, Duration.ZERO);
        assertThat(published.get()).isPositive();
        assertThat(all(storage.lookup(List.of(TermRange.beginning("crc", "")))))
                .containsExactlyInAnyOrderElementsOf(all(storage.list("", "")));
        for (StoredRecord record : all(storage.list("", ""))) {
            checked(storage, record);
        }
    }

    private static boolean change(ArtifactStorage storage, String key, Random random) {
        Optional<StoredRecord> old = load(storage, key);
        if (old.isPresent() && random.nextInt(5) == 0) {
            commit(storage, new RecordChange.Delete(key, old.get().revision()));
            return false;
        }
        byte[] content = bytes(1 + random.nextInt(200_000), random.nextLong());
        String set;
        try {
            set = set(storage, "f", content);
        } catch (RuntimeException e) {
            return false; // swept while it was written
        }
        StoredRecord record = withFiles(record(key, Term.ofText("crc", "" + crc(content))), set);
        CommitOutcome outcome = put(storage, record, old.map(StoredRecord::revision));
        if (outcome != CommitOutcome.APPLIED) {
            storage.files().discard(set).block(PATIENCE);
        }
        return outcome == CommitOutcome.APPLIED;
    }

    private static void readHeld(ArtifactStorage storage, String key) {
        Optional<StoredRecord> found = load(storage, key);
        if (found.isEmpty()) {
            return;
        }
        String set = found.get().fileSet().orElseThrow();
        String hold;
        try {
            hold = Objects.requireNonNull(storage.files().hold(set, HOUR).block(PATIENCE));
        } catch (CorruptDataException e) {
            assertThat(load(storage, key)).as("a record that cannot be held").isNotEqualTo(found);
            return;
        }
        checked(storage, found.get());
        storage.files().release(set, hold).block(PATIENCE);
    }

    private static void checked(ArtifactStorage storage, StoredRecord record) {
        byte[] content = read(storage, record.fileSet().orElseThrow(), "f");
        assertThat(new String(record.terms().get(0).value().toArray(), StandardCharsets.UTF_8))
                .isEqualTo("" + crc(content));
    }

    private static long crc(byte[] content) {
        CRC32 crc = new CRC32();
        crc.update(content);
        return crc.getValue();
    }
}
