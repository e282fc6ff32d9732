package io.atomflux.recorder.npz;

import io.atomflux.error.RecordingExistsException;
import io.atomflux.recorder.FrameKind;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.RecordingReader;
import io.atomflux.recorder.Sample;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Makes a finished file of what another recording holds, by way of a folder that nobody takes for a recording. */
final class Export {

    private static final int USUAL = 64;
    private static final long MOST_BYTES = 8 << 20;

    private final Place place;
    private final Path folder;
    private final Progress source;
    // One call follows the other.
    private @Nullable Head head;
    private @Nullable Frames frames;
    private long length;

    private Export(Place place, Progress source) {
        this.place = place;
        this.folder = place.temporary();
        this.source = source;
    }

    static Mono<Progress> of(RecordingReader<NdArray> reader, Place place) {
        return reader.progress()
                .flatMap(progress -> Mono.usingWhen(
                        Disk.run(place.name(), "exporting", () -> begin(place, progress)),
                        export -> reader.read(0, progress.committed())
                                .bufferUntil(new Full()::reached)
                                .concatMap(some -> Disk.run(place.name(), "exporting", () -> export.add(some)), 1)
                                .then(Disk.run(place.name(), "exporting", export::finish)),
                        export -> Disk.run(place.name(), "exporting", export::end)));
    }

    private static Export begin(Place place, Progress progress) throws IOException {
        Head running = place.head();
        if (running != null) {
            throw new RecordingExistsException(place.name(), running.committed());
        }
        place.sweep(null);
        Export export = new Export(place, progress);
        place.disk.makeFolder(export.folder);
        return export;
    }

    private synchronized Boolean add(List<Sample<NdArray>> some) throws IOException {
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
        Head last = head == null ? Head.of(source) : head;
        Path temporary = place.temporary();
        NpzOutput.write(place.disk, temporary, last, frames);
        place.put(temporary);
        return last.progress();
    }

    private synchronized @Nullable Void end() throws IOException {
        Frames open = frames;
        frames = null;
        if (open != null) {
            open.close();
        }
        place.remove(folder);
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
