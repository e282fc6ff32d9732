package io.atomflux.file.columnar;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.util.Optional;

/** Arrays of numbers in other types and byte orders. */
final class Numbers {

    private Numbers() {}

    /** Converts to another type of numbers, rounding as numpy does; empty if one of the two is no numbers. */
    static Optional<NdArray> converted(NdArray array, DType wanted) {
        DType from = array.dtype();
        if (from.equals(wanted)) {
            return Optional.of(array);
        } else if (ColumnType.little(from).equals(ColumnType.little(wanted)) && isNumeric(from)) {
            return Optional.of(swapped(array, wanted));
        } else if (from.isReal() && wanted.isReal()) {
            return Optional.of(array.as(wanted));
        } else if (from.isReal() && wanted.kind() == DType.Kind.COMPLEX) {
            return Optional.of(interleaved(array, wanted));
        } else if (from.kind() == DType.Kind.COMPLEX && wanted.isReal()) {
            return Optional.of(realParts(array).as(wanted));
        } else if (from.kind() == DType.Kind.COMPLEX && wanted.kind() == DType.Kind.COMPLEX) {
            NdArray little = swapped(array, ColumnType.little(from));
            int[] pairs = {little.size() * 2};
            DType part = part(wanted);
            byte[] bytes =
                    bytes(NdArray.wrap(part(from), pairs, bytes(little), 0).as(part));
            return Optional.of(swapped(NdArray.wrap(ColumnType.little(wanted), array.shape(), bytes, 0), wanted));
        }
        return Optional.empty();
    }

    private static boolean isNumeric(DType dtype) {
        return dtype.isReal() || dtype.kind() == DType.Kind.COMPLEX;
    }

    private static DType part(DType complex) {
        return complex.itemSize() == 8 ? DType.FLOAT32 : DType.FLOAT64;
    }

    private static NdArray interleaved(NdArray real, DType complex) {
        DType part = part(complex);
        byte[] parts = bytes(real.as(part));
        int item = part.itemSize();
        byte[] all = new byte[parts.length * 2];
        for (int i = 0; i < real.size(); i++) {
            System.arraycopy(parts, i * item, all, i * 2 * item, item);
        }
        return swapped(NdArray.wrap(ColumnType.little(complex), real.shape(), all, 0), complex);
    }

    private static NdArray realParts(NdArray complex) {
        NdArray little = swapped(complex, ColumnType.little(complex.dtype()));
        byte[] all = bytes(little);
        int item = part(complex.dtype()).itemSize();
        byte[] parts = new byte[all.length / 2];
        for (int i = 0; i < complex.size(); i++) {
            System.arraycopy(all, i * 2 * item, parts, i * item, item);
        }
        return NdArray.wrap(part(complex.dtype()), complex.shape(), parts, 0);
    }

    /** Returns the same numbers in the byte order of a type of equal kind and size. */
    private static NdArray swapped(NdArray array, DType wanted) {
        if (array.dtype().equals(wanted)) {
            return array;
        }
        byte[] bytes = bytes(array);
        int item = wanted.kind() == DType.Kind.COMPLEX ? wanted.itemSize() / 2 : wanted.itemSize();
        for (int i = 0; i < bytes.length; i += item) {
            for (int j = 0; j < item / 2; j++) {
                byte swap = bytes[i + j];
                bytes[i + j] = bytes[i + item - 1 - j];
                bytes[i + item - 1 - j] = swap;
            }
        }
        return NdArray.wrap(wanted, array.shape(), bytes, 0);
    }

    /** Copies the bytes of an array. */
    static byte[] bytes(NdArray array) {
        byte[] bytes = new byte[array.byteSize()];
        array.copyTo(bytes, 0);
        return bytes;
    }
}
