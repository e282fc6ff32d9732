package io.atomflux.hub.catalog;

import io.atomflux.error.CorruptDataException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The head of a card in a repository: the YAML between two lines {@code ---} at the beginning of README.md, and a file
 * .huggingface.yaml whose keys replace those of it.
 *
 * <p>Source: {@code datasets}, {@code load.py}; {@code huggingface_hub}, {@code repocard.py}, which lets blank lines stand
 * before the first line. A byte order mark and any end of line are accepted.
 */
final class CardText {

    static final String README = "README.md";
    static final String OVERRIDE = ".huggingface.yaml";
    static final int LARGEST = 5 << 20;

    private static final Pattern LINE = Pattern.compile("\r\n|\r|\n");

    private CardText() {}

    /**
     * Reads what a card says from where it is written.
     *
     * @param told the head as the hub tells it, which saves the README
     * @throws CorruptDataException if it is broken; names file and line
     */
    static Card card(
            @Nullable Map<String, @Nullable Object> told,
            Optional<ByteBuffer> readme,
            Optional<ByteBuffer> override,
            String store) {
        Map<String, @Nullable Object> head = new LinkedHashMap<>();
        if (told != null) {
            head.putAll(told);
        } else if (readme.isPresent()) {
            head.putAll(readme(readme.get(), store));
        }
        if (override.isPresent()) {
            head.putAll(read(decoded(override.get()), 0, OVERRIDE, store));
        }
        return Card.read(head, store);
    }

    private static Map<String, @Nullable Object> readme(ByteBuffer text, String store) {
        String[] lines = LINE.split(decoded(text), -1);
        int first = 0;
        while (first < lines.length && lines[first].isBlank()) {
            first++;
        }
        if (first == lines.length || !lines[first].equals("---")) {
            return Map.of();
        }
        StringBuilder head = new StringBuilder();
        for (int i = first + 1; i < lines.length; i++) {
            if (lines[i].equals("---")) {
                return read(head.toString(), first + 1, README, store);
            }
            head.append(lines[i]).append('\n');
        }
        return Map.of(); // without a second line there is no head
    }

    private static Map<String, @Nullable Object> read(String yaml, int linesBefore, String file, String store) {
        Object tree;
        try {
            tree = YamlTree.read(yaml);
        } catch (YamlTree.BadYamlException e) {
            throw new CorruptDataException(store, file + ", line " + (linesBefore + e.line()), e.problem(), e);
        }
        Map<String, @Nullable Object> map = JsonTree.map(tree);
        if (tree != null && map == null) {
            throw new CorruptDataException(
                    store, file + ", line " + (linesBefore + 1), "YAML that is no map (expected: key: value)", null);
        }
        return map == null ? Map.of() : map;
    }

    private static String decoded(ByteBuffer text) {
        String decoded = StandardCharsets.UTF_8.decode(text.duplicate()).toString();
        return decoded.startsWith("\ufeff") ? decoded.substring(1) : decoded;
    }
}
