package io.atomflux.mongo;

import static io.atomflux.mongo.AsebytesDocs.number;
import static io.atomflux.mongo.AsebytesDocs.numbers;

import io.atomflux.error.VersionConflictException;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import io.atomflux.value.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.bson.BsonArray;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Turns a change into a plan, resting on the metadata as they are now; a round that loses is planned anew.
 *
 * <p>Rows are never changed in place: what replaces one gets a sort key of its own, and the update swaps it in on condition
 * that the old one still stands there. Longer than most files: one method for each kind of change.
 */
final class AsebytesPlanner implements Write.Visitor<Row, Mono<AsebytesPlan>> {

    private static final int ROWS_AT_ONCE = 256;

    private final String store;
    private final RowCodec codec;
    private final AsebytesIndex index;
    private final AsebytesRows reading;
    private final List<AsebytesPlan.AsebytesRow> given;

    /** @param given the rows of the change, encoded */
    AsebytesPlanner(
            String store,
            RowCodec codec,
            AsebytesIndex index,
            AsebytesRows reading,
            List<AsebytesPlan.AsebytesRow> given) {
        this.store = store;
        this.codec = codec;
        this.index = index;
        this.reading = reading;
        this.given = given;
    }

    /** Rows found and what to do with them; {@code ids} in the order of {@code positions}, ascending and each once. */
    private abstract static class Swap extends AsebytesPlan {
        final AsebytesHead head;
        final long[] positions;
        final long[] ids;
        final boolean dependsOnSize;

        Swap(AsebytesHead head, long[] positions, long[] ids, boolean dependsOnSize, long rows, long added) {
            super(rows, added);
            this.head = head;
            this.positions = positions;
            this.ids = ids;
            this.dependsOnSize = dependsOnSize;
        }

        @Override
        long[] replaced() {
            return ids;
        }

        @Override
        @Nullable
        Long young() {
            return head.young();
        }

        @Override
        BsonDocument condition() {
            return holds(head, positions, ids, dependsOnSize);
        }
    }

    /** Nothing to do. */
    private static final class Nothing extends AsebytesPlan {
        private final AsebytesHead head;

        Nothing(AsebytesHead head) {
            super(0, 0);
            this.head = head;
        }

        @Override
        Flux<List<RawBsonDocument>> documents(long first) {
            return Flux.empty();
        }

        @Override
        boolean isChange() {
            return false;
        }

        @Override
        BsonDocument condition() {
            throw new IllegalStateException("nothing to do at size " + head.count());
        }

        @Override
        AsebytesUpdate update(String attempt, long first) {
            throw new IllegalStateException("nothing to do at size " + head.count());
        }
    }

    /** Plans appends that are published together. */
    static AsebytesPlan appends(List<AsebytesPlan.AsebytesRow> rows, List<Long> counts) {
        return new AsebytesPlan(rows.size(), rows.size()) {
            @Override
            Flux<List<RawBsonDocument>> documents(long first) {
                return numbered(rows, first);
            }

            @Override
            BsonDocument condition() {
                return new BsonDocument();
            }

            @Override
            AsebytesUpdate update(String attempt, long first) {
                return new AsebytesUpdate(AsebytesLog.appended(attempt, counts), newRows)
                        .push(range(first, newRows), null);
            }
        };
    }

    private static BsonArray range(long first, long count) {
        BsonArray ids = new BsonArray();
        for (long id = first; id < first + count; id++) {
            ids.add(number(id));
        }
        return ids;
    }

    @Override
    public Mono<AsebytesPlan> append(Write.Append<Row> write) {
        return given.isEmpty() ? nothing() : Mono.just(appends(given, List.of((long) given.size())));
    }

    @Override
    public Mono<AsebytesPlan> reserve(Write.Reserve<Row> write) {
        return given.isEmpty() ? nothing() : Mono.just(appends(given, List.of((long) given.size())));
    }

    private Mono<AsebytesPlan> nothing() {
        return index.head().map(Nothing::new);
    }

    @Override
    public Mono<AsebytesPlan> insert(Write.Insert<Row> write) {
        if (given.isEmpty()) {
            return nothing();
        } else if (write.index() >= 0) {
            // As given: the server clamps it, since a position clamped here may be wrong by then.
            return Mono.just(insertion(AsebytesDocs.int32(write.index()), write.index(), new BsonDocument()));
        }
        return index.head().map(head -> {
            long at = write.position(head.count());
            return insertion(number(at), at, new BsonDocument(AsebytesDocs.COUNT, number(head.count())));
        });
    }

    private AsebytesPlan insertion(BsonValue position, long at, BsonDocument condition) {
        return new AsebytesPlan(given.size(), given.size()) {
            @Override
            Flux<List<RawBsonDocument>> documents(long first) {
                return numbered(given, first);
            }

            @Override
            BsonDocument condition() {
                return condition;
            }

            @Override
            AsebytesUpdate update(String attempt, long first) {
                return new AsebytesUpdate(AsebytesLog.inserted(attempt, at, newRows), newRows)
                        .push(range(first, newRows), position);
            }
        };
    }

    /** What a selection means now: distinct positions, ascending, with what stands there. */
    private record Target(AsebytesHead head, Positions asked, long[] positions, long[] ids) {}

    private Mono<Target> target(Selection where, Optional<Version> expected) {
        return index.resolve(where, Long.MAX_VALUE).flatMap(found -> {
            Map<Long, Long> byPosition = new TreeMap<>();
            for (int i = 0; i < found.ids().length; i++) {
                if (found.ids()[i] < 0) {
                    return Mono.error(reading.unlisted(found.positions().at(i), found.head()));
                }
                byPosition.put(found.positions().at(i), found.ids()[i]);
            }
            long[] positions = byPosition.keySet().stream().mapToLong(at -> at).toArray();
            long[] ids = byPosition.values().stream().mapToLong(id -> id).toArray();
            Target target = new Target(found.head(), found.positions(), positions, ids);
            return expected.isEmpty() ? Mono.just(target) : unchanged(target, expected.get());
        });
    }

    private Mono<Target> unchanged(Target target, Version expected) {
        return reading.whole(target.ids).flatMap(rows -> {
            for (int i = 0; i < target.ids.length; i++) {
                RawBsonDocument row = rows.get(i);
                if (row == null || !AsebytesRows.version(target.ids[i], row).equals(expected)) {
                    return Mono.error(new VersionConflictException(store, target.positions[i]));
                }
            }
            return Mono.just(target);
        });
    }

    private static void requireOneFor(Positions where, int given, boolean oneForAll) {
        if (given != where.count() && !(oneForAll && given == 1)) {
            throw new IllegalArgumentException(
                    "rows given: %d (expected: %d, one for each selected row)".formatted(given, where.count()));
        }
    }

    @Override
    public Mono<AsebytesPlan> put(Write.Put<Row> write) {
        return target(write.where(), write.expected()).map(target -> {
            requireOneFor(target.asked, given.size(), false);
            if (target.positions.length == 0) {
                return new Nothing(target.head);
            }
            Map<Long, AsebytesPlan.AsebytesRow> last = new TreeMap<>();
            for (int i = 0; i < given.size(); i++) {
                last.put(target.asked.at(i), given.get(i));
            }
            List<AsebytesPlan.AsebytesRow> rows = List.copyOf(last.values());
            return new Swap(
                    target.head, target.positions, target.ids, write.where().dependsOnSize(), rows.size(), 0) {
                @Override
                Flux<List<RawBsonDocument>> documents(long first) {
                    return numbered(rows, first);
                }

                @Override
                AsebytesUpdate update(String attempt, long first) {
                    AsebytesUpdate update = new AsebytesUpdate(AsebytesLog.replaced(attempt, positions), 0);
                    for (int i = 0; i < positions.length; i++) {
                        update.set(AsebytesDocs.KEYS + "." + positions[i], number(first + i));
                    }
                    return update;
                }
            };
        });
    }

    @Override
    public Mono<AsebytesPlan> update(Write.Update<Row> write) {
        return target(write.where(), write.expected()).map(target -> {
            requireOneFor(target.asked, write.changes().size(), true);
            boolean shared = write.changes().size() == 1;
            Map<Long, List<Row>> changes = new TreeMap<>();
            for (long i = 0; i < target.asked.count(); i++) {
                changes.computeIfAbsent(target.asked.at(i), any -> new ArrayList<>(1))
                        .add(write.changes().get(shared ? 0 : (int) i));
            }
            return rewritten(target, write.where(), (position, row) -> {
                Row merged = row;
                for (Row change : changes.getOrDefault(position, List.of())) {
                    merged = merged.merge(change);
                }
                return merged;
            });
        });
    }

    @Override
    public Mono<AsebytesPlan> drop(Write.Drop<Row> write) {
        return target(write.where(), Optional.empty())
                .map(target -> rewritten(target, write.where(), (position, row) -> row.without(write.keys())));
    }

    private AsebytesPlan rewritten(Target target, Selection where, BiFunction<Long, Row, Row> change) {
        return target.positions.length == 0 ? new Nothing(target.head) : new Rewriting(target, where, change);
    }

    /** Rows that are read, changed and written under new sort keys; those that stay equal are left alone. */
    private final class Rewriting extends Swap {
        private final BiFunction<Long, Row, Row> change;
        private final boolean[] changed;

        Rewriting(Target target, Selection where, BiFunction<Long, Row, Row> change) {
            super(target.head, target.positions, target.ids, where.dependsOnSize(), target.ids.length, 0);
            this.change = change;
            this.changed = new boolean[target.ids.length];
        }

        @Override
        Flux<List<RawBsonDocument>> documents(long first) {
            int portions = (ids.length + ROWS_AT_ONCE - 1) / ROWS_AT_ONCE;
            return Flux.range(0, portions)
                    .concatMap(
                            portion -> portion(
                                    first, portion * ROWS_AT_ONCE, Math.min(ids.length, (portion + 1) * ROWS_AT_ONCE)),
                            0)
                    .filter(portion -> !portion.isEmpty());
        }

        private Mono<List<RawBsonDocument>> portion(long first, int from, int to) {
            return reading.whole(Arrays.copyOfRange(ids, from, to)).map(rows -> {
                List<RawBsonDocument> written = new ArrayList<>();
                for (int i = from; i < to; i++) {
                    RawBsonDocument stored = rows.get(i - from);
                    if (stored == null) {
                        throw new AsebytesAttempts.Again(false); // swept meanwhile, or missing: seen when planned anew
                    }
                    Row before = stored.containsKey("data") ? codec.decode(stored, positions[i]) : Row.reserved();
                    Row after = change.apply(positions[i], before);
                    changed[i] = after != before;
                    if (changed[i]) {
                        written.add(codec.encode(first + i, after, "row " + positions[i]));
                    }
                }
                return written;
            });
        }

        private long[] picked(long[] of) {
            long[] picked = new long[of.length];
            int count = 0;
            for (int i = 0; i < of.length; i++) {
                if (changed[i]) {
                    picked[count++] = of[i];
                }
            }
            return Arrays.copyOf(picked, count);
        }

        @Override
        long[] replaced() {
            return picked(ids);
        }

        @Override
        boolean isChange() {
            return picked(ids).length > 0;
        }

        @Override
        AsebytesUpdate update(String attempt, long first) {
            AsebytesUpdate update = new AsebytesUpdate(AsebytesLog.replaced(attempt, picked(positions)), 0);
            for (int i = 0; i < positions.length; i++) {
                if (changed[i]) {
                    update.set(AsebytesDocs.KEYS + "." + positions[i], number(first + i));
                }
            }
            return update;
        }
    }

    @Override
    public Mono<AsebytesPlan> delete(Write.Delete<Row> write) {
        return target(write.where(), write.expected())
                .map(target -> target.positions.length == 0
                        ? new Nothing(target.head)
                        : new Swap(
                                target.head,
                                target.positions,
                                target.ids,
                                write.where().dependsOnSize(),
                                0,
                                -target.positions.length) {
                            @Override
                            Flux<List<RawBsonDocument>> documents(long first) {
                                return Flux.empty();
                            }

                            @Override
                            AsebytesUpdate update(String attempt, long first) {
                                return new AsebytesUpdate(AsebytesLog.deleted(attempt, positions), added)
                                        .pull(numbers(ids));
                            }
                        });
    }

    @Override
    public Mono<AsebytesPlan> clear(Write.Clear<Row> write) {
        return index.all()
                .map(all -> all.ids().length == 0 && all.head().count() == 0
                        ? new Nothing(all.head())
                        : new Swap(
                                all.head(),
                                new long[0],
                                all.ids(),
                                true,
                                0,
                                -all.head().count()) {
                            @Override
                            Flux<List<RawBsonDocument>> documents(long first) {
                                return Flux.empty();
                            }

                            @Override
                            BsonDocument condition() {
                                return new BsonDocument(AsebytesDocs.COUNT, number(head.count()))
                                        .append("af.rev", new BsonInt64(head.rev()));
                            }

                            @Override
                            AsebytesUpdate update(String attempt, long first) {
                                return new AsebytesUpdate(AsebytesLog.cleared(attempt, head.count()), 0)
                                        .set(AsebytesDocs.KEYS, new BsonArray())
                                        .set(AsebytesDocs.COUNT, number(0))
                                        .set("af.net", new BsonInt64(head.net() - head.count()));
                            }
                        });
    }

    /** Returns the size of a plan that does nothing. */
    static Optional<Long> sizeOfNothing(AsebytesPlan plan) {
        return plan instanceof Nothing nothing ? Optional.of(nothing.head.count()) : Optional.empty();
    }
}
