package io.atomflux.testkit.recorder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.ObjectIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.RecordingExistsException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.error.WriteFailedException;
import io.atomflux.recorder.FrameKind;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.RecordingMode;
import io.atomflux.recorder.RecordingPlan;
import io.atomflux.recorder.RecordingReader;
import io.atomflux.recorder.RecordingStatus;
import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.RecordingWriter;
import io.atomflux.recorder.Sample;
import io.atomflux.recorder.TimeLast;
import io.atomflux.recorder.rows.StoreRecording;
import io.atomflux.spi.Capability;
import io.atomflux.spi.RowBackend;
import io.atomflux.testkit.BlockHoundGuard;
import io.atomflux.testkit.recorder.FailingRows.Fate;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** What a recording in rows of a store must do. Extend it in the tests of a backend; only the two factory methods are to be supplied. */
@Timeout(120)
public abstract class StoreRecordingContract {

    private static final Duration WAIT = Duration.ofSeconds(30);

    private final List<ObjectIO> opened = new ArrayList<>();

    /** For subclasses. */
    protected StoreRecordingContract() {}

    /**
     * Opens the store of a place in this test's own space, empty at first; again for each call, as another program would.
     *
     * @param place a name of letters
     */
    protected abstract RowBackend<?> open(String place);

    /** Returns which frames the store can hold. */
    protected Set<FrameKind<?>> kinds() {
        return Set.of(FrameKind.ARRAYS, FrameKind.SCALARS, FrameKind.STRUCTURES);
    }

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
    }

    @AfterEach
    void close() {
        for (ObjectIO store : opened) {
            store.close().block(WAIT);
        }
    }

    private ObjectIO store(RowBackend<?> backend) {
        ObjectIO store = ObjectIO.of(backend);
        opened.add(store);
        return store;
    }

    private ObjectIO store(String place) {
        return store(open(place));
    }

    /** One kind of frames, with samples of it. */
    private record Case<F>(RecordingStorage<F> storage, Made<F> made) {

        interface Made<F> {
            F frame(long i);
        }

        Sample<F> sample(long i) {
            return new Sample<>(3 * i, 0.25 * i - 1, made.frame(i));
        }

        List<Sample<F>> samples(long from, long to) {
            return LongStream.range(from, to).mapToObj(this::sample).toList();
        }

        RecordingWriter<F> writer(RecordingMode mode) {
            return writer(new RecordingPlan(mode, OptionalLong.empty(), 3, 4, Map.of()));
        }

        RecordingWriter<F> writer(RecordingPlan plan) {
            return await(storage.writer(plan));
        }

        RecordingReader<F> reader() {
            return await(storage.reader());
        }

        List<Sample<F>> all() {
            return await(reader().read(0, Long.MAX_VALUE).collectList());
        }
    }

    private static <T> T await(Mono<T> mono) {
        return Objects.requireNonNull(mono.block(WAIT));
    }

    private static void end(RecordingWriter<?> writer) {
        assertThat(await(writer.close(RecordingStatus.CLOSED, "")).status()).isEqualTo(RecordingStatus.CLOSED);
    }

    private static Case<NdArray> arrays(ObjectIO store) {
        return new Case<>(
                StoreRecording.arrays(store).patience(Duration.ZERO),
                i -> NdArray.of(new double[] {i, -i, 0.5 * i, 1, Math.PI, 1e-300 * i}, 2, 3));
    }

    private static Case<Row> scalars(ObjectIO store) {
        return new Case<>(
                StoreRecording.scalars(store).patience(Duration.ZERO),
                i -> Row.of("energy", -1.5 * i, "accepted", 7 * i));
    }

    private static Case<Atoms> structures(ObjectIO store) {
        return new Case<>(
                StoreRecording.structures(store.atoms()).patience(Duration.ZERO),
                i -> Atoms.of(List.of("C", "O"), new double[][] {{0, 0, 0.125 * i}, {0, 0, 1.125}})
                        .withResult("energy", -14.5 + i));
    }

    private List<Case<?>> cases(ObjectIO store) {
        List<Case<?>> cases = new ArrayList<>();
        if (kinds().contains(FrameKind.ARRAYS)) {
            cases.add(arrays(store));
        }
        if (kinds().contains(FrameKind.SCALARS)) {
            cases.add(scalars(store));
        }
        if (kinds().contains(FrameKind.STRUCTURES)) {
            cases.add(structures(store));
        }
        return cases;
    }

    private Case<?> any(ObjectIO store) {
        return cases(store).get(0);
    }

    @Test
    @DisplayName(
            "New backends: a store of rows gives back the samples that were recorded to it, each flush as it is committed")
    final void roundTrip() {
        for (int kind = 0; kind < kinds().size(); kind++) {
            roundTrip(cases(store("kind" + (char) ('a' + kind))).get(kind));
        }
    }

    private static <F> void roundTrip(Case<F> recorded) {
        assertThatThrownBy(() -> recorded.reader()).isInstanceOf(StoreNotFoundException.class);
        RecordingWriter<F> writer = recorded.writer(RecordingMode.CREATE_NEW);
        assertThat(writer.progress().committed()).isZero();

        await(writer.append(recorded.samples(0, 1)));
        RecordingReader<F> reader = recorded.reader();
        assertThat(await(reader.progress()).committed()).isEqualTo(1);
        Progress written = await(writer.append(recorded.samples(1, 5)));
        Progress seen = await(reader.progress());

        assertThat(written.committed()).isEqualTo(5);
        assertThat(seen.committed()).isEqualTo(5);
        assertThat(seen.lastIteration()).hasValue(12).isEqualTo(written.lastIteration());
        assertThat(seen.lastTime()).hasValue(0).isEqualTo(written.lastTime());
        assertThat(seen.layout()).isEqualTo(written.layout());
        end(writer);
        assertThat(recorded.all()).isEqualTo(recorded.samples(0, 5));
        assertThat(await(reader.read(1, 3).collectList())).isEqualTo(recorded.samples(1, 3));
        assertThat(await(reader.times(1, 4)).toDoubleArray()).containsExactly(-0.75, -0.5, -0.25);
        if (recorded.sample(0).frame() instanceof NdArray) {
            List<NdArray> frames = recorded.samples(1, 4).stream()
                    .map(sample -> (NdArray) sample.frame())
                    .toList();
            assertThat(await(reader.block(1, 4))).isEqualTo(TimeLast.stack(frames));
        }
    }

    @Test
    @DisplayName("Interrupted run: the next recorder goes on behind the last sample, or from an earlier checkpoint on")
    final void resumes() {
        ObjectIO store = store("run");
        resumes(any(store), store);
    }

    private <F> void resumes(Case<F> run, ObjectIO store) {
        RecordingWriter<F> first = run.writer(RecordingMode.RESUME);
        await(first.append(run.samples(0, 4)));
        end(first);

        RecordingWriter<F> second = run.writer(RecordingMode.RESUME);
        assertThat(second.progress().committed()).isEqualTo(4);
        assertThat(second.progress().lastIteration()).hasValue(9);
        assertThat(second.progress().lastTime()).hasValue(-0.25);
        assertThat(second.progress().layout()).isEqualTo(first.progress().layout());
        await(second.append(run.samples(4, 7)));
        end(second);
        assertThat(run.all()).isEqualTo(run.samples(0, 7));

        RecordingPlan cut = new RecordingPlan(RecordingMode.RESUME, OptionalLong.of(8), 3, 4, Map.of());
        if (!store.capabilities().contains(Capability.DELETE)) {
            assertThatThrownBy(() -> run.writer(cut)).isInstanceOf(UnsupportedStoreOperationException.class);
            assertThat(run.all()).isEqualTo(run.samples(0, 7));
            return;
        }
        RecordingWriter<F> third = run.writer(cut);
        assertThat(third.progress().committed()).isEqualTo(3);
        assertThat(third.progress().lastIteration()).hasValue(6);
        await(third.append(run.samples(3, 5)));
        end(third);
        assertThat(run.all()).isEqualTo(run.samples(0, 5));
    }

    @Test
    @DisplayName("P6: a recording that is there is not touched unless asked, and then by the first flush, not before")
    final void replaces() {
        ObjectIO store = store("run");
        replaces(any(store));
    }

    private static <F> void replaces(Case<F> run) {
        RecordingWriter<F> first = run.writer(RecordingMode.CREATE_NEW);
        await(first.append(run.samples(0, 4)));
        end(first);

        assertThatThrownBy(() -> run.writer(RecordingMode.CREATE_NEW))
                .isInstanceOf(RecordingExistsException.class)
                .hasMessageContaining("4 samples");
        assertThat(run.all()).isEqualTo(run.samples(0, 4));

        RecordingWriter<F> unused = run.writer(RecordingMode.REPLACE);
        assertThat(unused.progress().committed()).isZero();
        end(unused);
        assertThat(run.all()).isEqualTo(run.samples(0, 4));

        RecordingWriter<F> second = run.writer(RecordingMode.REPLACE);
        await(second.append(run.samples(5, 7)));
        assertThat(await(second.append(run.samples(7, 8))).committed()).isEqualTo(3);
        end(second);
        assertThat(run.all()).isEqualTo(run.samples(5, 8));
    }

    @Test
    @DisplayName("P14: one recorder at a time, also through another opening of the store; readers are not hindered")
    final void excludes() {
        excludes(any(store("run")), any(store("run")), any(store("other")));
    }

    private static <F> void excludes(Case<F> one, Case<?> again, Case<?> other) {
        RecordingWriter<F> writer = one.writer(RecordingMode.RESUME);
        await(writer.append(one.samples(0, 2)));

        assertThatThrownBy(() -> one.writer(RecordingMode.RESUME)).isInstanceOf(StoreBusyException.class);
        assertThatThrownBy(() -> again.writer(RecordingMode.REPLACE)).isInstanceOf(StoreBusyException.class);
        end(other.writer(RecordingMode.RESUME));
        assertThat(again.all()).isEqualTo(one.samples(0, 2));
        assertThat(await(writer.append(one.samples(2, 3))).committed()).isEqualTo(3);
        end(writer);
        end(writer);
        end(again.writer(RecordingMode.RESUME));
    }

    @Test
    @DisplayName("a flush that fails loses nothing, one whose answer is lost is not repeated, and half of one is known")
    final void survivesFailures() {
        survivesFailures(open("run"));
    }

    private <R extends KeyedRow<R>> void survivesFailures(RowBackend<R> backend) {
        FailingRows<R> rows = new FailingRows<>(backend);
        survivesFailures(rows, any(store(rows)));
    }

    private static <F> void survivesFailures(FailingRows<?> rows, Case<F> run) {
        RecordingWriter<F> writer = run.writer(RecordingMode.RESUME);
        rows.fates.addAll(List.of(Fate.REFUSED, Fate.LOST_BEFORE, Fate.LOST_AFTER));
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> await(writer.append(run.samples(0, 2)))).isInstanceOf(WriteFailedException.class);
            assertThat(writer.progress().committed()).isZero();
        }
        assertThat(await(writer.append(run.samples(0, 3))).committed()).isEqualTo(3);
        assertThat(run.all()).isEqualTo(run.samples(0, 3));

        rows.mostRows = 2;
        rows.fates.addAll(List.of(Fate.DONE, Fate.REFUSED));
        assertThatThrownBy(() -> await(writer.append(run.samples(3, 8)))).isInstanceOf(WriteFailedException.class);
        assertThat(writer.progress().committed()).isEqualTo(5);
        assertThat(writer.progress().lastIteration()).hasValue(12);
        assertThat(run.all()).isEqualTo(run.samples(0, 5));
        assertThat(await(writer.append(run.samples(3, 9))).committed()).isEqualTo(9);
        assertThat(run.all()).isEqualTo(run.samples(0, 9));
        end(writer);
    }

    @Test
    @DisplayName(
            "rows that are no samples, and rows of another program between two flushes, are an error and stay as they are")
    final void refusesForeignRows() {
        ObjectIO store = store("run");
        refusesForeignRows(any(store), any(store("strange")), store, store("strange"));
    }

    private static <F> void refusesForeignRows(Case<F> run, Case<?> other, ObjectIO store, ObjectIO strange) {
        Row row = run.storage().kind().toRow(run.sample(0)).without(List.of("info.step"));
        await(strange.append(row));
        for (RecordingMode mode : List.of(RecordingMode.RESUME, RecordingMode.REPLACE)) {
            assertThatThrownBy(() -> other.writer(mode))
                    .isInstanceOf(ForeignDataException.class)
                    .hasMessageContaining("info.step");
        }
        assertThat(await(strange.size())).isOne();

        RecordingWriter<F> writer = run.writer(RecordingMode.RESUME);
        await(writer.append(run.samples(0, 2)));
        await(store.append(row));
        assertThatThrownBy(() -> await(writer.append(run.samples(2, 4))))
                .isInstanceOf(ForeignDataException.class)
                .hasMessageContaining("3 rows");
        assertThat(await(store.size())).isEqualTo(3);
        end(writer);
    }

    @Test
    @DisplayName("attributes, which rows have no place for, are refused by name")
    final void refusesAttributes() {
        Case<?> run = any(store("run"));
        RecordingPlan plan = new RecordingPlan(RecordingMode.RESUME, OptionalLong.empty(), 1, 1, Map.of("seed", 7L));
        assertThatThrownBy(() -> run.writer(plan))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("seed");
        end(run.writer(RecordingMode.RESUME));
    }

    @Test
    @DisplayName("Bounded memory: samples are read as they are asked for, and followed as they come")
    final void followsDemand() {
        Case<?> run = any(store("run"));
        followsDemand(run);
    }

    private static <F> void followsDemand(Case<F> run) {
        RecordingWriter<F> writer = run.writer(RecordingMode.RESUME);
        await(writer.append(run.samples(0, 20)));
        RecordingReader<F> reader = run.reader();
        StepVerifier.create(reader.read(3, 18), 2)
                .expectNext(run.sample(3), run.sample(4))
                .thenRequest(1)
                .expectNext(run.sample(5))
                .thenCancel()
                .verify(WAIT);
        StepVerifier.create(reader.follow().map(Progress::committed))
                .expectNext(20L)
                .then(() -> await(writer.append(run.samples(20, 21))))
                .expectNext(21L)
                .thenCancel()
                .verify(WAIT);
        await(reader.close().thenReturn(true));
        end(writer);
    }
}
