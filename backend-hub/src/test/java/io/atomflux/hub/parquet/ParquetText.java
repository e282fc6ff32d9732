package io.atomflux.hub.parquet;

import static java.util.stream.Collectors.joining;

import io.atomflux.hub.bytes.ByteRange;
import io.atomflux.value.Bytes;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Parquet files in memory as lines of text, in the form of {@code make.py} beside the golden files. */
final class ParquetText {

    private ParquetText() {}

    static ParquetFooter footer(byte[] file) {
        return ParquetFooter.parse(ByteBuffer.wrap(file), file.length, "test.parquet");
    }

    /** Opens all columns of a row group. */
    static RowGroupReader open(byte[] file, ParquetFooter footer, int group) {
        return open(file, footer.plan(group, new HashSet<>(footer.columns())));
    }

    static RowGroupReader open(byte[] file, RowGroupPlan plan) {
        List<ByteBuffer> parts = new ArrayList<>();
        for (ByteRange range : plan.ranges()) {
            parts.add(ByteBuffer.wrap(file, (int) range.offset(), range.length()));
        }
        return plan.open(parts);
    }

    /** Reads all rows, so many at a time. */
    static List<@Nullable Object[]> rows(byte[] file, int atOnce) {
        ParquetFooter footer = footer(file);
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (int group = 0; group < footer.rowGroups(); group++) {
            RowGroupReader reader = open(file, footer, group);
            while (reader.remaining() > 0) {
                rows.addAll(reader.read(atOnce, 1 << 20));
            }
        }
        return rows;
    }

    /** Returns a line of names, and one for each row. */
    static List<String> lines(byte[] file, int atOnce) {
        List<String> lines = new ArrayList<>();
        lines.add(footer(file).columns().stream().map(ParquetText::quoted).collect(joining("\t")));
        for (@Nullable Object[] row : rows(file, atOnce)) {
            lines.add(line(row));
        }
        return lines;
    }

    static String line(@Nullable Object[] row) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < row.length; i++) {
            line.append(i == 0 ? "" : "\t").append(text(row[i]));
        }
        return line.toString();
    }

    static String text(@Nullable Object value) {
        if (value == null) {
            return "~";
        } else if (value instanceof Boolean flag) {
            return flag ? "T" : "F";
        } else if (value instanceof Long || value instanceof BigInteger) {
            return "i" + value;
        } else if (value instanceof Double number) {
            return number.isNaN() ? "dnan" : "d%016x".formatted(Double.doubleToRawLongBits(number));
        } else if (value instanceof String string) {
            return quoted(string);
        } else if (value instanceof Bytes bytes) {
            return "b" + java.util.HexFormat.of().formatHex(bytes.toArray());
        } else if (value instanceof NdArray array) {
            return array(array, 0, new int[1]);
        } else if (value instanceof List<?> list) {
            return list.stream().map(ParquetText::text).collect(joining(",", "[", "]"));
        } else if (value instanceof Map<?, ?> map) {
            List<String> parts = new ArrayList<>();
            map.forEach((key, item) -> parts.add(quoted((String) key) + ":" + text(item)));
            return "{" + String.join(",", parts) + "}";
        }
        throw new AssertionError("a value of " + value.getClass());
    }

    private static String array(NdArray array, int axis, int[] next) {
        int[] shape = array.shape();
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < shape[axis]; i++) {
            if (axis + 1 < shape.length) {
                parts.add(array(array, axis + 1, next));
            } else {
                Object element = array.at(next[0]++);
                boolean number = array.dtype().kind() == DType.Kind.FLOAT;
                parts.add(text(number ? (Object) ((Number) element).doubleValue() : element));
            }
        }
        return "[" + String.join(",", parts) + "]";
    }

    /** Quotes as Python's {@code json.dumps} does. */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (char c : text.toCharArray()) {
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                default -> {
                    if (c < 0x20 || c > 0x7e) {
                        quoted.append("\\u%04x".formatted((int) c));
                    } else {
                        quoted.append(c);
                    }
                }
            }
        }
        return quoted.append('"').toString();
    }
}
