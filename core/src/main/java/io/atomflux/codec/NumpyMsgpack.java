package io.atomflux.codec;

import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.Row;
import org.jspecify.annotations.Nullable;

/**
 * Msgpack with numpy values, byte for byte as asebytes 0.3 and msgpack-numpy 0.4.8 write it.
 *
 * <p>Integers take their shortest form, floats are always float64, arrays and numpy scalars are maps with the byte-string
 * keys {@code nd}, {@code type}, {@code kind}, {@code shape} and {@code data}. Structured types and big-endian data are
 * kept. Refused on reading, with {@link UnsupportedOperationException}: pickled object arrays, extension types, maps
 * whose keys are not text, element types without a {@link io.atomflux.value.DType}, and more than 64 nested lists and
 * maps.
 */
public final class NumpyMsgpack {

    /** Encodes and decodes single cells; what it decodes shares the given bytes. */
    public static final CellCodec CODEC = new CellCodec() {
        @Override
        public Bytes encode(@Nullable Object value) {
            MsgpackWriter out = new MsgpackWriter(MsgpackWriter.estimate(value));
            out.value(value, 0);
            return out.toBytes();
        }

        @Override
        public @Nullable Object decode(byte[] buffer, int offset, int length) {
            return MsgpackReader.decode(buffer, offset, length);
        }

        @Override
        public String toString() {
            return "NumpyMsgpack.CODEC";
        }
    };

    private NumpyMsgpack() {}

    /**
     * Encodes a row into one buffer; a row read from a store in this codec is passed on as it was read.
     *
     * @return the encoded row; the reserved row for the reserved row
     * @throws IllegalArgumentException if a value cannot be encoded; names the key
     */
    public static BlobRow encode(Row row) {
        BlobRow done = row.encodedBy(CODEC);
        if (done != null) {
            return done;
        }
        if (row.isReserved()) {
            return BlobRow.reserved();
        }
        int size = row.size();
        int room = 0;
        for (int i = 0; i < size; i++) {
            room = Math.addExact(room, MsgpackWriter.estimate(row.valueAt(i)));
        }
        MsgpackWriter out = new MsgpackWriter(room);
        int[] bounds = new int[2 * size];
        for (int i = 0; i < size; i++) {
            bounds[2 * i] = out.length();
            try {
                out.value(row.valueAt(i), 0);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "value of key \"%s\": %s".formatted(row.keySet().name(i), e.getMessage()), e);
            }
            bounds[2 * i + 1] = out.length();
        }
        return BlobRow.wrap(row.keySet(), out.trimmed(), bounds);
    }

    /**
     * Opens an encoded row; each cell is decoded when first asked for.
     *
     * @param cells the encoded row; the reserved one gives the reserved row
     * @param store the store's name for errors, without credentials
     * @param position the row's position for errors
     */
    public static Row decode(BlobRow cells, String store, long position) {
        return Row.decoding(cells, CODEC, store, position);
    }

    /**
     * Packs a row into one map of byte-string names and byte-string cells: the payload of the {@code __asebytes__} JSON
     * envelope of asebytes 0.3.
     *
     * @throws IllegalArgumentException if the row is reserved, since the form cannot say so
     */
    public static Bytes packMap(BlobRow row) {
        if (row.isReserved()) {
            throw new IllegalArgumentException("reserved row (expected: a written row)");
        }
        int room = 5;
        for (int i = 0; i < row.size(); i++) {
            int cell = Math.addExact(
                    row.valueAt(i).length(), row.keySet().encoded(i).length() + 10);
            room = Math.addExact(room, cell);
        }
        MsgpackWriter out = new MsgpackWriter(room);
        out.mapHeader(row.size());
        for (int i = 0; i < row.size(); i++) {
            out.bytes(row.keySet().encoded(i));
            out.bytes(row.valueAt(i));
        }
        return out.toBytes();
    }

    /**
     * Unpacks what {@link #packMap} packs.
     *
     * @throws IllegalArgumentException if it is not one map of distinct names and byte strings
     */
    public static BlobRow unpackMap(Bytes packed) {
        return MsgpackReader.cells(packed.toArray());
    }
}
