package io.atomflux.recorder.npz;

import io.atomflux.error.LimitExceededException;
import io.atomflux.error.RecordingExistsException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.RecordingMode;
import io.atomflux.recorder.RecordingPlan;
import io.atomflux.recorder.RecordingStatus;
import io.atomflux.recorder.RecordingWriter;
import io.atomflux.recorder.Sample;
import io.atomflux.spi.LeaseLock;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The one who writes the folder, and makes the file of it at the end. */
final class NpzWriter implements RecordingWriter<NdArray> {

    private static final int LONGEST_REASON = 500;

    private final Place place;
    private final RecordingPlan plan;
    private final LeaseLock.Lease lease;
    private final AtomicReference<@Nullable Mono<Progress>> closing = new AtomicReference<>();
    private volatile Head head;
    private volatile boolean closed;
    private @Nullable Frames frames; // guarded by this
    private boolean begun; // guarded by this: the commit file is this run's

    private NpzWriter(Place place, RecordingPlan plan, LeaseLock.Lease lease, Head head, boolean begun) {
        this.place = place;
        this.plan = plan;
        this.lease = lease;
        this.head = head;
        this.begun = begun;
    }

    /** Opens a place of which the lease is held. */
    static NpzWriter open(Place place, RecordingPlan plan, LeaseLock.Lease lease, long limit) throws IOException {
        int attributes = NpzOutput.attributeBytes(Head.plain(plan.attributes()));
        if (attributes > NpzOutput.MOST_ATTRIBUTES) {
            throw new LimitExceededException(
                    "bytes of the attributes, as JSON",
                    attributes,
                    NpzOutput.MOST_ATTRIBUTES,
                    "keep large values in a file of their own");
        }
        Head now = place.head();
        place.sweep(now);
        Object stamp = now == null ? place.stamp() : null;
        if (plan.mode() == RecordingMode.CREATE_NEW && (now != null || stamp != null)) {
            if (now != null && now.status() != RecordingStatus.OPEN) {
                place.publish(now); // its recorder was stopped while it did that
            }
            throw new RecordingExistsException(place.name(), now == null ? length(place) : now.committed());
        }
        if (plan.mode() != RecordingMode.RESUME || (now == null && stamp == null)) {
            return new NpzWriter(place, plan, lease, Head.fresh(plan.stride(), plan.attributes()), false);
        }
        if (now == null) {
            now = unpack(place, plan, limit);
        } else {
            now = now.resumed(plan.stride(), plan.attributes());
            place.commit(now);
        }
        NpzWriter writer = new NpzWriter(place, plan, lease, now, true);
        boolean opened = false;
        try {
            writer.begin();
            opened = true;
        } finally {
            if (!opened) {
                writer.release();
            }
        }
        return writer;
    }

    private static long length(Place place) throws IOException {
        try (NpzFile npz = NpzFile.open(place.name(), place.file)) {
            return npz.head(1).committed();
        }
    }

    /** Makes a folder of a finished file; nobody sees it before it is whole. */
    private static Head unpack(Place place, RecordingPlan plan, long limit) throws IOException {
        try (NpzFile npz = NpzFile.open(place.name(), place.file)) {
            if (!npz.others().isEmpty()) {
                throw new UnsupportedDataException(
                        place.name(),
                        "archive",
                        "%s beside time and data, which would be lost (expected: nothing else)".formatted(npz.others()),
                        null);
            }
            Head found = npz.head(plan.stride()).renewed();
            place.makeFolder();
            if (found.layout() != null) {
                found = found.with(found.layout(), Frames.chunk(found.layout(), plan.chunk()));
                boolean done = false;
                try (Frames into = Frames.write(place.disk, place.folder, found)) {
                    npz.expand(into, found, limit);
                    into.force();
                    done = true;
                } finally {
                    if (!done) {
                        place.sweep(null);
                    }
                }
            }
            found = found.resumed(plan.stride(), plan.attributes());
            place.commit(found);
            return found;
        }
    }

    private synchronized void begin() throws IOException {
        Head now = head;
        if (now.committed() > 0) {
            frames = Frames.write(place.disk, place.folder, now);
            if (plan.cutFrom().isPresent()) {
                cut(now, plan.cutFrom().getAsLong());
            }
        }
    }

    private void cut(Head now, long from) throws IOException {
        Frames open = frames;
        if (open == null) {
            return;
        }
        long low = 0;
        long high = now.committed(); // iterations grow
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (open.marks(middle, middle + 1).getLong(Double.BYTES) < from) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (low == now.committed()) {
            return;
        }
        Head next;
        Head other = now.forked(); // who follows it must not take the samples to come for those that go
        if (low == 0) {
            next = other.next(0, 0, 0);
        } else {
            open.cut(now.committed(), low);
            ByteBuffer last = open.marks(low - 1, low);
            next = other.next(low, last.getLong(Double.BYTES), last.getDouble(0));
        }
        place.commit(next);
        head = next;
        if (low == 0) {
            release();
        }
        place.sweep(next);
    }

    @Override
    public Progress progress() {
        return head.progress();
    }

    @Override
    public void check(Sample<NdArray> sample) {
        Layout layout = head.layout();
        if (layout != null && !layout.fits(sample.frame())) {
            throw new IllegalArgumentException(
                    "array %s (expected: %s, as the recording has)".formatted(Layout.of(sample.frame()), layout));
        }
    }

    @Override
    public Mono<Progress> append(List<Sample<NdArray>> samples) {
        List<Sample<NdArray>> copy = List.copyOf(samples);
        if (copy.isEmpty()) {
            throw new IllegalArgumentException("no samples (expected: at least one)");
        }
        return Disk.run(place.name(), "recording", () -> add(copy));
    }

    private synchronized Progress add(List<Sample<NdArray>> samples) throws IOException {
        if (closed) {
            throw new StoreClosedException(place.name());
        }
        Head now = head;
        if (now.layout() == null) {
            Layout layout = Layout.of(samples.get(0).frame());
            now = now.with(layout, Frames.chunk(layout, plan.chunk()));
        }
        for (Sample<NdArray> sample : samples) {
            if (!now.frames().fits(sample.frame())) {
                throw new IllegalArgumentException("array %s (expected: %s, as the recording has)"
                        .formatted(Layout.of(sample.frame()), now.layout()));
            }
        }
        Frames open = frames;
        if (open == null) {
            place.makeFolder();
            open = Frames.write(place.disk, place.folder, now);
            frames = open;
        } else if (!open.layout().equals(now.layout()) || open.chunk() != now.chunk()) {
            release(); // an append that failed came with frames of another shape
            open = Frames.write(place.disk, place.folder, now);
            frames = open;
        }
        Sample<NdArray> last = samples.get(samples.size() - 1);
        Head next = now.next(now.committed() + samples.size(), last.iteration(), last.time());
        Path obsolete = null;
        boolean written = false;
        try {
            obsolete = open.append(now.committed(), samples, true);
            written = true;
        } finally {
            if (!written) {
                trim(open, now.committed());
            }
        }
        place.commit(next);
        head = next;
        tidy(obsolete, next);
        return next.progress();
    }

    /** Gives room back. */
    private static void trim(Frames open, long committed) {
        try {
            open.trim(committed);
        } catch (IOException e) {
            // The failure that is being told is the one to act on; these bytes are behind what is committed, and
            // written over.
            return;
        }
    }

    /** Removes what the commit made needless. */
    private void tidy(@Nullable Path obsolete, Head next) {
        boolean first = !begun;
        begun = true;
        try {
            if (first) {
                place.sweep(next); // what was replaced
            } else if (obsolete != null) {
                place.disk.delete(obsolete);
            }
        } catch (IOException e) {
            // The samples are committed, which a failure would deny; the next recorder sweeps.
            return;
        }
    }

    /** Writes the whole file anew, as PySDE's does each time that it saves. */
    @Override
    public Mono<Progress> publish() {
        return Disk.run(place.name(), "saving", this::show);
    }

    private synchronized Progress show() throws IOException {
        if (closed) {
            throw new StoreClosedException(place.name());
        }
        Head now = head;
        if (begun && now.committed() > 0) {
            place.show(now);
        }
        return now.progress();
    }

    @Override
    public Mono<Progress> close(RecordingStatus status, String reason) {
        Mono<Progress> done = Mono.usingWhen(
                        Mono.just(lease),
                        held -> Disk.run(place.name(), "closing", () -> finish(status, reason)),
                        LeaseLock.Lease::release)
                .cache();
        return Mono.defer(() -> {
            Mono<Progress> first = closing.compareAndExchange(null, done);
            // A failure is told once: the lease is given back, and there is nothing that could be tried again.
            return first == null ? done : first.onErrorResume(told -> Mono.fromSupplier(this::progress));
        });
    }

    /** Lets the place go as it is. */
    Mono<Void> abandon() {
        return Disk.<Void>run(place.name(), "closing", () -> {
                    closed = true;
                    release();
                    return null;
                })
                .onErrorResume(failure -> lease.release().then(Mono.error(failure)))
                .then(Mono.defer(lease::release));
    }

    private synchronized Progress finish(RecordingStatus status, String reason) throws IOException {
        closed = true;
        release();
        Head now = head;
        String told = reason.length() > LONGEST_REASON ? reason.substring(0, LONGEST_REASON) : reason;
        Head last = now.next(status, told);
        if (!begun && (place.head() != null || place.stamp() != null)) {
            return last.progress(); // nothing was recorded that could replace what is there
        }
        place.makeFolder();
        place.commit(last);
        head = last;
        place.publish(last);
        return last.progress();
    }

    private synchronized void release() throws IOException {
        Frames open = frames;
        frames = null;
        if (open != null) {
            open.close();
        }
    }
}
