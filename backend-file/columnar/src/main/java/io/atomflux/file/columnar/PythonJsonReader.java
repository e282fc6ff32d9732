package io.atomflux.file.columnar;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads texts as asebytes 0.3 does: as JSON the way {@code json.loads} of Python 3 takes it, and what is not JSON as itself.
 *
 * <p>Also a text that nests deeper than 64 lists and maps or has an integer beyond 64 bits is itself, since no value here can
 * hold it.
 */
final class PythonJsonReader {

    private static final int DEEPEST = 64;
    private static final int LONGEST_INTEGER = 20;

    /** Not JSON; without a stack, for it is the ordinary way of plain texts. */
    private static final class NotJson extends Exception {
        private static final long serialVersionUID = 1;

        NotJson() {
            super(null, null, false, false);
        }
    }

    private static final NotJson NOT_JSON = new NotJson();

    private final String text;
    private int at;

    private PythonJsonReader(String text) {
        this.text = text;
    }

    /** Returns the value of a text that is not empty. */
    static @Nullable Object read(String text) {
        int last = text.length() - 1;
        if (last > 0 && text.charAt(0) == '"' && text.charAt(last) == '"' && isPlain(text, last)) {
            return text.substring(1, last);
        }
        PythonJsonReader reader = new PythonJsonReader(text);
        try {
            Object value = reader.value(0);
            reader.blanks();
            return reader.at == text.length() ? value : text;
        } catch (NotJson e) {
            return text;
        }
    }

    private static boolean isPlain(String text, int end) {
        for (int i = 1; i < end; i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\' || c < ' ') {
                return false;
            }
        }
        return true;
    }

    private void blanks() {
        while (at < text.length() && " \t\n\r".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }

    private char next() throws NotJson {
        if (at >= text.length()) {
            throw NOT_JSON;
        }
        return text.charAt(at);
    }

    private @Nullable Object value(int depth) throws NotJson {
        if (depth > DEEPEST) {
            throw NOT_JSON;
        }
        blanks();
        switch (next()) {
            case '"' -> {
                return string();
            }
            case '[' -> {
                return list(depth);
            }
            case '{' -> {
                return map(depth);
            }
            case 'n' -> {
                word("null");
                return null;
            }
            case 't' -> {
                word("true");
                return true;
            }
            case 'f' -> {
                word("false");
                return false;
            }
            case 'N' -> {
                word("NaN");
                return Double.NaN;
            }
            case 'I' -> {
                word("Infinity");
                return Double.POSITIVE_INFINITY;
            }
            default -> {
                return number();
            }
        }
    }

    private void word(String word) throws NotJson {
        if (!text.startsWith(word, at)) {
            throw NOT_JSON;
        }
        at += word.length();
    }

    private List<@Nullable Object> list(int depth) throws NotJson {
        List<@Nullable Object> items = new ArrayList<>();
        at++;
        blanks();
        if (next() == ']') {
            at++;
            return Collections.unmodifiableList(items);
        }
        while (true) {
            items.add(value(depth + 1));
            blanks();
            char c = next();
            at++;
            if (c == ']') {
                return Collections.unmodifiableList(items);
            } else if (c != ',') {
                throw NOT_JSON;
            }
        }
    }

    private Map<String, @Nullable Object> map(int depth) throws NotJson {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        at++;
        blanks();
        if (next() == '}') {
            at++;
            return Collections.unmodifiableMap(members);
        }
        while (true) {
            blanks();
            if (next() != '"') {
                throw NOT_JSON;
            }
            String name = string();
            blanks();
            if (next() != ':') {
                throw NOT_JSON;
            }
            at++;
            members.put(name, value(depth + 1));
            blanks();
            char c = next();
            at++;
            if (c == '}') {
                return Collections.unmodifiableMap(members);
            } else if (c != ',') {
                throw NOT_JSON;
            }
        }
    }

    private String string() throws NotJson {
        at++;
        int start = at;
        while (true) {
            char c = next();
            if (c == '"') {
                return text.substring(start, at++);
            } else if (c == '\\') {
                return escaped(start);
            } else if (c < ' ') {
                throw NOT_JSON;
            }
            at++;
        }
    }

    private String escaped(int start) throws NotJson {
        StringBuilder out = new StringBuilder().append(text, start, at);
        while (true) {
            char c = next();
            at++;
            if (c == '"') {
                return out.toString();
            } else if (c < ' ') {
                throw NOT_JSON;
            } else if (c != '\\') {
                out.append(c);
                continue;
            }
            char what = next();
            at++;
            switch (what) {
                case '"', '\\', '/' -> out.append(what);
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 't' -> out.append('\t');
                case 'f' -> out.append('\f');
                case 'b' -> out.append('\b');
                case 'u' -> out.append(unit());
                default -> throw NOT_JSON;
            }
        }
    }

    private char unit() throws NotJson {
        int unit = 0;
        for (int i = 0; i < 4; i++) {
            char c = next();
            at++;
            int digit = c < 128 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw NOT_JSON;
            }
            unit = unit << 4 | digit;
        }
        return (char) unit;
    }

    private Object number() throws NotJson {
        int start = at;
        if (next() == '-') {
            at++;
            if (next() == 'I') {
                word("Infinity");
                return Double.NEGATIVE_INFINITY;
            }
        }
        int first = at;
        int digits = digits();
        if (digits == 0 || (digits > 1 && text.charAt(first) == '0')) {
            throw NOT_JSON;
        }
        boolean whole = true;
        if (at < text.length() && text.charAt(at) == '.') {
            at++;
            whole = false;
            if (digits() == 0) {
                throw NOT_JSON;
            }
        }
        if (at < text.length() && (text.charAt(at) == 'e' || text.charAt(at) == 'E')) {
            at++;
            whole = false;
            if (next() == '+' || next() == '-') {
                at++;
            }
            if (digits() == 0) {
                throw NOT_JSON;
            }
        }
        String found = text.substring(start, at);
        return whole ? integer(found, digits) : (Object) Double.parseDouble(found);
    }

    private int digits() {
        int start = at;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at - start;
    }

    private static Object integer(String found, int digits) throws NotJson {
        if (digits <= LONGEST_INTEGER - 2) {
            return Long.parseLong(found);
        } else if (digits > LONGEST_INTEGER) {
            throw NOT_JSON;
        }
        BigInteger number = new BigInteger(found);
        if (number.bitLength() <= 63) {
            return number.longValueExact();
        } else if (number.signum() < 0 || number.bitLength() > 64) {
            throw NOT_JSON;
        }
        return number;
    }
}
