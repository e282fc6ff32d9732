package io.atomflux.adapter;

import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowReader;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.NdArray;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A stream over a cache: reads what is kept, fetches what is missing and keeps it.
 *
 * <p>Rows that are kept are read by one reader for as long as none is missing. Otherwise a window of rows is looked at, as many
 * as a batch will hold by what was seen so far, and those missing in it are fetched together and written together: where
 * the window ends in missing rows by a reader that goes on from window to window, else by one for the window. What is
 * fetched is bounded by the bytes of the batch, since it is emitted with it.
 *
 * <p>Longer than most files because all of it is about one state: what was read of which of three stores.
 */
final class CachedReader<R extends KeyedRow<R>> implements RowReader<R> {

    private static final int FIRST_WINDOW = 64;
    private static final int MOST_ROWS = 1 << 16;
    private static final int MOST_EXTRA = 4096;
    private static final long FIRST_BYTES = 64 << 10;
    private static final int LOOK_AHEAD = 8;
    private static final int MOST_TRIES = 5;

    private final CachedBackend<R> backend;
    private final ReadRequest request;
    private final boolean partial;
    private final Object lock = new Object();
    private boolean entered; // guarded by lock, as the next two
    private boolean closed;
    private final Set<RowReader<R>> open = new LinkedHashSet<>();
    private final @Nullable ReadAhead<R> ahead;

    // Below: touched by one batch at a time.
    private @Nullable CacheState<R> state;
    private Positions positions = Positions.range(0, 0);
    private boolean isRange;
    private long done;
    private boolean wide = true;
    private @Nullable RowReader<R> kept;
    private @Nullable RowReader<R> run;
    private long runAt;
    private long runEnd;
    private @Nullable Clear clear;
    private long ownLandings;
    private long fetchedRows;
    private long fetchedBytes;
    private Map<Long, Origin<R>> origins = Map.of();

    CachedReader(CachedBackend<R> backend, ReadRequest request) {
        this(backend, request, backend.options().readAhead() > 0 && !backend.isPartial(request.columns()));
    }

    CachedReader(CachedBackend<R> backend, ReadRequest request, boolean readsAhead) {
        this.backend = backend;
        this.request = request;
        this.partial = backend.isPartial(request.columns());
        this.ahead = readsAhead ? new ReadAhead<>(new CachedReader<>(backend, request, false), backend) : null;
    }

    /**
     * Rows of the next positions.
     *
     * @param rows those found, null where one is missing
     * @param whole all of them as the cache's store gave them; null if some are missing
     */
    private record Seen<R extends KeyedRow<R>>(
            List<@Nullable R> rows, @Nullable Batch<R> whole) {}

    /**
     * Up to where rows were found missing behind a window.
     *
     * @param flights in whose time
     * @param to the ordinal of the first that is kept or was not looked at
     * @param isKept whether it is kept
     * @param landings of others, at that time: as long as there is no further one, it holds
     */
    private record Clear(Flights<?> flights, long to, boolean isKept, long landings) {}

    /** Which row of which batch of the source a row is, if the source is put together from others. */
    private record Origin<R extends KeyedRow<R>>(Batch<R> batch, int index) {}

    @Override
    public Mono<Batch<R>> next(long maxBytes) {
        return Mono.defer(() -> {
            enter();
            return next(maxBytes, 1);
        });
    }

    private void enter() {
        synchronized (lock) {
            if (!entered && !closed) {
                backend.calls().enter();
                entered = true;
            }
        }
    }

    private Mono<Batch<R>> next(long maxBytes, int attempt) {
        return begun().flatMap(known -> batch(known, maxBytes))
                .onErrorResume(SourceChanged.class, changed -> {
                    if (attempt == MOST_TRIES) {
                        return Mono.error(new StoreChangedException(backend.name(), done));
                    }
                    if (done > 0) {
                        return begunAgain().then(Mono.defer(() -> next(maxBytes, attempt + 1)));
                    }
                    state = null;
                    return closeKept().then(closeRun()).then(next(maxBytes, attempt + 1));
                })
                .doOnNext(batch -> {
                    if (ahead != null) {
                        ahead.reached(done, batch.size(), maxBytes);
                    }
                });
    }

    private Mono<CacheState<R>> begun() {
        CacheState<R> known = state;
        if (known != null) {
            return backend.isCurrent(known) ? Mono.just(known) : Mono.error(new SourceChanged());
        }
        return backend.stateOfView().doOnNext(found -> {
            positions = request.selection().resolve(found.size(), backend.name());
            isRange = positions.isRange();
            state = found;
        });
    }

    /** Goes on where it is, if only the cache was cleared: its source is what it was. */
    private Mono<Void> begunAgain() {
        CacheHeader before = Objects.requireNonNull(state).header();
        return backend.stateOfView().flatMap(now -> {
            if (!now.header().equals(before)) {
                return Mono.error(new StoreChangedException(backend.name(), done));
            }
            state = now;
            return closeKept();
        });
    }

    private Mono<Batch<R>> batch(CacheState<R> known, long maxBytes) {
        if (done == positions.count() || isClosed()) {
            return Mono.empty();
        }
        long landings = known.flights().landings();
        origins = Map.of();
        return seen(known, maxBytes, 1).flatMap(seen -> {
            Batch<R> whole = seen.whole();
            if (whole != null || !seen.rows().contains(null)) {
                return Mono.just(emitted(seen.rows(), whole));
            }
            return partial ? fetchedInPart(known, seen, maxBytes) : fetched(known, seen, maxBytes, landings);
        });
    }

    /** Passes rows on; makes the step to what follows them. */
    private Batch<R> emitted(List<@Nullable R> rows, @Nullable Batch<R> whole) {
        long end = done + rows.size();
        Positions part = positions.part(done, end);
        List<R> all = new ArrayList<>(rows.size());
        for (R row : rows) {
            all.add(Objects.requireNonNull(row));
        }
        done = end;
        if (whole != null) {
            return new KeptBatch<>(all, part, whole);
        }
        Batch<R> batch = Batch.of(all, part);
        return origins.isEmpty() ? batch : new ToldBatch<>(batch, origins);
    }

    /** Takes a row of a batch of the source, and note of where it comes from. */
    private void take(Map<Long, R> rows, long position, Batch<R> batch, int index) {
        rows.put(position, batch.row(index));
        if (!origins.isEmpty() || batch.origin(index).isPresent()) {
            if (origins.isEmpty()) {
                origins = new HashMap<>();
            }
            origins.put(position, new Origin<>(batch, index));
        }
    }

    // What is kept

    private Mono<Seen<R>> seen(CacheState<R> known, long maxBytes, int attempt) {
        return backend.tolerant(
                        Mono.defer(() -> kept != null ? ofKept(kept, known, maxBytes) : opened(known, maxBytes)),
                        Mono.defer(() -> closeKept().then(Mono.fromSupplier(() -> missing(window(maxBytes))))))
                .onErrorResume(
                        // others fill or forget rows, or clear the store
                        failure -> attempt < MOST_TRIES
                                && (CachePlace.isGone(failure) || failure instanceof StoreChangedException),
                        moved -> closeKept().then(seen(known, maxBytes, attempt + 1)));
    }

    private Mono<Seen<R>> ofKept(RowReader<R> reader, CacheState<R> known, long maxBytes) {
        return reader.next(maxBytes)
                .flatMap(batch -> looked(batch, known, maxBytes))
                .switchIfEmpty(Mono.defer(() -> closeKept().then(opened(known, maxBytes))));
    }

    private Mono<Seen<R>> opened(CacheState<R> known, long maxBytes) {
        return backend.place().size().flatMap(size -> {
            long most = wide ? positions.count() : Math.min(positions.count(), done + window(maxBytes));
            long end = reaching(most, size - 1);
            if (end == done) {
                return Mono.just(missing(beyond(done + window(maxBytes), size - 1) - done));
            }
            RowReader<R> reader =
                    new GuardedReader<>(backend.place().reader(positions.part(done, end), request.columns()));
            if (!held(reader)) {
                return Mono.empty();
            }
            kept = reader;
            return ofKept(reader, known, maxBytes);
        });
    }

    /** Returns up to where all positions are below one. */
    private long reaching(long most, long below) {
        if (isRange) {
            return Math.max(done, Math.min(most, done + below - positions.at(done)));
        }
        long end = done;
        while (end < most && end - done < MOST_ROWS && positions.at(end) < below) {
            end++;
        }
        return end;
    }

    /** Returns up to where no position is below one. */
    private long beyond(long most, long below) {
        long end = done;
        while (end < Math.min(most, positions.count()) && positions.at(end) >= below) {
            end++;
        }
        return end;
    }

    private Seen<R> missing(long count) {
        int rows = (int) Math.min(count, positions.count() - done);
        wide = false;
        List<@Nullable R> none = new ArrayList<>(rows);
        for (int i = 0; i < rows; i++) {
            none.add(null);
        }
        return new Seen<>(none, null);
    }

    private Mono<Seen<R>> looked(Batch<R> batch, CacheState<R> known, long maxBytes) {
        List<@Nullable R> rows = new ArrayList<>(batch.size());
        int hits = -1;
        for (int i = 0; i < batch.size(); i++) {
            if (batch.position(i) != positions.at(done + i) + 1) { // cut while the reader began
                return Mono.error(new StoreChangedException(backend.place().name(), done + i));
            }
            R row = backend.place().opened(batch.row(i), known.epoch());
            if (row == null && hits < 0) {
                hits = i;
            }
            rows.add(row);
        }
        if (hits < 0) {
            wide = true;
            return Mono.just(new Seen<>(rows, batch));
        }
        wide = false;
        int window = window(maxBytes);
        int end = hits >= window ? hits : Math.min(rows.size(), window);
        return closeKept().thenReturn(new Seen<>(rows.subList(0, end), null));
    }

    /** Returns how many rows a batch will hold, by those fetched so far. */
    private int window(long maxBytes) {
        if (fetchedRows == 0) {
            return FIRST_WINDOW;
        }
        return (int) Math.max(1, Math.min(MOST_ROWS, maxBytes / Math.max(1, fetchedBytes / fetchedRows)));
    }

    // What is missing

    private Mono<Batch<R>> fetched(CacheState<R> known, Seen<R> seen, long maxBytes, long landings) {
        Set<Long> wanted = new LinkedHashSet<>();
        for (int i = 0; i < seen.rows().size(); i++) {
            if (seen.rows().get(i) == null) {
                wanted.add(positions.at(done + i));
            }
        }
        return Mono.using(
                        () -> known.flights().claim(wanted),
                        claim -> known.flights().landings() == landings
                                        || claim.mine().isEmpty()
                                ? claimed(known, claim, seen, maxBytes)
                                : cameMeanwhile(known, claim.mine())
                                        .flatMap(came -> came ? Mono.empty() : claimed(known, claim, seen, maxBytes)),
                        Flights.Claim::end)
                .flatMap(came -> merged(known, seen, came, maxBytes))
                .switchIfEmpty(Mono.defer(() -> batch(known, maxBytes)));
    }

    /** Looks whether one of some rows is kept now. */
    private Mono<Boolean> cameMeanwhile(CacheState<R> known, List<Long> wanted) {
        return backend.tolerant(
                backend.place()
                        .present(
                                Positions.list(wanted.stream()
                                        .mapToLong(Long::longValue)
                                        .toArray()),
                                known.epoch()),
                Mono.just(false));
    }

    private Mono<Map<Long, R>> claimed(CacheState<R> known, Flights<R>.Claim claim, Seen<R> seen, long maxBytes) {
        List<Long> mine = claim.mine();
        Mono<Map<Long, R>> reading = isTail(seen, mine)
                ? claimedOn(known, claim, done + seen.rows().size(), maxBytes)
                        .flatMap(end -> ofSource(
                                known, ofRun(done + seen.rows().indexOf(null), end, bytesOfRun(mine.size(), maxBytes))))
                : ofSource(known, listed(mine, maxBytes));
        Mono<Map<Long, R>> own = mine.isEmpty()
                ? Mono.just(Map.of())
                : reading.flatMap(rows -> backend.landed(known, claim, rows).then(Mono.fromSupplier(() -> {
                    ownLandings++;
                    return rows;
                })));
        return own.doOnError(claim::fail)
                .flatMap(rows -> claim.ofOthers().collect(() -> new LinkedHashMap<>(rows), Map::putAll));
    }

    /**
     * Lets others wait for what may come with a window too, since a batch ends by its bytes and not by its rows.
     *
     * @return the ordinal up to which the source may be read: that of the first row behind the window that is kept, or that others
     *     fetch, so that no row is asked for a second time; the end if there is none as far as a batch may reach
     */
    private Mono<Long> claimedOn(CacheState<R> known, Flights<R>.Claim claim, long end, long maxBytes) {
        long most = Math.min(positions.count(), end + extra(maxBytes));
        long next = end;
        while (next < most && claim.mayBring(positions.at(next))) {
            next++;
        }
        long reached = next;
        // after they were claimed: who fetched one of them before has kept it, and counts as landed
        return clear(known, end, reached).map(found -> {
            if (found.isKept() && found.to() <= reached) {
                return found.to();
            }
            return reached < most ? reached : positions.count();
        });
    }

    /** Returns how many more rows than expected a batch may hold, above all the first one. */
    private int extra(long maxBytes) {
        return fetchedRows == 0 ? MOST_EXTRA : Math.min(MOST_EXTRA, window(maxBytes) + FIRST_WINDOW);
    }

    /** Returns for how many bytes to ask, so that only rows of less than half the length of those before exceed what was claimed. */
    private long bytesOfRun(int wanted, long maxBytes) {
        if (fetchedRows == 0) {
            return Math.min(maxBytes, FIRST_BYTES);
        }
        return Math.min(maxBytes, Math.max(1, fetchedBytes / fetchedRows * ((wanted + extra(maxBytes)) / 2)));
    }

    /** Looks from where on rows are kept, unless that is known. */
    private Mono<Clear> clear(CacheState<R> known, long from, long to) {
        Clear before = clear;
        long landings = known.flights().landings() - ownLandings;
        if (before != null
                && before.flights() == known.flights()
                && before.landings() == landings
                && (before.to() >= to || before.isKept())
                && before.to() >= from) {
            return Mono.just(before);
        }
        long end = Math.min(positions.count(), from + Math.min(MOST_EXTRA, LOOK_AHEAD * (to - from)));
        Mono<Long> first = from == end
                ? Mono.just(0L)
                : backend.tolerant(
                        backend.place().firstPresent(positions.part(from, end), known.epoch()), Mono.just(end - from));
        return first.map(count -> {
            Clear found = new Clear(known.flights(), from + count, from + count < end, landings);
            clear = found;
            return found;
        });
    }

    /** Emits the rows up to the first that is still missing; begins anew if that is the very first. */
    private Mono<Batch<R>> merged(CacheState<R> known, Seen<R> seen, Map<Long, R> came, long maxBytes) {
        List<@Nullable R> rows = new ArrayList<>();
        long most = Math.min(positions.count() - done, (long) seen.rows().size() + came.size());
        while (rows.size() < most) {
            int at = rows.size();
            R row = at < seen.rows().size() ? seen.rows().get(at) : null;
            if (row == null) {
                R whole = came.get(positions.at(done + at));
                if (whole == null) {
                    break;
                }
                row = CachedBackend.wanted(whole, request.columns());
            }
            rows.add(row);
        }
        return rows.isEmpty() ? batch(known, maxBytes) : Mono.just(emitted(rows, null));
    }

    /** Reads rows of the source, and takes note of how large they are. */
    private Mono<Map<Long, R>> ofSource(CacheState<R> known, Mono<Map<Long, R>> reading) {
        return reading.onErrorResume(
                        failure ->
                                failure instanceof RowOutOfBoundsException || failure instanceof StoreChangedException,
                        failure -> closeRun().then(backend.changedOr(known, failure)))
                .doOnNext(rows -> rows.values().forEach(row -> {
                    fetchedRows++;
                    fetchedBytes += row.byteSize();
                }));
    }

    /** Tells whether what is to be fetched is all from the first missing row on, so that what follows will be missing too. */
    private boolean isTail(Seen<R> seen, List<Long> mine) {
        int first = seen.rows().indexOf(null);
        return mine.size() == seen.rows().size() - first;
    }

    /** Reads on from an ordinal up to another one, by the reader that is there already if it has come so far and goes no further. */
    private Mono<Map<Long, R>> ofRun(long ordinal, long end, long maxBytes) {
        RowReader<R> going = run;
        if (going == null || runAt != ordinal || runEnd == ordinal || runEnd > end) {
            return closeRun().then(Mono.defer(() -> {
                RowReader<R> made = new GuardedReader<>(sourceReader(positions.part(ordinal, end)));
                if (!held(made)) {
                    return Mono.empty();
                }
                run = made;
                runAt = ordinal;
                runEnd = end;
                return ofRun(ordinal, end, maxBytes);
            }));
        }
        return going.next(maxBytes)
                .map(batch -> {
                    Map<Long, R> rows = new LinkedHashMap<>();
                    for (int i = 0; i < batch.size(); i++) {
                        take(rows, placed(batch, i, positions.at(ordinal + i)), batch, i);
                    }
                    runAt = ordinal + batch.size();
                    return rows;
                })
                .switchIfEmpty(Mono.error(
                        () -> new StoreChangedException(backend.source().name(), ordinal)));
    }

    /** Returns where a row of the source stands, which others must not have cut or extended while its reader began. */
    private long placed(Batch<R> batch, int index, long expected) {
        if (batch.position(index) != expected) {
            throw new StoreChangedException(backend.source().name(), done);
        }
        return expected;
    }

    private RowReader<R> sourceReader(Positions part) {
        return backend.source()
                .reader(new ReadRequest(ConcatPlan.within(part, 0), partial ? request.columns() : Columns.ALL, false));
    }

    /** Reads rows of the source, of those asked for the first ones that fit. */
    private Mono<Map<Long, R>> listed(List<Long> wanted, long maxBytes) {
        return closeRun().then(Mono.defer(() -> once(wanted, maxBytes)));
    }

    private Mono<Map<Long, R>> once(List<Long> wanted, long maxBytes) {
        Positions list =
                Positions.list(wanted.stream().mapToLong(Long::longValue).toArray());
        return Mono.usingWhen(
                Mono.fromSupplier(() -> new GuardedReader<>(sourceReader(list))),
                reader -> more(reader, list, new LinkedHashMap<>(), new long[2], maxBytes),
                RowReader::close);
    }

    private Mono<Map<Long, R>> more(
            RowReader<R> reader, Positions list, Map<Long, R> rows, long[] countAndBytes, long maxBytes) {
        return reader.next(Math.max(1, maxBytes - countAndBytes[1]))
                .switchIfEmpty(Mono.error(
                        () -> new StoreChangedException(backend.source().name(), countAndBytes[0])))
                .flatMap(batch -> {
                    for (int i = 0; i < batch.size(); i++) {
                        take(rows, placed(batch, i, list.at(countAndBytes[0]++)), batch, i);
                    }
                    countAndBytes[1] += batch.byteSize();
                    return countAndBytes[0] == list.count() || countAndBytes[1] >= maxBytes
                            ? Mono.just(rows)
                            : more(reader, list, rows, countAndBytes, maxBytes);
                });
    }

    /** Reads only the keys asked for, keeps nothing. */
    private Mono<Batch<R>> fetchedInPart(CacheState<R> known, Seen<R> seen, long maxBytes) {
        Set<Long> wanted = new LinkedHashSet<>();
        for (int i = 0; i < seen.rows().size(); i++) {
            if (seen.rows().get(i) == null) {
                wanted.add(positions.at(done + i));
            }
        }
        List<Long> mine = List.copyOf(wanted);
        return ofSource(
                        known,
                        isTail(seen, mine)
                                ? ofRun(done + seen.rows().indexOf(null), positions.count(), maxBytes)
                                : listed(mine, maxBytes))
                .flatMap(rows -> backend.unchanged(known).thenReturn(rows))
                .flatMap(came -> merged(known, seen, came, maxBytes));
    }

    // Closing

    private boolean isClosed() {
        synchronized (lock) {
            return closed;
        }
    }

    /** Remembers a reader to be closed; false if this one is closed already. */
    private boolean held(RowReader<R> reader) {
        synchronized (lock) {
            return !closed && open.add(reader);
        }
    }

    private Mono<Void> released(RowReader<R> reader) {
        return reader.close()
                .doOnTerminate(
                        () -> { // if cancelled before that, closing this one sees to it
                            synchronized (lock) {
                                open.remove(reader);
                            }
                        });
    }

    private Mono<Void> closeKept() {
        return Mono.defer(() -> {
            RowReader<R> reader = kept;
            kept = null;
            return reader == null ? Mono.empty() : released(reader);
        });
    }

    private Mono<Void> closeRun() {
        return Mono.defer(() -> {
            RowReader<R> reader = run;
            run = null;
            return reader == null ? Mono.empty() : released(reader);
        });
    }

    /** Goes on behind rows that somebody else has fetched meanwhile. */
    Mono<Void> skipTo(long ordinal) {
        return Mono.defer(() -> {
            if (ordinal <= done || state == null) {
                return Mono.empty();
            }
            done = ordinal;
            return closeKept();
        });
    }

    long done() {
        return done;
    }

    @Override
    public Mono<Void> close() {
        return Mono.defer(() -> {
            List<RowReader<R>> left;
            boolean counts;
            synchronized (lock) {
                if (closed) {
                    return Mono.empty();
                }
                closed = true;
                counts = entered;
                left = List.copyOf(open);
                open.clear();
            }
            Mono<Void> stopped = ahead == null ? Mono.empty() : ahead.close();
            return Flux.fromIterable(left)
                    .concatMapDelayError(RowReader::close)
                    .then()
                    .as(closing -> Mono.whenDelayError(stopped, closing))
                    .doFinally(end -> {
                        if (counts) {
                            backend.calls().exit();
                        }
                    });
        });
    }

    /** Rows of which some were just fetched from a source that tells where they come from. */
    private record ToldBatch<R extends KeyedRow<R>>(Batch<R> batch, Map<Long, Origin<R>> origins) implements Batch<R> {
        @Override
        public int size() {
            return batch.size();
        }

        @Override
        public R row(int index) {
            return batch.row(index);
        }

        @Override
        public long position(int index) {
            return batch.position(index);
        }

        @Override
        public Optional<String> origin(int index) {
            Origin<R> origin = origins.get(position(index));
            return origin == null ? Optional.empty() : origin.batch().origin(origin.index());
        }

        @Override
        public long byteSize() {
            return batch.byteSize();
        }
    }

    /** Rows as the cache's store gave them, whose columns it may have as arrays. */
    private record KeptBatch<R extends KeyedRow<R>>(List<R> rows, Positions positions, Batch<R> batch)
            implements Batch<R> {
        @Override
        public int size() {
            return rows.size();
        }

        @Override
        public R row(int index) {
            return rows.get(index);
        }

        @Override
        public long position(int index) {
            return positions.at(index);
        }

        @Override
        public long byteSize() {
            return batch.byteSize();
        }

        @Override
        public Optional<NdArray> array(String key) {
            return CacheRows.isOurs(key) ? Optional.empty() : batch.array(key);
        }
    }
}
