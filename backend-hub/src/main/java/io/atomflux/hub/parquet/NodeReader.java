package io.atomflux.hub.parquet;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Puts the values of one part of a column together from the entries of the leaves below it.
 *
 * <p>The leftmost leaf decides what is null, empty or goes on; the others must agree, which each checks itself, so damaged
 * levels never put values where they do not belong.
 */
abstract class NodeReader {

    final LeafCursor first;
    final Weight weight;

    NodeReader(LeafCursor first, Weight weight) {
        this.first = first;
        this.weight = weight;
    }

    /**
     * Reads one value.
     *
     * @param repetition the level that its first entry must have
     */
    abstract @Nullable Object read(int repetition);

    /** Passes the one entry of every leaf that says that this node is not there. */
    abstract void absent(int repetition, int definition);

    /** Returns the reader of a node. */
    static NodeReader of(SchemaNode node, IntFunction<LeafCursor> cursors, Weight weight) {
        if (NumberLists.fits(node)) {
            List<SchemaNode> lists = new ArrayList<>();
            SchemaNode inner = node;
            for (; inner.kind == SchemaNode.Kind.LIST; inner = inner.children.get(0)) {
                lists.add(inner);
            }
            LeafCursor cursor = cursors.apply(inner.leaf);
            return new NumberLists(lists, cursor, java.util.Objects.requireNonNull(cursor.type.number), weight);
        }
        if (node.kind == SchemaNode.Kind.VALUE) {
            return new One(node, cursors.apply(node.leaf), weight);
        }
        List<NodeReader> children = new ArrayList<>();
        for (SchemaNode child : node.children) {
            children.add(of(child, cursors, weight));
        }
        return switch (node.kind) {
            case VALUE -> throw new IllegalStateException("handled above");
            case STRUCT -> new Struct(node, children, weight);
            case LIST -> new Many(node, children.get(0), weight);
            case MAP -> new Pairs(node, children, weight);
        };
    }

    /** A single value. */
    private static final class One extends NodeReader {

        private final SchemaNode node;

        One(SchemaNode node, LeafCursor cursor, Weight weight) {
            super(cursor, weight);
            this.node = node;
        }

        @Override
        @Nullable
        Object read(int repetition) {
            first.require(repetition);
            int definition = first.definition();
            Object value = null;
            if (definition == node.present) {
                value = first.current();
                weight.add(24L + first.currentSize());
            } else if (definition < node.outer) {
                throw first.contradiction();
            } else {
                weight.add(8);
            }
            first.advance();
            return value;
        }

        @Override
        void absent(int repetition, int definition) {
            first.require(repetition);
            if (first.definition() != definition) {
                throw first.contradiction();
            }
            first.advance();
        }
    }

    /** A struct, as a map in the order of its fields. */
    private static final class Struct extends NodeReader {

        private final SchemaNode node;
        private final List<NodeReader> fields;

        Struct(SchemaNode node, List<NodeReader> fields, Weight weight) {
            super(fields.get(0).first, weight);
            this.node = node;
            this.fields = fields;
        }

        @Override
        @Nullable
        Object read(int repetition) {
            first.require(repetition);
            int definition = first.definition();
            if (definition < node.present) {
                if (definition < node.outer) {
                    throw first.contradiction();
                }
                absent(repetition, definition);
                return null;
            }
            weight.add(64 + 32L * fields.size());
            Map<String, @Nullable Object> values = new LinkedHashMap<>();
            for (int i = 0; i < fields.size(); i++) {
                values.put(node.children.get(i).name, fields.get(i).read(repetition));
            }
            return Collections.unmodifiableMap(values);
        }

        @Override
        void absent(int repetition, int definition) {
            for (NodeReader field : fields) {
                field.absent(repetition, definition);
            }
            weight.add(8);
        }
    }

    /** A list of anything but numbers. */
    private static final class Many extends NodeReader {

        private final SchemaNode node;
        private final NodeReader element;

        Many(SchemaNode node, NodeReader element, Weight weight) {
            super(element.first, weight);
            this.node = node;
            this.element = element;
        }

        @Override
        @Nullable
        Object read(int repetition) {
            first.require(repetition);
            int definition = first.definition();
            weight.add(32);
            if (definition < node.filled) {
                if (definition < node.outer) {
                    throw first.contradiction();
                }
                element.absent(repetition, definition);
                return definition < node.present ? null : List.of();
            }
            List<@Nullable Object> values = new ArrayList<>();
            values.add(element.read(repetition));
            while (first.upcoming() == node.repeats) {
                values.add(element.read(node.repeats));
            }
            return Collections.unmodifiableList(values);
        }

        @Override
        void absent(int repetition, int definition) {
            element.absent(repetition, definition);
        }
    }

    /** A map: by text if its keys are texts, else a list of maps of {@code key} and {@code value}. */
    private static final class Pairs extends NodeReader {

        private final SchemaNode node;
        private final NodeReader key;
        private final NodeReader value;
        private final boolean byText;

        Pairs(SchemaNode node, List<NodeReader> entry, Weight weight) {
            super(entry.get(0).first, weight);
            this.node = node;
            this.key = entry.get(0);
            this.value = entry.get(1);
            LeafType type = node.children.get(0).type;
            this.byText = type != null && type.isText;
        }

        @Override
        @Nullable
        Object read(int repetition) {
            first.require(repetition);
            int definition = first.definition();
            weight.add(64);
            if (definition < node.filled) {
                if (definition < node.outer) {
                    throw first.contradiction();
                }
                absent(repetition, definition);
                return definition < node.present ? null : byText ? Map.of() : List.of();
            }
            // The last of several values of one key counts, says "Maps" in LogicalTypes.md.
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            List<Object> list = new ArrayList<>();
            int level = repetition;
            do {
                Object oneKey = key.read(level);
                Object oneValue = value.read(level);
                weight.add(64);
                if (oneKey == null) {
                    throw first.place.corrupt("a map with a key that is null");
                }
                if (byText) {
                    map.put((String) oneKey, oneValue);
                } else {
                    Map<String, @Nullable Object> pair = new LinkedHashMap<>();
                    pair.put("key", oneKey);
                    pair.put("value", oneValue);
                    list.add(Collections.unmodifiableMap(pair));
                }
                level = node.repeats;
            } while (first.upcoming() == node.repeats);
            return byText ? Collections.unmodifiableMap(map) : Collections.unmodifiableList(list);
        }

        @Override
        void absent(int repetition, int definition) {
            key.absent(repetition, definition);
            value.absent(repetition, definition);
        }
    }
}
