package io.atomflux.artifact;

import io.atomflux.artifact.catalog.Catalog;
import io.atomflux.artifact.catalog.Commit;
import io.atomflux.artifact.spi.SimpleStorage;
import io.atomflux.error.CorruptDataException;
import io.atomflux.value.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A catalog in objects of a {@link SimpleStorage}, held in memory as a whole.
 *
 * <p>Each commit is an object {@code log-N}. Now and then everything is written as {@code index-N-0}, {@code index-N-1} …, and
 * {@code index} says which of these to begin with, and with which log to go on; older logs are made empty then, as nothing
 * can be removed. A read asks for the next log first, so it sees what other processes committed; one that finds it
 * empty begins anew at {@code index}. Two processes that commit at once would write the same log: one may write at a time.
 */
final class SimpleCatalog implements Catalog {

    private static final int FEW = 256; // logs read one by one on opening
    private static final int PART = 4 << 20;

    private final SimpleStorage storage;
    private final String name;
    private final AtomicReference<Mono<Void>> tail = new AtomicReference<>(Mono.empty());

    // all of these are used in turn only
    private final TreeMap<Bytes, Bytes> entries = new TreeMap<>();
    private long next;
    private long begin; // the log the index goes on with
    private int parts;
    private boolean opened;

    SimpleCatalog(SimpleStorage storage, String name) {
        this.storage = storage;
        this.name = name;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Mono<Bytes> get(Bytes key) {
        return inTurn(refreshed().then(Mono.fromSupplier(() -> Optional.ofNullable(entries.get(key)))))
                .flatMap(Mono::justOrEmpty);
    }

    @Override
    public Mono<List<Entry>> page(Bytes from, Bytes to, int limit, long bytes) {
        return inTurn(refreshed().then(Mono.fromSupplier(() -> {
            List<Entry> page = new ArrayList<>();
            long size = 0;
            Map<Bytes, Bytes> range = from.compareTo(to) < 0 ? entries.subMap(from, to) : Map.of();
            for (Map.Entry<Bytes, Bytes> entry : range.entrySet()) {
                page.add(new Entry(entry.getKey(), entry.getValue()));
                size += entry.getKey().length() + entry.getValue().length();
                if (page.size() >= limit || size >= bytes) {
                    break;
                }
            }
            return page;
        })));
    }

    /** One that has begun is not cancelled: nobody could tell whether its log will come to stand. */
    @Override
    public Mono<Boolean> commit(Commit commit) {
        return inTurn(refreshed().then(Mono.defer(() -> {
            boolean holds = commit.conditions().stream()
                    .allMatch(condition ->
                            Optional.ofNullable(entries.get(condition.key())).equals(condition.value()));
            if (!holds || commit.changes().isEmpty()) {
                return Mono.just(holds);
            }
            return storage.store("log-" + next, SimpleFormat.write(commit.changes()))
                    .then(Mono.fromRunnable(() -> {
                        next++;
                        apply(commit.changes());
                    }))
                    .then(Mono.defer(this::compacted))
                    .thenReturn(true);
        })));
    }

    @Override
    public Mono<Long> now() {
        return Mono.fromSupplier(System::currentTimeMillis);
    }

    @Override
    public Mono<Void> close() {
        return Mono.empty();
    }

    /** Runs one after the other what uses the entries, each to its end. */
    private <T> Mono<T> inTurn(Mono<T> work) {
        return Mono.defer(() -> {
            Sinks.Empty<Void> done = Sinks.empty();
            Mono<Void> before = tail.getAndSet(done.asMono());
            return Mono.fromFuture(
                    () -> before.then(work)
                            .doFinally(signal -> done.tryEmitEmpty())
                            .toFuture(),
                    true);
        });
    }

    /** Applies the logs that came since. */
    private Mono<Void> refreshed() {
        return Mono.defer(() -> opened ? caughtUp() : loaded());
    }

    private Mono<Void> caughtUp() {
        return Mono.defer(() -> storage.retrieve("log-" + next))
                .map(log -> {
                    if (log.length() == 0) {
                        opened = false; // others compacted meanwhile
                        return false;
                    }
                    apply(SimpleFormat.read(name, "log-" + next, log));
                    next++;
                    return true;
                })
                .defaultIfEmpty(false)
                .repeat()
                .takeUntil(more -> !more)
                .then(Mono.defer(() -> opened ? Mono.empty() : loaded()));
    }

    private Mono<Void> loaded() {
        return storage.retrieve("index")
                .map(index -> SimpleFormat.numbers(name, index))
                .defaultIfEmpty(new long[] {0, 0})
                .flatMap(index -> Flux.range(0, (int) index[1])
                        .concatMap(part -> part(index[0], part))
                        .collectList()
                        .doOnNext(changes -> {
                            entries.clear();
                            changes.forEach(this::apply);
                            begin = index[0];
                            parts = (int) index[1];
                            next = begin;
                            opened = true;
                        }))
                .then(Mono.defer(this::caughtUp));
    }

    private Mono<List<Commit.Change>> part(long number, int part) {
        String object = "index-%d-%d".formatted(number, part);
        return storage.retrieve(object)
                .switchIfEmpty(
                        Mono.error(() -> new CorruptDataException(name, "object " + object, "it is missing", null)))
                .map(bytes -> SimpleFormat.read(name, object, bytes));
    }

    private void apply(List<Commit.Change> changes) {
        for (Commit.Change change : changes) {
            change.value()
                    .ifPresentOrElse(value -> entries.put(change.key(), value), () -> entries.remove(change.key()));
        }
    }

    /** Writes everything anew once there are many logs, and more than entries, so that each entry is written a few times. */
    private Mono<Void> compacted() {
        if (next - begin < Math.max(FEW, entries.size())) {
            return Mono.empty();
        }
        List<List<Commit.Change>> chunks = new ArrayList<>(List.of(new ArrayList<>()));
        long size = 0;
        for (Map.Entry<Bytes, Bytes> entry : entries.entrySet()) {
            if (size > PART) {
                chunks.add(new ArrayList<>());
                size = 0;
            }
            chunks.get(chunks.size() - 1).add(new Commit.Change(entry.getKey(), Optional.of(entry.getValue())));
            size += entry.getKey().length() + entry.getValue().length();
        }
        long number = next;
        long oldBegin = begin;
        int oldParts = parts;
        return Flux.range(0, chunks.size())
                .concatMap(part ->
                        storage.store("index-%d-%d".formatted(number, part), SimpleFormat.write(chunks.get(part))))
                .then(Mono.defer(() -> storage.store("index", SimpleFormat.numbers(number, chunks.size()))))
                .then(Mono.fromRunnable(() -> {
                    begin = number;
                    parts = chunks.size();
                }))
                .thenMany(Flux.range(0, (int) (number - oldBegin)).map(i -> "log-" + (oldBegin + i)))
                .concatWith(Flux.range(0, oldParts).map(part -> "index-%d-%d".formatted(oldBegin, part)))
                .concatMap(object -> storage.store(object, Bytes.EMPTY))
                .then();
    }
}
