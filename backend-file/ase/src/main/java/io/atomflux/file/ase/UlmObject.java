package io.atomflux.file.ase;

import io.atomflux.codec.AseJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The members of a JSON object of a trajectory, found without reading their values: what nobody asks for is only skipped,
 * and what is copied is copied as text.
 *
 * <p>A member whose name ends with a dot is an array kept outside the text, {@code {"ndarray": [[3], "float64", 56]}} with
 * the place in the file, or another such object.
 */
final class UlmObject {

    private static final int DEEPEST = 64;

    private final String text;
    private final Map<String, String> members = new LinkedHashMap<>();
    private int at;

    /**
     * Where an array is in the file.
     *
     * @param shape axis lengths
     * @param type numpy's name of the type
     * @param offset of the first element
     */
    record Place(List<?> shape, String type, long offset) {}

    /**
     * Finds the members.
     *
     * @throws IllegalArgumentException if the text is no JSON object
     */
    UlmObject(String text) {
        this.text = text;
        blanks();
        if (!skip('{')) {
            throw expected("'{'");
        }
        blanks();
        if (!skip('}')) {
            do {
                member();
            } while (more('}'));
        }
        blanks();
        if (at != text.length()) {
            throw expected("the end");
        }
    }

    private void member() {
        blanks();
        int from = at;
        string();
        String quoted = text.substring(from, at);
        String name = quoted.indexOf('\\') < 0
                ? quoted.substring(1, quoted.length() - 1)
                : String.valueOf(AseJson.read(quoted));
        blanks();
        if (!skip(':')) {
            throw expected("':'");
        }
        blanks();
        int value = at;
        value(0);
        members.put(name, text.substring(value, at));
    }

    private IllegalArgumentException expected(String what) {
        return new IllegalArgumentException("JSON at character %d: %s (expected: %s)"
                .formatted(at, at < text.length() ? "'" + text.charAt(at) + "'" : "the end", what));
    }

    private void blanks() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private boolean skip(char c) {
        if (at < text.length() && text.charAt(at) == c) {
            at++;
            return true;
        }
        return false;
    }

    private boolean more(char close) {
        blanks();
        if (skip(close)) {
            return false;
        }
        if (!skip(',')) {
            throw expected("',' or '" + close + "'");
        }
        return true;
    }

    private void string() {
        if (!skip('"')) {
            throw expected("'\"'");
        }
        while (!skip('"')) {
            if (at >= text.length()) {
                throw expected("'\"'");
            }
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
    }

    /** Skips a value; whether it is well-formed shows when it is read. */
    private void value(int depth) {
        if (depth > DEEPEST) {
            throw expected("lists and maps nested no deeper than " + DEEPEST);
        }
        char first = at < text.length() ? text.charAt(at) : '\0';
        if (first == '"') {
            string();
        } else if (first == '[' || first == '{') {
            char close = first == '[' ? ']' : '}';
            at++;
            while (!skip(close)) {
                char c = at < text.length() ? text.charAt(at) : '\0';
                if (c == '"' || c == '[' || c == '{') {
                    value(depth + 1);
                } else if (c == ']' || c == '}' || c == '\0') {
                    throw expected("'" + close + "'");
                } else {
                    at++;
                }
            }
        } else {
            int from = at;
            while (at < text.length() && ",]} \t\n\r".indexOf(text.charAt(at)) < 0) {
                at++;
            }
            if (at == from) {
                throw expected("a value");
            }
        }
    }

    /** Returns the names as they are in the text, in order. */
    Set<String> names() {
        return members.keySet();
    }

    /** Returns the text of a member, or null if there is none. */
    @Nullable
    String raw(String name) {
        return members.get(name);
    }

    /** Tells whether there is a member or an array of this name. */
    boolean has(String name) {
        return members.containsKey(name) || members.containsKey(name + ".");
    }

    /**
     * Reads a member; null if there is none.
     *
     * @throws IllegalArgumentException if it is no value of ASE's JSON
     */
    @Nullable
    Object value(String name) {
        String raw = members.get(name);
        try {
            return raw == null ? null : AseJson.read(raw);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("member %s: %s".formatted(name, e.getMessage()), e);
        }
    }

    /** Returns the object of the member with this name and a dot, or null if there is none. */
    @Nullable
    UlmObject child(String name) {
        String raw = members.get(name + ".");
        if (raw == null) {
            return null;
        }
        try {
            return new UlmObject(raw);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("member %s: %s".formatted(name, e.getMessage()), e);
        }
    }

    /** Tells where the array is that this object stands for, or null if it is an object of members. */
    @Nullable
    Place place() {
        if (!members.containsKey("ndarray")) {
            return null;
        }
        if (value("ndarray") instanceof List<?> parts
                && parts.size() == 3
                && parts.get(0) instanceof List<?> shape
                && parts.get(1) instanceof String type
                && parts.get(2) instanceof Long offset) {
            return new Place(shape, type, offset);
        }
        throw new IllegalArgumentException("array that is told wrongly (expected: [shape, type, offset])");
    }
}
