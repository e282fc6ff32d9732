package io.atomflux.recorder.npz;

import io.atomflux.error.RecordingExistsException;
import io.atomflux.recorder.FrameKind;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.RecordingReader;
import io.atomflux.recorder.Sample;
import io.atomflux.spi.LeaseLock;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Makes a finished file of what another recording holds, by way of a folder that nobody takes for a recording.
 *
 * <p>Its lease is given back when the step that is under way has ended, also where nobody waits for that any more: it might still
 * put the file in place of what the next one records.
 */
final class Export {

    private static final int USUAL = 64;
    private static final long MOST_BYTES = 8 << 20;

    private final Place place;
    private final Path folder;
    private final LeaseLock.Lease lease;
    // All guarded by this.
    private Progress source = Progress.NONE;
    private boolean begun;
    private boolean over;
    private @Nullable Head head;
    private @Nullable Frames frames;
    private long length;

    Export(Place place, LeaseLock.Lease lease) {
        this.place = place;
        this.folder = place.temporary();
        this.lease = lease;
    }

    private <T> Mono<T> run(Callable<? extends @Nullable T> step) {
        return Disk.run(place.name(), "exporting", step);
    }

    Mono<Progress> of(RecordingReader<NdArray> reader) {
        return reader.progress()
                .flatMap(progress -> run(() -> begin(progress))
                        .thenMany(Flux.defer(() -> reader.read(0, progress.committed())))
                        .bufferUntil(new Full()::reached)
                        .concatMap(some -> run(() -> add(some)), 1)
                        .then(run(this::finish)));
    }

    private synchronized Boolean begin(Progress progress) throws IOException {
        requireWanted();
        Head running = place.head();
        if (running != null) {
            throw new RecordingExistsException(place.name(), running.committed());
        }
        place.sweep(null);
        source = progress;
        begun = true;
        place.disk.makeFolder(folder);
        return true;
    }

    private void requireWanted() {
        if (over) {
            throw new CancellationException("given up; nobody hears of this");
        }
    }

    private synchronized Boolean add(List<Sample<NdArray>> some) throws IOException {
        requireWanted();
        Frames open = frames;
        Head now = head;
        if (open == null || now == null) {
            Layout layout = Layout.of(some.get(0).frame());
            now = Head.of(source).with(layout, Frames.chunk(layout, USUAL));
            open = Frames.write(place.disk, folder, now);
            frames = open;
        }
        for (Sample<NdArray> sample : some) {
            if (!open.layout().fits(sample.frame())) {
                throw new IllegalArgumentException("array %s at iteration %d (expected: %s, as the frames before)"
                        .formatted(Layout.of(sample.frame()), sample.iteration(), open.layout()));
            }
        }
        Path obsolete = open.append(length, some, false);
        if (obsolete != null) {
            place.disk.delete(obsolete);
        }
        length += some.size();
        Sample<NdArray> last = some.get(some.size() - 1);
        head = now.at(length, last.iteration(), last.time());
        return true;
    }

    private synchronized Progress finish() throws IOException {
        requireWanted();
        Head last = head == null ? Head.of(source) : head;
        Path temporary = place.temporary();
        NpzOutput.write(place.disk, temporary, last, frames);
        place.put(temporary);
        return last.progress();
    }

    Mono<Void> close() {
        return Disk.<Void>run(place.name(), "exporting", this::end)
                .onErrorResume(failure -> lease.release().then(Mono.error(failure)))
                .then(Mono.defer(lease::release));
    }

    private synchronized @Nullable Void end() throws IOException {
        over = true;
        Frames open = frames;
        frames = null;
        if (open != null) {
            open.close();
        }
        if (begun) {
            place.remove(folder);
        }
        return null;
    }

    /** Tells when so many bytes are together that they are worth a call. */
    private static final class Full {

        private long bytes;

        boolean reached(Sample<NdArray> sample) {
            bytes += FrameKind.ARRAYS.bytes(sample.frame());
            if (bytes < MOST_BYTES) {
                return false;
            }
            bytes = 0;
            return true;
        }
    }
}
