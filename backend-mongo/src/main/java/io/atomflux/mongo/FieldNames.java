package io.atomflux.mongo;

import java.util.Locale;

/**
 * Keys as field names of the paged layout: every key has exactly one name, none holds a dot or begins with a dollar.
 *
 * <p>So a plain projection {@code d.<name>} means exactly this key. Percent sign, dot, NUL and a leading dollar become
 * {@code %} and two hex digits; U+DC80 to U+DCFF, which stand for bytes that are not UTF-8 in {@code Bytes.keyText},
 * become {@code %80} to {@code %FF}; the empty key is a single {@code %}.
 */
final class FieldNames {

    private FieldNames() {}

    static String escape(String key) {
        if (key.isEmpty()) {
            return "%";
        }
        int plain = 0;
        while (plain < key.length() && !needsEscape(key.charAt(plain), plain)) {
            plain++;
        }
        if (plain == key.length()) {
            return key;
        }
        StringBuilder name = new StringBuilder(key.length() + 8).append(key, 0, plain);
        for (int i = plain; i < key.length(); i++) {
            char c = key.charAt(i);
            if (Character.isHighSurrogate(c) && i + 1 < key.length() && Character.isLowSurrogate(key.charAt(i + 1))) {
                name.append(c).append(key.charAt(++i));
            } else if (needsEscape(c, i)) {
                name.append('%').append(String.format(Locale.ROOT, "%02X", c & 0xff));
            } else {
                name.append(c);
            }
        }
        return name.toString();
    }

    private static boolean needsEscape(char c, int at) {
        return c == '%' || c == '.' || c == 0 || c == '$' && at == 0 || Character.isSurrogate(c);
    }

    /**
     * Turns a field name back into the key.
     *
     * @throws IllegalArgumentException if no key has this name
     */
    static String unescape(String name) {
        if (name.equals("%")) {
            return "";
        }
        if (name.indexOf('%') < 0) {
            return checked(name, name);
        }
        StringBuilder key = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c != '%') {
                key.append(c);
                continue;
            }
            int high = i + 2 < name.length() ? Character.digit(name.charAt(i + 1), 16) : -1;
            int low = i + 2 < name.length() ? Character.digit(name.charAt(i + 2), 16) : -1;
            if (high < 0 || low < 0) {
                throw new IllegalArgumentException(
                        "field name \"%s\" (expected: %% and two hex digits)".formatted(name));
            }
            int code = high * 16 + low;
            key.append((char) (code < 0x80 ? code : 0xdc00 + code));
            i += 2;
        }
        return checked(name, key.toString());
    }

    private static String checked(String name, String key) {
        if (!escape(key).equals(name)) {
            throw new IllegalArgumentException("field name \"%s\" (expected: a key as this layout writes it, \"%s\")"
                    .formatted(name, escape(key)));
        }
        return key;
    }
}
