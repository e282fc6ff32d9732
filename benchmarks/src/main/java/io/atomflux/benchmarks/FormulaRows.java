package io.atomflux.benchmarks;

import io.atomflux.spi.Batch;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import reactor.core.publisher.Mono;

/**
 * A synthetic store: rows are made by a formula when they are read, so that there may be as many as one likes, and none costs
 * time or room.
 */
final class FormulaRows implements RowBackend<Row> {

    private static final int ROWS_AT_ONCE = 1024;

    private final long size;

    FormulaRows(long size) {
        this.size = size;
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public String name() {
        return "synthetic store of " + size + " rows";
    }

    @Override
    public Set<Capability> capabilities() {
        return Set.of();
    }

    @Override
    public Mono<Long> size() {
        return Mono.just(size);
    }

    @Override
    public Mono<Row> get(long index, Columns columns) {
        return Mono.just(row(index < 0 ? index + size : index));
    }

    private static Row row(long position) {
        return Row.of("calc.energy", -0.5 * position);
    }

    @Override
    public RowReader<Row> reader(ReadRequest request) {
        Positions positions = request.selection().resolve(size, name());
        return new RowReader<>() {
            private long next;

            @Override
            public Mono<Batch<Row>> next(long maxBytes) {
                return Mono.fromSupplier(() -> {
                    long from = next;
                    List<Row> rows = new ArrayList<>();
                    while (next < positions.count() && rows.size() < ROWS_AT_ONCE) {
                        rows.add(row(positions.at(next++)));
                    }
                    return rows.isEmpty() ? null : Batch.of(rows, positions.part(from, next));
                });
            }

            @Override
            public Mono<Void> close() {
                return Mono.empty();
            }
        };
    }

    @Override
    public Mono<Void> close() {
        return Mono.empty();
    }
}
