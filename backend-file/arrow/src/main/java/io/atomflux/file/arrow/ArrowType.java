package io.atomflux.file.arrow;

import io.atomflux.artifact.codec.Table;
import io.atomflux.value.Bytes;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The type of a column, as far as this package knows types.
 *
 * @param form how values are laid out
 * @param text in the words of Arrow, e.g. {@code timestamp[us]}; also tells what integers of a form mean
 * @param dtype of numbers as arrays; null for others
 * @param item type of the items of a list
 * @param length of lists and byte strings of fixed length
 */
record ArrowType(
        Form form,
        String text,
        @Nullable DType dtype,
        @Nullable ArrowType item,
        int length) {

    private static final int DEEPEST = 16;

    /** How values are laid out. */
    enum Form {
        NULL,
        BOOL,
        NUMBER,
        UTF8,
        LARGE_UTF8,
        BINARY,
        LARGE_BINARY,
        FIXED_BINARY,
        LIST,
        LARGE_LIST,
        FIXED_LIST
    }

    static final ArrowType NULL = new ArrowType(Form.NULL, "null", null, null, 0);
    static final ArrowType BOOL = new ArrowType(Form.BOOL, "bool", DType.BOOL, null, 0);
    static final ArrowType UTF8 = new ArrowType(Form.UTF8, "string", null, null, 0);
    static final ArrowType LARGE_UTF8 = new ArrowType(Form.LARGE_UTF8, "large_string", null, null, 0);
    static final ArrowType BINARY = new ArrowType(Form.BINARY, "binary", null, null, 0);
    static final ArrowType LARGE_BINARY = new ArrowType(Form.LARGE_BINARY, "large_binary", null, null, 0);

    /** Names of numbers, as pyarrow shows them. */
    private static final Map<String, DType> NUMBERS = Map.ofEntries(
            Map.entry("int8", DType.INT8),
            Map.entry("int16", DType.INT16),
            Map.entry("int32", DType.INT32),
            Map.entry("int64", DType.INT64),
            Map.entry("uint8", DType.UINT8),
            Map.entry("uint16", DType.UINT16),
            Map.entry("uint32", DType.UINT32),
            Map.entry("uint64", DType.UINT64),
            Map.entry("halffloat", DType.FLOAT16),
            Map.entry("float", DType.FLOAT32),
            Map.entry("double", DType.FLOAT64));

    static ArrowType number(DType dtype) {
        for (Map.Entry<String, DType> entry : NUMBERS.entrySet()) {
            if (entry.getValue().equals(dtype)) {
                return new ArrowType(Form.NUMBER, entry.getKey(), dtype, null, 0);
            }
        }
        throw new UnsupportedOperationException(
                "elements of type %s (expected: bool, integers or floats, little-endian)".formatted(dtype.code()));
    }

    /** Integers that mean something else, e.g. points of time. */
    static ArrowType meaning(String text, int bits) {
        return new ArrowType(Form.NUMBER, text, bits == 32 ? DType.INT32 : DType.INT64, null, 0);
    }

    static ArrowType fixedBinary(int length) {
        return new ArrowType(Form.FIXED_BINARY, "fixed_size_binary[" + length + "]", null, null, length);
    }

    static ArrowType list(ArrowType item, boolean large) {
        String text = (large ? "large_list" : "list") + "<item: " + item.text() + ">";
        return new ArrowType(large ? Form.LARGE_LIST : Form.LIST, text, null, item, 0);
    }

    static ArrowType fixedList(ArrowType item, int length) {
        String text = "fixed_size_list<item: " + item.text() + ">[" + length + "]";
        return new ArrowType(Form.FIXED_LIST, text, null, item, length);
    }

    /** Reads what {@link #text} says. */
    static ArrowType parse(String text) {
        return parse(text, 0);
    }

    private static ArrowType parse(String text, int depth) {
        if (depth > DEEPEST) {
            throw new UnsupportedOperationException("type nested deeper than " + DEEPEST);
        }
        switch (text) {
            case "null" -> {
                return NULL;
            }
            case "bool" -> {
                return BOOL;
            }
            case "string" -> {
                return UTF8;
            }
            case "large_string" -> {
                return LARGE_UTF8;
            }
            case "binary" -> {
                return BINARY;
            }
            case "large_binary" -> {
                return LARGE_BINARY;
            }
            case "date32[day]", "time32[s]", "time32[ms]" -> {
                return meaning(text, 32);
            }
            case "date64[ms]", "time64[us]", "time64[ns]" -> {
                return meaning(text, 64);
            }
            default -> {}
        }
        DType number = NUMBERS.get(text);
        if (number != null) {
            return number(number);
        }
        if (text.matches("duration\\[(s|ms|us|ns)]|timestamp\\[(s|ms|us|ns)(, tz=[^\\[\\]]{1,64})?]")) {
            return meaning(text, 64);
        }
        if (text.matches("fixed_size_binary\\[\\d{1,9}]")) {
            return fixedBinary(Integer.parseInt(text.substring(18, text.length() - 1)));
        }
        if (text.startsWith("list<item: ") && text.endsWith(">")) {
            return list(parse(text.substring(11, text.length() - 1), depth + 1), false);
        }
        if (text.startsWith("large_list<item: ") && text.endsWith(">")) {
            return list(parse(text.substring(17, text.length() - 1), depth + 1), true);
        }
        int end = text.lastIndexOf(">[");
        if (text.startsWith("fixed_size_list<item: ")
                && text.substring(Math.max(0, end)).matches(">\\[\\d{1,9}]")) {
            int length = Integer.parseInt(text.substring(end + 2, text.length() - 1));
            return fixedList(parse(text.substring(22, end), depth + 1), length);
        }
        throw new UnsupportedOperationException(
                "type \"%s\" (expected: a type of Arrow that this codec writes, e.g. timestamp[us])".formatted(text));
    }

    /** Returns the type of a column of a table. */
    static ArrowType of(Table table, String name) {
        String text = table.types().get(name);
        return text == null ? of(table.column(name)) : parse(text);
    }

    /** Returns the type that values tell. */
    static ArrowType of(Object column) {
        if (column instanceof NdArray array) {
            ArrowType type = array.dtype().equals(DType.BOOL) ? BOOL : number(array.dtype());
            for (int axis = array.rank() - 1; axis > 0; axis--) {
                type = fixedList(type, array.length(axis));
            }
            return type;
        }
        ArrowType type = NULL;
        for (Object item : (List<?>) column) {
            type = both(type, ofItem(item));
        }
        return type;
    }

    private static ArrowType ofItem(@Nullable Object item) {
        if (item == null) {
            return NULL;
        } else if (item instanceof String) {
            return UTF8;
        } else if (item instanceof Bytes) {
            return BINARY;
        } else if (item instanceof Boolean) {
            return BOOL;
        } else if (item instanceof Long) {
            return number(DType.INT64);
        } else if (item instanceof BigInteger) {
            return number(DType.UINT64);
        } else if (item instanceof Double) {
            return number(DType.FLOAT64);
        } else if (item instanceof NdArray array && array.rank() > 0) {
            return list(of(array), false);
        } else if (item instanceof List<?> list) {
            return list(of(list), false);
        }
        throw new UnsupportedOperationException(
                item.getClass().getName() + " (expected: null, boolean, number, text, bytes, or a list of these)");
    }

    private static ArrowType both(ArrowType one, ArrowType other) {
        if (one.equals(other) || other == NULL) {
            return one;
        } else if (one == NULL) {
            return other;
        } else if (one.item() != null
                && other.item() != null
                && one.form() == other.form()
                && one.form() == Form.LIST) {
            return list(both(one.item(), other.item()), false);
        } else if (one.isUnsigned(other) || other.isUnsigned(one)) {
            return number(DType.UINT64); // a negative one among them is refused when it is written
        }
        throw new UnsupportedOperationException(
                "%s and %s (expected: values of one type)".formatted(one.text(), other.text()));
    }

    private boolean isUnsigned(ArrowType other) {
        return text.equals("uint64") && other.text.equals("int64");
    }

    ArrowType needItem() {
        if (item == null) {
            throw new IllegalStateException(text + " has no items");
        }
        return item;
    }

    DType needDtype() {
        if (dtype == null) {
            throw new IllegalStateException(text + " is no number");
        }
        return dtype;
    }
}
