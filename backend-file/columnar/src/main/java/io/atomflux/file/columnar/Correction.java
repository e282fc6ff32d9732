package io.atomflux.file.columnar;

import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What one key of a row really is, where the stored cell would be read as something else.
 *
 * <p>Those of a row are one msgpack list of entries {@code [key, operation, check, …]} in the internal array {@code
 * _atomflux_exact}; {@code _atomflux_rows} has begin and length for each row. The check is the CRC-32C of the cell: one that
 * another program has changed since does not fit any more, and then the cell is right. Entries of the empty key are about the
 * row itself.
 *
 * @param key the key, empty for the row itself
 * @param operation what it is
 * @param check the checksum of the cell, as an unsigned integer
 * @param dtype numpy's name of the real type; null if it is the cell's
 * @param shape the real shape; null if it is the cell's
 * @param value the real value, of {@link Operation#VALUE} only
 */
record Correction(
        String key,
        Operation operation,
        long check,
        @Nullable String dtype,
        @Nullable List<Long> shape,
        @Nullable Object value) {

    /** What a key really is; stored by its place in this list, so new ones go to the end. */
    enum Operation {
        /** Not there, though the cell looks like a value. */
        ABSENT,
        /** Null. */
        NULL,
        /** What the cell holds, though that looks like nothing. */
        PRESENT,
        /** An array of another type, or as long as a part of the cell. */
        ARRAY,
        /** A scalar of a numpy type. */
        SCALAR,
        /** An array without axes. */
        NO_AXES,
        /** An integer. */
        INTEGER,
        /** Something else; comes with it. */
        VALUE,
        /** The row was written, though it looks reserved. */
        WRITTEN,
        /** The row is reserved, though it looks written. */
        RESERVED
    }

    static Correction of(String key, Operation operation, long check) {
        return new Correction(key, operation, check, null, null, null);
    }

    static Correction ofRow(Operation operation) {
        return of("", operation, 0);
    }

    /** Encodes those of one row. */
    static byte[] encode(List<Correction> corrections) {
        List<@Nullable Object> rows = new ArrayList<>();
        for (Correction correction : corrections) {
            List<@Nullable Object> row = new ArrayList<>();
            row.add(correction.key);
            row.add((long) correction.operation.ordinal());
            switch (correction.operation) {
                case ABSENT, NULL, PRESENT, INTEGER -> row.add(correction.check);
                case SCALAR, NO_AXES -> {
                    row.add(correction.check);
                    row.add(correction.dtype);
                }
                case ARRAY -> {
                    row.add(correction.check);
                    row.add(correction.dtype);
                    row.add(correction.shape);
                }
                case VALUE -> {
                    row.add(correction.check);
                    row.add(correction.value);
                }
                case WRITTEN, RESERVED -> {}
            }
            rows.add(row);
        }
        return NumpyMsgpack.CODEC.encode(rows).toArray();
    }

    /**
     * Decodes those of one row; operations of later versions are left out.
     *
     * @throws IllegalArgumentException if the bytes are not of this form
     */
    static List<Correction> decode(byte[] bytes, int at, int length) {
        Object decoded = NumpyMsgpack.CODEC.decode(bytes, at, length);
        List<Correction> all = new ArrayList<>();
        for (Object item : list(decoded)) {
            List<?> row = list(item);
            if (row.size() < 2 || !(row.get(0) instanceof String key) || !(row.get(1) instanceof Long operation)) {
                throw damaged(row);
            }
            if (operation < 0 || operation >= Operation.values().length) {
                continue;
            }
            all.add(decoded(key, Operation.values()[operation.intValue()], row));
        }
        return all;
    }

    private static Correction decoded(String key, Operation operation, List<?> row) {
        long check = row.size() > 2 && row.get(2) instanceof Long number ? number : 0;
        return switch (operation) {
            case ABSENT, NULL, PRESENT, INTEGER, WRITTEN, RESERVED -> of(key, operation, check);
            case SCALAR, NO_AXES, ARRAY -> {
                Object dtype = row.size() > 3 ? row.get(3) : null;
                Object shape = row.size() > 4 ? row.get(4) : null;
                if (dtype != null && !(dtype instanceof String)) {
                    throw damaged(row);
                }
                List<Long> axes = null;
                if (shape != null) {
                    axes = new ArrayList<>();
                    for (Object axis : list(shape)) {
                        if (!(axis instanceof Long length) || length < 0 || length > Integer.MAX_VALUE) {
                            throw damaged(row);
                        }
                        axes.add(length);
                    }
                }
                yield new Correction(key, operation, check, (String) dtype, axes, null);
            }
            case VALUE -> {
                if (row.size() < 4) {
                    throw damaged(row);
                }
                yield new Correction(key, operation, check, null, null, row.get(3));
            }
        };
    }

    private static List<?> list(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list;
        }
        throw damaged(value);
    }

    private static IllegalArgumentException damaged(@Nullable Object found) {
        return new IllegalArgumentException("%s (expected: a list of key, operation and check)".formatted(found));
    }

    /**
     * Finds the shortest correction under which a cell stands for a value.
     *
     * @param cell the cell as it is written
     * @param wanted what it shall stand for, not {@link Native#ABSENT}
     */
    static Correction finding(String key, Cell cell, @Nullable Object wanted) {
        long check = cell.check();
        if (wanted == null) {
            return of(key, Operation.NULL, check);
        }
        List<Correction> candidates = new ArrayList<>();
        candidates.add(of(key, Operation.PRESENT, check));
        if (wanted instanceof Long) {
            candidates.add(of(key, Operation.INTEGER, check));
        } else if (wanted instanceof NdScalar scalar) {
            candidates.add(
                    new Correction(key, Operation.SCALAR, check, scalar.dtype().code(), null, null));
        } else if (wanted instanceof NdArray array) {
            String code = array.dtype().code();
            candidates.add(new Correction(key, Operation.NO_AXES, check, code, null, null));
            List<Long> shape = new ArrayList<>();
            for (int axis : array.shape()) {
                shape.add((long) axis);
            }
            candidates.add(new Correction(key, Operation.ARRAY, check, null, shape, null));
            candidates.add(new Correction(key, Operation.ARRAY, check, code, null, null));
            candidates.add(new Correction(key, Operation.ARRAY, check, code, shape, null));
        }
        for (Correction candidate : candidates) {
            Optional<Object> found = candidate.applied(cell);
            if (found.isPresent() && same(found.get(), wanted)) {
                return candidate;
            }
        }
        return new Correction(key, Operation.VALUE, check, null, null, wanted);
    }

    /** Tells whether two values are the same, the bits of NaN included. */
    static boolean same(@Nullable Object one, @Nullable Object other) {
        return one instanceof Double a && other instanceof Double b
                ? Double.doubleToRawLongBits(a) == Double.doubleToRawLongBits(b)
                : Objects.equals(one, other);
    }

    /** Tells whether a cell is still what it was when this was written. */
    boolean fits(Cell cell) {
        return check == cell.check();
    }

    /**
     * Returns what a cell stands for under this correction, which is about a value there is; empty if that makes no sense for
     * such a cell.
     */
    Optional<Object> applied(Cell cell) {
        return switch (operation) {
            case ABSENT, NULL, WRITTEN, RESERVED -> Optional.empty();
            case VALUE -> Optional.ofNullable(value);
            case PRESENT -> cell.whole();
            case INTEGER ->
                cell.number().filter(number -> number instanceof Double).map(number -> ((Double) number).longValue());
            case SCALAR -> zeroAxes(cell).map(NdScalar::of);
            case NO_AXES -> zeroAxes(cell).map(array -> array);
            case ARRAY -> cell.array(shape).flatMap(this::typed).map(array -> array);
        };
    }

    private Optional<NdArray> zeroAxes(Cell cell) {
        return cell.zeroAxes().flatMap(this::typed);
    }

    private Optional<NdArray> typed(NdArray array) {
        if (dtype == null || array.dtype().code().equals(dtype)) {
            return Optional.of(array);
        }
        DType wanted;
        try {
            wanted = DType.of(dtype);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        return Numbers.converted(array, wanted);
    }

    @Override
    public String toString() {
        return operation + " " + key + (dtype == null ? "" : " " + dtype) + (shape == null ? "" : " " + shape);
    }

    /** A cell as it is stored; of a key without an array it is empty. */
    interface Cell {
        /** Returns the checksum of its bytes. */
        long check();

        /** Returns what it holds even if that looks like nothing. */
        Optional<Object> whole();

        /** Returns its number if it is one, NaN too. */
        Optional<Object> number();

        /** Returns its number as an array without axes, if it is one. */
        Optional<NdArray> zeroAxes();

        /** Returns a corner of its array, the whole array if no shape is given. */
        Optional<NdArray> array(@Nullable List<Long> shape);
    }
}
