package io.atomflux.file.columnar.hdf5;

import java.util.Arrays;

/**
 * Types of elements and shapes.
 *
 * <p>Source: "HDF5 File Format Specification 3.0", IV.A.2.b and IV.A.2.d.
 */
final class CheckedTypes {

    /** Of complex numbers (HDF5 2.0), which the library in use refuses by itself. */
    private static final int COMPLEX = 11;

    private static final int VARIABLE = 9;
    private static final int MOST_DEPTH = 64;
    private static final int MOST_RANK = 32;

    private CheckedTypes() {}

    /**
     * What is to be known of the elements of a type.
     *
     * @param isText whether they are texts of any length
     */
    record Element(long bytes, boolean isText) {}

    /** Reads a type. */
    static Element type(CheckedPart part) {
        boolean isText = (part.peek(0) & 0xF) == VARIABLE && (part.peek(1) & 0xF) == 1;
        return new Element(type(part, 0), isText);
    }

    private static long type(CheckedPart part, int depth) {
        part.range("types within types, depth", depth, 0, MOST_DEPTH);
        int start = part.u8();
        int version = start >> 4;
        int kind = start & 0xF;
        part.range("version of a type", version, 1, 5);
        int bits = (int) part.number(3);
        long size = part.u32();
        part.range("bytes of an element", size, 1, 0xFFFFFFFFL);
        switch (kind) {
            case 0, 4 -> precision(part, size);
            case 1 -> floating(part, bits, size);
            case 2 -> part.range("bits of a time", part.u16(), 1, 8 * size);
            case 3 -> textual(part, bits & 0xF, (bits >> 4) & 0xF);
            case 5 -> part.skip(bits & 0xFF);
            case 6 -> compound(part, version, bits & 0xFFFF, size, depth);
            case 7 -> part.range("kind of a reference", bits & 0xF, 0, version < 4 ? 1 : 4);
            case 8 -> enumeration(part, version, bits & 0xFFFF, size, depth);
            case 9 -> variable(part, bits, depth);
            case 10 -> array(part, version, size, depth);
            case COMPLEX -> {
                part.range("version of a type of complex numbers", version, 5, 5);
                part.range("bytes of a part of a complex number", type(part, depth + 1), size / 2, size / 2);
            }
            default -> throw part.wrong("class %d of a type".formatted(kind), "0 to 11");
        }
        return size;
    }

    private static void precision(CheckedPart part, long size) {
        int offset = part.u16();
        int precision = part.u16();
        part.range("bits of a number", precision, 1, 8 * size);
        part.range("offset of the bits of a number", offset, 0, 8 * size - precision);
    }

    private static void floating(CheckedPart part, int bits, long size) {
        int order = (bits & 1) | (bits >> 5 & 2);
        part.range("order of the bytes of a number", order == 2 ? 2 : 0, 0, 0);
        part.range("normalization of a number", bits >> 4 & 3, 0, 2);
        int sign = bits >> 8 & 0xFF;
        int offset = part.u16();
        int precision = part.u16();
        part.range("bits of a number", precision, 1, 8 * size);
        part.range("offset of the bits of a number", offset, 0, 8 * size - precision);
        part.range("place of the sign of a number", sign, 0, precision - 1);
        int exponentAt = part.u8();
        int exponent = part.u8();
        part.range("bits of an exponent", exponent, 1, precision);
        part.range("place of an exponent", exponentAt, 0, precision - exponent);
        int mantissaAt = part.u8();
        int mantissa = part.u8();
        part.range("bits of a mantissa", mantissa, 1, precision);
        part.range("place of a mantissa", mantissaAt, 0, precision - mantissa);
        part.skip(4);
    }

    private static void textual(CheckedPart part, int padding, int characters) {
        part.range("padding of a text", padding, 0, 2);
        part.range("characters of a text", characters, 0, 1);
    }

    private static void name(CheckedPart part, int version) {
        int length = part.text();
        if (version < 3) {
            part.skip((8 - length % 8) % 8);
        }
    }

    private static void compound(CheckedPart part, int version, int members, long size, int depth) {
        part.range("members of a compound", members, 1, part.left());
        long[][] extents = new long[members][];
        int offsetBytes = version < 3 ? 4 : bytesFor(size);
        for (int i = 0; i < members; i++) {
            name(part, version);
            long offset = part.number(offsetBytes);
            long times = 1;
            if (version == 1) {
                int rank = part.u8();
                part.range("rank of a member", rank, 0, 4);
                part.skip(11);
                for (int axis = 0; axis < 4; axis++) {
                    long length = part.u32();
                    times = axis < rank ? times(part, times, length) : times;
                }
            }
            long bytes = times(part, times, type(part, depth + 1));
            part.range("bytes of a member", bytes, 1, size);
            part.range("offset of a member", offset, 0, size - bytes);
            extents[i] = new long[] {offset, offset + bytes};
        }
        Arrays.sort(extents, (a, b) -> Long.compare(a[0], b[0]));
        for (int i = 1; i < members; i++) {
            part.range("offset of a member", extents[i][0], extents[i - 1][1], size);
        }
    }

    private static void enumeration(CheckedPart part, int version, int members, long size, int depth) {
        part.range("bytes of the type of an enumeration", type(part, depth + 1), size, size);
        part.range("members of an enumeration", members, 0, part.left());
        for (int i = 0; i < members; i++) {
            name(part, version);
        }
        part.skip(members * size);
    }

    private static void variable(CheckedPart part, int bits, int depth) {
        part.range("kind of a type of any length", bits & 0xF, 0, 1);
        if ((bits & 0xF) == 1) {
            textual(part, bits >> 4 & 0xF, bits >> 8 & 0xF);
        }
        type(part, depth + 1);
    }

    private static void array(CheckedPart part, int version, long size, int depth) {
        part.range("version of a type of arrays", version, 2, 5);
        int rank = part.u8();
        part.range("rank of a type of arrays", rank, 1, MOST_RANK);
        part.skip(version == 2 ? 3 : 0);
        long count = 1;
        for (int axis = 0; axis < rank; axis++) {
            count = times(part, count, part.u32());
        }
        part.skip(version == 2 ? 4L * rank : 0);
        part.range("bytes of an array", times(part, count, type(part, depth + 1)), size, size);
    }

    /** Returns how many bytes a number up to that takes. */
    static int bytesFor(long limit) {
        return (63 - Long.numberOfLeadingZeros(Math.max(1, limit))) / 8 + 1;
    }

    /** Multiplies lengths, none of which is negative. */
    static long times(CheckedPart part, long a, long b) {
        if (a < 0 || b < 0 || Math.multiplyHigh(a, b) != 0 || a * b < 0) {
            throw part.wrong(
                    "%s times %s elements".formatted(Long.toUnsignedString(a), Long.toUnsignedString(b)),
                    "less than 2^63");
        }
        return a * b;
    }

    /** Reads a shape; returns how many elements there are, or -1 if more than can be counted. */
    static long shape(CheckedPart part) {
        int version = part.u8();
        part.range("version of a shape", version, 1, 2);
        int rank = part.u8();
        part.range("rank", rank, 0, MOST_RANK);
        int flags = part.u8();
        part.range("flags of a shape", flags, 0, version == 1 ? 3 : 1);
        int kind = part.u8();
        if (version == 1) {
            kind = rank == 0 ? 0 : 1;
            part.skip(4);
        } else {
            part.range("kind of a shape", kind, 0, 2);
            part.range("rank", rank, 0, kind == 1 ? MOST_RANK : 0);
        }
        long[] lengths = new long[rank];
        long count = kind == 2 ? 0 : 1;
        for (int axis = 0; axis < rank; axis++) {
            lengths[axis] = part.length();
            boolean tooMany = count < 0
                    || lengths[axis] < 0
                    || Math.multiplyHigh(count, lengths[axis]) != 0
                    || count * lengths[axis] < 0;
            count = lengths[axis] == 0 ? 0 : tooMany ? -1 : count * lengths[axis];
        }
        for (int axis = 0; axis < rank && (flags & 1) != 0; axis++) {
            long most = part.length();
            if (Long.compareUnsigned(lengths[axis], most) > 0) {
                throw part.wrong("length " + Long.toUnsignedString(lengths[axis]), "at most " + most);
            }
        }
        if ((flags & 2) != 0) {
            part.skip((long) rank * 8);
        }
        return count;
    }
}
