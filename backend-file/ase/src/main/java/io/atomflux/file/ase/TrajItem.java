package io.atomflux.file.ase;

import io.atomflux.codec.AseJson;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One item of a trajectory: its members, and the arrays they tell of, which are read when they are asked for.
 *
 * <p>Its faults are {@link IllegalArgumentException}s; who knows file and frame tells them on. For one thread.
 */
final class TrajItem {

    private static final int MOST_AXES = 32;

    private final UlmObject members;
    private final boolean bigEndian;
    private final ByteWindow window;
    private final long fileLength;
    private final long end;
    private long room;

    /**
     * Takes the text of an item.
     *
     * @param fileLength up to where arrays may reach
     * @param room how many bytes of arrays may be read
     * @param end where the item ends in the file
     */
    TrajItem(String text, long version, ByteWindow window, long fileLength, long room, long end) {
        this.members = new UlmObject(text);
        this.bigEndian = version >= 2 && Boolean.FALSE.equals(members.value("_little_endian"));
        this.window = window;
        this.fileLength = fileLength;
        this.room = room;
        this.end = end;
    }

    UlmObject members() {
        return members;
    }

    boolean isBigEndian() {
        return bigEndian;
    }

    /** Returns where the item ends in the file. */
    long end() {
        return end;
    }

    /** Tells whether frames that have this item take pbc, numbers, masses and constraints from it. */
    boolean hasHeader() {
        return members.has("numbers");
    }

    /** Reads a member of an object, be it an array or a plain value; null if there is none. */
    @Nullable
    Object get(UlmObject object, String name) throws IOException {
        UlmObject child = object.child(name);
        if (child == null) {
            return object.value(name);
        }
        UlmObject.Place place = child.place();
        if (place == null) {
            throw new IllegalArgumentException("member %s: an object (expected: an array)".formatted(name));
        }
        return array(name, place);
    }

    @Nullable
    Object get(String name) throws IOException {
        return get(members, name);
    }

    /** Returns the type of an array's elements as they are in the file. */
    private DType type(String name, UlmObject.Place place) {
        DType type;
        try {
            type = AseJson.type(place.type());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("member %s: %s".formatted(name, e.getMessage()), e);
        }
        return bigEndian && !type.isBigEndian() && type.itemSize() > 1
                ? DType.of(">" + type.code().substring(1))
                : type;
    }

    static int[] shape(String name, UlmObject.Place place) {
        List<?> axes = place.shape();
        if (axes.size() > MOST_AXES) {
            throw new IllegalArgumentException(
                    "array %s: %d axes (expected: at most %d)".formatted(name, axes.size(), MOST_AXES));
        }
        int[] shape = new int[axes.size()];
        for (int i = 0; i < shape.length; i++) {
            if (!(axes.get(i) instanceof Long axis) || axis < 0 || axis > Integer.MAX_VALUE) {
                throw new IllegalArgumentException(
                        "array %s: axis of length %s (expected: 0 to 2^31 - 1)".formatted(name, axes.get(i)));
            }
            shape[i] = axis.intValue();
        }
        return shape;
    }

    /**
     * Returns how many bytes an array has, after looking whether they are all in the file.
     *
     * @throws IllegalArgumentException if they are not, or there are more than one item may have
     */
    private int length(String name, int[] shape, DType type, long offset) {
        long bytes = type.itemSize();
        for (int axis : shape) {
            bytes = Math.min(bytes * axis, Integer.MAX_VALUE);
        }
        if (bytes > 0 && (offset < 0 || offset > fileLength - bytes)) {
            throw new IllegalArgumentException("array %s: %d bytes at byte %d (expected: inside the %d of the file)"
                    .formatted(name, bytes, offset, fileLength));
        }
        room -= bytes;
        if (room < 0) {
            throw new IllegalArgumentException(
                    "array %s: %d bytes (expected: no more than the option max_frame_bytes allows a frame)"
                            .formatted(name, bytes));
        }
        return (int) bytes;
    }

    private NdArray array(String name, UlmObject.Place place) throws IOException {
        DType type = type(name, place);
        int[] shape = shape(name, place);
        int length = length(name, shape, type, place.offset());
        if (length == 0) {
            return NdArray.zeros(type, shape); // points anywhere
        }
        return NdArray.copyOf(type, shape, window.read(place.offset(), length));
    }

    /** Returns the bytes of an array as they are in the file. */
    ByteBuffer bytes(String name, UlmObject.Place place) throws IOException {
        int length = length(name, shape(name, place), type(name, place), place.offset());
        return length == 0 ? ByteBuffer.allocate(0) : window.read(place.offset(), length);
    }
}
