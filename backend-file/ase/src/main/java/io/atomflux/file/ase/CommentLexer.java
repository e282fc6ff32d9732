package io.atomflux.file.ase;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Splits the comment line of an extended xyz frame into keys and texts, exactly as ASE 3.29 does.
 *
 * <p>That includes its oddities: delimiters may stand inside words and do not nest, an unclosed one ends with the line,
 * and an empty value swallows the next key ({@code a="" b=2} is {@code a} with the text {@code b=2}). A key without a
 * value has the text {@code T}.
 */
final class CommentLexer {

    private final String line;
    private final List<List<StringBuilder>> items = new ArrayList<>();
    private StringBuilder segment = new StringBuilder();

    private CommentLexer(String line) {
        this.line = line;
    }

    /**
     * Splits a comment line.
     *
     * @return texts by key, in order; of equal keys the last text at the first place
     * @throws BadFrame if a value has no key
     */
    static Map<String, String> lex(String comment) {
        String line = PyText.strip(comment);
        return line.isEmpty() ? Map.of() : new CommentLexer(line).entries();
    }

    private Map<String, String> entries() {
        begin();
        char closer = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\') {
                if (++i < line.length()) {
                    segment.append(line.charAt(i));
                }
            } else if (closer != 0) {
                if (c == closer) {
                    closer = 0;
                } else {
                    segment.append(c);
                }
            } else if (c == '"' || c == '\'') {
                closer = c;
            } else if (c == '{' || c == '[') {
                closer = c == '{' ? '}' : ']';
            } else if (PyText.isSpace(c)) {
                if (segment.length() > 0) {
                    begin();
                }
            } else if (c == '=') {
                equals();
            } else {
                segment.append(c);
            }
        }
        return joined();
    }

    private void begin() {
        segment = new StringBuilder();
        List<StringBuilder> item = new ArrayList<>(2);
        item.add(segment);
        items.add(item);
    }

    private void equals() {
        List<StringBuilder> item = items.get(items.size() - 1);
        if (item.size() == 1 && segment.length() == 0) {
            items.remove(items.size() - 1);
            if (items.isEmpty()) {
                throw new BadFrame(1, "comment begins with '=' (expected: a key before it)");
            }
            item = items.get(items.size() - 1);
        }
        segment = new StringBuilder();
        item.add(segment);
    }

    private Map<String, String> joined() {
        Map<String, String> entries = new LinkedHashMap<>();
        for (List<StringBuilder> item : items) {
            String value = item.size() == 1 ? "T" : String.join("=", item.subList(1, item.size()));
            entries.put(item.get(0).toString(), value);
        }
        return entries;
    }
}
