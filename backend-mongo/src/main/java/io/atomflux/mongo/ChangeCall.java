package io.atomflux.mongo;

import io.atomflux.error.LimitExceededException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.VersionConflictException;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Bytes;
import io.atomflux.value.Change;
import io.atomflux.value.Row;
import io.atomflux.value.Version;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.bson.RawBsonDocument;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * One change that is no append, and the rows it wrote.
 *
 * <p>Rows given by the caller are written once, before the first round; rows that depend on what stood there are written in
 * the round that read them, and kept for later rounds as long as the same rows stand at the same positions. One round after
 * another uses it. Longer than most files because it has every kind of change.
 */
final class ChangeCall implements Write.Visitor<Row, Mono<Void>> {

    /** Rows read, merged and written at a time. */
    private static final int PART = 256;

    private final Paged paged;
    private final Staging staging;
    private final RowFetch fetch;
    private final @Nullable Write<Row> write; // none: the open list is to be moved into the tree
    private final int room;
    private final BooleanSupplier cancelled;
    final Sinks.One<Long> size = Sinks.one();

    private long[] staged = {}; // rows given, 0 for reserved ones
    private final LongList stale = new LongList(); // rows written that this call needs no more
    private @Nullable Merged merged;
    private @Nullable Throwable failure;
    private boolean followed; // others of the group, in the round in which it failed
    private long delta;
    private boolean needsRevision;
    private ChangeLog log = new ChangeLog();

    // of the running round
    private @Nullable Draft draft;
    private @Nullable ClientNumber number;
    private long deadline;

    /** What was read and written by a change that depends on the rows. */
    private record Merged(long[] positions, long[] before, long[] after) {
        /** Returns the rows written; those that stayed as they were are not this call's. */
        long[] written() {
            return IntStream.range(0, after.length)
                    .filter(i -> after[i] != before[i])
                    .mapToLong(i -> after[i])
                    .toArray();
        }
    }

    ChangeCall(Paged paged, @Nullable Write<Row> write, int room, BooleanSupplier cancelled) {
        this.paged = paged;
        this.staging = new Staging(paged);
        this.fetch = new RowFetch(paged);
        this.write = write;
        this.room = room;
        this.cancelled = cancelled;
    }

    static ChangeCall seal(Paged paged, int room) {
        return new ChangeCall(paged, null, room, () -> false);
    }

    boolean isCancelled() {
        return cancelled.getAsBoolean();
    }

    @Nullable
    Throwable failure() {
        return failure;
    }

    void fail(Throwable cause) {
        failure = cause;
        followed = false;
    }

    /** Tells whether it failed in a round in which others of its group had changed something before it. */
    boolean failedBehind() {
        return failure != null && followed;
    }

    /**
     * Takes back a failure that calls before it in a round brought about, such as a row that they deleted: the round was not
     * published, so it was never so. Tells whether it did.
     */
    boolean retract() {
        boolean retracted = failedBehind();
        if (retracted) {
            failure = null;
        }
        return retracted;
    }

    /** Returns by how much the last round changes the size. */
    long delta() {
        return delta;
    }

    boolean needsRevision() {
        return needsRevision;
    }

    ChangeLog log() {
        return log;
    }

    // ------------------------------------------------------------------ rows given

    /** Writes the rows that do not depend on what stands there; what the call itself is wrong about becomes its failure. */
    Mono<Void> stage(ClientNumber taken, long until) {
        List<Row> rows = write instanceof Write.Insert<Row> insert
                ? insert.rows()
                : write instanceof Write.Put<Row> put ? put.rows() : List.of();
        if (rows.isEmpty()) {
            return Mono.empty();
        }
        return Mono.defer(() -> {
            staged = ids(taken, rows);
            return staging.rows(taken, rows, staged, cancelled, until).onErrorResume(this::isOwn, own -> {
                fail(own);
                return Mono.empty();
            });
        });
    }

    private static long[] ids(ClientNumber taken, List<Row> rows) {
        long written = rows.stream().filter(row -> !row.isReserved()).count();
        long next = taken.take(written);
        long[] ids = new long[rows.size()];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = rows.get(i).isReserved() ? 0 : next++;
        }
        return ids;
    }

    /** Tells whether a failure concerns this call only. */
    private boolean isOwn(Throwable thrown) {
        return !(Paged.isPassing(thrown) || thrown instanceof Paged.Outlived || thrown instanceof LayoutStore.Vanished);
    }

    /** Adds the rows this call wrote that nothing will list: all of them if it failed. */
    void addWaste(LongList waste) {
        waste.addAll(stale);
        if (failure != null) {
            addAll(waste, staged);
            if (merged != null) {
                addAll(waste, merged.written());
            }
        }
    }

    private static void addAll(LongList list, long[] ids) {
        for (long id : ids) {
            if (id != 0) {
                list.add(id);
            }
        }
    }

    // ------------------------------------------------------------------ rounds

    /** Makes this change to the index of a round, unless it fails. */
    Mono<Void> round(Draft index, ClientNumber taken, long until) {
        draft = index;
        number = taken;
        deadline = until;
        delta = 0;
        needsRevision = false;
        log = new ChangeLog();
        long before = index.size();
        followed = index.isChanged();
        Mono<Void> change = write == null ? sealed() : write.accept(this);
        return Mono.defer(() -> change)
                .then(Mono.<Void>fromRunnable(() -> delta = index.size() - before))
                .onErrorResume(this::isOwn, own -> {
                    failure = own;
                    return Mono.empty();
                });
    }

    private Draft draft() {
        return Objects.requireNonNull(draft);
    }

    private interface Step {
        void apply(Pages pages);
    }

    private Mono<Void> walk(Step step) {
        return paged.walk(pages -> {
                    step.apply(pages);
                    return true;
                })
                .then();
    }

    private Mono<Void> sealed() {
        int listed = draft().before().open().size();
        boolean needed = listed > paged.settings.sealAbove() || listed + room > paged.settings.openMost();
        return needed ? walk(draft()::seal) : Mono.empty();
    }

    private Mono<Positions> resolved(Selection where, Optional<Version> expected) {
        return Mono.defer(() -> {
            long size = draft().size();
            needsRevision |= dependsOnSize(where, size);
            Positions positions = where.resolve(size, paged.name);
            if (expected.isEmpty()) {
                return Mono.just(positions);
            }
            if (positions.count() != 1) {
                return Mono.error(new IllegalArgumentException(
                        "rows selected by a write on condition of a version: %d (expected: 1)"
                                .formatted(positions.count())));
            }
            return paged.walk(pages -> draft().ids(pages, positions))
                    .flatMap(ids -> version(ids[0]).equals(expected.get())
                            ? Mono.just(positions)
                            : Mono.error(new VersionConflictException(paged.name, positions.at(0))));
        });
    }

    /** Tells whether other rows would be meant, had rows been appended. */
    private boolean dependsOnSize(Selection where, long size) {
        if (!where.dependsOnSize()) {
            return false;
        }
        Positions now = where.resolve(size, paged.name);
        for (long grown : new long[] {size + 1, size + (1L << 40)}) {
            Positions then;
            try {
                then = where.resolve(grown, paged.name);
            } catch (RowOutOfBoundsException e) { // a list of what a slice from the end selects
                return true;
            }
            if (then.count() != now.count()
                    || now.count() > PagedStore.MOST_ROWS && !(now.isRange() && then.isRange())) {
                return true;
            }
            long compared = now.isRange() && then.isRange() ? Math.min(1, now.count()) : now.count();
            for (long i = 0; i < compared; i++) {
                if (now.at(i) != then.at(i)) {
                    return true;
                }
            }
        }
        return false;
    }

    static Version version(long id) {
        return new Version(
                Bytes.wrap(ByteBuffer.allocate(Long.BYTES).putLong(id).array()));
    }

    private static void requireOneFor(Positions where, int given, boolean oneForAll) {
        if (given != where.count() && !(oneForAll && given == 1)) {
            throw new IllegalArgumentException(
                    "rows given: %d (expected: %d, one for each selected row)".formatted(given, where.count()));
        }
    }

    private void requireFew(Positions where) {
        if (where.count() > PagedStore.MOST_ROWS) {
            throw new LimitExceededException(
                    "rows changed by one call in " + paged.name,
                    where.count(),
                    PagedStore.MOST_ROWS,
                    "change them in several calls");
        }
    }

    /** The last row given for each position, positions ascending. */
    private record Target(long[] positions, int[] ordinals) {
        static Target of(Positions where) {
            long[] listed = where.toArray();
            Integer[] order = IntStream.range(0, listed.length).boxed().toArray(Integer[]::new);
            Arrays.sort(order, (a, b) -> listed[a] != listed[b] ? Long.compare(listed[a], listed[b]) : a - b);
            long[] positions = new long[listed.length];
            int[] ordinals = new int[listed.length];
            int count = 0;
            for (int ordinal : order) {
                if (count > 0 && positions[count - 1] == listed[ordinal]) {
                    count--;
                }
                positions[count] = listed[ordinal];
                ordinals[count++] = ordinal;
            }
            return new Target(Arrays.copyOf(positions, count), Arrays.copyOf(ordinals, count));
        }
    }

    @Override
    public Mono<Void> append(Write.Append<Row> append) {
        throw new IllegalStateException("appends take another way");
    }

    @Override
    public Mono<Void> reserve(Write.Reserve<Row> reserve) {
        throw new IllegalStateException("reservations take another way");
    }

    @Override
    public Mono<Void> insert(Write.Insert<Row> insert) {
        return Mono.defer(() -> {
            long before = draft().size();
            long at = insert.position(before);
            needsRevision = insert.index() < 0 || insert.index() >= before;
            if (staged.length == 0) {
                return Mono.empty();
            }
            log.add(at == before ? Change.Kind.APPENDED : Change.Kind.INSERTED, at, at + staged.length);
            return walk(pages -> draft().insert(pages, at, staged));
        });
    }

    @Override
    public Mono<Void> put(Write.Put<Row> put) {
        return resolved(put.where(), put.expected()).flatMap(where -> {
            requireOneFor(where, staged.length, false);
            Target target = Target.of(where);
            long[] ids = new long[target.positions().length];
            for (int i = 0; i < ids.length; i++) {
                ids[i] = staged[target.ordinals()[i]];
            }
            stale(target);
            log.addEach(Change.Kind.REPLACED, target.positions());
            return walk(pages -> draft().replace(pages, target.positions(), ids));
        });
    }

    /** Rows given for a position for which a later one was given, too, are listed nowhere. */
    private void stale(Target target) {
        if (target.positions().length < staged.length && stale.size() == 0) {
            long[] used = new long[target.ordinals().length];
            for (int i = 0; i < used.length; i++) {
                used[i] = target.ordinals()[i];
            }
            Arrays.sort(used);
            for (int i = 0; i < staged.length; i++) {
                if (staged[i] != 0 && Arrays.binarySearch(used, i) < 0) {
                    stale.add(staged[i]);
                }
            }
        }
    }

    @Override
    public Mono<Void> update(Write.Update<Row> update) {
        return resolved(update.where(), update.expected()).flatMap(where -> {
            requireFew(where);
            requireOneFor(where, update.changes().size(), true);
            boolean shared = update.changes().size() == 1;
            Map<Long, Row> changes = new HashMap<>();
            long[] listed = where.toArray();
            for (int i = 0; i < listed.length; i++) {
                changes.merge(listed[i], update.changes().get(shared ? 0 : i), Row::merge);
            }
            long[] positions = Target.of(where).positions();
            return merging(
                            positions,
                            ids -> fetch.documents(ids, Columns.ALL, Long.MAX_VALUE),
                            true,
                            (row, position) -> row.merge(Objects.requireNonNull(changes.get(position))))
                    .flatMap(done -> replaced(positions, done.after()));
        });
    }

    @Override
    public Mono<Void> drop(Write.Drop<Row> drop) {
        return resolved(drop.where(), Optional.empty()).flatMap(where -> {
            requireFew(where);
            if (drop.keys().isEmpty()) {
                return Mono.empty();
            }
            long[] positions = Target.of(where).positions();
            return merging(
                            positions,
                            ids -> fetch.having(ids, drop.keys()),
                            false,
                            (row, position) -> row.without(drop.keys()))
                    .flatMap(done -> {
                        int[] touched = IntStream.range(0, positions.length)
                                .filter(i -> done.after()[i] != done.before()[i])
                                .toArray();
                        return replaced(
                                Arrays.stream(touched)
                                        .mapToLong(i -> positions[i])
                                        .toArray(),
                                Arrays.stream(touched)
                                        .mapToLong(i -> done.after()[i])
                                        .toArray());
                    });
        });
    }

    private Mono<Void> replaced(long[] positions, long[] ids) {
        log.addEach(Change.Kind.REPLACED, positions);
        return positions.length == 0 ? Mono.empty() : walk(pages -> draft().replace(pages, positions, ids));
    }

    private interface Reading {
        Mono<Map<Long, RawBsonDocument>> read(long[] ids);
    }

    private interface Merging {
        Row merge(Row row, long position);
    }

    /**
     * Reads rows, merges and writes them under fresh ids; keeps those of an earlier round if the same rows stand there.
     *
     * @param all whether every row is written; else only those that the reading finds
     */
    private Mono<Merged> merging(long[] positions, Reading reading, boolean all, Merging merging) {
        return paged.walk(pages -> draft().ids(pages, Positions.list(positions)))
                .flatMap(ids -> {
                    Merged known = merged;
                    if (known != null
                            && Arrays.equals(known.positions(), positions)
                            && Arrays.equals(known.before(), ids)) {
                        return Mono.just(known);
                    }
                    if (known != null) {
                        addAll(stale, known.written());
                    }
                    Merged now = new Merged(positions, ids, all ? new long[ids.length] : ids.clone());
                    merged = now;
                    return Flux.range(0, (ids.length + PART - 1) / PART)
                            .concatMap(part -> mergePart(now, part * PART, reading, all, merging), 0)
                            .then(Mono.just(now));
                });
    }

    private Mono<Void> mergePart(Merged into, int from, Reading reading, boolean all, Merging merging) {
        int to = Math.min(into.before().length, from + PART);
        long[] ids =
                Arrays.stream(into.before(), from, to).filter(id -> id != 0).toArray();
        Mono<Map<Long, RawBsonDocument>> read =
                ids.length == 0 ? Mono.just(Map.of()) : paged.patiently(reading.read(ids), deadline);
        return read.flatMap(found -> {
            List<Row> rows = new ArrayList<>();
            LongList ordinals = new LongList();
            for (int i = from; i < to; i++) {
                long id = into.before()[i];
                RawBsonDocument document = found.get(id);
                if (id != 0 && document == null) {
                    if (all) {
                        return Mono.error(new Paged.Outlived(id));
                    }
                    continue;
                }
                if (id == 0 && !all) {
                    continue;
                }
                Row row = document == null ? Row.reserved() : paged.codec.decode(document, into.positions()[i]);
                rows.add(merging.merge(row, into.positions()[i]));
                ordinals.add(i);
            }
            ClientNumber taken = Objects.requireNonNull(number);
            long[] fresh = ids(taken, rows);
            for (int i = 0; i < fresh.length; i++) {
                into.after()[(int) ordinals.get(i)] = fresh[i];
            }
            return staging.rows(taken, rows, fresh, cancelled, deadline);
        });
    }

    @Override
    public Mono<Void> delete(Write.Delete<Row> delete) {
        return resolved(delete.where(), delete.expected()).flatMap(where -> {
            if (where.count() == 0) {
                return Mono.empty();
            }
            if (where.isRange()) {
                long from = where.at(0);
                long to = from + where.count();
                log.add(Change.Kind.DELETED, from, to);
                return walk(pages -> draft().remove(pages, new long[] {from}, new long[] {to}));
            }
            requireFew(where);
            long[] gone = Target.of(where).positions();
            log.addEach(Change.Kind.DELETED, gone);
            LongList froms = new LongList();
            LongList tos = new LongList();
            for (int i = 0; i < gone.length; ) {
                int end = i + 1;
                while (end < gone.length && gone[end] == gone[end - 1] + 1) {
                    end++;
                }
                froms.add(gone[i]);
                tos.add(gone[end - 1] + 1);
                i = end;
            }
            return walk(pages -> draft().remove(pages, froms.toArray(), tos.toArray()));
        });
    }

    @Override
    public Mono<Void> clear(Write.Clear<Row> clear) {
        return Mono.fromRunnable(() -> {
            needsRevision = true;
            long before = draft().size();
            if (before > 0) {
                log.add(Change.Kind.CLEARED, 0, before);
                draft().clear();
            }
        });
    }

    @Override
    public String toString() {
        return write == null ? "seal" : write.operation();
    }
}
