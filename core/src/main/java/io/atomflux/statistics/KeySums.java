package io.atomflux.statistics;

import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Gathers the values of one key; for one thread. */
final class KeySums {

    /** Elements copied at once; whole vectors, as every number up to {@link #COMPONENTS} divides it. */
    private static final int CHUNK = 65_520;

    private static final int COMPONENTS = 9;

    /** Results that ASE keeps per atom; see {@code ase.outputs} of ASE 3.29. */
    private static final Set<String> PER_ATOM =
            Set.of("calc.forces", "calc.stresses", "calc.charges", "calc.magmoms", "calc.energies", "calc.momenta");

    private final boolean perAtom;
    private final DistributionSums values;
    private final MomentSums lengths = new MomentSums();
    private final Set<String> types = new TreeSet<>();
    private final Components whole = new Components(0);
    private final Components entries = new Components(1);
    private @Nullable DType lastType;
    private long rows;
    private long nulls;
    private long others;

    KeySums(String key, Bins bins) {
        perAtom = key.startsWith("arrays.") || PER_ATOM.contains(key);
        values = new DistributionSums(bins);
    }

    /** Moments of each component of values of equal shape, from an axis on; given up when a shape differs. */
    private static final class Components {

        private final int axis;
        private int @Nullable [] shape;
        private MomentSums[] sums = {};
        private boolean off;

        Components(int axis) {
            this.axis = axis;
        }

        void add(NdArray array, double[] elements, int count) {
            if (off) {
                return;
            }
            if (shape == null) {
                begin(array);
            }
            if (!off && isAlike(array)) {
                for (int i = 0; i < sums.length; i++) {
                    sums[i].add(elements, i, count, sums.length);
                }
            } else {
                stop();
            }
        }

        private void begin(NdArray array) {
            if (array.rank() <= axis) {
                off = true;
                return;
            }
            int[] mine = Arrays.copyOfRange(array.shape(), axis, array.rank());
            long size = Arrays.stream(mine).asLongStream().reduce(1, (a, b) -> a * b);
            off = size < 2 || size > COMPONENTS;
            shape = mine;
            sums = new MomentSums[off ? 0 : (int) size];
            Arrays.setAll(sums, i -> new MomentSums());
        }

        private boolean isAlike(NdArray array) {
            int[] mine = shape;
            if (mine == null || array.rank() != mine.length + axis) {
                return false;
            }
            for (int i = 0; i < mine.length; i++) {
                if (array.length(axis + i) != mine[i]) {
                    return false;
                }
            }
            return true;
        }

        void stop() {
            if (!off) {
                off = true;
                sums = new MomentSums[0];
            }
        }

        boolean isOn() {
            return sums.length > 0;
        }

        List<Integer> shape() {
            int[] mine = shape;
            return isOn() && mine != null ? Arrays.stream(mine).boxed().toList() : List.of();
        }

        List<Moments> result() {
            return Arrays.stream(sums).map(MomentSums::result).toList();
        }
    }

    void add(@Nullable Object value) {
        if (value == null) {
            nulls++;
        } else if (value instanceof Double number) {
            addNumber(DType.FLOAT64, number);
        } else if (value instanceof NdArray array) {
            addArray(array);
        } else if (value instanceof Long number) {
            addNumber(DType.INT64, number);
        } else if (value instanceof Boolean flag) {
            addNumber(DType.BOOL, flag ? 1 : 0);
        } else if (value instanceof BigInteger number) {
            addNumber(DType.UINT64, number.doubleValue());
        } else if (value instanceof NdScalar scalar) {
            if (scalar.dtype().isReal()) {
                addNumber(scalar.dtype(), scalar.doubleValue());
            } else {
                addOther(nameOf(scalar.dtype()));
            }
        } else if (value instanceof List<?> list) {
            addList(list);
        } else if (value instanceof String) {
            addOther("str");
        } else if (value instanceof Bytes) {
            addOther("bytes");
        } else {
            addOther(value instanceof Complex ? "complex" : "map");
        }
    }

    private void addNumber(DType type, double number) {
        see(type);
        rows++;
        whole.stop();
        entries.stop();
        values.add(number);
    }

    private void addArray(NdArray array) {
        DType type = array.dtype();
        if (!type.isReal()) {
            addOther(nameOf(type));
        } else if (array.rank() == 0) {
            addNumber(type, array.doubleAt(0));
        } else {
            see(type);
            rows++;
            lengths.add(array.length(0));
            addElements(array);
        }
    }

    private void addElements(NdArray array) {
        if (array.size() <= CHUNK) {
            addPart(array, array.toDoubleArray());
            return;
        }
        NdArray flat = array.reshape(array.size());
        for (int from = 0; from < array.size(); from += CHUNK) {
            NdArray part = flat.slice(from, Math.min(array.size(), from + CHUNK));
            addPart(array, part.toDoubleArray());
        }
    }

    private void addPart(NdArray array, double[] elements) {
        values.add(elements);
        whole.add(array, elements, elements.length);
        entries.add(array, elements, elements.length);
    }

    private void addList(List<?> list) {
        if (list.isEmpty()) {
            addOther("list");
            return;
        }
        double[] numbers = new double[list.size()];
        boolean integers = true;
        for (int i = 0; i < numbers.length; i++) {
            if (list.get(i) instanceof Long number) {
                numbers[i] = number;
            } else if (list.get(i) instanceof Double number) {
                numbers[i] = number;
                integers = false;
            } else {
                addOther("list");
                return;
            }
        }
        addArray(NdArray.of(numbers, numbers.length), integers ? "list of int64" : "list of float64");
    }

    private void addArray(NdArray numbers, String type) {
        types.add(type);
        rows++;
        lengths.add(numbers.size());
        addElements(numbers);
    }

    private void addOther(String type) {
        types.add(type);
        others++;
    }

    /** Notes a type; naming one makes a text, which would be made for every value. */
    private void see(DType type) {
        if (type != lastType) {
            lastType = type;
            types.add(type.name());
        }
    }

    /** Names types that are no numbers; there are as many as lengths of texts, so these are left out. */
    private static String nameOf(DType type) {
        return switch (type.kind()) {
            case UNICODE -> "str";
            case BYTES -> "bytes";
            case COMPLEX -> "complex";
            case STRUCT -> "record";
            case BOOL, INT, UINT, FLOAT -> type.name();
        };
    }

    KeyStatistics result(long written) {
        boolean perEntry = entries.isOn() && (perAtom || !whole.isOn());
        Components components = perEntry ? entries : whole;
        return new KeyStatistics(
                rows,
                written - rows - nulls - others,
                nulls,
                others,
                new TreeSet<>(types),
                values.result(),
                components.shape(),
                components.result(),
                lengths.result());
    }
}
