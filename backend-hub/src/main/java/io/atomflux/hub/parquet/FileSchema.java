package io.atomflux.hub.parquet;

import io.atomflux.error.LimitExceededException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.SchemaElement;
import org.jspecify.annotations.Nullable;

/**
 * The columns of a file, from the flat list of schema elements in its footer.
 *
 * <p>Sources: "SchemaElement" in {@code parquet.thrift}; for lists and maps, and how older writers made them, "Nested
 * types" in {@code LogicalTypes.md} of the Parquet format.
 */
final class FileSchema {

    private static final int DEEPEST = 60;
    private static final int MOST_ELEMENTS = 1 << 18;

    /**
     * A column of the file: one leaf of the schema.
     *
     * @param path names from the top, joined by points
     * @param names the same, apart
     * @param top which top-level field it belongs to
     * @param type how its values are stored
     * @param definition the largest definition level
     * @param repetition the largest repetition level
     */
    record Leaf(String path, List<String> names, int top, LeafType type, int definition, int repetition) {}

    private final List<SchemaNode> fields = new ArrayList<>();
    private final List<Leaf> leaves = new ArrayList<>();
    private final List<SchemaElement> elements;
    private final Place place;
    private int next = 1;

    private FileSchema(List<SchemaElement> elements, Place place) {
        this.elements = elements;
        this.place = place;
    }

    static void checkSize(int elements, Place place) {
        if (elements > MOST_ELEMENTS) {
            throw new LimitExceededException(
                    "schema elements of " + place.text(), elements, MOST_ELEMENTS, "write fewer columns");
        }
    }

    static FileSchema of(List<SchemaElement> elements, Place place) {
        FileSchema schema = new FileSchema(elements, place);
        if (elements.isEmpty()) {
            throw place.corrupt("a schema without elements");
        }
        int count = elements.get(0).getNum_children();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < count; i++) {
            Raw raw = schema.read(0, 0, List.of(), i);
            schema.fields.add(build(raw, 0));
            if (!names.add(raw.name)) {
                throw place.unsupported("two columns of the name \"" + raw.name + "\"");
            }
        }
        if (schema.next != elements.size()) {
            throw place.corrupt("a schema of %d elements of which %d are used".formatted(elements.size(), schema.next));
        }
        return schema;
    }

    List<SchemaNode> fields() {
        return fields;
    }

    List<Leaf> leaves() {
        return leaves;
    }

    /** An element with those below it, and the levels counted from the top. */
    private static final class Raw {
        final String name;
        final SchemaElement element;
        final List<Raw> children = new ArrayList<>();
        final boolean repeated;
        final int definition;
        final int repetition;
        int leaf;

        @Nullable
        LeafType type;

        Raw(String name, SchemaElement element, int definition, int repetition) {
            this.name = name;
            this.element = element;
            FieldRepetitionType type = element.getRepetition_type();
            this.repeated = type == FieldRepetitionType.REPEATED;
            this.definition = definition + (type == FieldRepetitionType.REQUIRED ? 0 : 1);
            this.repetition = repetition + (repeated ? 1 : 0);
        }

        boolean isLeaf() {
            return type != null;
        }
    }

    private Raw read(int definition, int repetition, List<String> above, int top) {
        if (next >= elements.size()) {
            throw place.corrupt("a schema that is cut off after %d elements".formatted(next));
        }
        SchemaElement element = elements.get(next++);
        String name = place.there(element.getName(), "name of a column");
        if (element.getRepetition_type() == null) {
            throw place.corrupt("column \"%s\" without repetition type".formatted(name));
        }
        Raw raw = new Raw(name, element, definition, repetition);
        List<String> path = new ArrayList<>(above);
        path.add(raw.name);
        if (path.size() > DEEPEST) {
            throw place.unsupported("columns nested deeper than " + DEEPEST);
        }
        // A leaf has a type; some writers set num_children to 0 on leaves too.
        if (element.isSetType()) {
            raw.leaf = leaves.size();
            String joined = String.join(".", path);
            LeafType type = LeafType.of(element, new Place(place.file(), "column " + joined));
            raw.type = type;
            leaves.add(new Leaf(joined, path, top, type, raw.definition, raw.repetition));
            return raw;
        }
        int count = element.getNum_children();
        if (count < 1) {
            throw place.unsupported("column \"%s\", a group without fields".formatted(String.join(".", path)));
        }
        for (int i = 0; i < count; i++) {
            raw.children.add(read(raw.definition, raw.repetition, path, top));
        }
        return raw;
    }

    private static SchemaNode build(Raw raw, int outer) {
        if (raw.repeated) {
            // Neither in a LIST nor a MAP: a required list of required elements.
            return SchemaNode.list(
                    raw.name, outer, outer, raw.definition, raw.repetition, content(raw, raw.definition));
        }
        return content(raw, outer);
    }

    private static SchemaNode content(Raw raw, int outer) {
        if (raw.isLeaf()) {
            return leaf(raw, outer);
        }
        Raw only = raw.children.get(0);
        boolean wrapper = raw.children.size() == 1 && only.repeated;
        if (wrapper && isList(raw.element)) {
            return SchemaNode.list(
                    raw.name, outer, raw.definition, only.definition, only.repetition, element(raw, only));
        }
        if (wrapper && isMap(raw.element) && isEntry(only)) {
            List<SchemaNode> entry = new ArrayList<>();
            for (Raw part : only.children) {
                entry.add(build(part, only.definition));
            }
            return SchemaNode.map(raw.name, outer, raw.definition, only.definition, only.repetition, entry);
        }
        List<SchemaNode> children = new ArrayList<>();
        for (Raw child : raw.children) {
            children.add(build(child, raw.definition));
        }
        return SchemaNode.struct(raw.name, outer, raw.definition, children);
    }

    private static boolean isEntry(Raw repeated) {
        return !repeated.isLeaf() && repeated.children.size() == 2;
    }

    // The backward-compatibility rules of LogicalTypes.md, in their order.
    private static SchemaNode element(Raw list, Raw repeated) {
        boolean itself = repeated.isLeaf()
                || repeated.children.size() != 1
                || repeated.children.get(0).repeated
                || repeated.name.equals("array")
                || repeated.name.equals(list.name + "_tuple");
        return itself ? content(repeated, repeated.definition) : build(repeated.children.get(0), repeated.definition);
    }

    private static SchemaNode leaf(Raw raw, int outer) {
        LeafType type = raw.type;
        if (type == null) {
            throw new IllegalStateException("not a leaf: " + raw.name);
        }
        return SchemaNode.value(raw.name, outer, raw.definition, raw.leaf, type);
    }

    private static boolean isList(SchemaElement element) {
        LogicalType logical = element.getLogicalType();
        return (logical != null && logical.isSetLIST()) || element.getConverted_type() == ConvertedType.LIST;
    }

    private static boolean isMap(SchemaElement element) {
        LogicalType logical = element.getLogicalType();
        return (logical != null && logical.isSetMAP())
                || element.getConverted_type() == ConvertedType.MAP
                || element.getConverted_type() == ConvertedType.MAP_KEY_VALUE;
    }
}
