package io.atomflux.hub;

import io.atomflux.error.LimitExceededException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.hub.parquet.ParquetFooter;
import io.atomflux.hub.parquet.RowGroupPlan;
import io.atomflux.spi.Columns;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.value.Row;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Reads Parquet files: footers when they are needed, then of each row group only the wanted columns. */
final class ParquetEngine implements Engine {

    /** A row group with the bytes of some columns. */
    private record Key(int shard, int group, Columns columns) {}

    private final String name;
    private final Shards shards;
    private final ColumnMapping mapping;
    private final HubOptions options;
    private final Scheduler decoding;
    private final Lru<Key, Loaded> loaded;

    ParquetEngine(String name, Shards shards, ColumnMapping mapping, HubOptions options, Scheduler decoding) {
        this.name = name;
        this.shards = shards;
        this.mapping = mapping;
        this.options = options;
        this.decoding = decoding;
        this.loaded = new Lru<>(options.keep(), 0, Loaded::bytes);
    }

    String name() {
        return name;
    }

    Shards shards() {
        return shards;
    }

    HubOptions options() {
        return options;
    }

    Scheduler decoding() {
        return decoding;
    }

    @Override
    public Mono<Long> size() {
        return shards.size();
    }

    /** The rows of the first row group, as far as they may be told: those of a file are alike. */
    @Override
    public Mono<Integer> blockRows() {
        return shards.count() == 0
                ? Mono.empty()
                : shards.footer(0)
                        .filter(footer -> footer.rowGroups() > 0 && footer.rowsOf(0) > 0)
                        .map(footer -> (int) Math.min(RowBackend.MOST_BLOCK_ROWS, footer.rowsOf(0)));
    }

    @Override
    public Mono<Row> get(long index, Columns columns) {
        if (index == Long.MIN_VALUE) {
            return outOfBounds(index);
        }
        return (index >= 0 ? shards.find(index) : shards.findFromEnd(-index))
                .switchIfEmpty(Mono.defer(() -> outOfBounds(index)))
                .flatMap(spot -> row(spot, columns));
    }

    private <T> Mono<T> outOfBounds(long index) {
        return shards.size().flatMap(size -> Mono.error(new RowOutOfBoundsException(index, size, name)));
    }

    private Mono<Row> row(Group.Spot spot, Columns columns) {
        return kept(spot.group(), columns)
                .flatMap(bytes -> Decoding.call(name, decoding, () -> {
                    GroupRows rows = bytes.rowsFrom(spot.row());
                    Row row = rows.read(1, 1).get(0);
                    bytes.park(rows);
                    return row;
                }));
    }

    @Override
    public RowReader<Row> reader(ReadRequest request) {
        return new ParquetReader(this, request);
    }

    /** Loads a row group, or takes one that was used before; several who want it load it once. */
    Mono<Loaded> kept(Group group, Columns columns) {
        return loaded.get(new Key(group.shard(), group.index(), columns), () -> load(plan(group, columns)));
    }

    /**
     * What is to be loaded.
     *
     * @param maker makes rows of it
     */
    record Planned(Group group, RowGroupPlan plan, RowMaker maker) {}

    /**
     * Plans a row group.
     *
     * @param group with its footer
     * @throws LimitExceededException if it is too large to be held
     */
    Planned plan(Group group, Columns columns) {
        Shard shard = shards.shard(group.shard());
        ParquetFooter footer = group.footer().orElseThrow();
        RowMaker maker = RowMaker.of(mapping, footer.columns(), columns, name, shard.name());
        RowGroupPlan plan = footer.plan(group.index(), maker.needed());
        if (plan.compressedBytes() > options.maxRowGroup()) {
            throw new LimitExceededException(
                    "bytes of row group %d of %s".formatted(group.index(), shard.name()),
                    plan.compressedBytes(),
                    options.maxRowGroup(),
                    "read fewer columns, or set the option max_row_group");
        }
        return new Planned(group, plan, maker);
    }

    Mono<Loaded> load(Planned planned) {
        Shard shard = shards.shard(planned.group.shard());
        return Flux.fromIterable(planned.plan.ranges())
                .flatMapSequential(shard::read, options.parallel(), 1)
                .collectList()
                .map(parts -> new Loaded(planned.group, planned.plan, planned.maker, parts));
    }

    void close() {
        loaded.clear();
    }
}
