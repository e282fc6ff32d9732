package io.atomflux.loader;

import io.atomflux.Ragged;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.value.DType;
import io.atomflux.value.KeySet;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Numbers, arrays or texts of one key, stacked, joined or padded. Values are looked at as they come and copied once, into an array
 * that is allocated once, on the way to the type it has in the end.
 */
final class Column implements Gathered {

    private static final int LARGEST = Integer.MAX_VALUE - 8;
    private static final int[] SCALAR = {};

    private final String key;
    private final Form form;
    private final Lookup lookup;
    private final List<Object> values = new ArrayList<>(); // Double, or NdArray, or String if all are
    private final CommonType type = new CommonType();
    private @Nullable Sample first;
    private int @Nullable [] entry; // the shape of one entry: of a value if stacked, else without the first axis
    private @Nullable NdArray hollow; // tells type and shape if there are none but such
    private boolean texts;
    private long entries;
    private int longest;
    private KeySet keys = KeySet.EMPTY; // of the sample looked at last; rows of a store share them
    private int place = -1; // of the key among them
    private int numbers = -1; // of the key that first tells the number of atoms

    Column(String key, Form form, Lookup lookup) {
        this.key = key;
        this.form = form;
        this.lookup = lookup;
    }

    @Override
    public void add(Sample sample) {
        Object value = value(sample);
        boolean text = value instanceof String && form == Form.STACKED;
        if (values.isEmpty()) {
            texts = text;
        } else if (texts != text) {
            throw mismatch(sample, texts ? "text" : "no text", text ? "text" : "no text");
        }
        if (!text) {
            value = value instanceof Double && form == Form.STACKED ? value : lookup.asArray(value, sample, key);
            check(sample, value);
        }
        if (first == null) {
            first = sample;
        }
        values.add(value);
    }

    private Object value(Sample sample) {
        Row row = sample.row();
        if (row.keySet() != keys) {
            keys = row.keySet();
            place = keys.indexOf(key);
            numbers = keys.indexOf(Look.NUMBERS);
        }
        Object value = place < 0 ? null : row.valueAt(place);
        return value == null ? lookup.value(sample, key) : value;
    }

    private void check(Sample sample, Object value) {
        if (value instanceof NdArray array && form != Form.STACKED) {
            if (array.rank() == 0) {
                throw new ValueTypeException(lookup.place(sample, key), "an array with at least one axis", "a scalar");
            }
            int length = array.length(0);
            if (Collation.isPerAtom(key)) {
                checkAtoms(sample, array, length);
            }
            entries += length;
            longest = Math.max(longest, length);
            if (length == 0) { // numpy makes float64 of shape (0) of an empty list, whatever the others are
                hollow = hollow == null ? array : hollow;
                return;
            }
        }
        int from = form == Form.STACKED ? 0 : 1;
        int[] seen = entry;
        if (seen == null) {
            entry = Arrays.copyOfRange(shapeOf(value), from, shapeOf(value).length);
        } else if (!isShape(value, from, seen)) {
            throw mismatch(
                    sample,
                    "shape " + (from == 0 ? Arrays.toString(seen) : "(n) + " + Arrays.toString(seen)),
                    "shape " + Arrays.toString(shapeOf(value)));
        }
        DType found = value instanceof NdArray array ? array.dtype() : DType.FLOAT64;
        if (!type.add(found)) {
            throw mismatch(sample, String.valueOf(type.type()), found.toString());
        }
    }

    private static int[] shapeOf(Object value) {
        return value instanceof NdArray array ? array.shape() : SCALAR;
    }

    /** Tells whether a value has a shape from one of its axes on. */
    private static boolean isShape(Object value, int from, int[] expected) {
        if (!(value instanceof NdArray array)) {
            return expected.length == 0;
        }
        boolean same = array.rank() == from + expected.length;
        for (int i = 0; same && i < expected.length; i++) {
            same = array.length(from + i) == expected[i];
        }
        return same;
    }

    private void checkAtoms(Sample sample, NdArray array, int length) {
        if (numbers >= 0
                && sample.row().valueAt(numbers) instanceof NdArray each
                && each.rank() > 0
                && each.length(0) == length) {
            return;
        }
        OptionalInt atoms = lookup.knownAtoms(sample);
        if (atoms.isPresent() && atoms.getAsInt() != length) {
            throw new ValueTypeException(
                    lookup.place(sample, key),
                    "an entry for each of %d atoms".formatted(atoms.getAsInt()),
                    "shape " + Arrays.toString(array.shape()));
        }
    }

    private ValueTypeException mismatch(Sample sample, String expected, String found) {
        Sample one = Objects.requireNonNullElse(first, sample);
        String remedy = form == Form.STACKED && found.startsWith("shape")
                ? "; declare ragged(\"%s\") or padded(\"%s\") where lengths differ".formatted(key, key)
                : "";
        return new ValueTypeException(
                lookup.place(sample, key), expected + " as in row " + one.position() + remedy, found);
    }

    @Override
    public NdArray array(@Nullable DType floats) {
        if (texts) {
            List<String> all = new ArrayList<>(values.size());
            values.forEach(text -> all.add((String) text));
            return NdArray.ofTexts(all);
        }
        return switch (form) {
            case STACKED -> packed(floats, values.size());
            case JOINED, EDGES -> packed(floats, entries);
            case PADDED -> padded(floats);
        };
    }

    /** Returns the joined arrays, and where each begins. */
    Ragged ragged(@Nullable DType floats) {
        long[] offsets = new long[values.size() + 1];
        for (int i = 0; i < values.size(); i++) {
            offsets[i + 1] = offsets[i] + ((NdArray) values.get(i)).length(0);
        }
        return new Ragged(packed(floats, entries), NdArray.of(offsets));
    }

    private NdArray packed(@Nullable DType floats, long length) {
        DType to = target(floats);
        int[] shape = shape(length);
        byte[] bytes = room(to, shape);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int at = 0;
        for (Object value : values) {
            at += put(value, to, buffer, at);
        }
        return NdArray.wrap(to, shape, bytes, 0);
    }

    private NdArray padded(@Nullable DType floats) {
        DType to = target(floats);
        int[] shape = shape(values.size(), longest);
        byte[] bytes = room(to, shape);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int step = values.isEmpty() ? 0 : bytes.length / values.size();
        for (int i = 0; i < values.size(); i++) {
            put(values.get(i), to, buffer, i * step);
        }
        return NdArray.wrap(to, shape, bytes, 0);
    }

    private static int put(Object value, DType to, ByteBuffer bytes, int at) {
        if (value instanceof NdArray array) {
            if (array.size() > 0) { // a hollow one may be of any type
                array.copyTo(to, bytes.array(), at);
            }
            return array.size() * to.itemSize();
        }
        double number = (Double) value;
        if (to.equals(DType.FLOAT32)) {
            bytes.putFloat(at, (float) number);
        } else {
            bytes.putDouble(at, number); // with a double among them all become float64
        }
        return to.itemSize();
    }

    private DType target(@Nullable DType floats) {
        NdArray none = hollow;
        if (type.type() == null && none != null) {
            type.add(none.dtype());
        }
        DType common = Objects.requireNonNullElse(type.type(), DType.FLOAT64);
        return floats != null && common.kind() == DType.Kind.FLOAT ? floats : common;
    }

    private int[] shape(long... leading) {
        int[] rest = entry;
        if (rest == null) {
            rest = hollow == null ? SCALAR : Arrays.copyOfRange(hollow.shape(), 1, hollow.rank());
        }
        int[] shape = new int[leading.length + rest.length];
        for (int i = 0; i < leading.length; i++) {
            shape[i] = (int) Math.min(Integer.MAX_VALUE, leading[i]); // room() refuses what was cut
        }
        System.arraycopy(rest, 0, shape, leading.length, rest.length);
        return shape;
    }

    private byte[] room(DType to, int[] shape) {
        return room(key, to, shape);
    }

    /** Returns zeros for an array of a batch, unless it would be too large. */
    static byte[] room(String key, DType to, int... shape) {
        long bytes = to.itemSize();
        for (int axis : shape) {
            bytes = axis == 0 ? 0 : bytes > LARGEST ? bytes : bytes * axis;
        }
        if (bytes > LARGEST) {
            throw new LimitExceededException(
                    "bytes of key " + key + " in a batch", bytes, LARGEST, "make batches smaller");
        }
        return new byte[(int) bytes];
    }
}
