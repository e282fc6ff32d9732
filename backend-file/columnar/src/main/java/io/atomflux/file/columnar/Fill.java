package io.atomflux.file.columnar;

import io.atomflux.value.DType;

/** The elements that stand where nobody wrote any: NaN, an integer, false; elements are little-endian. */
final class Fill {

    private Fill() {}

    /** Tells whether bytes are the fill; any NaN is. */
    static boolean is(DType type, long integerFill, byte[] bytes, int at, int size) {
        int item = type.itemSize();
        if (type.kind() == DType.Kind.FLOAT) {
            for (int i = at; i < at + size; i += item) {
                if (!isNaN(item, bytes, i)) {
                    return false;
                }
            }
            return true;
        }
        boolean integer = type.kind() == DType.Kind.INT || type.kind() == DType.Kind.UINT;
        for (int i = 0; i < size; i++) {
            if (bytes[at + i] != (integer ? (byte) (integerFill >> 8 * (i % item)) : 0)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isNaN(int item, byte[] bytes, int at) {
        switch (item) {
            case 2 -> {
                return (bytes[at + 1] & 0x7c) == 0x7c && ((bytes[at + 1] & 3) | bytes[at]) != 0;
            }
            case 4 -> {
                return (bytes[at + 3] & 0x7f) == 0x7f
                        && (bytes[at + 2] & 0x80) != 0
                        && ((bytes[at + 2] & 0x7f) | bytes[at + 1] | bytes[at]) != 0;
            }
            default -> {
                if ((bytes[at + 7] & 0x7f) != 0x7f || (bytes[at + 6] & 0xf0) != 0xf0) {
                    return false;
                }
                int rest = bytes[at + 6] & 0x0f;
                for (int i = 0; i < 6; i++) {
                    rest |= bytes[at + i];
                }
                return rest != 0;
            }
        }
    }

    /** Writes the fill. */
    static void put(DType type, long integerFill, byte[] bytes, int at, int size) {
        byte[] one = element(type, integerFill);
        for (int i = 0; i < size; i++) {
            bytes[at + i] = one[i % one.length];
        }
    }

    private static byte[] element(DType type, long integerFill) {
        int item = type.itemSize();
        byte[] one = new byte[item];
        switch (type.kind()) {
            case FLOAT -> { // numpy's NaN: positive, quiet, nothing else
                one[item - 1] = 0x7f;
                one[item - 2] = (byte) (item == 8 ? 0xf8 : item == 4 ? 0xc0 : 0);
                if (item == 2) {
                    one[1] = 0x7e;
                }
            }
            case INT, UINT -> {
                for (int i = 0; i < item; i++) {
                    one[i] = (byte) (integerFill >> 8 * i);
                }
            }
            case BOOL, COMPLEX, BYTES, UNICODE, STRUCT -> {}
        }
        return one;
    }
}
