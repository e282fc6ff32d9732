package io.atomflux.hub.artifact;

import io.atomflux.artifact.codec.CodecSupport;
import io.atomflux.artifact.codec.Table;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.error.LimitExceededException;
import io.atomflux.hub.bytes.ByteRange;
import io.atomflux.hub.parquet.ParquetFooter;
import io.atomflux.hub.parquet.RowGroupPlan;
import io.atomflux.hub.parquet.RowGroupReader;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Puts the columns of a Parquet file together, one row group after the other. */
final class ParquetTable {

    private static final int ROWS_AT_ONCE = 4096;
    private static final long BYTES_AT_ONCE = 4 << 20;

    private final String file;
    private final ParquetFooter footer;
    private final Set<String> wanted;
    private final long limit;
    private final Map<String, ColumnRoom> rooms = new LinkedHashMap<>();
    private long held;

    private ParquetTable(String file, ParquetFooter footer, Set<String> wanted, long limit) {
        this.file = file;
        this.footer = footer;
        this.wanted = wanted;
        this.limit = limit;
        wanted.forEach(name -> rooms.put(name, new ColumnRoom()));
    }

    /**
     * Reads a table.
     *
     * @param columns names of columns; null for all
     */
    static Mono<Object> read(FileSource files, String file, @Nullable List<String> columns, long limit) {
        long size = CodecSupport.require(files, file).size();
        if (columns == null) {
            return CodecSupport.read(files, file).flatMap(bytes -> {
                Function<ByteRange, Mono<ByteBuffer>> parts =
                        range -> Mono.just(ByteBuffer.wrap(bytes, (int) range.offset(), range.length())
                                .slice()
                                .asReadOnlyBuffer());
                return read(file, size, parts, null, limit);
            });
        }
        return read(
                file,
                size,
                range -> CodecSupport.read(files, file, range.offset(), range.length())
                        .map(ByteBuffer::wrap),
                columns,
                limit);
    }

    private static Mono<Object> read(
            String file,
            long size,
            Function<ByteRange, Mono<ByteBuffer>> parts,
            @Nullable List<String> columns,
            long limit) {
        String name = "file " + file;
        if (size < 12) {
            throw CodecSupport.damaged(file, "%d bytes (expected: a Parquet file)".formatted(size));
        }
        int tail = (int) Math.min(size, ParquetFooter.TAIL);
        return parts.apply(new ByteRange(size - tail, tail))
                .flatMap(end -> {
                    int length = ParquetFooter.length(end, size, name);
                    return length <= tail ? Mono.just(end) : parts.apply(new ByteRange(size - length, length));
                })
                .publishOn(Schedulers.boundedElastic())
                .map(end -> table(file, ParquetFooter.parse(end, size, name), columns, limit))
                .flatMap(table -> Flux.range(0, table.footer.rowGroups())
                        .concatMap(group -> table.group(group, parts), 1)
                        .then(Mono.fromSupplier(table::whole)));
    }

    private static ParquetTable table(String file, ParquetFooter footer, @Nullable List<String> columns, long limit) {
        List<String> there = footer.columns();
        if (columns != null && !there.containsAll(columns)) {
            throw CodecSupport.refused(file, "columns %s (expected: some of %s)".formatted(columns, there));
        }
        return new ParquetTable(file, footer, new LinkedHashSet<>(columns == null ? there : columns), limit);
    }

    private Mono<Void> group(int group, Function<ByteRange, Mono<ByteBuffer>> parts) {
        return Mono.defer(() -> {
            RowGroupPlan plan = footer.plan(group, wanted);
            return Flux.fromIterable(plan.ranges())
                    .concatMap(parts, 1)
                    .collectList()
                    .publishOn(Schedulers.boundedElastic())
                    .doOnNext(bytes -> take(plan.open(bytes)))
                    .then();
        });
    }

    private void take(RowGroupReader reader) {
        List<ColumnRoom> targets = reader.columns().stream()
                .map(name -> rooms.computeIfAbsent(name, n -> new ColumnRoom()))
                .toList();
        while (reader.remaining() > 0) {
            for (@Nullable Object[] row : reader.read(ROWS_AT_ONCE, BYTES_AT_ONCE)) {
                for (int i = 0; i < row.length; i++) {
                    held += targets.get(i).add(row[i]);
                }
            }
            if (held > limit) {
                throw new LimitExceededException(
                        "bytes of the values of file " + file,
                        held,
                        limit,
                        "give a larger option limit, or read some columns by option columns");
            }
        }
    }

    private Object whole() {
        Table.Builder table = Table.builder();
        rooms.forEach((name, room) -> {
            try {
                table.column(name, room.column(footer.number(name)));
            } catch (IllegalArgumentException e) {
                throw CodecSupport.refused(file, e.getMessage() + "; leave it out by option columns");
            }
        });
        footer.metadata("pandas").ifPresent(text -> table.metadata("pandas", text));
        return table.build();
    }
}
