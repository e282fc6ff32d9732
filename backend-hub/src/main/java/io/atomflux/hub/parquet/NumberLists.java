package io.atomflux.hub.parquet;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.format.Type;
import org.jspecify.annotations.Nullable;

/**
 * Lists, of any depth, of numbers: each that is rectangular and has no null in it becomes one array, straight from the
 * decoded bytes; any other becomes a list, of arrays where its parts are such.
 *
 * <p>An empty list is an array of shape {@code (0)}, whatever it is a list of.
 */
final class NumberLists extends NodeReader {

    private final SchemaNode[] lists;
    private final LeafCursor cursor;
    private final DType dtype;
    private final int width;
    private final int firstRepeats;
    private Entries entries;
    private int nextValue;

    /** @param lists the outermost first, each the element of the one before */
    NumberLists(List<SchemaNode> lists, LeafCursor cursor, DType dtype, Weight weight) {
        super(cursor, weight);
        this.lists = lists.toArray(new SchemaNode[0]);
        this.cursor = cursor;
        this.dtype = dtype;
        this.width = cursor.type.width;
        this.firstRepeats = this.lists[0].repeats;
        this.entries = new Entries(new byte[0], null, 0, 0, new Values.Fixed(cursor.type, 0, new byte[0], 0), 0, 0);
    }

    @Override
    @Nullable
    Object read(int repetition) {
        cursor.require(repetition);
        entries = cursor.entries(firstRepeats);
        int length = entries.to() - entries.from();
        weight.add(16L * length / 8 + (long) entries.present() * width + 64);
        if (entries.definitions() == null) {
            int[] shape = shape(0, entries.from(), entries.to());
            if (shape != null) {
                return array(entries.value(), shape, length);
            }
        }
        nextValue = entries.value();
        return list(0, entries.from(), entries.to());
    }

    @Override
    void absent(int repetition, int definition) {
        cursor.require(repetition);
        if (cursor.definition() != definition) {
            throw cursor.contradiction();
        }
        cursor.advance();
    }

    /** Returns the shape of entries that all have a value; null if lists of one depth differ in length. */
    private int @Nullable [] shape(int depth, int from, int to) {
        int axes = lists.length - depth;
        int length = to - from;
        if (axes == 1) {
            return new int[] {length};
        }
        byte[] levels = entries.repetitions();
        if (axes == 2) {
            int repeats = lists[depth].repeats;
            int inner = 1;
            while (inner < length && levels[from + inner] != repeats) {
                inner++;
            }
            if (length % inner != 0) {
                return null;
            }
            // Each further list is as long as the first if the levels repeat themselves from its start on.
            if (inner < length && !Arrays.equals(levels, from + inner + 1, to, levels, from + 1, to - inner)) {
                return null;
            }
            return new int[] {length / inner, inner};
        }
        return deepShape(depth, from, length);
    }

    private int @Nullable [] deepShape(int depth, int from, int length) {
        int axes = lists.length - depth;
        byte[] levels = entries.repetitions();
        // How many entries the first list of each depth has.
        int[] sizes = new int[axes];
        sizes[0] = length;
        for (int axis = 1; axis < axes; axis++) {
            int size = 1;
            while (size < length && levels[from + size] >= lists[depth + axis].repeats) {
                size++;
            }
            sizes[axis] = size;
            if (sizes[axis - 1] % size != 0) {
                return null;
            }
        }
        for (int i = 1; i < length; i++) {
            int axis = 1;
            while (axis < axes && i % sizes[axis] != 0) {
                axis++;
            }
            if (levels[from + i] != lists[depth + axis - 1].repeats) {
                return null;
            }
        }
        int[] shape = new int[axes];
        for (int axis = 0; axis < axes; axis++) {
            shape[axis] = sizes[axis] / (axis + 1 < axes ? sizes[axis + 1] : 1);
        }
        return shape;
    }

    private NdArray array(int value, int[] shape, int length) {
        byte[] bytes = new byte[Math.multiplyExact(length, width)];
        entries.values().copy(value, length, bytes, 0);
        int item = dtype.itemSize();
        if (item < width) {
            // Integers of one and two bytes are stored in four.
            byte[] narrow = new byte[length * item];
            for (int i = 0; i < length; i++) {
                System.arraycopy(bytes, i * width, narrow, i * item, item);
            }
            bytes = narrow;
        }
        return NdArray.wrap(dtype, shape, bytes, 0);
    }

    private @Nullable Object list(int depth, int from, int to) {
        SchemaNode node = lists[depth];
        int definition = definition(from);
        if (definition < node.filled) {
            if (to - from != 1 || definition < node.outer) {
                throw cursor.contradiction();
            }
            return definition < node.present ? null : NdArray.wrap(dtype, new int[] {0}, new byte[0], 0);
        }
        if (allPresent(from, to)) {
            int[] shape = shape(depth, from, to);
            if (shape != null) {
                int first = nextValue;
                nextValue += to - from;
                return array(first, shape, to - from);
            }
        }
        List<@Nullable Object> parts = new ArrayList<>();
        int start = from;
        while (start < to) {
            int end = start + 1;
            while (end < to && entries.repetitions()[end] > node.repeats) {
                end++;
            }
            parts.add(depth + 1 < lists.length ? list(depth + 1, start, end) : number(node, start, end));
            start = end;
        }
        return parts;
    }

    private @Nullable Object number(SchemaNode innermost, int at, int end) {
        int definition = definition(at);
        if (end != at + 1 || definition < innermost.filled) {
            throw cursor.contradiction();
        }
        weight.add(32);
        return definition == cursor.largestDefinition ? entries.values().at(nextValue++) : null;
    }

    private int definition(int at) {
        byte[] definitions = entries.definitions();
        return definitions == null ? cursor.largestDefinition : definitions[at];
    }

    private boolean allPresent(int from, int to) {
        for (int i = from; i < to; i++) {
            if (definition(i) != cursor.largestDefinition) {
                return false;
            }
        }
        return true;
    }

    /** Tells whether a column is read by this class. */
    static boolean fits(SchemaNode node) {
        SchemaNode inner = node;
        while (inner.kind == SchemaNode.Kind.LIST) {
            inner = inner.children.get(0);
        }
        LeafType type = inner.type;
        return node.kind == SchemaNode.Kind.LIST
                && type != null
                && type.number != null
                && (type.physical != Type.FIXED_LEN_BYTE_ARRAY || type.width == 2);
    }
}
