package io.atomflux.file.columnar.zarr;

import io.atomflux.value.DType;

/** Turning numbers from big-endian to little-endian and back. */
final class ByteOrders {

    private ByteOrders() {}

    /** Returns how many bytes of an element are turned together; 1 if there is nothing to turn. */
    static int unit(DType type) {
        return switch (type.kind()) {
            case INT, UINT, FLOAT -> type.itemSize();
            case COMPLEX -> type.itemSize() / 2;
            case UNICODE -> 4;
            case BOOL, BYTES, STRUCT -> 1;
        };
    }

    /** Returns a copy of numbers of 2, 4 or 8 bytes in the other order. */
    static byte[] swapped(byte[] bytes, int unit) {
        byte[] turned = new byte[bytes.length];
        switch (unit) {
            case 8 -> {
                for (int i = 0; i + 8 <= bytes.length; i += 8) {
                    LittleEndian.putLong(turned, i, Long.reverseBytes(LittleEndian.getLong(bytes, i)));
                }
            }
            case 4 -> {
                for (int i = 0; i + 4 <= bytes.length; i += 4) {
                    LittleEndian.putInt(turned, i, Integer.reverseBytes(LittleEndian.getInt(bytes, i)));
                }
            }
            default -> {
                for (int i = 0; i < bytes.length; i += unit) {
                    for (int j = 0; j < unit; j++) {
                        turned[i + j] = bytes[i + unit - 1 - j];
                    }
                }
            }
        }
        return turned;
    }
}
