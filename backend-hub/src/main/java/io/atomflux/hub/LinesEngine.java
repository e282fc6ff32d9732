package io.atomflux.hub;

import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.value.Row;
import java.util.List;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Reads JSON lines. How many there are is not known before the end was seen, so the size costs reading everything once; rows
 * behind those seen cost reading up to them, others one request.
 */
final class LinesEngine implements Engine {

    private final String name;
    private final List<LineShard> shards;
    private final ColumnMapping mapping;
    private final HubOptions options;
    private final Scheduler decoding;

    LinesEngine(String name, List<LineShard> shards, ColumnMapping mapping, HubOptions options, Scheduler decoding) {
        this.name = name;
        this.shards = List.copyOf(shards);
        this.mapping = mapping;
        this.options = options;
        this.decoding = decoding;
    }

    /** Returns the same with another mapping. */
    LinesEngine with(ColumnMapping other) {
        return new LinesEngine(name, shards, other, options, decoding);
    }

    String name() {
        return name;
    }

    List<LineShard> shards() {
        return shards;
    }

    ColumnMapping mapping() {
        return mapping;
    }

    Scheduler decoding() {
        return decoding;
    }

    /** Returns how many pieces of a file may be on their way at once. */
    int ahead() {
        return (int) Math.max(1, Math.min(options.parallel(), options.readAhead() / LineShard.LARGEST_PIECE));
    }

    @Override
    public Mono<Long> size() {
        return Mono.defer(() -> {
            long size = known();
            if (size >= 0) {
                return Mono.just(size);
            }
            // No row is here, so the scan notes all ends on its way to it.
            LineScan scan = new LineScan(
                    this, Course.of(Positions.progression(Long.MAX_VALUE >> 1, 1, 1)), Columns.of(List.of()), ahead());
            return scan.next(1).doFinally(signal -> scan.dispose()).map(none -> known());
        });
    }

    private long known() {
        long sum = 0;
        for (LineShard shard : shards) {
            if (shard.index().total().isEmpty()) {
                return -1;
            }
            sum += shard.index().total().getAsLong();
        }
        return sum;
    }

    /** As many as may be: each run of rows costs a request, however few they are. */
    @Override
    public Mono<Integer> blockRows() {
        return Mono.just(RowBackend.MOST_BLOCK_ROWS);
    }

    @Override
    public Mono<Row> get(long index, Columns columns) {
        if (index < 0) {
            return size().flatMap(size -> index < -size ? outOfBounds(index) : get(index + size, columns));
        }
        return Mono.defer(() -> {
            LineScan scan = new LineScan(this, Course.of(Positions.range(index, index + 1)), columns, 1);
            return scan.next(1)
                    .doFinally(signal -> scan.dispose())
                    .flatMap(rows -> rows.isEmpty() ? outOfBounds(index) : Mono.just(rows.get(0)));
        });
    }

    private Mono<Row> outOfBounds(long index) {
        return size().flatMap(size -> Mono.error(new RowOutOfBoundsException(index, size, name)));
    }

    @Override
    public RowReader<Row> reader(ReadRequest request) {
        return new LinesReader(this, request);
    }
}
