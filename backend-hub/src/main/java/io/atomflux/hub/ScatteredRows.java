package io.atomflux.hub;

import io.atomflux.spi.Batch;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads positions in any order, as many at once as fit into a batch: of each row group that holds some of them the bytes are
 * fetched once for a batch.
 */
final class ScatteredRows {

    private static final int FIRST_ROWS = 8;
    private static final int MOST_ROWS = 4096;

    private final ParquetEngine engine;
    private final Course course;
    private final Columns columns;
    private final ByteGate gate;
    private long ordinal;
    private long bytesSeen;
    private volatile @Nullable Loaded last; // several row groups come at once

    ScatteredRows(ParquetEngine engine, Course course, Columns columns, ByteGate gate) {
        this.engine = engine;
        this.course = course;
        this.columns = columns;
        this.gate = gate;
    }

    Mono<Batch<Row>> next(long maxBytes) {
        if (!course.has(ordinal)) {
            return Mono.empty();
        }
        long each = ordinal == 0 ? 1 : Math.max(1, bytesSeen / ordinal);
        long fitting = ordinal == 0 ? FIRST_ROWS : Math.max(1, Math.min(MOST_ROWS, maxBytes / each));
        long end = ordinal;
        while (end - ordinal < fitting && course.has(end)) {
            end++;
        }
        Positions part = course.part(ordinal, end);
        return rows(part).map(found -> {
            List<Row> batch = new ArrayList<>();
            for (long i = 0; i < part.count(); i++) {
                Row row = Objects.requireNonNull(found.get(part.at(i)));
                bytesSeen += row.byteSize();
                batch.add(row);
            }
            ordinal += part.count();
            return Batch.of(batch, part);
        });
    }

    /** Which rows of a row group are wanted, and at which positions of the dataset they are. */
    private record Share(Group group, Map<Long, Long> positionByRow) {}

    private Mono<Map<Long, Row>> rows(Positions part) {
        TreeSet<Long> distinct = new TreeSet<>();
        for (long position : part.toArray()) {
            distinct.add(position);
        }
        return Flux.fromIterable(distinct)
                .concatMap(position -> engine.shards().find(position).map(spot -> Map.entry(position, spot)))
                .collect(ArrayList<Share>::new, ScatteredRows::assign)
                .flatMapMany(Flux::fromIterable)
                .flatMap(this::read, engine.options().parallel(), 1)
                .collect(HashMap<Long, Row>::new, Map::putAll);
    }

    private static void assign(List<Share> shares, Map.Entry<Long, Group.Spot> found) {
        Group group = found.getValue().group();
        Share share = shares.isEmpty() ? null : shares.get(shares.size() - 1);
        if (share == null || share.group.shard() != group.shard() || share.group.index() != group.index()) {
            share = new Share(group, new HashMap<>());
            shares.add(share);
        }
        share.positionByRow.put(found.getValue().row(), found.getKey());
    }

    private Mono<Map<Long, Row>> read(Share share) {
        Loaded before = last;
        Group group = share.group;
        if (before != null
                && before.group().shard() == group.shard()
                && before.group().index() == group.index()) {
            return decoded(share, before);
        }
        return Mono.defer(() -> {
            long bytes = Loaded.bytes(engine.plan(group, columns).plan());
            return gate.within(
                    bytes,
                    Mono.defer(() -> engine.kept(group, columns))
                            .doOnNext(loaded -> last = loaded)
                            .flatMap(loaded -> decoded(share, loaded)));
        });
    }

    private Mono<Map<Long, Row>> decoded(Share share, Loaded loaded) {
        return Decoding.call(engine.name(), engine.decoding(), () -> {
            Map<Long, Row> found = new HashMap<>();
            TreeSet<Long> ascending = new TreeSet<>(share.positionByRow.keySet());
            GroupRows rows = loaded.rowsFrom(ascending.first());
            while (!ascending.isEmpty()) {
                long row = ascending.first();
                int run = 0;
                while (ascending.remove(row + run)) {
                    run++;
                }
                rows.skipTo(row);
                while (run > 0) {
                    List<Row> read = rows.read(run, Long.MAX_VALUE);
                    for (Row one : read) {
                        found.put(share.positionByRow.get(row++), one);
                    }
                    run -= read.size();
                }
            }
            loaded.park(rows);
            return found;
        });
    }
}
