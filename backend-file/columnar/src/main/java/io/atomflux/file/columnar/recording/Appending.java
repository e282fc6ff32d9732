package io.atomflux.file.columnar.recording;

import io.atomflux.recorder.Progress;
import io.atomflux.recorder.RecordingStatus;
import io.atomflux.recorder.Sample;
import io.atomflux.recorder.TimeLast;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Some samples on their way into chunks, each chunk a task of its own, in any order.
 *
 * @param <F> the type of a frame
 */
final class Appending<F> {

    /** A chunk to write: a column of a stretch of times. */
    record Task(long stretch, Layout.Column column) {}

    /** What was written. */
    record Written(Task task, long checksum) {}

    private final Chunks chunks;
    private final Layout layout;
    private final Commit before;
    private final Frames<F> frames;
    private final List<Sample<F>> samples;
    private final long end;

    Appending(Chunks chunks, Commit before, Frames<F> frames, List<Sample<F>> samples) {
        this.chunks = chunks;
        this.layout = chunks.layout();
        this.before = before;
        this.frames = frames;
        this.samples = samples;
        this.end = before.committed() + samples.size();
    }

    List<Task> tasks() {
        List<Task> tasks = new ArrayList<>();
        for (long stretch = before.committed() / layout.chunk(); stretch < layout.stretches(end); stretch++) {
            for (Layout.Column column : layout.columns()) {
                tasks.add(new Task(stretch, column));
            }
        }
        return tasks;
    }

    private List<Sample<F>> of(long stretch) {
        long begin = stretch * layout.chunk();
        int from = (int) Math.max(0, begin - before.committed());
        int to = (int) Math.min(samples.size(), begin + layout.chunk() - before.committed());
        return samples.subList(from, to);
    }

    /** Writes a chunk; what is committed of it is read first. */
    Written write(Disk disk, Task task) throws IOException {
        Series series = task.column().series();
        int column = task.column().column();
        int filled = layout.filled(task.stretch(), before.committed());
        byte[] chunk = filled == 0
                ? new byte[Math.toIntExact(series.chunkBytes(layout.chunk()))]
                : chunks.load(
                        series,
                        column,
                        task.stretch(),
                        filled,
                        before.tail()[task.column().number()]);
        List<NdArray> values = values(series, of(task.stretch()));
        for (Series.Run run : series.runs(column)) {
            TimeLast.put(values, run.firstCell(), run.cells(), chunk, run.chunkCell(), layout.chunk(), filled);
        }
        chunks.store(disk, series, column, task.stretch(), chunk);
        return new Written(task, Checksums.of(chunk));
    }

    private List<NdArray> values(Series series, List<Sample<F>> of) {
        boolean isTime = series.equals(layout.time());
        List<NdArray> values = new ArrayList<>(of.size());
        for (Sample<F> sample : of) {
            values.add(
                    isTime
                            ? NdArray.of(new double[] {sample.time()}).as(series.dtype())
                            : frames.value(sample.frame(), series.name()));
        }
        return values;
    }

    /** Writes the iterations and the checksums of chunks, and returns what is to be committed. */
    Commit finish(Disk disk, List<Written> written) throws IOException {
        SampleFile file = new SampleFile(chunks.root(), layout);
        long[] tail = new long[0];
        for (long stretch = before.committed() / layout.chunk(); stretch < layout.stretches(end); stretch++) {
            int from = layout.filled(stretch, before.committed());
            int to = layout.filled(stretch, end);
            long[] iterations = file.iterations(stretch, 0, to);
            List<Sample<F>> of = of(stretch);
            for (int i = from; i < to; i++) {
                iterations[i] = of.get(i - from).iteration();
            }
            long[] checksums = new long[layout.checksums()];
            for (Written chunk : written) {
                if (chunk.task().stretch() == stretch) {
                    checksums[chunk.task().column().number()] = chunk.checksum();
                }
            }
            checksums[layout.checksums() - 1] = file.checksum(iterations);
            file.write(disk, stretch, from, Arrays.copyOfRange(iterations, from, to), checksums);
            tail = to < layout.chunk() ? checksums : new long[0];
        }
        Sample<F> last = samples.get(samples.size() - 1);
        Progress was = before.progress();
        Progress progress = new Progress(
                was.id(),
                end,
                was.generation() + 1,
                RecordingStatus.OPEN,
                OptionalLong.of(last.iteration()),
                OptionalDouble.of(last.time()),
                layout.text(),
                was.attributes());
        return new Commit(progress, "", before.stride(), layout, tail);
    }
}
