package io.atomflux.file.columnar.hdf5;

import io.atomflux.error.LimitExceededException;
import io.jhdf.GlobalHeap;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;

/**
 * Texts of any length, which lie in heaps that many elements may refer to; for one reading, and one thread.
 *
 * <p>Source: "HDF5 File Format Specification 3.0", VIII.A (how an element refers to them) and III.E (global heaps).
 */
final class JhdfTexts {

    /** What an element takes: its length, the address of a heap, and a number in it. */
    static final int ELEMENT_BYTES = 16;

    private final JhdfBytes bytes;
    private final String what;
    private final long most;
    private final Map<Long, GlobalHeap> heaps = new HashMap<>();
    private final Map<Place, String> texts = new HashMap<>();
    private long left;

    private record Place(long heap, int number, int length) {}

    /**
     * Begins.
     *
     * @param what for messages
     * @param most bytes of texts at most, each counted once
     */
    JhdfTexts(JhdfBytes bytes, String what, long most) {
        this.bytes = bytes;
        this.what = what;
        this.most = most;
        this.left = most;
    }

    String[] read(byte[] elements, int count) {
        ByteBuffer at = ByteBuffer.wrap(elements).order(ByteOrder.LITTLE_ENDIAN);
        String[] all = new String[count];
        for (int i = 0; i < count; i++) {
            int length = at.getInt();
            Place place = new Place(at.getLong(), at.getInt(), length);
            all[i] = length == 0 || place.heap() == 0 ? "" : texts.computeIfAbsent(place, this::text);
        }
        return all;
    }

    private String text(Place place) {
        ByteBuffer object = heaps.computeIfAbsent(place.heap(), address -> new GlobalHeap(bytes, address))
                .getObjectData(place.number())
                .duplicate();
        int length = place.length();
        if (length < 0 || length > object.remaining()) {
            throw bytes.damaged("a text of %d bytes in a heap's %d (expected: no more)"
                    .formatted(length & 0xFFFFFFFFL, object.remaining()));
        }
        left -= length;
        if (left < 0) {
            throw new LimitExceededException(
                    "bytes of texts in " + what,
                    most - left,
                    most,
                    "the file is damaged, or larger chunks have to be allowed");
        }
        byte[] utf8 = new byte[length];
        object.get(utf8);
        int end = 0;
        while (end < length && utf8[end] != 0) {
            end++;
        }
        return Utf8.lenient(utf8, 0, end);
    }
}
