package io.atomflux.file.columnar.hdf5;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.hdf5.ChunkFilters.Filter;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Shape;
import io.jhdf.Constants;
import io.jhdf.ObjectHeader;
import io.jhdf.object.message.DataLayoutMessage;
import io.jhdf.object.message.DataLayoutMessage.ChunkedDataLayoutMessage;
import io.jhdf.object.message.DataLayoutMessage.ChunkedDataLayoutMessageV4;
import io.jhdf.object.message.DataLayoutMessage.CompactDataLayoutMessage;
import io.jhdf.object.message.DataLayoutMessage.ContiguousDataLayoutMessage;
import io.jhdf.object.message.DataSpace;
import io.jhdf.object.message.DataSpaceMessage;
import io.jhdf.object.message.DataTypeMessage;
import io.jhdf.object.message.FillValueMessage;
import io.jhdf.object.message.FillValueOldMessage;
import io.jhdf.object.message.FilterPipelineMessage;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One array of a file that jhdf described; its chunks are found by jhdf, and decoded here. For many threads. */
final class JhdfArray {

    private static final int NULL_SPACE = 2;

    private final JhdfBytes bytes;
    private final String store;
    private final StoredType type;
    private final ArrayInfo info;
    private final DataLayoutMessage layout;
    private final List<Filter> filters;
    private final byte[] fill;
    private final DataSpace space;
    private @Nullable JhdfChunks chunks;

    private JhdfArray(
            JhdfBytes bytes,
            String store,
            StoredType type,
            ArrayInfo info,
            DataLayoutMessage layout,
            List<Filter> filters,
            byte[] fill,
            DataSpace space) {
        this.bytes = bytes;
        this.store = store;
        this.type = type;
        this.info = info;
        this.layout = layout;
        this.filters = filters;
        this.fill = fill;
        this.space = space;
    }

    /** Looks at the header of an array. */
    static JhdfArray of(JhdfBytes bytes, String store, String path, ObjectHeader header) {
        StoredType type = JhdfTypes.of(
                        header.getMessageOfType(DataTypeMessage.class).getDataType())
                .filter(t -> t.form() != StoredType.Form.REFERENCE)
                .orElseThrow(() -> new UnsupportedDataException(
                        store,
                        "array /" + path,
                        "elements of a type that is not read"
                                + " (expected: integers, IEEE floats, complex numbers, bools, enumerations or texts)",
                        null));
        if (type.size() <= 0) {
            throw corrupt(store, path, "elements of %d bytes".formatted(type.size()));
        }
        DataSpace space = header.getMessageOfType(DataSpaceMessage.class).getDataSpace();
        if (space.getType() == NULL_SPACE) {
            throw new UnsupportedDataException(
                    store, "array /" + path, "it has no shape (expected: one, even if empty)", null);
        }
        long[] shape = space.getDimensionsAsLong();
        DataLayoutMessage layout = header.getMessageOfType(DataLayoutMessage.class);
        long[] chunk = Slabs.of(shape, type.size());
        if (layout instanceof ChunkedDataLayoutMessage chunked) {
            chunk = chunkShape(store, path, chunked.getChunkDimensions(), shape.length);
        } else if (layout instanceof ChunkedDataLayoutMessageV4 chunked) {
            chunk = chunkShape(store, path, chunked.getChunkDimensions(), shape.length);
        }
        List<Filter> filters = new ArrayList<>();
        for (FilterPipelineMessage pipeline : header.getMessagesOfType(FilterPipelineMessage.class)) {
            pipeline.getFilters().forEach(f -> filters.add(new Filter(f.getId(), f.getData())));
        }
        for (long length : shape) {
            if (length < 0) {
                throw corrupt(store, path, "shape %s".formatted(Arrays.toString(shape)));
            }
        }
        ArrayInfo info = new ArrayInfo(
                path, type.element(), Shape.of(shape), Shape.of(chunk), ChunkFilters.describe(filters), type.labels());
        return new JhdfArray(bytes, store, type, info, layout, List.copyOf(filters), fill(header, type), space);
    }

    private static CorruptDataException corrupt(String store, String path, String problem) {
        return new CorruptDataException(store, "array /" + path, problem, null);
    }

    private static long[] chunkShape(String store, String path, int[] lengths, int rank) {
        // The layout counts the bytes of an element as one more axis, which jhdf leaves in some versions of it.
        if (lengths.length != rank && lengths.length != rank + 1) {
            throw corrupt(store, path, "%d axes in chunks of %d".formatted(rank, lengths.length));
        }
        long[] chunk = new long[rank];
        for (int axis = 0; axis < rank; axis++) {
            chunk[axis] = lengths[axis];
            if (chunk[axis] <= 0) {
                throw corrupt(store, path, "chunks of shape %s".formatted(Arrays.toString(lengths)));
            }
        }
        return chunk;
    }

    private static byte[] fill(ObjectHeader header, StoredType type) {
        ByteBuffer stored = null;
        for (FillValueOldMessage message : header.getMessagesOfType(FillValueOldMessage.class)) {
            stored = message.getFillValue();
        }
        for (FillValueMessage message : header.getMessagesOfType(FillValueMessage.class)) {
            // Of version 1 of this message jhdf leaves out the value; the older message beside it has it.
            stored = message.isFillValueDefined() ? message.getFillValue() : stored;
        }
        byte[] fill = new byte[type.size()];
        // A text of any length as fill is not looked up: it is the empty one wherever h5py or this library write.
        if (stored != null && stored.limit() == fill.length && type.form() != StoredType.Form.TEXT_ANY) {
            stored.duplicate().position(0).get(fill);
        }
        return fill;
    }

    ArrayInfo info() {
        return info;
    }

    /**
     * Reads a chunk.
     *
     * @param most bytes a chunk may have
     */
    Chunk chunk(Shape index, long most) {
        int count = count(most);
        byte[] raw;
        if (layout instanceof CompactDataLayoutMessage compact) {
            ByteBuffer data = compact.getDataBuffer();
            raw = slab(index, count, (at, length) -> {
                if (at < 0 || length > data.limit() - at) {
                    throw corrupt(
                            store, info.path(), "%d bytes of data (expected: %d more)".formatted(data.limit(), length));
                }
                byte[] part = new byte[(int) length];
                data.duplicate().position((int) at).get(part);
                return part;
            });
        } else if (layout instanceof ContiguousDataLayoutMessage whole) {
            raw = whole.getAddress() == Constants.UNDEFINED_ADDRESS
                    ? filled(count)
                    : slab(index, count, (at, length) -> bytes.read(Math.addExact(whole.getAddress(), at), length));
        } else {
            raw = stored(index, count);
        }
        return decoded(raw, count, most);
    }

    private Chunk decoded(byte[] raw, int count, long most) {
        return switch (type.form()) {
            case TEXT_ANY -> Chunk.of(new JhdfTexts(bytes, "array /" + info.path(), most).read(raw, count));
            case TEXT_NUL, TEXT_SPACE -> Chunk.of(type.texts(raw));
            case PLAIN, REFERENCE -> {
                type.decode(raw);
                yield Chunk.of(raw);
            }
        };
    }

    private int count(long most) {
        long count = 1;
        for (int axis = 0; axis < info.chunk().rank(); axis++) {
            long length = info.chunk().at(axis);
            if (count > most / type.size() / length) {
                throw new LimitExceededException(
                        "bytes of a chunk of array /%s in %s".formatted(info.path(), store),
                        Long.MAX_VALUE,
                        most,
                        "the file is damaged, or larger chunks have to be allowed");
            }
            count *= length;
        }
        return (int) count;
    }

    /** Reads so many bytes of an array in one piece, from a place on. */
    @FunctionalInterface
    private interface Piece {
        byte[] read(long at, long length);
    }

    private byte[] slab(Shape index, int count, Piece piece) {
        long first = 0;
        long wanted = 1;
        for (int axis = 0; axis < index.rank(); axis++) {
            long length = info.shape().at(axis);
            long from = Math.multiplyExact(index.at(axis), info.chunk().at(axis));
            if (from >= length) {
                return filled(count);
            }
            first = Math.addExact(Math.multiplyExact(first, length), from);
            wanted *= Math.min(info.chunk().at(axis), length - from);
        }
        byte[] part = piece.read(Math.multiplyExact(first, (long) type.size()), wanted * type.size());
        if (wanted == count) {
            return part;
        }
        // Only the axis that is cut can be short, and those before it have length 1: what is there comes first.
        byte[] raw = filled(count);
        System.arraycopy(part, 0, raw, 0, part.length);
        return raw;
    }

    private byte[] stored(Shape index, int count) {
        JhdfChunks.Location location = chunks().at(index);
        if (location == null) {
            return filled(count);
        }
        String place = "array /%s, chunk %s".formatted(info.path(), index);
        byte[] raw;
        try {
            byte[] stored = bytes.read(location.address(), location.length());
            raw = ChunkFilters.decode(filters, location.mask(), stored, count * type.size());
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException(store, place, String.valueOf(e.getMessage()), e);
        } catch (UnsupportedOperationException e) {
            throw new UnsupportedDataException(store, place, String.valueOf(e.getMessage()), e);
        }
        for (int axis = 0; axis < index.rank(); axis++) {
            if (index.at(axis) >= info.shape().at(axis) / info.chunk().at(axis)) {
                pad(raw, index);
                break;
            }
        }
        return raw;
    }

    /** Puts the fill where a chunk at the edge reaches beyond the array: the file has there what was once written. */
    private void pad(byte[] raw, Shape index) {
        int rank = index.rank();
        long[] valid = new long[rank];
        for (int axis = 0; axis < rank; axis++) {
            long from = index.at(axis) * info.chunk().at(axis);
            valid[axis] =
                    Math.max(0, Math.min(info.chunk().at(axis), info.shape().at(axis) - from));
        }
        int row = (int) info.chunk().at(rank - 1);
        int rows = raw.length / type.size() / row;
        for (int i = 0; i < rows; i++) {
            long rest = i;
            boolean inside = true;
            for (int axis = rank - 2; axis >= 0; axis--) {
                inside &= rest % info.chunk().at(axis) < valid[axis];
                rest /= info.chunk().at(axis);
            }
            int from = inside ? (int) valid[rank - 1] : 0;
            for (int k = from; k < row; k++) {
                System.arraycopy(fill, 0, raw, (i * row + k) * type.size(), type.size());
            }
        }
    }

    private byte[] filled(int count) {
        byte[] raw = new byte[count * type.size()];
        for (byte b : fill) {
            if (b != 0) {
                for (int at = 0; at < raw.length; at += fill.length) {
                    System.arraycopy(fill, 0, raw, at, fill.length);
                }
                break;
            }
        }
        return raw;
    }

    private synchronized JhdfChunks chunks() {
        JhdfChunks known = chunks;
        if (known == null) {
            known = JhdfChunks.of(bytes, store, info, layout, type.size(), space);
            chunks = known;
        }
        return known;
    }

    /** Returns the bytes the data take in the file. */
    long storedBytes() {
        if (layout instanceof CompactDataLayoutMessage compact) {
            return compact.getDataBuffer().limit();
        }
        if (layout instanceof ContiguousDataLayoutMessage whole) {
            return whole.getAddress() == Constants.UNDEFINED_ADDRESS ? 0 : whole.getSize();
        }
        return chunks().storedBytes();
    }
}
