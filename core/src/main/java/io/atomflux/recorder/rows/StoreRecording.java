package io.atomflux.recorder.rows;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.recorder.FrameKind;
import io.atomflux.recorder.RecordingPlan;
import io.atomflux.recorder.RecordingReader;
import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.RecordingWriter;
import io.atomflux.spi.Capability;
import io.atomflux.spi.LeaseLock;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;

/**
 * A recording in a store of rows: an LMDB, H5MD, HDF5 or Zarr file, a file of frames, a database, memory.
 *
 * <pre>{@code
 * AtomsIO store = AtomsIO.open("run.h5");
 * Recorder<Atoms> recorder = Recorder.to(StoreRecording.structures(store)).resume().build();
 * }</pre>
 *
 * <p>A sample is a row: its time is {@code info.time}, its iteration {@code info.step}, its frame {@code info.data} for
 * arrays, {@code info.NAME} for measurements, and the structure's own keys for structures. So whatever reads the store reads the
 * recording, and the number of samples is that of rows. The store holds nothing else; which frames it can hold is its own to say, and
 * shows when the first samples are written.
 *
 * <p>Extended xyz files have both in the comment line. In H5MD files they are the observables {@code observables/atoms/time/value}
 * and {@code observables/atoms/step/value}, one number for each frame, in a group of another name than {@code atoms} if the
 * store was opened with one; znh5md 0.4 reads them as {@code info["time"]} and {@code info["step"]}. The {@code step} and {@code
 * time} of the elements themselves, e.g. {@code particles/atoms/position/time}, are a fixed 1 there, as znh5md 0.4 writes them by
 * default: they number the frames, and a program that looks there does not see the recorded ones.
 *
 * <p>A flush is one change of the store, at one instant; one that is larger than 32 MiB or than the store takes at once is several,
 * each of which leaves whole samples. There is no place for attributes, so a recorder with attributes is refused; nor for
 * how the run ended, so the status of what is read is unknown and whoever follows the recording is told of no end.
 *
 * <p>One recorder at a time holds the store's lease {@code recorder}; see {@link ObjectIO#lease(String)}. To {@linkplain
 * io.atomflux.recorder.RecordingMode#REPLACE begin anew} the first flush clears the store and then adds to it: between these two changes,
 * and after a kill there, it is empty.
 *
 * <p>Whoever opened the store closes it, after the recorder.
 *
 * @param <F> the kind of frame
 */
public final class StoreRecording<F> implements RecordingStorage<F> {

    private static final String LEASE = "recorder";

    private final ObjectIO store;
    private final FrameKind<F> kind;
    private final Optional<Duration> patience;

    private StoreRecording(ObjectIO store, FrameKind<F> kind, Optional<Duration> patience) {
        this.store = store;
        this.kind = kind;
        this.patience = patience;
    }

    /** Records arrays of numbers as rows of a store. */
    public static StoreRecording<NdArray> arrays(ObjectIO store) {
        return new StoreRecording<>(Objects.requireNonNull(store, "store"), FrameKind.ARRAYS, Optional.empty());
    }

    /** Records measurements by name as rows of a store. */
    public static StoreRecording<Row> scalars(ObjectIO store) {
        return new StoreRecording<>(Objects.requireNonNull(store, "store"), FrameKind.SCALARS, Optional.empty());
    }

    /** Records structures as rows of a store. */
    public static StoreRecording<Atoms> structures(AtomsIO store) {
        return new StoreRecording<>(store.objects(), FrameKind.STRUCTURES, Optional.empty());
    }

    /**
     * Returns this recording, for which a recorder waits that long for another one to end. Without this it waits only as long
     * as one that died may still seem to be there: not at all for files, about ten seconds for servers.
     *
     * @throws IllegalArgumentException if it is negative
     */
    public StoreRecording<F> patience(Duration wait) {
        if (wait.isNegative()) {
            throw new IllegalArgumentException("wait: %s (expected: not negative)".formatted(wait));
        }
        return new StoreRecording<>(store, kind, Optional.of(wait));
    }

    @Override
    public String name() {
        return store.name();
    }

    @Override
    public FrameKind<F> kind() {
        return kind;
    }

    /**
     * {@inheritDoc}
     *
     * @signals io.atomflux.error.InvalidOptionException if there are attributes
     * @signals io.atomflux.error.ReadOnlyStoreException if nothing can be added to the store
     * @signals io.atomflux.error.ForeignDataException if the store holds rows that are no samples of this kind
     * @signals io.atomflux.error.UnsupportedStoreOperationException if samples are to be discarded, and the store deletes no rows
     */
    @Override
    public Mono<RecordingWriter<F>> writer(RecordingPlan plan) {
        return Mono.defer(() -> {
            if (!plan.attributes().isEmpty()) {
                return Mono.error(new InvalidOptionException(
                        "attribute",
                        "%s, for a recording in rows of %s (expected: none, rows have no place for them)"
                                .formatted(String.join(", ", plan.attributes().keySet()), name())));
            }
            if (!store.capabilities().contains(Capability.APPEND)) {
                return Mono.error(new ReadOnlyStoreException(name(), "append"));
            }
            return patience.map(wait -> store.lease(LEASE, wait))
                    .orElseGet(() -> store.lease(LEASE))
                    .flatMap(lease -> begun(lease, plan));
        });
    }

    /** Gives the lease back whatever becomes of it but a writer. */
    private Mono<RecordingWriter<F>> begun(LeaseLock.Lease lease, RecordingPlan plan) {
        SampleStore<F> samples = new SampleStore<>(store, kind);
        return samples.prepared(plan)
                .<RecordingWriter<F>>map(found -> new StoreWriter<>(samples, lease, plan.mode(), found))
                .onErrorResume(problem -> lease.release()
                        .onErrorResume(second -> {
                            problem.addSuppressed(second);
                            return Mono.empty();
                        })
                        .then(Mono.error(problem)))
                .doOnCancel(() -> lease.release()
                        .subscribe(done -> {}, problem -> Operators.onErrorDropped(problem, Context.empty())));
    }

    @Override
    public Mono<RecordingReader<F>> reader() {
        return Mono.defer(() -> {
            StoreReader<F> reader = new StoreReader<>(new SampleStore<>(store, kind));
            return reader.progress()
                    .flatMap(found -> found.committed() == 0
                            ? Mono.error(new StoreNotFoundException(name(), "a recording; the first flush makes one"))
                            : Mono.just(reader));
        });
    }
}
