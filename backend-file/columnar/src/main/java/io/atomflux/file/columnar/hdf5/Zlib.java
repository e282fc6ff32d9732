package io.atomflux.file.columnar.hdf5;

import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/** Whole zlib streams, as HDF5's filter 1 has them; for many threads, which share what zlib allocates. */
final class Zlib {

    /** As many as threads can use at once; what comes back beyond that is given up. */
    private static final int KEPT = Runtime.getRuntime().availableProcessors();
    /** What deflate never exceeds: 258 bytes by two bits. */
    private static final int MOST_RATIO = 1032;

    private static final BlockingQueue<Inflater> INFLATERS = new ArrayBlockingQueue<>(KEPT);
    /** By level, 0 to 9. */
    private static final Deflaters[] DEFLATERS = new Deflaters[10];

    static {
        Arrays.setAll(DEFLATERS, Deflaters::new);
    }

    private Zlib() {}

    /**
     * Inflates a stream; what follows it is ignored, as the HDF Group's library does.
     *
     * @param most how long the result may be
     * @param exact whether it must be that long
     */
    static byte[] inflate(byte[] stored, int most, boolean exact) {
        if (exact && most > (long) stored.length * MOST_RATIO) {
            throw new IllegalArgumentException("gzip: %d bytes cannot hold %d".formatted(stored.length, most));
        }
        Inflater pooled = INFLATERS.poll();
        Inflater inflater = pooled == null ? new Inflater() : pooled;
        boolean good = false;
        try {
            inflater.setInput(stored);
            byte[] out = new byte[exact ? most : (int) Math.min(most, stored.length * 4L + 64)];
            int length = 0;
            while (true) {
                length += inflater.inflate(out, length, out.length - length);
                if (inflater.finished()) {
                    break;
                }
                if (length == out.length) {
                    if (length == most) {
                        finish(inflater, most);
                        break;
                    }
                    out = Arrays.copyOf(out, (int) Math.min(most, length * 2L));
                } else {
                    throw new IllegalArgumentException(
                            inflater.needsDictionary()
                                    ? "gzip: the stream wants a dictionary"
                                    : "gzip: the stream ends early, after %d bytes".formatted(length));
                }
            }
            if (exact && length != most) {
                throw new IllegalArgumentException("gzip: %d bytes (expected: %d)".formatted(length, most));
            }
            good = true;
            return length == out.length ? out : Arrays.copyOf(out, length);
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("gzip: " + (e.getMessage() == null ? "damaged" : e.getMessage()), e);
        } finally {
            if (good) {
                inflater.reset();
            }
            if (!good || !INFLATERS.offer(inflater)) {
                inflater.end();
            }
        }
    }

    /** Reads the checksum of a stream all of whose bytes have come. */
    private static void finish(Inflater inflater, int most) throws DataFormatException {
        if (inflater.inflate(new byte[1]) != 0) {
            throw new IllegalArgumentException("gzip: more than %d bytes".formatted(most));
        }
        if (!inflater.finished()) {
            throw new IllegalArgumentException("gzip: the stream ends early, after %d bytes".formatted(most));
        }
    }

    /** Deflates to one stream. */
    static byte[] deflate(byte[] bytes, int level) {
        if (level < 0 || level > 9) {
            throw new IllegalArgumentException("gzip: level %d (expected: 0 to 9)".formatted(level));
        }
        return DEFLATERS[level].deflate(bytes);
    }

    private static final class Deflaters {

        private final int level;
        private final BlockingQueue<Deflater> kept = new ArrayBlockingQueue<>(KEPT);

        Deflaters(int level) {
            this.level = level;
        }

        byte[] deflate(byte[] bytes) {
            Deflater pooled = kept.poll();
            Deflater deflater = pooled == null ? new Deflater(level) : pooled;
            boolean good = false;
            try {
                deflater.setInput(bytes);
                deflater.finish();
                byte[] out = new byte[bytes.length / 2 + 64];
                int length = 0;
                while (!deflater.finished()) {
                    if (length == out.length) {
                        out = Arrays.copyOf(out, Math.addExact(length, length / 2 + 64));
                    }
                    length += deflater.deflate(out, length, out.length - length);
                }
                good = true;
                return Arrays.copyOf(out, length);
            } finally {
                if (good) {
                    deflater.reset();
                }
                if (!good || !kept.offer(deflater)) {
                    deflater.end();
                }
            }
        }
    }
}
