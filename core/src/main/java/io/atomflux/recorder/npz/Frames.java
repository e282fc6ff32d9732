package io.atomflux.recorder.npz;

import io.atomflux.error.LimitExceededException;
import io.atomflux.recorder.Sample;
import io.atomflux.recorder.TimeLast;
import io.atomflux.value.NdArray;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The samples of a recording in three files, none of whose committed bytes is ever written again.
 *
 * <ul>
 *   <li>{@code FILES.samples}: of each sample its time, a double, and its iteration, 64 bits, both little-endian
 *   <li>{@code FILES.data}: full blocks of {@code chunk} times, each an array of shape + (chunk): of each cell its values at
 *       successive times. This is what makes one array, time last, of many blocks in long pieces
 *   <li>{@code FILES.tail-K}: the times behind the last full block, which is the K-th, one frame after another. When they are
 *       enough for a block they are written as one to the data, and the file goes after the commit
 * </ul>
 *
 * <p>How many samples there are is told by whoever calls; what is behind them was never committed. For one writer, or for
 * several readers.
 */
final class Frames implements Closeable {

    private static final Set<StandardOpenOption> READ = Set.of(StandardOpenOption.READ);
    private static final Set<StandardOpenOption> WRITE =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    private static final Set<StandardOpenOption> TEMPORARY = Set.of(
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.DELETE_ON_CLOSE);

    /** Bytes of a sample's time and iteration. */
    static final int MARK = 16;

    private static final int LEAST_BLOCK = 32 << 10;
    private static final int MOST_BLOCK = 8 << 20;
    private static final int MOST_TIMES = 4096;

    private final Disk disk;
    private final Path folder;
    private final String files;
    private final Layout layout;
    private final int chunk;
    private final int cells;
    private final int item;
    private final Set<StandardOpenOption> options;
    private final FileChannel samples;
    private final FileChannel data;
    private @Nullable FileChannel tail; // guarded by this, as its number
    private long tailBlock = -1;

    private Frames(Disk disk, Path folder, String files, Layout layout, int chunk, Set<StandardOpenOption> options)
            throws IOException {
        this.disk = disk;
        this.folder = folder;
        this.files = files;
        this.layout = layout;
        this.chunk = chunk;
        this.cells = layout.cells();
        this.item = layout.item();
        this.options = options;
        this.samples = disk.open(folder.resolve(files + ".samples"), options);
        boolean opened = false;
        try {
            this.data = disk.open(folder.resolve(files + ".data"), options);
            opened = true;
        } finally {
            if (!opened) {
                samples.close();
            }
        }
    }

    /** Opens the files of a recording that another may be writing. */
    static Frames read(Disk disk, Path folder, Head head) throws IOException {
        return new Frames(disk, folder, head.files(), head.frames(), head.chunk(), READ);
    }

    /** Opens the files of a recording to add to it. */
    static Frames write(Disk disk, Path folder, Head head) throws IOException {
        return new Frames(disk, folder, head.files(), head.frames(), head.chunk(), WRITE);
    }

    /** Makes files that are gone when they are closed, or their process ends. */
    static Frames temporary(Disk disk, Path folder, Head head) throws IOException {
        return new Frames(disk, folder, head.files(), head.frames(), head.chunk(), TEMPORARY);
    }

    /**
     * Chooses how many times a block has: what the recorder writes at once if that is neither so much that a block would need
     * much memory nor so little that pieces would become short.
     */
    static int chunk(Layout layout, int usual) {
        long frame = Math.max(1, layout.frameBytes());
        long times = Math.max(1, usual);
        if (times * frame > MOST_BLOCK) {
            long parts = (times * frame + MOST_BLOCK - 1) / MOST_BLOCK;
            times = Math.max(1, Math.min(times / parts, MOST_BLOCK / frame));
        } else if (times * frame < LEAST_BLOCK) {
            times *= LEAST_BLOCK / (times * frame);
        }
        return (int) Math.min(times, MOST_TIMES);
    }

    private static String tailName(String files, long block) {
        return files + ".tail-" + block;
    }

    /** Tells whether a file belongs to a recording as far as it is committed. */
    static boolean belongs(String name, Head head) {
        return name.equals(head.files() + ".samples")
                || name.equals(head.files() + ".data")
                || name.equals(tailName(head.files(), head.committed() / head.chunk()));
    }

    Layout layout() {
        return layout;
    }

    int chunk() {
        return chunk;
    }

    private synchronized FileChannel tail(long block) throws IOException {
        FileChannel open = tail;
        if (open == null || tailBlock != block) {
            FileChannel next = disk.open(folder.resolve(tailName(files, block)), options);
            if (open != null) {
                open.close();
            }
            tail = next;
            tailBlock = block;
            return next;
        }
        return open;
    }

    private long blockBytes() {
        return layout.frameBytes() * chunk;
    }

    /**
     * Adds samples behind the committed ones; they survive loss of power if so wished.
     *
     * @return the tail's file that is not needed once they are committed
     */
    @Nullable
    Path append(long committed, List<? extends Sample<NdArray>> added, boolean durable) throws IOException {
        ByteBuffer marks =
                ByteBuffer.allocate(Math.multiplyExact(added.size(), MARK)).order(ByteOrder.LITTLE_ENDIAN);
        added.forEach(sample -> marks.putDouble(sample.time()).putLong(sample.iteration()));
        Path obsolete = null;
        boolean blocks = false;
        byte[] block = new byte[0];
        int taken = 0;
        while (taken < added.size()) {
            long at = committed + taken;
            long number = at / chunk;
            int offset = (int) (at % chunk);
            int count = Math.min(chunk - offset, added.size() - taken);
            List<? extends Sample<NdArray>> part = added.subList(taken, taken + count);
            if (offset + count == chunk) {
                block = block.length > 0 ? block : new byte[Math.toIntExact(blockBytes())];
                fill(block, number, offset, part);
                disk.write(data, ByteBuffer.wrap(block), number * blockBytes());
                blocks = true;
                obsolete = offset > 0 ? folder.resolve(tailName(files, number)) : obsolete;
            } else {
                writeTail(number, offset, part);
                if (durable) {
                    disk.force(tail(number));
                }
            }
            taken += count;
        }
        disk.write(samples, marks.flip(), committed * MARK);
        if (durable) {
            if (blocks) {
                disk.force(data);
            }
            disk.force(samples);
        }
        return obsolete;
    }

    private void fill(byte[] block, long number, int offset, List<? extends Sample<NdArray>> part) throws IOException {
        byte[] frame = new byte[offset > 0 ? cells * item : 0];
        for (int i = 0; i < offset; i++) {
            Disk.read(tail(number), ByteBuffer.wrap(frame), i * layout.frameBytes());
            TimeLast.put(ByteBuffer.wrap(frame), 0, cells, item, block, chunk, i);
        }
        for (int i = 0; i < part.size(); i++) {
            TimeLast.put(part.get(i).frame().asBuffer(), 0, cells, item, block, chunk, offset + i);
        }
    }

    private void writeTail(long number, int offset, List<? extends Sample<NdArray>> part) throws IOException {
        for (int i = 0; i < part.size(); i++) {
            ByteBuffer frame = part.get(i).frame().asBuffer();
            disk.write(tail(number), frame, (offset + i) * layout.frameBytes());
        }
    }

    /** Makes the files those of fewer samples, except for their length; what is committed stays as it is. */
    void cut(long committed, long length) throws IOException {
        long number = length / chunk;
        int rest = (int) (length % chunk);
        if (rest > 0 && number < committed / chunk) {
            byte[] kept = new byte[Math.multiplyExact(cells * item, rest)];
            rows(committed, 0, cells, length - rest, length, kept);
            byte[] frame = new byte[cells * item];
            for (int i = 0; i < rest; i++) {
                TimeLast.take(kept, rest, i, item, frame, 0, cells);
                disk.write(tail(number), ByteBuffer.wrap(frame), i * layout.frameBytes());
            }
            disk.force(tail(number));
        }
    }

    /** Gives back what was written behind the committed samples. */
    void trim(long committed) throws IOException {
        long full = committed / chunk;
        cut(data, full * blockBytes());
        cut(samples, committed * MARK);
        FileChannel open;
        synchronized (this) {
            open = tailBlock == full ? tail : null;
        }
        if (open != null) {
            cut(open, committed % chunk * layout.frameBytes());
        }
    }

    private static void cut(FileChannel file, long length) throws IOException {
        if (file.size() > length) {
            file.truncate(length);
        }
    }

    /**
     * Reads a few cells at successive times.
     *
     * @param committed how many samples there are
     * @param out is set to {@code cells × times} elements
     */
    void rows(long committed, int firstCell, int count, long from, long to, byte[] out) throws IOException {
        long full = committed / chunk * chunk;
        int width = (int) (to - from);
        byte[] block = new byte[from < full ? count * chunk * item : 0];
        byte[] frame = new byte[to > full ? count * item : 0];
        long at = from;
        while (at < to) {
            int offset = (int) (at - from);
            if (at < full) {
                int first = (int) (at % chunk);
                int times = (int) Math.min(chunk - first, to - at);
                long place = at / chunk * blockBytes() + (long) firstCell * chunk * item;
                Disk.read(data, ByteBuffer.wrap(block), place);
                copy(block, chunk, first, out, width, offset, count, times);
                at += times;
            } else {
                Disk.read(
                        tail(full / chunk),
                        ByteBuffer.wrap(frame),
                        (at - full) * layout.frameBytes() + (long) firstCell * item);
                copy(frame, 1, 0, out, width, offset, count, 1);
                at++;
            }
        }
    }

    /**
     * Writes a few cells at successive times, whole blocks or the rest behind them; the reverse of {@link #rows}, for files that
     * are filled cell by cell.
     */
    void putRows(long total, int firstCell, int count, long from, long to, byte[] in) throws IOException {
        long full = total / chunk * chunk;
        int width = (int) (to - from);
        long at = from;
        while (at < to) {
            int offset = (int) (at - from);
            if (at < full) {
                byte[] block = new byte[count * chunk * item];
                copy(in, width, offset, block, chunk, 0, count, chunk);
                long place = at / chunk * blockBytes() + (long) firstCell * chunk * item;
                disk.write(data, ByteBuffer.wrap(block), place);
                at += chunk;
            } else {
                byte[] frame = new byte[count * item];
                copy(in, width, offset, frame, 1, 0, count, 1);
                disk.write(
                        tail(full / chunk),
                        ByteBuffer.wrap(frame),
                        (at - full) * layout.frameBytes() + (long) firstCell * item);
                at++;
            }
        }
    }

    /** Copies times of cells from one array of {@code cells × times} to another. */
    private void copy(byte[] in, int inTimes, int inAt, byte[] out, int outTimes, int outAt, int count, int times) {
        for (int i = 0; i < count; i++) {
            System.arraycopy(in, (i * inTimes + inAt) * item, out, (i * outTimes + outAt) * item, times * item);
        }
    }

    /** Sees that all files are there, also those that nothing was written to. */
    void complete(long total) throws IOException {
        if (total % chunk > 0) {
            tail(total / chunk);
        }
    }

    /** Reads times and iterations. */
    ByteBuffer marks(long from, long to) throws IOException {
        ByteBuffer marks =
                ByteBuffer.allocate(Math.toIntExact((to - from) * MARK)).order(ByteOrder.LITTLE_ENDIAN);
        Disk.read(samples, marks, from * MARK);
        return marks.flip();
    }

    /** Writes times and iterations. */
    void putMarks(long from, ByteBuffer marks) throws IOException {
        disk.write(samples, marks, from * MARK);
    }

    /** Reads a few frames, time last. */
    NdArray block(long committed, long from, long to) throws IOException {
        byte[] out = read(committed, from, to, 0, cells);
        return NdArray.wrap(layout.dtype(), layout.axes((int) (to - from)), out, 0);
    }

    /** Reads some cells of a few frames, as an array of {@code (cells, times)}. */
    NdArray cells(long committed, long from, long to, int firstCell, int endCell) throws IOException {
        Objects.checkFromToIndex(firstCell, endCell, cells);
        byte[] out = read(committed, from, to, firstCell, endCell - firstCell);
        return NdArray.wrap(layout.dtype(), new int[] {endCell - firstCell, (int) (to - from)}, out, 0);
    }

    private byte[] read(long committed, long from, long to, int firstCell, int count) throws IOException {
        long bytes = Math.multiplyExact((long) count * item, to - from);
        if (bytes > Integer.MAX_VALUE - 8) {
            throw new LimitExceededException(
                    "bytes of %d cells at %d times".formatted(count, to - from),
                    bytes,
                    Integer.MAX_VALUE - 8,
                    "read fewer at once");
        }
        byte[] out = new byte[(int) bytes];
        rows(committed, firstCell, count, from, to, out);
        return out;
    }

    /** Reads a few samples, one by one. */
    List<Sample<NdArray>> samples(long committed, long from, long to) throws IOException {
        int times = (int) (to - from);
        byte[] rows = new byte[Math.toIntExact(Math.multiplyExact(layout.frameBytes(), to - from))];
        rows(committed, 0, cells, from, to, rows);
        ByteBuffer marks = marks(from, to);
        List<Sample<NdArray>> read = new ArrayList<>(times);
        for (int i = 0; i < times; i++) {
            byte[] frame = new byte[cells * item];
            TimeLast.take(rows, times, i, item, frame, 0, cells);
            double time = marks.getDouble();
            long iteration = marks.getLong();
            read.add(new Sample<>(iteration, time, NdArray.wrap(layout.dtype(), layout.axes(), frame, 0)));
        }
        return read;
    }

    void force() throws IOException {
        disk.force(data);
        disk.force(samples);
        FileChannel open;
        synchronized (this) {
            open = tail;
        }
        if (open != null) {
            disk.force(open);
        }
    }

    @Override
    public synchronized void close() throws IOException {
        FileChannel last = tail;
        try (samples;
                data) {
            if (last != null) {
                last.close();
            }
        }
    }
}
