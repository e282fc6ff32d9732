package io.atomflux.file.ase;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Splits the comment line of an extended xyz frame into keys and texts, exactly as ASE 3.29 does.
 *
 * <p>That includes its oddities: delimiters may stand inside words and do not nest, an unclosed one ends with the line,
 * and an empty value swallows the next key ({@code a="" b=2} is {@code a} with the text {@code b=2}). A key without a
 * value has the text {@code T}.
 */
final class CommentLexer {

    private static final int MOST_KEYS = 1 << 16;

    private final String line;
    private final Map<String, String> entries = new LinkedHashMap<>();

    // The item being read: its key once there was a '=', and the text since then.
    private @Nullable String key;
    private final StringBuilder text = new StringBuilder();
    private int segment;

    // The item before, which a '=' may still take up again; none if both are null.
    private @Nullable String lastKey;
    private @Nullable String lastText;

    private CommentLexer(String line) {
        this.line = line;
    }

    /**
     * Splits a comment line.
     *
     * @return texts by key, in order; of equal keys the last text at the first place
     * @throws BadFrame if a value has no key, or there are too many keys
     */
    static Map<String, String> lex(String comment) {
        String line = PyText.strip(comment);
        return line.isEmpty() ? Map.of() : new CommentLexer(line).entries();
    }

    private Map<String, String> entries() {
        char closer = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\') {
                if (++i < line.length()) {
                    text.append(line.charAt(i));
                }
            } else if (closer != 0) {
                if (c == closer) {
                    closer = 0;
                } else {
                    text.append(c);
                }
            } else if (c == '"' || c == '\'') {
                closer = c;
            } else if (c == '{' || c == '[') {
                closer = c == '{' ? '}' : ']';
            } else if (PyText.isSpace(c)) {
                if (text.length() > segment) {
                    begin();
                }
            } else if (c == '=') {
                equals();
            } else {
                text.append(c);
            }
        }
        begin();
        commit();
        return entries;
    }

    /** Ends the item being read. */
    private void begin() {
        commit();
        lastKey = key == null ? text.toString() : key;
        lastText = key == null ? null : text.toString();
        key = null;
        text.setLength(0);
        segment = 0;
    }

    /** Keeps the item before, which cannot change any more. */
    private void commit() {
        if (lastKey != null) {
            entries.put(lastKey, lastText == null ? "T" : lastText);
            if (entries.size() > MOST_KEYS) {
                throw new BadFrame(1, "comment of more than %d keys (expected: at most so many)".formatted(MOST_KEYS));
            }
        }
    }

    private void equals() {
        if (key != null) {
            text.append('=');
        } else if (text.length() > 0) {
            key = text.toString();
            text.setLength(0);
        } else if (lastKey == null) {
            throw new BadFrame(1, "comment begins with '=' (expected: a key before it)");
        } else {
            key = lastKey;
            if (lastText != null) {
                text.append(lastText).append('=');
            }
            lastKey = null;
            lastText = null;
        }
        segment = text.length();
    }
}
