package io.atomflux.registry;

import io.atomflux.adapter.SourceList;
import io.atomflux.error.StoreClosedException;
import io.atomflux.spi.RowBackend;
import io.atomflux.value.KeyedRow;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The files that fit a pattern, as they are when a call begins.
 *
 * <p>They are looked for again whenever the stamp of a folder looked into has changed, and as long as it is too fresh to be
 * trusted. How many rows a file has is remembered under the file's stamp, likewise; a folder is asked each time. All looking
 * runs on a few threads of its own, which end when idle.
 */
final class GlobSources<R extends KeyedRow<R>> implements SourceList<R> {

    /** How many files that nobody reads stay open. */
    static final int MOST_OPEN = 128;

    private static final int THREADS =
            Math.max(2, Math.min(4, Runtime.getRuntime().availableProcessors()));
    private static final int FIRST_LOOKED_AT = 64;
    private static final int SHARE = 128; // files: some 200 microseconds

    private static final AtomicLong NUMBER = new AtomicLong();

    private final String name;
    private final Class<R> rowType;
    private final Supplier<GlobWalk.Expansion> walk;
    private final OpenFiles<R> files;
    private final ThreadPoolExecutor threads;
    private final ConcurrentHashMap<Path, Known> sizes = new ConcurrentHashMap<>();
    private @Nullable Look<R> next; // guarded by this
    private volatile GlobWalk.@Nullable Expansion expansion; // looks may overlap

    /**
     * A size, and the state of the file it was seen in.
     *
     * @param stamp of the file before it was asked
     */
    private record Known(FileStamp stamp, long size) {}

    /** A look that has not begun, and up to which row, from the first or the last one, sizes are of use. */
    private static final class Look<R extends KeyedRow<R>> {
        private final CompletableFuture<Sources<R>> seen = new CompletableFuture<>();
        private long rows; // guarded by the sources until it begins
        private long rowsFromEnd;
    }

    GlobSources(
            String name,
            Class<R> rowType,
            Supplier<GlobWalk.Expansion> walk,
            Function<Path, RowBackend<R>> opener,
            int mostOpen) {
        this.name = name;
        this.rowType = rowType;
        this.walk = walk;
        this.files = new OpenFiles<>(name, mostOpen, opener);
        long number = NUMBER.incrementAndGet();
        this.threads =
                new ThreadPoolExecutor(THREADS, THREADS, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "atomflux-files-" + number);
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    @Override
    public Class<R> rowType() {
        return rowType;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Mono<Sources<R>> now(boolean withSizes) {
        return Mono.fromFuture(() -> looked(withSizes ? Long.MAX_VALUE : 0, 0), true);
    }

    @Override
    public Mono<Sources<R>> nowForRow(long index) {
        return Mono.fromFuture(
                () -> index < 0 ? looked(0, index == Long.MIN_VALUE ? Long.MAX_VALUE : -index) : looked(index + 1, 0),
                true); // as above: a look that began is never interrupted, and others may wait for it
    }

    /** Calls that come before a look has begun share it: it shows all that was there when they came. */
    private synchronized CompletableFuture<Sources<R>> looked(long rows, long rowsFromEnd) {
        Look<R> look = next;
        if (look == null) {
            look = new Look<>();
            try {
                threads.execute(this::look);
            } catch (RejectedExecutionException e) {
                return CompletableFuture.failedFuture(new StoreClosedException(name));
            }
            next = look;
        }
        look.rows = Math.max(look.rows, rows);
        look.rowsFromEnd = Math.max(look.rowsFromEnd, rowsFromEnd);
        return look.seen;
    }

    private void look() {
        Look<R> look;
        synchronized (this) {
            look = Objects.requireNonNull(next);
            next = null; // who comes from now on wants a later look
        }
        try {
            Files files = new Files(listed());
            files.stamp(look.rows, false);
            files.stamp(look.rowsFromEnd, true);
            look.seen.complete(files);
        } catch (Throwable failure) { // everything reaches those who wait; the thread has no other reporter
            look.seen.completeExceptionally(failure);
        }
    }

    private List<Path> listed() {
        GlobWalk.Expansion found = expansion;
        if (found == null || !found.isCurrent()) {
            found = walk.get();
            expansion = found;
            sizes.keySet().retainAll(new HashSet<>(found.files()));
        }
        return found.files();
    }

    /** The files of one moment. */
    private final class Files implements Sources<R> {
        private final List<Path> listed;
        private final @Nullable FileStamp[] stamps; // written before the look ends

        Files(List<Path> listed) {
            this.listed = listed;
            this.stamps = new @Nullable FileStamp[listed.size()];
        }

        /** Looks at files, from the first or the last one on, until so many rows are found; at all if a size is unknown. */
        void stamp(long rows, boolean fromEnd) {
            if (rows == Long.MAX_VALUE) {
                stampAll(0, count(), fromEnd);
                return;
            }
            long found = 0;
            int done = 0;
            for (int step = FIRST_LOOKED_AT; found < rows && done < count(); step *= 4) {
                int end = Math.min(count(), done + step);
                stampAll(done, end, fromEnd);
                for (; done < end; done++) {
                    OptionalLong size = size(place(done, fromEnd));
                    if (size.isEmpty()) {
                        stampAll(end, count(), fromEnd);
                        return;
                    }
                    found += size.getAsLong();
                }
            }
        }

        private int place(int ordinal, boolean fromEnd) {
            return fromEnd ? count() - 1 - ordinal : ordinal;
        }

        /** Shares thousands of files out among threads, as each is a call of the system; this one takes part. */
        private void stampAll(int from, int to, boolean fromEnd) {
            int shares = (to - from + SHARE - 1) / SHARE;
            if (shares <= 0) {
                return;
            }
            AtomicInteger taken = new AtomicInteger();
            AtomicInteger left = new AtomicInteger(shares);
            CompletableFuture<Boolean> done = new CompletableFuture<>();
            Runnable work = () -> {
                for (int share = taken.getAndIncrement(); share < shares; share = taken.getAndIncrement()) {
                    int first = from + share * SHARE;
                    try {
                        for (int i = first; i < Math.min(to, first + SHARE); i++) {
                            int place = place(i, fromEnd);
                            stamps[place] = FileStamp.of(listed.get(place));
                        }
                    } finally { // a file without a stamp is asked
                        if (left.decrementAndGet() == 0) {
                            done.complete(true);
                        }
                    }
                }
            };
            for (int helper = 1; helper < Math.min(THREADS, shares); helper++) {
                try {
                    threads.execute(work);
                } catch (RejectedExecutionException e) {
                    break; // being closed: done without help
                }
            }
            work.run();
            done.join(); // only shares that run now are left: whoever has not begun finds none
        }

        @Override
        public int count() {
            return listed.size();
        }

        @Override
        public RowBackend<R> get(int index) {
            return new LeasedFile<>(files, listed.get(index), rowType);
        }

        private @Nullable FileStamp trusted(int index) {
            FileStamp stamp = stamps[index];
            return stamp != null && stamp.settled() && !stamp.isFolder() ? stamp : null;
        }

        @Override
        public OptionalLong size(int index) {
            FileStamp stamp = trusted(index);
            Known known = stamp == null ? null : sizes.get(listed.get(index));
            return known != null && known.stamp().isSameAs(stamp)
                    ? OptionalLong.of(known.size())
                    : OptionalLong.empty();
        }

        @Override
        public void learn(int index, long size) {
            FileStamp stamp = trusted(index);
            if (stamp != null) {
                sizes.put(listed.get(index), new Known(stamp, size));
            }
        }

        @Override
        public Mono<Boolean> isThere(int index) {
            return Mono.fromFuture(
                    () -> CompletableFuture.supplyAsync(
                            () -> listed.get(index).toFile().exists(), threads),
                    true);
        }
    }

    @Override
    public boolean takesSourcesAsTheyCome() {
        return true;
    }

    @Override
    public Mono<Void> close() {
        return files.close().doFinally(signal -> threads.shutdown());
    }

    /** Returns how many files are open; for tests. */
    int open() {
        return files.count();
    }
}
