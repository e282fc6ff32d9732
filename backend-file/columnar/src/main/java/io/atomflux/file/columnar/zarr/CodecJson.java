package io.atomflux.file.columnar.zarr;

import io.atomflux.file.columnar.tree.Shape;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads members of array documents that describe codecs; whatever is not as expected is named. */
final class CodecJson {

    private static final int LONGEST_SHOWN = 100;

    private CodecJson() {}

    static List<?> list(String what, @Nullable Object json) {
        if (json instanceof List<?> list) {
            return list;
        }
        throw wrong(what, json, "a list");
    }

    /** Returns the name of a codec of version 3; one without configuration may be its name only. */
    static String name(@Nullable Object codec) {
        if (codec instanceof String name) {
            return name;
        }
        if (codec instanceof Map<?, ?> map && map.get("name") instanceof String name) {
            return name;
        }
        throw wrong("codec", codec, "an object with a name");
    }

    static Map<?, ?> configuration(@Nullable Object codec) {
        Object configuration = codec instanceof Map<?, ?> map ? map.get("configuration") : null;
        if (configuration == null) {
            return Map.of();
        }
        if (configuration instanceof Map<?, ?> map) {
            return map;
        }
        throw wrong("configuration of codec " + name(codec), configuration, "an object");
    }

    /** Returns whether a codec {@code bytes} is big-endian. */
    static boolean bigEndian(@Nullable Object codec) {
        String endian = text("endian of bytes", configuration(codec).get("endian"), "little");
        return switch (endian) {
            case "little" -> false;
            case "big" -> true;
            default -> throw wrong("endian of bytes", endian, "little or big");
        };
    }

    static String text(String what, @Nullable Object json, String otherwise) {
        if (json == null) {
            return otherwise;
        }
        if (json instanceof String text) {
            return text;
        }
        throw wrong(what, json, "a text");
    }

    static int integer(String what, @Nullable Object json, int otherwise, int least, int most) {
        if (json == null) {
            return otherwise;
        }
        if (json instanceof Long number && number >= least && number <= most) {
            return number.intValue();
        }
        throw wrong(what, json, "%d to %d".formatted(least, most));
    }

    static boolean flag(String what, @Nullable Object json) {
        if (json == null) {
            return false;
        }
        if (json instanceof Boolean flag) {
            return flag;
        }
        throw wrong(what, json, "true or false");
    }

    static Shape shape(String what, @Nullable Object json) {
        List<?> list = list(what, json);
        long[] lengths = new long[list.size()];
        for (int i = 0; i < lengths.length; i++) {
            if (!(list.get(i) instanceof Long length) || length < 0) {
                throw wrong(what, json, "numbers from 0");
            }
            lengths[i] = length;
        }
        return Shape.of(lengths);
    }

    static IllegalArgumentException wrong(String what, @Nullable Object json, String expected) {
        String shown = Objects.toString(json);
        if (shown.length() > LONGEST_SHOWN) {
            shown = shown.substring(0, LONGEST_SHOWN) + "…";
        }
        return new IllegalArgumentException("%s: %s (expected: %s)".formatted(what, shown, expected));
    }
}
