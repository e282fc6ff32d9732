package io.atomflux.hub.parquet;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a part of a column means: a value, a struct, a list or a map, with the levels that tell where it is absent.
 *
 * <p>Source: "Nested Encoding" of the Parquet format, after the Dremel paper: an entry's definition level counts the
 * optional and repeated fields on its path that are there, its repetition level names the list that goes on.
 */
final class SchemaNode {

    /** How the values of a node are put together. */
    enum Kind {
        VALUE,
        STRUCT,
        LIST,
        MAP
    }

    final Kind kind;
    final String name;
    /** The definition level of whatever contains this node; below it, this node is not even absent. */
    final int outer;
    /** From this definition level on, the node is not null. */
    final int present;
    /** Of a list or map: from this definition level on, it has an element. */
    final int filled;
    /** Of a list or map: the repetition level of its second and later elements. */
    final int repeats;
    /** The fields of a struct, the element of a list, the key and (maybe) value of a map. */
    final List<SchemaNode> children;
    /** Of a value: which column of the file it is, and how it is read. */
    final int leaf;

    final @Nullable LeafType type;

    private SchemaNode(
            Kind kind,
            String name,
            int outer,
            int present,
            int filled,
            int repeats,
            List<SchemaNode> children,
            int leaf,
            @Nullable LeafType type) {
        this.kind = kind;
        this.name = name;
        this.outer = outer;
        this.present = present;
        this.filled = filled;
        this.repeats = repeats;
        this.children = children;
        this.leaf = leaf;
        this.type = type;
    }

    static SchemaNode value(String name, int outer, int present, int leaf, LeafType type) {
        return new SchemaNode(Kind.VALUE, name, outer, present, present, 0, List.of(), leaf, type);
    }

    static SchemaNode struct(String name, int outer, int present, List<SchemaNode> fields) {
        return new SchemaNode(Kind.STRUCT, name, outer, present, present, 0, List.copyOf(fields), -1, null);
    }

    static SchemaNode list(String name, int outer, int present, int filled, int repeats, SchemaNode element) {
        return new SchemaNode(Kind.LIST, name, outer, present, filled, repeats, List.of(element), -1, null);
    }

    static SchemaNode map(String name, int outer, int present, int filled, int repeats, List<SchemaNode> entry) {
        return new SchemaNode(Kind.MAP, name, outer, present, filled, repeats, List.copyOf(entry), -1, null);
    }
}
