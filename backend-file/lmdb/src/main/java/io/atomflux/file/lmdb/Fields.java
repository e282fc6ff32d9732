package io.atomflux.file.lmdb;

import io.atomflux.value.Bytes;
import io.atomflux.value.KeySet;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.lwjgl.system.MemoryUtil;

/**
 * Field names that a read looks for: the schema of the store, or the keys asked for; immutable.
 *
 * <p>It also remembers which combinations rows have, so that rows with the same keys share one key set.
 */
final class Fields {

    /** Combinations remembered; stores with more of them make key sets anew. */
    private static final int MOST_SHAPES = 256;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    static final Fields NONE = new Fields(List.of());

    /**
     * The keys of a row.
     *
     * @param fields places in the table, in the order of the row
     * @param keys the same as a key set
     */
    record Shape(int[] fields, KeySet keys) {
        @Override
        public boolean equals(Object o) {
            return this == o;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }

    /** The shape of a written row of which nothing was wanted. */
    static final Shape NOTHING = new Shape(new int[0], KeySet.EMPTY);

    private final byte[][] encoded;
    private final String[] names;
    private final Map<Bytes, Integer> places = new HashMap<>();
    private final CopyOnWriteArrayList<Shape> shapes = new CopyOnWriteArrayList<>();

    private Fields(Collection<Bytes> fields) {
        encoded = new byte[fields.size()][];
        names = new String[fields.size()];
        int i = 0;
        for (Bytes field : fields) {
            encoded[i] = field.toArray();
            names[i] = field.keyText();
            places.put(field, i);
            i++;
        }
    }

    static Fields of(Collection<Bytes> fields) {
        return fields.isEmpty() ? NONE : new Fields(fields);
    }

    /** Reads the value of {@link Layout#SCHEMA}. */
    static Fields parse(byte[] joined) {
        List<Bytes> fields = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= joined.length; i++) {
            if (i == joined.length || joined[i] == '\n') {
                if (i > from) {
                    fields.add(Bytes.wrap(Arrays.copyOfRange(joined, from, i)));
                }
                from = i + 1;
            }
        }
        return of(new TreeSet<>(fields));
    }

    /** Returns the value of {@link Layout#SCHEMA}. */
    byte[] joined() {
        int length = Math.max(0, encoded.length - 1);
        for (byte[] field : encoded) {
            length += field.length;
        }
        byte[] joined = new byte[length];
        int at = 0;
        for (byte[] field : encoded) {
            if (at > 0) {
                joined[at++] = '\n';
            }
            System.arraycopy(field, 0, joined, at, field.length);
            at += field.length;
        }
        return joined;
    }

    /** Returns these fields with more of them, sorted by bytes. */
    Fields plus(Collection<Bytes> more) {
        TreeSet<Bytes> all = new TreeSet<>(places.keySet());
        return all.addAll(more) ? of(all) : this;
    }

    int size() {
        return encoded.length;
    }

    byte[] encoded(int place) {
        return encoded[place];
    }

    String name(int place) {
        return names[place];
    }

    boolean has(Bytes field) {
        return places.containsKey(field);
    }

    /** Finds a field; negative if it is not among these. */
    int placeOf(byte[] field) {
        return places.getOrDefault(Bytes.wrap(field), -1);
    }

    /** Tells whether native bytes are the name of a field. */
    boolean matches(int place, long address, int length) {
        byte[] name = encoded[place];
        if (name.length != length) {
            return false;
        }
        int i = 0;
        for (; i + Long.BYTES <= length; i += Long.BYTES) {
            if ((long) LONGS.get(name, i) != MemoryUtil.memGetLong(address + i)) {
                return false;
            }
        }
        for (; i < length; i++) {
            if (name[i] != MemoryUtil.memGetByte(address + i)) {
                return false;
            }
        }
        return true;
    }

    /** Returns the shape of rows with these fields. */
    Shape shape(int[] fields, int count) {
        for (Shape shape : shapes) {
            if (Arrays.equals(shape.fields, 0, shape.fields.length, fields, 0, count)) {
                return shape;
            }
        }
        String[] keys = new String[count];
        for (int i = 0; i < count; i++) {
            keys[i] = names[fields[i]];
        }
        Shape made = new Shape(Arrays.copyOf(fields, count), KeySet.of(Arrays.asList(keys)));
        if (shapes.size() < MOST_SHAPES) {
            shapes.add(made);
        }
        return made;
    }

    /** Returns the shape seen first, a guess at what rows look like. */
    @Nullable
    Shape usual() {
        return shapes.isEmpty() ? null : shapes.get(0);
    }
}
