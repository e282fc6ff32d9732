package io.atomflux.recorder.npz;

import io.atomflux.codec.Json;
import io.atomflux.codec.Npy;
import io.atomflux.error.LimitExceededException;
import io.atomflux.value.DType;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Makes the finished file of a recording: {@code time.npy} (M,) and {@code data.npy} shape + (M,), deflated as {@code
 * numpy.savez_compressed} does it.
 *
 * <p>The cells are taken a few at a time, so many that their whole history fits into some MiB. What NumPy has no place for is
 * the JSON of a {@link Head} in the archive's comment, with the iterations as runs {@code [first, step, count]}; if they are
 * too irregular for that they are a third array, {@code iteration}.
 */
final class NpzOutput {

    private static final LocalDateTime DATE = LocalDateTime.of(1980, 1, 1, 0, 0); // NumPy's own
    private static final int TILE = 16 << 20;
    private static final int PIECE = 1 << 16;

    /** So many fit into a comment of 65535 bytes beside the longest attributes. */
    private static final int MOST_RUNS = 400;

    /** Longest attributes, as JSON. */
    static final int MOST_ATTRIBUTES = 32 << 10;

    private NpzOutput() {}

    /** Writes a file that was not there, durably; if that fails it is not there. */
    static void write(Disk disk, Path file, Head head, @Nullable Frames frames) throws IOException {
        boolean written = false;
        try (FileChannel channel = disk.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
            try (ZipOutputStream zip =
                    new ZipOutputStream(new BufferedOutputStream(new Appending(disk, channel), PIECE)) {
                        @Override
                        public void close() {
                            def.end(); // not the end of an archive that failed in the middle
                        }
                    }) {
                content(zip, head, frames);
                zip.finish();
                zip.flush();
            }
            disk.force(channel);
            written = true;
        } finally {
            if (!written) {
                disk.delete(file);
            }
        }
    }

    private static void content(ZipOutputStream zip, Head head, @Nullable Frames frames) throws IOException {
        if (head.committed() > Integer.MAX_VALUE) {
            throw new LimitExceededException(
                    "samples of one npz file", head.committed(), Integer.MAX_VALUE, "record to a Zarr group");
        }
        int length = (int) head.committed();
        begin(zip, "time", DType.FLOAT64, length);
        List<List<Long>> runs = times(zip, length, frames);
        zip.closeEntry();
        if (frames == null) {
            begin(zip, "data", DType.FLOAT64, 0); // without a frame there is no shape
        } else {
            Layout layout = frames.layout();
            begin(zip, "data", layout.dtype(), layout.axes(length));
            data(zip, length, frames);
        }
        zip.closeEntry();
        Map<String, Object> comment = head.toMap();
        if (runs.size() <= MOST_RUNS) {
            comment.put("iterations", runs);
        } else if (frames != null) {
            begin(zip, "iteration", DType.INT64, length);
            iterations(zip, length, frames);
            zip.closeEntry();
        }
        zip.setComment(Json.write(comment));
    }

    private static void begin(ZipOutputStream zip, String name, DType dtype, int... shape) throws IOException {
        ZipEntry entry = new ZipEntry(name + ".npy");
        entry.setTimeLocal(DATE);
        zip.putNextEntry(entry);
        byte[] header = Npy.header(dtype, shape).toArray();
        zip.write(header);
    }

    private static List<List<Long>> times(ZipOutputStream zip, int length, @Nullable Frames frames) throws IOException {
        Runs runs = new Runs();
        for (int at = 0; frames != null && at < length; at += PIECE) {
            ByteBuffer marks = frames.marks(at, Math.min(length, at + (long) PIECE));
            ByteBuffer times = ByteBuffer.allocate(marks.remaining() / 2).order(ByteOrder.LITTLE_ENDIAN);
            while (marks.hasRemaining()) {
                times.putDouble(marks.getDouble());
                runs.add(marks.getLong());
            }
            zip.write(times.array());
        }
        return runs.all;
    }

    private static void iterations(ZipOutputStream zip, int length, Frames frames) throws IOException {
        for (int at = 0; at < length; at += PIECE) {
            ByteBuffer marks = frames.marks(at, Math.min(length, at + (long) PIECE));
            ByteBuffer iterations = ByteBuffer.allocate(marks.remaining() / 2).order(ByteOrder.LITTLE_ENDIAN);
            while (marks.hasRemaining()) {
                marks.getDouble();
                iterations.putLong(marks.getLong());
            }
            zip.write(iterations.array());
        }
    }

    private static void data(ZipOutputStream zip, int length, Frames frames) throws IOException {
        Layout layout = frames.layout();
        int cells = layout.cells();
        long row = (long) length * layout.item();
        // A row too long to be held is written in pieces of whole blocks, one cell after another.
        int tile = (int) Math.max(1, Math.min(cells, TILE / Math.max(1, row)));
        long times = tile > 1 || row <= TILE
                ? length
                : (long) Math.max(1, TILE / layout.item() / frames.chunk()) * frames.chunk();
        byte[] buffer = new byte[0];
        for (int cell = 0; cell < cells && length > 0; cell += tile) {
            int count = Math.min(tile, cells - cell);
            for (long from = 0; from < length; from += times) {
                long to = Math.min(length, from + times);
                int bytes = (int) (count * (to - from) * layout.item());
                buffer = buffer.length >= bytes ? buffer : new byte[bytes];
                frames.rows(length, cell, count, from, to, buffer);
                zip.write(buffer, 0, bytes);
            }
        }
    }

    /** Iterations of which many follow each other at one distance. */
    private static final class Runs {

        private final List<List<Long>> all = new ArrayList<>();
        private long first;
        private long step;
        private long count;

        void add(long iteration) {
            if (all.size() > MOST_RUNS) {
                return; // too many, whatever follows
            }
            if (count == 1) {
                step = iteration - first;
            }
            if (count > 0 && iteration == first + count * step) {
                count++;
            } else {
                first = iteration;
                step = 0;
                count = 1;
            }
            List<Long> run = List.of(first, step, count);
            if (count == 1) {
                all.add(run);
            } else {
                all.set(all.size() - 1, run);
            }
        }
    }

    private static final class Appending extends OutputStream {

        private final Disk disk;
        private final FileChannel file;
        private long length;

        Appending(Disk disk, FileChannel file) {
            this.disk = disk;
            this.file = file;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            disk.write(file, ByteBuffer.wrap(bytes, from, count), length);
            length += count;
        }
    }

    /** Tells how long attributes are. */
    static int attributeBytes(Map<String, Object> attributes) {
        return Json.write(attributes).getBytes(StandardCharsets.UTF_8).length;
    }
}
