package io.atomflux;

import io.atomflux.atoms.Atoms;
import io.atomflux.error.CorruptDataException;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.KeySet;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How a facade's elements become rows of the backend and back; stateless.
 *
 * @param <E> elements of the facade
 * @param <R> rows of its backend
 */
interface RowMapping<E, R extends KeyedRow<R>> {

    /** Turns a written row into an element. */
    E element(R row, String store, long position);

    /** Turns an element into a row. */
    R row(E element);

    /** Returns the element that stands for a reserved row, or null if there is none. */
    @Nullable
    E reserved();

    /** Shows a row as keys and values. */
    Row fields(R row, String store, long position);

    /** Turns keys and values to write into a row. */
    R changes(Row fields);

    /** Refuses keys that elements cannot have. */
    void checkKeys(Collection<String> keys);

    /** Rows are the elements. */
    RowMapping<Row, Row> OBJECTS = new RowMapping<>() {
        @Override
        public Row element(Row row, String store, long position) {
            return row;
        }

        @Override
        public Row row(Row element) {
            return element;
        }

        @Override
        public Row reserved() {
            return Row.reserved();
        }

        @Override
        public Row fields(Row row, String store, long position) {
            return row;
        }

        @Override
        public Row changes(Row fields) {
            return fields;
        }

        @Override
        public void checkKeys(Collection<String> keys) {
            // any key
        }
    };

    /** Raw rows are the elements; shown as keys and values, the values are bytes. */
    RowMapping<BlobRow, BlobRow> BLOBS = new RowMapping<>() {
        @Override
        public BlobRow element(BlobRow row, String store, long position) {
            return row;
        }

        @Override
        public BlobRow row(BlobRow element) {
            return element;
        }

        @Override
        public BlobRow reserved() {
            return BlobRow.reserved();
        }

        @Override
        public Row fields(BlobRow row, String store, long position) {
            if (row.isReserved()) {
                return Row.reserved();
            }
            Map<String, Object> fields = new LinkedHashMap<>();
            for (int i = 0; i < row.size(); i++) {
                fields.put(row.keySet().name(i), row.valueAt(i));
            }
            return Row.of(fields);
        }

        @Override
        public BlobRow changes(Row fields) {
            List<Bytes> values = new ArrayList<>(fields.size());
            fields.forEach((key, value) -> {
                if (!(value instanceof Bytes bytes)) {
                    throw new IllegalArgumentException(
                            "value of key \"%s\": %s (expected: Bytes, as cells are raw here)"
                                    .formatted(
                                            key,
                                            value == null
                                                    ? "null"
                                                    : value.getClass().getSimpleName()));
                }
                values.add(bytes);
            });
            return BlobRow.of(KeySet.of(fields.keys()), values);
        }

        @Override
        public void checkKeys(Collection<String> keys) {
            // any key
        }
    };

    /** Structures are the elements, mapped to rows without loss. */
    RowMapping<Atoms, Row> ATOMS = new RowMapping<>() {
        @Override
        public Atoms element(Row row, String store, long position) {
            try {
                return Atoms.fromRow(row);
            } catch (IllegalArgumentException e) {
                throw new CorruptDataException(
                        store,
                        "row " + position,
                        "not a structure: " + Objects.requireNonNullElse(e.getMessage(), ""),
                        e);
            }
        }

        @Override
        public Row row(Atoms element) {
            return element.toRow();
        }

        @Override
        public @Nullable Atoms reserved() {
            return null;
        }

        @Override
        public Row fields(Row row, String store, long position) {
            return row;
        }

        @Override
        public Row changes(Row fields) {
            return fields;
        }

        @Override
        public void checkKeys(Collection<String> keys) {
            for (String key : keys) {
                boolean known = key.equals("cell")
                        || key.equals("pbc")
                        || key.equals("constraints")
                        || key.startsWith("arrays.")
                        || key.startsWith("info.")
                        || key.startsWith("calc.");
                if (!known) {
                    throw new IllegalArgumentException(
                            "key: \"%s\" (expected: cell, pbc, constraints, or a key beginning with arrays., info. or calc.)"
                                    .formatted(key));
                }
            }
        }
    };
}
