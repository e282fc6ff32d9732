package io.atomflux.file.columnar.recording;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * The file {@code time/.samples}: for each stretch of times, of one chunk's length, the iterations of its samples, then the
 * checksums of its chunks, all as big-endian 64-bit integers. What is beyond the committed samples means nothing.
 */
final class SampleFile {

    static final String FILE = ".samples";

    private final Path file;
    private final Layout layout;

    SampleFile(Path root, Layout layout) {
        this.file = root.resolve(Layout.TIME).resolve(FILE);
        this.layout = layout;
    }

    private long record(long stretch) {
        return stretch * (layout.chunk() + layout.checksums()) * Long.BYTES;
    }

    /** Returns the iterations of some samples of one stretch. */
    long[] iterations(long stretch, int from, int to) throws IOException {
        return longs(record(stretch) + (long) from * Long.BYTES, to - from);
    }

    /** Returns the checksums of a stretch that is full. */
    long[] checksums(long stretch) throws IOException {
        return longs(record(stretch) + (long) layout.chunk() * Long.BYTES, layout.checksums());
    }

    private long[] longs(long position, int count) throws IOException {
        long[] longs = new long[count];
        ByteBuffer.wrap(Disk.read(file, position, Math.multiplyExact(count, Long.BYTES)))
                .asLongBuffer()
                .get(longs);
        return longs;
    }

    /** Writes iterations, and if they fill the stretch its checksums. */
    void write(Disk disk, long stretch, int from, long[] iterations, long[] checksums) throws IOException {
        boolean full = from + iterations.length == layout.chunk();
        ByteBuffer content = ByteBuffer.allocate((iterations.length + (full ? checksums.length : 0)) * Long.BYTES);
        content.asLongBuffer().put(iterations);
        if (full) {
            content.position(iterations.length * Long.BYTES);
            content.asLongBuffer().put(checksums);
        }
        disk.patch(file, record(stretch) + (long) from * Long.BYTES, content.array());
    }

    /** Returns the checksum of a stretch's iterations, of which so many are committed. */
    long checksum(long[] iterations) {
        ByteBuffer content = ByteBuffer.allocate(layout.chunk() * Long.BYTES);
        content.asLongBuffer().put(iterations);
        return Checksums.of(content.array());
    }
}
