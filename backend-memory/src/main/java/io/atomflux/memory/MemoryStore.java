package io.atomflux.memory;

import io.atomflux.error.LimitExceededException;
import io.atomflux.error.VersionConflictException;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Bytes;
import io.atomflux.value.Change;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Revision;
import io.atomflux.value.Version;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/**
 * The rows of one group.
 *
 * <p>Readers take the pages of one moment and never wait. Writers make the next pages one after another under a lock, in
 * which nothing is called that could wait or that is not ours; it is a monitor because what it covers takes
 * microseconds. Followers are told after the lock was left, on Reactor's parallel scheduler, so that what they do
 * delays no writer.
 */
final class MemoryStore<R extends KeyedRow<R>> {

    private static final long PROCESS = new SecureRandom().nextLong();
    private static final AtomicLong INCARNATIONS = new AtomicLong();
    private static final long MOST_RESERVED = 1L << 26; // 1 GiB of pages; more in one call is rather a mistake

    private final Object lock = new Object();
    private final Class<R> rowType;
    private final R reserved;
    private final long incarnation = INCARNATIONS.incrementAndGet();
    private final History history = new History("m" + incarnation);
    private final Sinks.Many<Boolean> news = Sinks.many().multicast().directBestEffort();
    private final AtomicInteger untold = new AtomicInteger();
    private volatile Pages<R> pages = Pages.empty();
    private long lastVersion; // guarded by lock
    private volatile boolean removed; // written under lock

    MemoryStore(Class<R> rowType, R reserved) {
        this.rowType = rowType;
        this.reserved = reserved;
    }

    Class<R> rowType() {
        return rowType;
    }

    Pages<R> pages() {
        return pages;
    }

    /** Names this store, among those of all processes, and its state; under the lock, as a change is counted before it shows. */
    String etag() {
        synchronized (lock) {
            return "%016x.%s".formatted(PROCESS, history.revision().token());
        }
    }

    Version versionAt(Pages<R> snapshot, long position) {
        byte[] token = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(incarnation)
                .putLong(snapshot.version(position))
                .array();
        return new Version(Bytes.wrap(token));
    }

    /** Makes one change; answers the size after it, or empty if this store was removed before. */
    Optional<Long> apply(Write<R> write, String name) {
        long size;
        synchronized (lock) {
            if (removed) {
                return Optional.empty();
            }
            Pages<R> next = write.accept(new Making(name));
            pages = next;
            size = next.size();
        }
        tell();
        return Optional.of(size);
    }

    /** Empties this store for good; answers false if it was removed before. */
    boolean remove() {
        synchronized (lock) {
            if (removed) {
                return false;
            }
            removed = true;
            cleared();
            pages = Pages.empty();
        }
        tell();
        return true;
    }

    private void cleared() {
        if (pages.size() > 0) {
            history.add(Change.Kind.CLEARED, 0, pages.size());
        }
    }

    private void tell() {
        if (untold.getAndIncrement() == 0) { // signals must not overlap; whoever comes meanwhile leaves it to this one
            int missed = 1;
            do {
                news.tryEmitNext(true);
                if (removed) {
                    news.tryEmitComplete();
                }
                missed = untold.addAndGet(-missed);
            } while (missed != 0);
        }
    }

    /** Follows the changes after a state until removal; remembers one number, however slow the follower. */
    Flux<Change> changes(Optional<Revision> from) {
        return Flux.defer(() -> {
            Revision[] reached = {from.orElseGet(history::revision)};
            return news.asFlux()
                    .mergeWith(Flux.just(true))
                    .onBackpressureLatest()
                    .publishOn(Schedulers.parallel(), 1)
                    .concatMap(
                            look -> Flux.defer(() -> Flux.fromIterable(history.after(reached[0], 64)))
                                    .doOnNext(change -> reached[0] = change.revision())
                                    .repeat(() -> !history.revision().equals(reached[0])),
                            1);
        });
    }

    /** Makes the pages after a write and records what changed; refuses before it changes anything. */
    private final class Making implements Write.Visitor<R, Pages<R>> {
        private final Pages<R> old = pages;
        private final String name;

        Making(String name) {
            this.name = name;
        }

        private long nextVersion() {
            return ++lastVersion;
        }

        private Positions resolve(Selection where, Optional<Version> expected) {
            Positions positions = where.resolve(old.size(), name);
            if (expected.isPresent()) {
                if (positions.count() != 1) {
                    throw new IllegalArgumentException(
                            "rows selected by a write on condition of a version: %d (expected: 1)"
                                    .formatted(positions.count()));
                }
                if (!versionAt(old, positions.at(0)).equals(expected.get())) {
                    throw new VersionConflictException(name, positions.at(0));
                }
            }
            return positions;
        }

        private Pages<R> added(List<R> rows) {
            if (rows.isEmpty()) {
                return old;
            }
            Pages<R> next = old.append(rows, this::nextVersion);
            history.add(Change.Kind.APPENDED, old.size(), next.size());
            return next;
        }

        @Override
        public Pages<R> append(Write.Append<R> write) {
            return added(write.rows());
        }

        @Override
        public Pages<R> insert(Write.Insert<R> write) {
            long at = write.position(old.size());
            int count = write.rows().size();
            if (at == old.size() || count == 0) {
                return added(write.rows());
            }
            Pages<R> next = old.insert(at, write.rows(), this::nextVersion);
            history.add(Change.Kind.INSERTED, at, at + count);
            return next;
        }

        @Override
        public Pages<R> put(Write.Put<R> write) {
            Positions where = resolve(write.where(), write.expected());
            requireOneFor(where, write.rows().size(), false);
            Pages.Edit<R> edit = old.edit();
            for (int i = 0; i < where.count(); i++) {
                edit.set(where.at(i), write.rows().get(i), nextVersion());
            }
            return replaced(edit, where);
        }

        @Override
        public Pages<R> update(Write.Update<R> write) {
            Positions where = resolve(write.where(), write.expected());
            requireOneFor(where, write.changes().size(), true);
            boolean shared = write.changes().size() == 1;
            Pages.Edit<R> edit = old.edit();
            for (int i = 0; i < where.count(); i++) {
                R changed = edit.row(where.at(i)).merge(write.changes().get(shared ? 0 : i));
                edit.set(where.at(i), changed, nextVersion());
            }
            return replaced(edit, where);
        }

        @Override
        public Pages<R> drop(Write.Drop<R> write) {
            Positions where = resolve(write.where(), Optional.empty());
            Pages.Edit<R> edit = old.edit();
            long[] touched = new long[(int) where.count()];
            int count = 0;
            for (int i = 0; i < where.count(); i++) {
                R row = edit.row(where.at(i));
                if (write.keys().stream().anyMatch(row::has)) {
                    edit.set(where.at(i), row.without(write.keys()), nextVersion());
                    touched[count++] = where.at(i);
                }
            }
            return replaced(edit, Positions.list(Arrays.copyOf(touched, count)));
        }

        private Pages<R> replaced(Pages.Edit<R> edit, Positions where) {
            history.addEach(Change.Kind.REPLACED, History.ascending(where.toArray()));
            return edit.build();
        }

        @Override
        public Pages<R> delete(Write.Delete<R> write) {
            long[] gone =
                    History.ascending(resolve(write.where(), write.expected()).toArray());
            Pages<R> next = old.delete(gone);
            history.addEach(Change.Kind.DELETED, gone);
            return next;
        }

        @Override
        public Pages<R> reserve(Write.Reserve<R> write) {
            if (write.count() > MOST_RESERVED) {
                throw new LimitExceededException(
                        "rows reserved by one call in " + name,
                        write.count(),
                        MOST_RESERVED,
                        "reserve in several calls");
            }
            return added(Collections.nCopies((int) write.count(), reserved));
        }

        @Override
        public Pages<R> clear(Write.Clear<R> write) {
            cleared();
            return Pages.empty();
        }

        private void requireOneFor(Positions where, int given, boolean oneForAll) {
            if (given != where.count() && !(oneForAll && given == 1)) {
                throw new IllegalArgumentException(
                        "rows given: %d (expected: %d, one for each selected row)".formatted(given, where.count()));
            }
        }
    }
}
