package io.atomflux.file.columnar;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Keys that H5MD files hold in another form (asebytes 0.3 H5MD layout): species as floats, constraints as text, bonds. */
final class H5mdSpecials {

    /** By key. */
    static final Map<String, Placement.Special> ALL = Map.of(
            H5mdNames.NUMBERS, new Species(),
            H5mdNames.CONSTRAINTS, new Constraints(),
            H5mdNames.CONNECTIVITY, new Connectivity());

    private static final long FLOAT64_EXACT = 1L << 53;

    private H5mdSpecials() {}

    /** Atomic numbers as float64, so that missing ones can be NaN. */
    private static final class Species implements Placement.Special {

        @Override
        public List<String> columns() {
            return List.of(H5mdNames.NUMBERS);
        }

        @Override
        public List<@Nullable Object> split(@Nullable Object value) {
            if (value instanceof NdArray array && isInteger(array.dtype()) && fits(array)) {
                return Collections.singletonList(array.as(DType.FLOAT64));
            }
            return Collections.singletonList(value);
        }

        private static boolean fits(NdArray array) {
            for (int i = 0; i < array.size(); i++) {
                if (Math.abs(array.longAt(i)) > FLOAT64_EXACT) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public @Nullable Object join(List<@Nullable Object> parts) {
            Object part = parts.get(0);
            if (!(part instanceof NdArray array) || array.dtype().kind() != DType.Kind.FLOAT) {
                return part;
            }
            long[] numbers = new long[array.size()];
            for (int i = 0; i < numbers.length; i++) {
                double number = array.doubleAt(i);
                numbers[i] = (long) number;
                if (numbers[i] != number || Math.abs(number) > FLOAT64_EXACT) {
                    return part;
                }
            }
            return NdArray.of(numbers, array.shape());
        }
    }

    /** Constraints as a text of JSON, which the column of texts writes as JSON once more. */
    private static final class Constraints implements Placement.Special {

        @Override
        public List<String> columns() {
            return List.of(H5mdNames.CONSTRAINTS_JSON);
        }

        @Override
        public List<@Nullable Object> split(@Nullable Object value) {
            try {
                return Collections.singletonList(value == null ? null : PythonJson.write(value));
            } catch (IllegalArgumentException e) {
                return Collections.singletonList(null); // kept beside the arrays
            }
        }

        @Override
        public @Nullable Object join(List<@Nullable Object> parts) {
            Object part = parts.get(0);
            if (part instanceof String text) {
                return text.isEmpty() ? null : PythonJsonReader.read(text);
            }
            return part; // encoded once only
        }
    }

    /** Pairs of bonded atoms, and the orders of the bonds where some have one. */
    private static final class Connectivity implements Placement.Special {

        @Override
        public List<String> columns() {
            return List.of(H5mdNames.BONDS, H5mdNames.BOND_ORDERS);
        }

        @Override
        public List<@Nullable Object> split(@Nullable Object value) {
            List<@Nullable Object> nothing = Arrays.asList(null, null);
            if (!(value instanceof List<?> bonds) || bonds.isEmpty()) {
                return nothing;
            }
            int[] pairs = new int[bonds.size() * 2];
            double[] orders = new double[bonds.size()];
            boolean ordered = false;
            for (int i = 0; i < orders.length; i++) {
                if (!(bonds.get(i) instanceof List<?> bond) || bond.size() < 2 || bond.size() > 3) {
                    return nothing;
                }
                for (int k = 0; k < 2; k++) {
                    if (!(bond.get(k) instanceof Long atom) || atom < 0 || atom > Integer.MAX_VALUE) {
                        return nothing;
                    }
                    pairs[i * 2 + k] = (int) (long) atom;
                }
                orders[i] = Double.NaN;
                if (bond.size() == 3) {
                    if (!(bond.get(2) instanceof Number order)) {
                        return nothing;
                    }
                    orders[i] = order.doubleValue();
                    ordered = true;
                }
            }
            return Arrays.asList(NdArray.of(pairs, orders.length, 2), ordered ? NdArray.of(orders) : null);
        }

        @Override
        public @Nullable Object join(List<@Nullable Object> parts) {
            if (!(parts.get(0) instanceof NdArray pairs)
                    || pairs.rank() != 2
                    || pairs.length(1) != 2
                    || !isInteger(pairs.dtype())) {
                return null;
            }
            NdArray orders = parts.get(1) instanceof NdArray array
                            && array.rank() == 1
                            && array.dtype().isReal()
                    ? array
                    : null;
            List<Object> bonds = new ArrayList<>();
            for (int i = 0; i < pairs.length(0); i++) {
                long one = pairs.longAt(i * 2);
                long other = pairs.longAt(i * 2 + 1);
                if (one < 0 || other < 0) {
                    continue; // padding
                }
                double order = orders != null && i < orders.size() ? orders.doubleAt(i) : Double.NaN;
                bonds.add(Double.isNaN(order) ? List.of(one, other) : List.of(one, other, order));
            }
            return bonds.isEmpty() ? null : Collections.unmodifiableList(bonds);
        }
    }

    private static boolean isInteger(DType type) {
        return type.kind() == DType.Kind.INT || type.kind() == DType.Kind.UINT;
    }
}
