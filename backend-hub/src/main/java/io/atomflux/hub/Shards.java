package io.atomflux.hub;

import io.atomflux.hub.parquet.ParquetFooter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The Parquet files of a dataset in order, and how many rows each has as far as was asked; it finds out no more than is
 * needed. For many threads.
 */
final class Shards {

    private static final long UNKNOWN = -1;
    private static final long FOOTER_BYTES = 32 << 20;

    private final List<Shard> shards;
    private final int parallel;
    private final Lru<Integer, ParquetFooter> footers;
    private final long[] rows; // guarded by itself; numbers of rows never change

    Shards(List<Shard> shards, int parallel) {
        this.shards = List.copyOf(shards);
        this.parallel = parallel;
        this.rows = new long[shards.size()];
        Arrays.fill(rows, UNKNOWN);
        // One stays however large it is: it would be fetched again for each row of its file.
        this.footers =
                new Lru<>(Math.min(FOOTER_BYTES, Runtime.getRuntime().maxMemory() / 16), 1, ParquetFooter::memory);
    }

    int count() {
        return shards.size();
    }

    Shard shard(int index) {
        return shards.get(index);
    }

    Mono<ParquetFooter> footer(int shard) {
        return footers.get(
                shard,
                () -> shards.get(shard).footer().doOnNext(footer -> {
                    synchronized (rows) {
                        rows[shard] = footer.rows();
                    }
                }));
    }

    private Mono<Long> rowsOf(int shard) {
        return Mono.defer(() -> {
            long known = known(shard);
            return known == UNKNOWN ? footer(shard).map(ParquetFooter::rows) : Mono.just(known);
        });
    }

    private long known(int shard) {
        synchronized (rows) {
            return rows[shard];
        }
    }

    /** Counts all rows. */
    Mono<Long> size() {
        return counted(0, shards.size()).then(Mono.fromSupplier(() -> before(shards.size())));
    }

    private Mono<Void> counted(int from, int to) {
        return Flux.fromStream(() -> IntStream.range(from, to)
                        .filter(i -> known(i) == UNKNOWN)
                        .boxed())
                .flatMap(this::rowsOf, parallel)
                .then();
    }

    /** Sums up the rows of the first shards, which are known. */
    private long before(int shard) {
        synchronized (rows) {
            long sum = 0;
            for (int i = 0; i < shard; i++) {
                sum += rows[i];
            }
            return sum;
        }
    }

    /** Counts the rows as far as needed to tell whether there is one at a position; the result is empty if there is. */
    Mono<OptionalLong> sizeUnlessBeyond(long position) {
        return countTo(position, 1).then(Mono.fromSupplier(() -> {
            long sum = 0;
            for (int shard = 0; shard < count() && known(shard) != UNKNOWN; shard++) {
                sum += known(shard);
            }
            return sum > position ? OptionalLong.empty() : OptionalLong.of(sum);
        }));
    }

    /** Counts shards from the first on, more and more at once, until a position is among them. */
    private Mono<Void> countTo(long position, int atOnce) {
        return Mono.defer(() -> {
            long sum = 0;
            int next = 0;
            while (next < count() && known(next) != UNKNOWN) {
                sum += known(next++);
                if (sum > position) {
                    return Mono.empty();
                }
            }
            if (next == count()) {
                return Mono.empty();
            }
            int end = Math.min(count(), next + atOnce);
            return counted(next, end).then(countTo(position, Math.min(parallel, atOnce * 2)));
        });
    }

    /**
     * Finds a row.
     *
     * @return cold; empty if there are not so many
     */
    Mono<Group.Spot> find(long position) {
        return countTo(position, 1).then(Mono.defer(() -> {
            long first = 0;
            for (int shard = 0; shard < count(); shard++) {
                long here = known(shard);
                if (position < first + here) {
                    int found = shard;
                    long row = position - first;
                    return footer(shard).map(footer -> spot(footer, found, row));
                }
                first += here;
            }
            return Mono.empty();
        }));
    }

    private static Group.Spot spot(ParquetFooter footer, int shard, long row) {
        long first = 0;
        int group = 0;
        while (row >= first + footer.rowsOf(group)) {
            first += footer.rowsOf(group++);
        }
        return new Group.Spot(new Group(shard, group, first, footer.rowsOf(group), Optional.of(footer)), row - first);
    }

    /**
     * Finds a row counted from the end, looking at no more files than that takes.
     *
     * @param back 1 for the last
     * @return cold; empty if there are not so many
     */
    Mono<Group.Spot> findFromEnd(long back) {
        return findFromEnd(count() - 1, back);
    }

    private Mono<Group.Spot> findFromEnd(int shard, long back) {
        if (shard < 0) {
            return Mono.empty();
        }
        return rowsOf(shard)
                .flatMap(here -> back > here
                        ? findFromEnd(shard - 1, back - here)
                        : footer(shard).map(footer -> spot(footer, shard, here - back)));
    }

    /** Lists the row groups after one that hold rows, file after file, the footer of each read when it is its turn. */
    Flux<Group> after(Group start) {
        return Flux.range(start.shard(), count() - start.shard())
                .concatMap(
                        shard -> shard == start.shard()
                                ? Mono.justOrEmpty(start.footer())
                                        .switchIfEmpty(footer(shard))
                                        .map(footer -> groups(shard, footer, start.index() + 1))
                                : footer(shard).map(footer -> groups(shard, footer, 0)),
                        1)
                .concatMapIterable(groups -> groups, 1);
    }

    private static List<Group> groups(int shard, ParquetFooter footer, int from) {
        List<Group> groups = new ArrayList<>();
        long first = 0;
        for (int group = 0; group < footer.rowGroups(); group++) {
            long here = footer.rowsOf(group);
            if (here > 0 && group >= from) {
                groups.add(new Group(shard, group, first, here, Optional.of(footer)));
            }
            first += here;
        }
        return groups;
    }
}
