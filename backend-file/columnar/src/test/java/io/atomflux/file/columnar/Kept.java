package io.atomflux.file.columnar;

import io.atomflux.value.Bytes;
import io.atomflux.value.Complex;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import io.atomflux.value.Row;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the layouts of this module keep; all else they refuse, naming the key. */
final class Kept {

    private static final int LONGEST_KEY = 200;

    private Kept() {}

    /** Tells whether files of a suffix hold a row. */
    static boolean by(String suffix, Row row) {
        for (String key : row.keys()) {
            if (!names(suffix.equals(".h5md") ? inH5md(key) : key) || !isText(row.get(key))) {
                return false;
            }
        }
        return true;
    }

    /** Returns the part of a key that names an element in H5MD, or a name that is refused if it has no place there. */
    private static String inH5md(String key) {
        if (key.equals("cell") || key.equals("pbc") || key.equals("constraints")) {
            return key;
        }
        for (String prefix : List.of("arrays.", "calc.", "info.")) {
            if (key.startsWith(prefix)) {
                return key.substring(prefix.length());
            }
        }
        return "";
    }

    private static boolean names(String key) {
        return !key.startsWith("_")
                && !key.isEmpty()
                && !key.equals(".")
                && !key.equals("..")
                && key.equals(key.strip())
                && key.length() <= LONGEST_KEY
                && key.codePoints().noneMatch(point -> "/\\:".indexOf(point) >= 0 || Character.isISOControl(point));
    }

    /** Tells whether a value can stand in any column: arrays of complex numbers have to be alone in theirs. */
    private static boolean isText(@Nullable Object value) {
        if (value instanceof List<?> list) {
            return list.stream().allMatch(Kept::isText);
        } else if (value instanceof Map<?, ?> map) {
            return map.values().stream().allMatch(Kept::isText);
        } else if (value instanceof NdArray array) {
            return array.dtype().isReal() || array.dtype().kind() == DType.Kind.UNICODE;
        } else if (value instanceof NdScalar scalar) {
            return scalar.dtype().isReal();
        }
        return !(value instanceof Bytes) && !(value instanceof Complex);
    }
}
