package io.atomflux.hub.parquet;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import java.util.Arrays;
import java.util.function.LongConsumer;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.Type;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the values of a page at once; nothing is allocated by a number in the data before the bytes for it are there.
 *
 * <p>The decoders are our own: those of parquet-column hand out one value at a time and allocate what headers say. Source:
 * {@code Encodings.md} of the Parquet format.
 */
final class Encodings {

    private final LeafType type;
    private final byte[] bytes;
    private final int from;
    private final int to;
    private final int count;
    private final LongConsumer reserve;
    private final Place place;

    private Encodings(LeafType type, byte[] bytes, int from, int to, int count, LongConsumer reserve, Place place) {
        this.type = type;
        this.bytes = bytes;
        this.from = from;
        this.to = to;
        this.count = count;
        this.reserve = reserve;
        this.place = place;
    }

    /**
     * Decodes values.
     *
     * @param count how many are not null
     * @param dictionary of the column chunk, if it has one
     * @param reserve is told of bytes before they are allocated, and may refuse them
     */
    static Values decode(
            Encoding encoding,
            LeafType type,
            byte[] bytes,
            int from,
            int to,
            int count,
            Values.@Nullable Dictionary dictionary,
            LongConsumer reserve,
            Place place) {
        Encodings page = new Encodings(type, bytes, from, to, count, reserve, place);
        if (count == 0) {
            return new Values.Fixed(type, 0, bytes, from);
        }
        return switch (encoding) {
            case PLAIN -> page.plain();
            case PLAIN_DICTIONARY, RLE_DICTIONARY -> page.coded(dictionary);
            case RLE -> page.booleanRuns();
            case BIT_PACKED -> throw place.unsupported("values in the encoding BIT_PACKED, which is for levels");
            case DELTA_BINARY_PACKED -> page.deltaNumbers();
            case DELTA_LENGTH_BYTE_ARRAY -> page.deltaLengths();
            case DELTA_BYTE_ARRAY -> page.deltaStrings();
            case BYTE_STREAM_SPLIT -> page.split();
        };
    }

    private Values plain() {
        if (type.physical == Type.BOOLEAN) {
            require((count + 7L) / 8);
            reserve.accept(count);
            byte[] flags = new byte[count];
            for (int i = 0; i < count; i++) {
                flags[i] = (byte) (bytes[from + (i >> 3)] >>> (i & 7) & 1);
            }
            return new Values.Fixed(type, count, flags, 0);
        }
        if (type.width > 0) {
            require((long) count * type.width);
            return new Values.Fixed(type, count, bytes, from);
        }
        require(4L * count);
        reserve.accept(4L * count);
        int[] starts = new int[count + 1];
        int at = from;
        for (int i = 0; i < count; i++) {
            if (to - at < 4) {
                throw cutOff(i);
            }
            int length = (int) LeafType.INT.get(bytes, at);
            at += 4;
            if (length < 0 || length > to - at) {
                throw place.corrupt("a byte string of %d bytes (expected: at most %d)".formatted(length, to - at));
            }
            starts[i] = at;
            at += length;
        }
        starts[count] = at + 4;
        return new Values.Variable(type, count, bytes, starts, 4);
    }

    private void require(long size) {
        if (size > to - from) {
            throw place.corrupt("%d values in %d bytes (expected: %d bytes)".formatted(count, to - from, size));
        }
    }

    private CorruptDataException cutOff(int index) {
        return place.corrupt("a page that ends at value %d of %d".formatted(index, count));
    }

    private Values coded(Values.@Nullable Dictionary dictionary) {
        if (dictionary == null) {
            throw place.corrupt("numbers of a dictionary, without dictionary");
        }
        require(1);
        int width = bytes[from];
        if (width < 0 || width > 32) {
            throw place.corrupt("dictionary numbers of %d bits (expected: at most 32)".formatted(width));
        }
        reserve.accept(4L * count);
        int[] codes = new int[count];
        new Runs(bytes, from + 1, to, width, place).fill(codes);
        int size = dictionary.values.count;
        int bad = 0;
        for (int code : codes) {
            // Negative if the code is, or is not below the size.
            bad |= code | (size - 1 - code);
        }
        if (bad < 0) {
            throw place.corrupt("a number beyond a dictionary of %d values".formatted(size));
        }
        return new Values.Coded(dictionary, count, codes);
    }

    private Values booleanRuns() {
        if (type.physical != Type.BOOLEAN) {
            throw mismatch("RLE");
        }
        require(4);
        int length = (int) LeafType.INT.get(bytes, from);
        if (length < 0 || length > to - from - 4) {
            throw place.corrupt("runs of %d bytes (expected: at most %d)".formatted(length, to - from - 4));
        }
        reserve.accept(count);
        byte[] flags = Runs.levels(bytes, from + 4, from + 4 + length, 1, count, place);
        if (flags == null) {
            flags = new byte[count];
            Arrays.fill(flags, (byte) 1);
        }
        return new Values.Fixed(type, count, flags, 0);
    }

    private CorruptDataException mismatch(String encoding) {
        return place.corrupt("values of type %s in the encoding %s".formatted(type.physical, encoding));
    }

    private Values deltaNumbers() {
        boolean wide = type.physical == Type.INT64;
        if (!wide && type.physical != Type.INT32) {
            throw mismatch("DELTA_BINARY_PACKED");
        }
        DeltaReader reader = new DeltaReader(bytes, from, to, count, place);
        reserve.accept((long) count * type.width);
        byte[] numbers = new byte[Math.multiplyExact(count, type.width)];
        for (int i = 0; i < count; i++) {
            long number = reader.next();
            if (wide) {
                LeafType.LONG.set(numbers, i * 8, number);
            } else {
                LeafType.INT.set(numbers, i * 4, (int) number);
            }
        }
        return new Values.Fixed(type, count, numbers, 0);
    }

    private Values deltaLengths() {
        if (type.physical != Type.BYTE_ARRAY) {
            throw mismatch("DELTA_LENGTH_BYTE_ARRAY");
        }
        reserve.accept(8L * count);
        int[] lengths = new int[count];
        int at = lengths(from, lengths);
        int[] starts = new int[count + 1];
        for (int i = 0; i < count; i++) {
            if (lengths[i] > to - at) {
                throw cutOff(i);
            }
            starts[i] = at;
            at += lengths[i];
        }
        starts[count] = at;
        return new Values.Variable(type, count, bytes, starts, 0);
    }

    /** Reads lengths that are not negative; returns where they end. */
    private int lengths(int start, int[] lengths) {
        DeltaReader reader = new DeltaReader(bytes, start, to, count, place);
        for (int i = 0; i < count; i++) {
            long length = reader.next();
            if (length < 0 || length > PageReader.LARGEST_PAGE) {
                throw place.corrupt("a byte string of %d bytes".formatted(length));
            }
            lengths[i] = (int) length;
        }
        return reader.end();
    }

    private Values deltaStrings() {
        boolean fixed = type.physical == Type.FIXED_LEN_BYTE_ARRAY;
        if (!fixed && type.physical != Type.BYTE_ARRAY) {
            throw mismatch("DELTA_BYTE_ARRAY");
        }
        reserve.accept(12L * count);
        int[] prefixes = new int[count];
        int[] suffixes = new int[count];
        int at = lengths(lengths(from, prefixes), suffixes);
        long total = 0;
        int before = 0;
        for (int i = 0; i < count; i++) {
            int length = prefixes[i] + suffixes[i];
            if (prefixes[i] > before || (fixed && length != type.width)) {
                throw place.corrupt("a prefix of %d and a suffix of %d bytes after a byte string of %d bytes"
                        .formatted(prefixes[i], suffixes[i], before));
            }
            total += length;
            before = length;
        }
        // Prefixes are a compression too: a few bytes may stand for any number.
        if (total > PageReader.LARGEST_PAGE) {
            throw new LimitExceededException(
                    "bytes of one page in " + place.text(), total, PageReader.LARGEST_PAGE, "leave the column out");
        }
        reserve.accept(total);
        byte[] strings = new byte[(int) total];
        int[] starts = new int[count + 1];
        int end = 0;
        for (int i = 0; i < count; i++) {
            if (suffixes[i] > to - at) {
                throw cutOff(i);
            }
            int start = end;
            if (i > 0) {
                System.arraycopy(strings, starts[i - 1], strings, start, prefixes[i]);
            }
            System.arraycopy(bytes, at, strings, start + prefixes[i], suffixes[i]);
            at += suffixes[i];
            end = start + prefixes[i] + suffixes[i];
            starts[i] = start;
        }
        starts[count] = end;
        return fixed ? new Values.Fixed(type, count, strings, 0) : new Values.Variable(type, count, strings, starts, 0);
    }

    private Values split() {
        int width = type.width;
        if (width == 0 || type.physical == Type.BOOLEAN || type.physical == Type.INT96) {
            throw mismatch("BYTE_STREAM_SPLIT");
        }
        // Each stream has as many bytes as there are values; what the page holds tells how many.
        if ((long) count * width != to - from) {
            throw place.corrupt("%d values of %d bytes each in %d bytes".formatted(count, width, to - from));
        }
        reserve.accept(to - from);
        byte[] numbers = new byte[to - from];
        for (int k = 0; k < width; k++) {
            int stream = from + k * count;
            for (int i = 0; i < count; i++) {
                numbers[i * width + k] = bytes[stream + i];
            }
        }
        return new Values.Fixed(type, count, numbers, 0);
    }
}
