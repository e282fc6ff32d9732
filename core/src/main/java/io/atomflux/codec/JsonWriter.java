package io.atomflux.codec;

import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import io.atomflux.value.Schema;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * Writes the JSON that {@link Json} describes.
 *
 * <p>Longer than most files because every kind of value has two forms here: the exact and the plain one.
 */
final class JsonWriter {

    private JsonWriter() {}

    static void write(JsonGenerator out, @Nullable Object value) {
        if (value instanceof Double number) {
            real(out, number);
        } else if (value instanceof NdArray array) {
            marker(out, "$array");
            array(out, array, true);
            out.writeEndObject();
        } else if (value instanceof List<?> list) {
            out.writeStartArray();
            for (Object item : list) {
                write(out, item);
            }
            out.writeEndArray();
        } else if (value instanceof Map<?, ?> map) {
            out.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.writeName(escaped((String) entry.getKey()));
                write(out, entry.getValue());
            }
            out.writeEndObject();
        } else if (value instanceof Bytes bytes) {
            marker(out, "$bytes");
            out.writeBinary(bytes.toArray());
            out.writeEndObject();
        } else if (value instanceof Complex number) {
            marker(out, "$complex");
            pair(out, number);
            out.writeEndObject();
        } else if (value instanceof NdScalar scalar) {
            marker(out, "$scalar");
            array(out, scalar.asArray(), false);
            out.writeEndObject();
        } else if (value instanceof Row row) {
            write(out, row.isReserved() ? null : row.toMap());
        } else if (value instanceof BlobRow row) {
            blobRow(out, row);
        } else if (value instanceof Schema schema) {
            schema(out, schema);
        } else {
            simple(out, value);
        }
    }

    private static void simple(JsonGenerator out, @Nullable Object value) {
        if (value == null) {
            out.writeNull();
        } else if (value instanceof Long number) {
            out.writeNumber(number);
        } else if (value instanceof String text) {
            out.writeString(text);
        } else if (value instanceof Boolean flag) {
            out.writeBoolean(flag);
        } else if (value instanceof BigInteger number) {
            out.writeNumber(number);
        } else {
            throw new IllegalArgumentException("%s (expected: a value of the set named in package io.atomflux.value)"
                    .formatted(value.getClass().getName()));
        }
    }

    private static String escaped(String key) {
        return key.startsWith("$") ? "$" + key : key;
    }

    private static void marker(JsonGenerator out, String name) {
        out.writeStartObject();
        out.writeName(name);
    }

    private static void real(JsonGenerator out, double number) {
        if (Double.isFinite(number)) {
            out.writeNumber(Double.toString(number));
        } else {
            marker(out, "$float");
            out.writeString(Double.toString(number));
            out.writeEndObject();
        }
    }

    /** A float inside a marker, where its type is known, so that a text does for what is not finite. */
    private static void part(JsonGenerator out, double number) {
        if (Double.isFinite(number)) {
            out.writeNumber(Double.toString(number));
        } else {
            out.writeString(Double.toString(number));
        }
    }

    private static void pair(JsonGenerator out, Complex number) {
        out.writeStartArray();
        part(out, number.re());
        part(out, number.im());
        out.writeEndArray();
    }

    private static void array(JsonGenerator out, NdArray array, boolean withShape) {
        out.writeStartObject();
        out.writeName("dtype");
        dtype(out, array.dtype());
        if (withShape) {
            out.writeName("shape");
            out.writeStartArray();
            for (int axis = 0; axis < array.rank(); axis++) {
                out.writeNumber(array.length(axis));
            }
            out.writeEndArray();
        }
        if (comesBack(array)) {
            out.writeName("data");
            out.writeStartArray();
            for (int i = 0; i < array.size(); i++) {
                element(out, array, i);
            }
            out.writeEndArray();
        } else {
            byte[] bytes = new byte[array.byteSize()];
            array.copyTo(bytes, 0);
            out.writeName("base64");
            out.writeBinary(bytes);
        }
        out.writeEndObject();
    }

    private static void element(JsonGenerator out, NdArray array, int i) {
        Object element = array.at(i);
        if (element instanceof Complex number) {
            pair(out, number);
        } else if (element instanceof Double number) {
            // The short form of a float32 is written if it leads back to it by way of a double.
            String brief = Float.toString(number.floatValue());
            if (array.dtype().itemSize() == 4
                    && Double.isFinite(number)
                    && (float) Double.parseDouble(brief) == number) {
                out.writeNumber(brief);
            } else {
                part(out, number);
            }
        } else {
            simple(out, element);
        }
    }

    /** Tells whether the elements' plain values give back every bit. */
    private static boolean comesBack(NdArray array) {
        switch (array.dtype().kind()) {
            case INT, UINT -> {
                return true;
            }
            case STRUCT, BYTES -> {
                return false;
            }
            case BOOL, FLOAT, COMPLEX, UNICODE -> {
                List<@Nullable Object> items = new ArrayList<>(array.size());
                for (int i = 0; i < array.size(); i++) {
                    Object element = array.at(i);
                    items.add(
                            element instanceof Complex number
                                    ? List.of(usual(number.re()), usual(number.im()))
                                    : element instanceof Double number ? usual(number) : element);
                }
                return JsonReader.fits(array.dtype(), items)
                        && JsonReader.filled(array.dtype(), array.shape(), items)
                                .equals(array);
            }
        }
        throw new AssertionError(array.dtype());
    }

    /** The text "NaN" gives back only one of the many NaN. */
    private static Double usual(double number) {
        return Double.isNaN(number) ? Double.NaN : number;
    }

    private static void dtype(JsonGenerator out, DType type) {
        if (type.fields().isEmpty()) {
            out.writeString(type.code());
            return;
        }
        out.writeStartArray();
        for (DType.Field field : type.fields()) {
            out.writeStartArray();
            out.writeString(field.name());
            dtype(out, field.type());
            if (!field.shape().isEmpty()) {
                out.writeStartArray();
                field.shape().forEach(axis -> out.writeNumber(axis));
                out.writeEndArray();
            }
            out.writeEndArray();
        }
        out.writeEndArray();
    }

    private static void blobRow(JsonGenerator out, BlobRow row) {
        if (row.isReserved()) {
            out.writeNull();
            return;
        }
        out.writeStartObject();
        for (int i = 0; i < row.size(); i++) {
            out.writeName(escaped(row.keySet().name(i)));
            write(out, row.valueAt(i));
        }
        out.writeEndObject();
    }

    private static void schema(JsonGenerator out, Schema schema) {
        out.writeStartObject();
        out.writeNumberProperty("rows", schema.rows());
        out.writeName("columns");
        out.writeStartObject();
        schema.columns().forEach((name, column) -> {
            out.writeName(name);
            out.writeStartObject();
            out.writeStringProperty("dtype", column.dtype());
            List<OptionalInt> shape = column.shape();
            if (shape != null) {
                out.writeName("shape");
                out.writeStartArray();
                for (OptionalInt axis : shape) {
                    if (axis.isPresent()) {
                        out.writeNumber(axis.getAsInt());
                    } else {
                        out.writeNull();
                    }
                }
                out.writeEndArray();
            }
            out.writeNumberProperty("rows", column.rows());
            out.writeEndObject();
        });
        out.writeEndObject();
        out.writeEndObject();
    }

    static void plain(JsonGenerator out, @Nullable Object value) {
        if (value instanceof Double number) {
            part(out, number);
        } else if (value instanceof NdArray array) {
            plain(out, array.toNested());
        } else if (value instanceof NdScalar scalar) {
            plain(out, scalar.plain());
        } else if (value instanceof Complex number) {
            out.writeString(PythonComplex.format(number));
        } else if (value instanceof Bytes bytes) {
            out.writeBinary(bytes.toArray());
        } else if (value instanceof List<?> list) {
            out.writeStartArray();
            for (Object item : list) {
                plain(out, item);
            }
            out.writeEndArray();
        } else if (value instanceof Map<?, ?> map) {
            out.writeStartObject();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                out.writeName((String) entry.getKey());
                plain(out, entry.getValue());
            }
            out.writeEndObject();
        } else if (value instanceof Row row) {
            plain(out, row.isReserved() ? null : row.toMap());
        } else if (value instanceof BlobRow row) {
            plainBlobRow(out, row);
        } else if (value instanceof Schema schema) {
            schema(out, schema);
        } else {
            simple(out, value);
        }
    }

    private static void plainBlobRow(JsonGenerator out, BlobRow row) {
        if (row.isReserved()) {
            out.writeNull();
            return;
        }
        out.writeStartObject();
        for (int i = 0; i < row.size(); i++) {
            out.writeName(row.keySet().name(i));
            plain(out, row.valueAt(i));
        }
        out.writeEndObject();
    }
}
