package io.atomflux.file.columnar.hdf5;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What HDF5's filter pipeline does to a chunk, in Java, so that many threads do it at once.
 *
 * <p>Source: "HDF5 File Format Specification 3.0", IV.A.2.l (filter pipeline message), and the filters of the HDF Group's
 * library 1.14 ({@code H5Zdeflate.c}, {@code H5Zshuffle.c}, {@code H5Zfletcher32.c}); numbers from 256 on are those of the HDF
 * Group's list of registered filters. For many threads.
 */
final class ChunkFilters {

    static final int DEFLATE = 1;
    static final int SHUFFLE = 2;
    static final int FLETCHER32 = 3;
    static final int LZF = 32000;
    static final int LZ4 = 32004;
    static final int ZSTD = 32015;

    /** No stage of zlib, LZF or the like makes what does not compress larger than by this part of it. */
    private static final int EXPANSION = 8;

    /**
     * One stage of a pipeline.
     *
     * @param id its registered number
     * @param parameters its client data as the file has them
     */
    record Filter(int id, List<Integer> parameters) {
        Filter {
            parameters = List.copyOf(parameters);
        }

        Filter(int id, int... parameters) {
            this(id, IntStream.of(parameters).boxed().toList());
        }

        /** Returns a parameter, or what stands for it where the file has fewer. */
        int parameter(int i, int otherwise) {
            return i < parameters.size() ? parameters.get(i) : otherwise;
        }
    }

    private ChunkFilters() {}

    /** Tells whether chunks that went through a filter are decoded. */
    static boolean knows(int id) {
        return switch (id) {
            case DEFLATE, SHUFFLE, FLETCHER32, LZF, LZ4, ZSTD -> true;
            default -> false;
        };
    }

    /** Returns what a filter is called. */
    static String name(int id) {
        return switch (id) {
            case DEFLATE -> "gzip";
            case SHUFFLE -> "shuffle";
            case FLETCHER32 -> "fletcher32";
            case 4 -> "szip";
            case 5 -> "nbit";
            case 6 -> "scaleoffset";
            case LZF -> "lzf";
            case 32001 -> "blosc";
            case LZ4 -> "lz4";
            case 32008 -> "bitshuffle";
            case ZSTD -> "zstd";
            case 32026 -> "blosc2";
            default -> "filter " + Integer.toUnsignedString(id);
        };
    }

    /** Tells people what a pipeline does, a sentence per stage, e.g. {@code shuffle}, {@code gzip(4)}. */
    static List<String> describe(List<Filter> pipeline) {
        return pipeline.stream()
                .map(f -> f.id() == DEFLATE ? "gzip(%d)".formatted(f.parameter(0, 6)) : name(f.id()))
                .toList();
    }

    /**
     * Undoes a pipeline.
     *
     * @param pipeline its stages in the order of writing
     * @param mask a bit for each stage that was left out for this chunk, the lowest for the first
     * @param stored the chunk as it is in the file; returned as it is if nothing was done to it
     * @param chunkBytes how long the chunk is; no more is ever allocated for a stage (but by a fraction where several stages
     *     compress)
     * @return exactly as many bytes
     * @throws IllegalArgumentException if the chunk does not decode, or not to that length; says why
     * @throws UnsupportedOperationException if a filter is not known; names it
     */
    static byte[] decode(List<Filter> pipeline, int mask, byte[] stored, int chunkBytes) {
        byte[] bytes = stored;
        for (int i = pipeline.size() - 1; i >= 0; i--) {
            if (skipped(mask, i)) {
                continue;
            }
            Filter filter = pipeline.get(i);
            Length length = lengthBefore(pipeline, mask, i, chunkBytes);
            bytes = switch (filter.id()) {
                case DEFLATE -> Zlib.inflate(bytes, length.most(), length.exact());
                case SHUFFLE -> Shuffle.decode(bytes, elementBytes(filter));
                case FLETCHER32 -> Fletcher32.verified(bytes);
                case LZF -> Lzf.decode(bytes, length.most(), length.exact());
                case LZ4 -> Lz4Blocks.decode(bytes, length.most());
                case ZSTD -> zstd(bytes, length.most());
                default -> throw unknown(filter);
            };
        }
        if (bytes.length != chunkBytes) {
            throw new IllegalArgumentException("chunk of %d bytes (expected: %d)".formatted(bytes.length, chunkBytes));
        }
        return bytes;
    }

    /**
     * Does what a pipeline says; every stage takes part, so the mask of what is written is 0.
     *
     * @throws UnsupportedOperationException if a filter is not known, or not for writing; names it
     */
    static byte[] encode(List<Filter> pipeline, byte[] chunk) {
        byte[] bytes = chunk;
        for (Filter filter : pipeline) {
            bytes = switch (filter.id()) {
                case DEFLATE -> Zlib.deflate(bytes, filter.parameter(0, 6));
                case SHUFFLE -> Shuffle.encode(bytes, elementBytes(filter));
                case FLETCHER32 -> Fletcher32.appended(bytes);
                case LZF, LZ4, ZSTD ->
                    throw new UnsupportedOperationException(
                            "HDF5 filter %s is read only (expected for writing: gzip, shuffle, fletcher32)"
                                    .formatted(name(filter.id())));
                default -> throw unknown(filter);
            };
        }
        return bytes;
    }

    /** How long the data are before a stage of writing, which is after it when reading. */
    private record Length(int most, boolean exact) {}

    private static Length lengthBefore(List<Filter> pipeline, int mask, int stage, int chunkBytes) {
        long length = chunkBytes;
        boolean exact = true;
        for (int i = 0; i < stage; i++) {
            if (skipped(mask, i)) {
                continue;
            }
            switch (pipeline.get(i).id()) {
                case SHUFFLE -> {}
                case FLETCHER32 -> length += Fletcher32.BYTES;
                default -> {
                    length += length / EXPANSION + 1024;
                    exact = false;
                }
            }
        }
        return new Length((int) Math.min(length, Integer.MAX_VALUE - 64), exact);
    }

    private static boolean skipped(int mask, int stage) {
        return stage < Integer.SIZE && (mask >>> stage & 1) != 0;
    }

    private static int elementBytes(Filter shuffle) {
        int size = shuffle.parameter(0, 0);
        if (size <= 0) {
            throw new IllegalArgumentException(
                    "shuffle of elements of %d bytes (expected: at least 1)".formatted(size));
        }
        return size;
    }

    private static byte[] zstd(byte[] stored, int most) {
        if (stored.length == 0) {
            throw new IllegalArgumentException("zstd: no bytes");
        }
        try {
            long claimed = Zstd.getFrameContentSize(stored, 0, stored.length, false);
            if (claimed > most) {
                throw new IllegalArgumentException(
                        "zstd: the frame says %d bytes (expected: at most %d)".formatted(claimed, most));
            }
            // A frame without a length, or with a damaged one, is tried with all that is allowed.
            byte[] out = new byte[claimed > 0 ? (int) claimed : most];
            long length = Zstd.decompressByteArray(out, 0, out.length, stored, 0, stored.length);
            return length == out.length ? out : Arrays.copyOf(out, (int) length);
        } catch (ZstdException e) {
            throw new IllegalArgumentException("zstd: %s, in %d bytes".formatted(e.getMessage(), stored.length), e);
        } catch (LinkageError e) {
            throw new UnsupportedOperationException("HDF5 filter zstd: its library does not load here", e);
        }
    }

    private static UnsupportedOperationException unknown(Filter filter) {
        return new UnsupportedOperationException(
                "HDF5 filter %s (number %s) is not known here (expected: gzip, shuffle, fletcher32, lzf, lz4, zstd)"
                        .formatted(name(filter.id()), Integer.toUnsignedString(filter.id())));
    }
}
