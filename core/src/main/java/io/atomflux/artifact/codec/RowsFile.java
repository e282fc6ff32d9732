package io.atomflux.artifact.codec;

import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.Row;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32C;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/**
 * Rows in one file that any of them can be read from, for stores without any other layout at hand.
 *
 * <p>Numbers are little-endian. Eight bytes {@code 8f 41 46 52 0d 0a 1a 01}; each row as its length in four bytes, CRC-32C of
 * its bytes in four, and its bytes: a msgpack map of the names and cells, as {@link NumpyMsgpack#packMap} makes it, none for
 * the reserved row; then the offset of each row in eight bytes; then the number of rows in eight bytes, the offset of the
 * first offset in eight, and the first eight bytes again.
 */
final class RowsFile {

    static final byte[] MAGIC = {(byte) 0x8f, 'A', 'F', 'R', '\r', '\n', 0x1a, 1};
    static final int FRAME = 8;
    static final int TAIL = 24;

    private static final int PIECE = 1 << 18;

    private final Bytes reserved = Bytes.EMPTY;
    private long[] offsets = new long[64];
    private int count;
    private long at;

    private RowsFile() {}

    /** Streams rows as a file. */
    static Flux<ByteBuffer> write(Flux<Row> rows) {
        return Flux.defer(() -> {
            RowsFile file = new RowsFile();
            return Flux.concat(
                    Flux.defer(() -> Flux.just(file.start())),
                    rows.publishOn(Schedulers.boundedElastic(), 16).map(file::frame),
                    Flux.defer(file::end));
        });
    }

    private static ByteBuffer room(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private ByteBuffer start() {
        at = MAGIC.length;
        return ByteBuffer.wrap(MAGIC.clone());
    }

    private ByteBuffer frame(Row row) {
        Bytes packed = row.isReserved() ? reserved : NumpyMsgpack.packMap(NumpyMsgpack.encode(row));
        if (count == Integer.MAX_VALUE - 8) {
            throw new LimitExceededException(
                    "rows of one file", count + 1L, count, "choose a layout, e.g. layout=lmdb");
        }
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, (int) Math.min(2L * count, Integer.MAX_VALUE - 8));
        }
        offsets[count++] = at;
        ByteBuffer out = room(Math.addExact(FRAME, packed.length()));
        CRC32C crc = new CRC32C();
        crc.update(packed.asBuffer());
        out.putInt(packed.length()).putInt((int) crc.getValue()).put(packed.asBuffer());
        at += out.position();
        return out.flip();
    }

    private Flux<ByteBuffer> end() {
        int perPiece = PIECE / Long.BYTES;
        Flux<ByteBuffer> index = Flux.range(0, (count + perPiece - 1) / perPiece)
                .map(piece -> {
                    int from = piece * perPiece;
                    int to = Math.min(count, from + perPiece);
                    ByteBuffer out = room((to - from) * Long.BYTES);
                    for (int i = from; i < to; i++) {
                        out.putLong(offsets[i]);
                    }
                    return out.flip();
                });
        ByteBuffer tail = room(TAIL);
        tail.putLong(count).putLong(at).put(MAGIC);
        return index.concatWithValues(tail.flip());
    }

    /**
     * Reads rows that follow each other.
     *
     * @param first position of the first one, for messages
     */
    static List<Row> rows(byte[] bytes, int count, long first, String file) {
        ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        List<Row> rows = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long position = first + i;
            if (in.remaining() < FRAME) {
                throw damaged(file, position, "is cut");
            }
            int length = in.getInt();
            int checksum = in.getInt();
            if (length < 0 || length > in.remaining()) {
                throw damaged(file, position, "length of %d bytes".formatted(length));
            }
            Bytes packed = Bytes.wrap(bytes, in.position(), length);
            CRC32C crc = new CRC32C();
            crc.update(packed.asBuffer());
            if ((int) crc.getValue() != checksum) {
                throw damaged(file, position, "its checksum differs");
            }
            in.position(in.position() + length);
            rows.add(row(packed, file, position));
        }
        if (in.hasRemaining()) {
            throw damaged(file, first + count - 1, "more bytes than the index has for it");
        }
        return rows;
    }

    private static Row row(Bytes packed, String file, long position) {
        if (packed.length() == 0) {
            return Row.reserved();
        }
        try {
            BlobRow cells = NumpyMsgpack.unpackMap(packed);
            return NumpyMsgpack.decode(cells, "file " + file, position);
        } catch (IllegalArgumentException | UnsupportedOperationException e) {
            throw new CorruptDataException(
                    Damage.STORE, "file %s, row %d".formatted(file, position), String.valueOf(e.getMessage()), e);
        }
    }

    static CorruptDataException damaged(String file, long position, String problem) {
        return new CorruptDataException(Damage.STORE, "file %s, row %d".formatted(file, position), problem, null);
    }
}
