package io.atomflux.artifact.codec;

import io.atomflux.artifact.spi.FileSource;
import io.atomflux.spi.Batch;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.value.Row;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads the rows of a {@link RowsFile} where they are, without the rest of it.
 *
 * <p>The file never changes, so its tail is read once and every stream is one snapshot. A batch is two reads: the offsets of
 * rows that follow each other, and the rows. Rows that do not follow each other cost two reads each.
 */
final class RowsFileBackend implements RowBackend<Row> {

    private static final int MOST_AT_ONCE = 4096;
    private static final int MOST_SCATTERED = 32;

    private final FileSource files;
    private final String file;
    private final long size;
    private final Mono<Index> index;

    private record Index(long count, long offset) {}

    RowsFileBackend(FileSource files, String file, long size) {
        this.files = files;
        this.file = file;
        this.size = size;
        this.index = Mono.defer(this::readIndex).cacheInvalidateIf(kept -> false);
    }

    private Mono<byte[]> part(long offset, long length) {
        return length == 0 ? Mono.just(new byte[0]) : ValueFile.gather(files.read(file, offset, length), file, length);
    }

    private Mono<Index> readIndex() {
        if (size < RowsFile.MAGIC.length + RowsFile.TAIL) {
            return Mono.error(() -> Damage.in(file, "is cut at %d bytes".formatted(size)));
        }
        return part(size - RowsFile.TAIL, RowsFile.TAIL).map(bytes -> {
            ByteBuffer tail = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
            long count = tail.getLong();
            long offset = tail.getLong();
            byte[] magic = Arrays.copyOfRange(bytes, 16, RowsFile.TAIL);
            if (!Arrays.equals(magic, RowsFile.MAGIC)) {
                throw Damage.in(file, "has no end of a file of rows (is it cut?)");
            }
            long room = size - RowsFile.TAIL - offset;
            if (offset < RowsFile.MAGIC.length || room < 0 || room % Long.BYTES != 0 || count != room / Long.BYTES) {
                throw Damage.in(file, "index of %d rows at %d of %d bytes".formatted(count, offset, size));
            }
            return new Index(count, offset);
        });
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public String name() {
        return "file " + file;
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of(Capability.SNAPSHOT, Capability.EMPTY_ROWS);
    }

    @Override
    public Mono<Long> size() {
        return index.map(Index::count);
    }

    @Override
    public Mono<Row> get(long position, Columns columns) {
        return index.flatMap(found -> {
            long at = Selection.absolute(position, found.count(), name());
            return rows(found, at, 1, Long.MAX_VALUE, columns).map(rows -> rows.get(0));
        });
    }

    /** Reads as many rows as fit, at least one. */
    private Mono<List<Row>> rows(Index found, long first, int most, long maxBytes, Columns columns) {
        boolean last = first + most == found.count();
        int known = most + (last ? 0 : 1);
        return part(found.offset() + first * Long.BYTES, (long) known * Long.BYTES)
                .flatMap(bytes -> {
                    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
                    long begin = in.getLong(0);
                    int count = 0;
                    long end = begin;
                    while (count < most) {
                        long next = count + 1 < known ? in.getLong((count + 1) * Long.BYTES) : found.offset();
                        if (end < RowsFile.MAGIC.length || next < end + RowsFile.FRAME || next > found.offset()) {
                            throw RowsFile.damaged(file, first + count, "offset %d to %d".formatted(end, next));
                        }
                        if (count > 0 && next - begin > maxBytes) {
                            break;
                        }
                        end = next;
                        count++;
                    }
                    int rows = count;
                    return part(begin, end - begin).map(content -> RowsFile.rows(content, rows, first, file));
                })
                .map(rows -> only(rows, columns));
    }

    private static List<Row> only(List<Row> rows, Columns columns) {
        return columns.keys()
                .map(keys -> rows.stream().map(row -> row.only(keys)).toList())
                .orElse(rows);
    }

    @Override
    public RowReader<Row> reader(ReadRequest request) {
        return new Reader(request);
    }

    @Override
    public Mono<String> etag() {
        return Mono.just("final");
    }

    @Override
    public Mono<Void> close() {
        return Mono.empty();
    }

    private final class Reader implements RowReader<Row> {

        private final ReadRequest request;
        private long done;

        Reader(ReadRequest request) {
            this.request = request;
        }

        @Override
        public Mono<Batch<Row>> next(long maxBytes) {
            return index.flatMap(found -> {
                Positions all = request.selection().resolve(found.count(), name());
                if (done == all.count()) {
                    return Mono.empty();
                }
                int run = run(all);
                Mono<List<Row>> rows = run > 1 || done + 1 == all.count()
                        ? rows(found, all.at(done), run, maxBytes, request.columns())
                        : scattered(found, all, maxBytes);
                return rows.map(read -> {
                    Positions part = all.part(done, done + read.size());
                    done += read.size();
                    return Batch.of(read, part);
                });
            });
        }

        /** Returns how many of the next positions follow each other. */
        private int run(Positions all) {
            int length = 1;
            while (length < MOST_AT_ONCE
                    && done + length < all.count()
                    && all.at(done + length) == all.at(done) + length) {
                length++;
            }
            return length;
        }

        private Mono<List<Row>> scattered(Index found, Positions all, long maxBytes) {
            int most = (int) Math.min(MOST_SCATTERED, all.count() - done);
            long[] held = new long[1];
            return Flux.range(0, most)
                    .concatMap(i -> rows(found, all.at(done + i), 1, Long.MAX_VALUE, request.columns()), 1)
                    .map(one -> one.get(0))
                    .takeUntil(row -> (held[0] += row.byteSize()) >= maxBytes)
                    .collect(ArrayList<Row>::new, List::add)
                    .map(list -> (List<Row>) list);
        }

        @Override
        public Mono<Void> close() {
            return Mono.empty();
        }
    }
}
