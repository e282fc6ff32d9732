package io.atomflux.artifact.isf;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A tree of keys as text; takes keys in order and keeps only what it will show. */
final class KeyTree {

    private static final class Node {
        private final Map<String, Node> children = new LinkedHashMap<>();
        private @Nullable String format;
        private String last = "";
        private int hidden;
    }

    private final Node root = new Node();
    private final int maxDepth;
    private final int maxLines;
    private final int maxLinesPerKey;

    KeyTree(int maxDepth, int maxLines, int maxLinesPerKey) {
        if (maxDepth < 1 || maxLines < 0 || maxLinesPerKey < 0) {
            throw new IllegalArgumentException("depth %d, lines %d and %d (expected: depth from 1, lines from 0)"
                    .formatted(maxDepth, maxLines, maxLinesPerKey));
        }
        this.maxDepth = maxDepth;
        this.maxLines = maxLines;
        this.maxLinesPerKey = maxLinesPerKey;
    }

    /** Adds a key, parts between slashes, behind those before it. */
    void add(String key, String format) {
        Node node = root;
        String[] parts = key.split("/");
        for (int depth = 0; depth < parts.length; depth++) {
            Node child = node.children.get(parts[depth]);
            boolean first = !node.last.equals(parts[depth]);
            node.last = parts[depth];
            if (child == null) {
                int room = depth == 0 ? maxLines : maxLinesPerKey;
                if (depth >= maxDepth || node.children.size() >= room) {
                    node.hidden += first ? 1 : 0;
                    return;
                }
                child = new Node();
                node.children.put(parts[depth], child);
            }
            if (depth == parts.length - 1) {
                child.format = format;
            }
            node = child;
        }
    }

    String text(String title) {
        StringBuilder text = new StringBuilder(title);
        children(root, "", text);
        return text.toString();
    }

    private static void children(Node node, String indent, StringBuilder text) {
        int left = node.children.size() + (node.hidden > 0 ? 1 : 0);
        for (Map.Entry<String, Node> entry : node.children.entrySet()) {
            left--;
            Node child = entry.getValue();
            boolean database = child.format == null || child.format.equals("/");
            text.append('\n').append(indent).append(left > 0 ? "├── " : "└── ").append(entry.getKey());
            text.append(database ? "/" : " (" + child.format + ")");
            children(child, indent + (left > 0 ? "│   " : "    "), text);
        }
        if (node.hidden > 0) {
            text.append('\n')
                    .append(indent)
                    .append("└── … (")
                    .append(node.hidden)
                    .append(" more)");
        }
    }
}
