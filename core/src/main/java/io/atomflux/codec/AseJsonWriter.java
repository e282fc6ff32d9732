package io.atomflux.codec;

import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Writes what {@link AseJson} describes: as text, or as compact text beside the elements of arrays. For one thread. */
final class AseJsonWriter {

    private final StringBuilder out;
    private final @Nullable ByteArrayOutputStream body;
    private final String comma;
    private final String colon;

    /** Takes where the text goes, and where the elements of arrays go if not into the text. */
    AseJsonWriter(StringBuilder out, @Nullable ByteArrayOutputStream body) {
        this.out = out;
        this.body = body;
        this.comma = body == null ? ", " : ",";
        this.colon = body == null ? ": " : ":";
    }

    void write(@Nullable Object value) {
        if (value == null
                || value instanceof Boolean
                || value instanceof Long
                || value instanceof Integer
                || value instanceof BigInteger) {
            out.append(value);
        } else if (value instanceof Double number) {
            number(number);
        } else if (value instanceof String text) {
            text(text);
        } else if (value instanceof NdArray array) {
            array(array);
        } else if (value instanceof List<?> list) {
            list(list);
        } else if (value instanceof Map<?, ?> map) {
            map(map);
        } else if (value instanceof NdScalar scalar) {
            write(scalar.plain());
        } else if (value instanceof Complex number) {
            out.append("{\"__complex__\"").append(colon).append('[');
            number(number.re());
            out.append(comma);
            number(number.im());
            out.append("]}");
        } else if (value instanceof Bytes bytes) {
            throw refused("%d bytes".formatted(bytes.length()));
        } else {
            throw refused("a value of " + value.getClass());
        }
    }

    private static IllegalArgumentException refused(String found) {
        return new IllegalArgumentException(
                "ASE's JSON: %s (expected: null, booleans, integers, floats, complex numbers, texts, lists, maps, or arrays of numbers, booleans or texts)"
                        .formatted(found));
    }

    private void number(double number) {
        if (Double.isFinite(number)) {
            out.append(AseJson.repr(number));
        } else {
            out.append(Double.isNaN(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
        }
    }

    private void array(NdArray array) {
        DType type = array.dtype();
        if (type.kind() == DType.Kind.BYTES || type.kind() == DType.Kind.STRUCT) {
            throw refused("an array of " + type);
        }
        out.append("{\"__ndarray__\"").append(colon).append("[[");
        for (int axis = 0; axis < array.rank(); axis++) {
            out.append(axis == 0 ? "" : comma).append(array.length(axis));
        }
        out.append(']')
                .append(comma)
                .append('"')
                .append(type.isBigEndian() ? type.code() : type.name())
                .append('"')
                .append(comma);
        if (body == null) {
            elements(array);
        } else {
            packed(array, body);
        }
        out.append("]}");
    }

    private void packed(NdArray array, ByteArrayOutputStream target) {
        if (array.dtype().kind() == DType.Kind.UNICODE || array.dtype().isBigEndian()) {
            throw refused("a packed array of " + array.dtype());
        }
        out.append(Long.BYTES + target.size());
        byte[] bytes = new byte[array.byteSize()];
        array.copyTo(bytes, 0);
        target.writeBytes(bytes);
    }

    private void elements(NdArray array) {
        out.append('[');
        for (int i = 0; i < array.size(); i++) {
            out.append(i == 0 ? "" : comma);
            Object element = array.at(i);
            if (element instanceof Complex number) {
                number(number.re());
                out.append(comma);
                number(number.im());
            } else {
                write(element);
            }
        }
        out.append(']');
    }

    private void list(List<?> list) {
        out.append('[');
        String separator = "";
        for (Object item : list) {
            out.append(separator);
            write(item);
            separator = comma;
        }
        out.append(']');
    }

    private void map(Map<?, ?> map) {
        out.append('{');
        String separator = "";
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            String key = (String) Objects.requireNonNull(entry.getKey());
            if (AseJsonReader.wouldBeTaken(key, entry.getValue())) {
                throw refused("a map with the key \"%s\", which ASE takes for a mark".formatted(key));
            }
            out.append(separator);
            text(key);
            out.append(colon);
            write(entry.getValue());
            separator = comma;
        }
        out.append('}');
    }

    private void text(String text) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int escape = "\"\\\b\f\n\r\t".indexOf(c);
            if (escape >= 0) {
                out.append('\\').append("\"\\bfnrt".charAt(escape));
            } else if (c < ' ' || c > '~') {
                out.append("\\u").append("%04x".formatted((int) c));
            } else {
                out.append(c);
            }
        }
        out.append('"');
    }
}
