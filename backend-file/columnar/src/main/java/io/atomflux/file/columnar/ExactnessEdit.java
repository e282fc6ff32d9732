package io.atomflux.file.columnar;

import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.ArraySpec;
import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.TreeEdit;
import io.atomflux.value.DType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Changes what {@link Exactness} reads; its arrays are made when there is something to hold. */
final class ExactnessEdit {

    private static final int CHUNK_BYTES = 1 << 16;

    private final TreeEdit tree;
    private final Placement placement;
    private final String group;
    private final LayoutOptions options;
    private @Nullable ArrayEdit bytes;
    private @Nullable ArrayEdit rows;
    private @Nullable ArrayEdit reserved;

    ExactnessEdit(TreeEdit tree, Placement placement, String group, String store, LayoutOptions options)
            throws IOException {
        this.tree = tree;
        this.placement = placement;
        this.group = group;
        this.options = options;
        Exactness.of(placement, tree, group, store); // checks what is there
        bytes = there(Exactness.BYTES);
        rows = there(Exactness.ROWS);
        reserved = there(Exactness.RESERVED);
    }

    private @Nullable ArrayEdit there(String name) throws IOException {
        Optional<ArrayInfo> array = tree.array(placement.internal(group, name));
        return array.isEmpty() ? null : new ArrayEdit(tree, array.get(), 0);
    }

    private ArrayEdit made(@Nullable ArrayEdit array, String name, DType dtype, int width) throws IOException {
        if (array != null) {
            return array;
        }
        int each = dtype.itemSize() * width;
        Shape shape = width == 1 ? Shape.of(0) : Shape.of(0, width);
        Shape chunk = width == 1 ? Shape.of(CHUNK_BYTES / each) : Shape.of(CHUNK_BYTES / each, width);
        String path = placement.internal(group, name);
        return new ArrayEdit(
                tree,
                tree.createArray(path, new ArraySpec(ElementType.of(dtype), shape, chunk, options.compression())),
                0);
    }

    /** Writes the corrections of new rows, the first of which is given. */
    void append(long first, List<List<Correction>> corrections) throws IOException {
        if (corrections.stream().allMatch(List::isEmpty)) {
            return;
        }
        ArrayEdit all = made(bytes, Exactness.BYTES, DType.UINT8, 1);
        ArrayEdit places = made(rows, Exactness.ROWS, DType.INT64, 2);
        bytes = all;
        rows = places;
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        ByteBuffer pairs = ByteBuffer.allocate(16 * corrections.size()).order(ByteOrder.LITTLE_ENDIAN);
        for (List<Correction> row : corrections) {
            byte[] encoded = row.isEmpty() ? new byte[0] : Correction.encode(row);
            pairs.putLong(row.isEmpty() ? 0 : all.length() + content.size()).putLong(encoded.length);
            content.writeBytes(encoded);
        }
        long begin = all.length();
        all.resize(begin + content.size());
        all.write(begin, content.size(), content.toByteArray(), 0);
        places.resize(first + corrections.size());
        places.write(first, corrections.size(), pairs.array(), 0);
    }

    /** Writes the corrections of a row in place of its old ones. */
    void put(long row, List<Correction> corrections) throws IOException {
        if (rows == null || row >= rows.length()) {
            if (!corrections.isEmpty()) {
                append(row, List.of(corrections));
            }
            return;
        }
        ArrayEdit all = made(bytes, Exactness.BYTES, DType.UINT8, 1);
        bytes = all;
        ByteBuffer old = ByteBuffer.wrap(rows.read(row, 1)).order(ByteOrder.LITTLE_ENDIAN);
        long begin = old.getLong();
        long room = old.getLong();
        byte[] encoded = corrections.isEmpty() ? new byte[0] : Correction.encode(corrections);
        boolean fits = encoded.length <= room && begin >= 0 && begin + room <= all.length();
        if (!fits) {
            begin = all.length();
            all.resize(begin + encoded.length);
        }
        if (encoded.length > 0) {
            all.write(begin, encoded.length, encoded, 0);
        }
        ByteBuffer pair = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        pair.putLong(encoded.length == 0 ? 0 : begin).putLong(encoded.length);
        rows.write(row, 1, pair.array(), 0);
    }

    /** Notes that rows were reserved at the end. */
    void reserve(long from, long to) throws IOException {
        ArrayEdit ranges = made(reserved, Exactness.RESERVED, DType.INT64, 2);
        reserved = ranges;
        long last = ranges.length() - 1;
        long start = from;
        if (last >= 0) {
            ByteBuffer range = ByteBuffer.wrap(ranges.read(last, 1)).order(ByteOrder.LITTLE_ENDIAN);
            long begin = range.getLong();
            if (range.getLong() == from) {
                start = begin;
            } else {
                last++;
            }
        } else {
            last = 0;
        }
        ranges.resize(last + 1);
        ByteBuffer range = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        ranges.write(last, 1, range.putLong(start).putLong(to).array(), 0);
    }

    /** Forgets rows from one on, debris among them. */
    void truncate(long size) throws IOException {
        if (rows != null && rows.length() > size) {
            rows.resize(size);
        }
        if (bytes != null && size == 0) {
            bytes.resize(0);
        }
        while (reserved != null && reserved.length() > 0) {
            long last = reserved.length() - 1;
            ByteBuffer range = ByteBuffer.wrap(reserved.read(last, 1)).order(ByteOrder.LITTLE_ENDIAN);
            long begin = range.getLong();
            long end = range.getLong();
            if (begin < size && end > size) {
                ByteBuffer cut = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
                reserved.write(last, 1, cut.putLong(begin).putLong(size).array(), 0);
                return;
            } else if (begin < size) {
                return;
            }
            reserved.resize(last);
        }
    }

    /** Tells whether a row is in a range of reserved ones. */
    boolean isReserved(long row, String store) throws IOException {
        flush();
        return reserved != null && Exactness.of(placement, tree, group, store).isReserved(new TreeChunks(tree), row);
    }

    void flush() throws IOException {
        for (ArrayEdit array : new @Nullable ArrayEdit[] {bytes, rows, reserved}) {
            if (array != null) {
                array.flush();
            }
        }
    }
}
