package io.atomflux.recorder;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Records a running simulation: takes samples as they come and writes them in chunks, while the simulation goes on.
 *
 * <pre>{@code
 * Recorder<NdArray> recorder = Recorder.to(storage).stride(10).chunk(100).build();
 * recorder.record(simulation).block();    // a Publisher of samples; or one by one:
 * recorder.store(time, NdArray.of(state), iteration).block();
 * recorder.close().block();
 * }</pre>
 *
 * <p><b>What is kept.</b> Of all iterations those that are multiples of the stride, so the first, 0, always. Each sample is
 * checked before it is taken: iterations grow, times do not go back, all frames have one layout, and the storage can keep it
 * without loss. One that does not fit is refused, and nothing else happens.
 *
 * <p><b>When it is safe.</b> A sample that is taken is in memory first. It is committed, which no crash undoes, with the chunk
 * that it fills, when {@link Builder#flushBytes} or {@link Builder#flushEvery} says so, by {@link #save()}, and when a
 * recorded publisher or the recorder ends. A crash loses what was not committed, and nothing else.
 *
 * <p><b>Memory.</b> There are two buffers: one takes samples while the other is written. If both are full, {@code store}
 * completes, and {@code record} asks for more, when there is room again. A sample that waits is not taken so far.
 *
 * <p><b>Frames</b> are values that nobody can change, so none is copied: {@link io.atomflux.value.NdArray}, {@link
 * io.atomflux.value.Row}, {@link io.atomflux.atoms.Atoms}. A simulation that keeps its state in a plain array and changes it
 * in place copies it with {@code NdArray.of(state)}, {@code NdArray.of(state, d, n)} for an array of shape {@code (d, n)}.
 *
 * <p><b>A flush that fails</b>, e.g. because the disk is full, loses nothing: the samples stay in memory, the failure is told
 * to everybody who waits for the storage, and the next call that needs it tries again, as does the timer of {@code
 * flushEvery}. A failure that nobody waited for is told with the next one, if trying again fails too.
 *
 * <p>Thread-safe. Samples have the order in which {@code store} is subscribed. Nothing blocks. Who had to wait continues on a
 * thread of the recorder, which may be used for as long as wanted.
 *
 * @param <F> the kind of frame
 */
public final class Recorder<F> {

    private final RecordingStorage<F> storage;
    private final Engine<F> engine;

    private Recorder(RecordingStorage<F> storage, Engine<F> engine) {
        this.storage = storage;
        this.engine = engine;
    }

    /** Begins to describe a recorder; no I/O. */
    public static <F> Builder<F> to(RecordingStorage<F> storage) {
        return new Builder<>(storage);
    }

    /**
     * Opens the place, if it is not open; the first other call does so too.
     *
     * @return cold; where the recording stands, e.g. the last iteration of the run that is resumed
     * @signals {@link io.atomflux.error.RecordingExistsException} if there is a recording, and neither {@code resume()} nor
     *     {@code replace()} was asked for; {@link io.atomflux.error.StoreBusyException} if another is recording there. The next
     *     call tries again
     */
    public Mono<Progress> open() {
        return waiting(engine::open);
    }

    /** Stores the state at one time; see {@link #store(Sample)}. */
    public Mono<Boolean> store(double time, F frame, long iteration) {
        return store(new Sample<>(iteration, time, frame));
    }

    /**
     * Stores one sample. If there is room it is taken at once, on the thread that subscribes, without any wait.
     *
     * @return cold; takes the sample with each subscription. True if it was taken; false if its iteration is not a multiple of
     *     the stride, or was recorded before the run was resumed. Cancelled while it waits for room, it is not taken
     * @signals {@link io.atomflux.error.SampleRejectedException} if it does not continue the recording: an iteration that is
     *     not after the last one, a time before the last one, a frame of another shape, type or other names, or one that the
     *     storage cannot keep; {@link io.atomflux.error.StoreClosedException} after {@link #close()}; {@link
     *     io.atomflux.error.StoreBusyException} if more than a thousand calls wait; if there is no room, why flushing failed
     */
    public Mono<Boolean> store(Sample<F> sample) {
        return new StoreCall<>(engine, sample);
    }

    /**
     * Records all samples of a publisher, which is asked for a sample when there is room for one.
     *
     * <p>What was taken is committed when it completes, fails or is cancelled. The recorder stays open.
     *
     * @return cold; subscribes to the publisher when the place is open, and completes when all is committed
     * @signals what the publisher signals, and what {@link #store} does; the publisher is cancelled then, and what was taken
     *     before is committed first. If flushing fails, why: the publisher is cancelled, and what was taken stays in memory
     */
    public Mono<Progress> record(Publisher<? extends Sample<F>> samples) {
        Objects.requireNonNull(samples, "samples");
        return Mono.create(sink -> new Feed<>(engine, samples, sink).begin());
    }

    /**
     * Commits all that was stored before, and has it where other programs look; nothing to do is no error. A file that can only
     * be written whole, as npz, is written anew each time, and the storage appends nothing meanwhile.
     *
     * @return cold; how far the recording is then
     * @signals why flushing failed; all stays in memory, and the next call tries again
     */
    public Mono<Progress> save() {
        return waiting(Waiting::forSave, engine::enqueue);
    }

    /**
     * Commits all that was stored before, so that reading it finds it.
     *
     * @return cold; the recording, of which times and states are read where they are asked for. It outlives the recorder
     * @signals what {@link #save} does
     */
    public Mono<Recording<F>> values() {
        return waiting(Waiting::forCommit, engine::enqueue).map(saved -> Recording.of(storage));
    }

    /** Returns how far the recording is, as of the last commit; {@link Progress#NONE} before it is opened. No I/O. */
    public Progress progress() {
        return engine.progress();
    }

    /** Returns how many samples there are: those committed, those of a resumed run included, and those in memory. No I/O. */
    public long stored() {
        return engine.stored();
    }

    /**
     * Commits all that was stored, writes down that the run came to its end, and lets the place go. Publishers still being
     * recorded are cancelled, and calls that wait for room fail.
     *
     * @return cold; how far the recording is. Called again it tells the same. A recorder that was never opened leaves its place
     *     untouched
     * @signals why flushing failed; then the recorder stays open, so that room can be made and {@code close} be called again,
     *     or {@link #abort}. {@link io.atomflux.error.StoreClosedException} is what all other calls signal afterwards
     */
    public Mono<Progress> close() {
        return waiting(waiting -> engine.close(RecordingStatus.CLOSED, "", waiting));
    }

    /**
     * Gives the run up: commits what can be committed, writes down that it was given up, and lets the place go in any case.
     *
     * @param reason kept with the recording where its format has a place for it
     * @return cold; how far the recording is
     * @signals why the end could not be written down; the place is let go all the same
     */
    public Mono<Progress> abort(String reason) {
        Objects.requireNonNull(reason, "reason");
        return waiting(waiting -> engine.close(RecordingStatus.ABORTED, reason, waiting));
    }

    @Override
    public String toString() {
        return "recorder to " + storage.name();
    }

    private Mono<Progress> waiting(Consumer<Waiting<F>> begin) {
        return waiting(Waiting::forCommit, begin);
    }

    private Mono<Progress> waiting(
            BiFunction<Consumer<Progress>, Consumer<Throwable>, Waiting<F>> wish, Consumer<Waiting<F>> begin) {
        return Mono.create(sink -> {
            Waiting<F> waiting = wish.apply(sink::success, sink::error);
            sink.onCancel(() -> engine.forget(waiting));
            begin.accept(waiting);
        });
    }

    /**
     * Describes a recorder.
     *
     * @param <F> the kind of frame
     */
    public static final class Builder<F> {

        private static final int USUAL_CHUNK = 64;
        // Two buffers, and a chunk that is arranged and compressed, beside whatever else there is on the heap.
        private static final long USUAL_BYTES =
                Math.min(16 << 20, Runtime.getRuntime().maxMemory() / 16);

        private final RecordingStorage<F> storage;
        private final Map<String, Object> attributes = new LinkedHashMap<>();
        private RecordingMode mode = RecordingMode.CREATE_NEW;
        private OptionalLong cutFrom = OptionalLong.empty();
        private int stride = 1;
        private int chunk = USUAL_CHUNK;
        private FlushRule rule = new FlushRule(USUAL_BYTES, null, Schedulers.parallel(), System::nanoTime);

        private Builder(RecordingStorage<F> storage) {
            this.storage = Objects.requireNonNull(storage, "storage");
        }

        /** Keeps every so many iterations a sample, beginning with iteration 0; 1, so all, unless set. */
        public Builder<F> stride(int iterations) {
            stride = (int) positive("stride", iterations);
            return this;
        }

        /** Writes so many samples at once; 64 unless set. Where a format has chunks, it is their length. */
        public Builder<F> chunk(int samples) {
            chunk = (int) positive("chunk", samples);
            return this;
        }

        /**
         * Bounds a buffer: it is written, be its chunk full or not, when its samples take so much memory; but it holds one
         * sample at least. 16 MiB unless set, and at most a sixteenth of the heap.
         */
        public Builder<F> flushBytes(long bytes) {
            rule = new FlushRule(positive("flushBytes", bytes), rule.oldest(), rule.scheduler(), rule.clock());
            return this;
        }

        /** Bounds what a crash loses: no sample is in memory only for longer than this before it is written. No bound unless set. */
        public Builder<F> flushEvery(Duration time) {
            if (time.isZero() || time.isNegative()) {
                throw new IllegalArgumentException("flushEvery: %s (expected: more than 0)".formatted(time));
            }
            rule = new FlushRule(rule.bytes(), time, rule.scheduler(), rule.clock());
            return this;
        }

        /** For tests, which have a time of their own. */
        Builder<F> timedBy(Scheduler scheduler, LongSupplier clock) {
            rule = new FlushRule(rule.bytes(), rule.oldest(), scheduler, clock);
            return this;
        }

        /**
         * Continues a recording; if there is none, one begins. A simulation that starts over may give its samples again: those
         * up to the last iteration recorded are skipped, until the first newer one.
         */
        public Builder<F> resume() {
            return mode(RecordingMode.RESUME, OptionalLong.empty());
        }

        /**
         * Continues a recording from an earlier iteration, e.g. that of the checkpoint from which a simulation goes on: committed
         * samples from this iteration on are discarded when the recorder opens.
         */
        public Builder<F> resumeFrom(long iteration) {
            if (iteration < 0) {
                throw new IllegalArgumentException("resumeFrom: %d (expected: 0 or more)".formatted(iteration));
            }
            return mode(RecordingMode.RESUME, OptionalLong.of(iteration));
        }

        /** Begins anew where a recording is; that one stays until the first samples of the new one are committed. */
        public Builder<F> replace() {
            return mode(RecordingMode.REPLACE, OptionalLong.empty());
        }

        private Builder<F> mode(RecordingMode wanted, OptionalLong from) {
            if (mode != RecordingMode.CREATE_NEW) {
                throw new IllegalArgumentException(
                        "%s after %s (expected: one of resume(), resumeFrom() and replace())".formatted(wanted, mode));
            }
            mode = wanted;
            cutFrom = from;
            return this;
        }

        /**
         * Keeps something with the run, e.g. its seed.
         *
         * @param value text, boolean, number, or a list or map of such
         * @throws IllegalArgumentException if it is something else, or a number that is not finite
         */
        public Builder<F> attribute(String name, Object value) {
            attributes.put(Objects.requireNonNull(name, "name"), Attributes.plain(name, value));
            return this;
        }

        /** Returns the recorder; no I/O. */
        public Recorder<F> build() {
            RecordingPlan plan = new RecordingPlan(mode, cutFrom, stride, chunk, attributes);
            return new Recorder<>(storage, new Engine<>(storage, plan, rule));
        }

        private static long positive(String name, long value) {
            if (value < 1) {
                throw new IllegalArgumentException("%s: %d (expected: 1 or more)".formatted(name, value));
            }
            return value;
        }
    }
}
