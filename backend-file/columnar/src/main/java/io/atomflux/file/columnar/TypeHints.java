package io.atomflux.file.columnar;

import java.util.Map;
import java.util.TreeMap;

/**
 * Types that columns shall have when they are made.
 *
 * @param types by key, in words only the layout understands
 */
record TypeHints(Map<String, String> types) {

    static final TypeHints NONE = new TypeHints(Map.of());

    TypeHints {
        types = Map.copyOf(types);
    }

    /** Returns these hints, those of another taking precedence. */
    TypeHints plus(TypeHints more) {
        Map<String, String> all = new TreeMap<>(types);
        all.putAll(more.types);
        return new TypeHints(all);
    }
}
