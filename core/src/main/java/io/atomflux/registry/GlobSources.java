package io.atomflux.registry;

import io.atomflux.adapter.SourceList;
import io.atomflux.error.StoreClosedException;
import io.atomflux.spi.RowBackend;
import io.atomflux.value.KeyedRow;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * The files that fit a pattern, as they are when a call begins.
 *
 * <p>They are looked for again whenever the stamp of a folder looked into has changed, and as long as it is too fresh to be
 * trusted. How many rows a file has is remembered under the file's stamp, likewise; a folder is asked each time. All looking
 * runs on two threads of its own, which end when idle.
 */
final class GlobSources<R extends KeyedRow<R>> implements SourceList<R> {

    /** How many files that nobody reads stay open. */
    static final int MOST_OPEN = 128;

    private static final AtomicLong NUMBER = new AtomicLong();

    private final String name;
    private final Class<R> rowType;
    private final Supplier<GlobWalk.Expansion> walk;
    private final OpenFiles<R> files;
    private final ThreadPoolExecutor threads;
    private final ConcurrentHashMap<Path, Known> sizes = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable CompletableFuture<Sources<R>>> waitingForSizes = new AtomicReference<>();
    private final AtomicReference<@Nullable CompletableFuture<Sources<R>>> waitingForNames = new AtomicReference<>();
    private volatile GlobWalk.@Nullable Expansion expansion;

    /**
     * A size, and the state of the file it was seen in.
     *
     * @param stamp of the file before it was asked
     */
    private record Known(FileStamp stamp, long size) {}

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
        this.threads = new ThreadPoolExecutor(2, 2, 5, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
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

    /** Calls that come before a look has begun share it: it shows all that was there when they came. */
    @Override
    public Mono<Sources<R>> now(boolean withSizes) {
        AtomicReference<@Nullable CompletableFuture<Sources<R>>> waiting =
                withSizes ? waitingForSizes : waitingForNames;
        return Mono.fromFuture(
                () -> {
                    while (true) {
                        CompletableFuture<Sources<R>> shared = waiting.get();
                        if (shared != null) {
                            return shared;
                        }
                        CompletableFuture<Sources<R>> mine = new CompletableFuture<>();
                        if (waiting.compareAndSet(null, mine)) {
                            submit(waiting, mine, withSizes);
                            return mine;
                        }
                    }
                },
                true); // a look that began is never interrupted, and others may wait for it
    }

    private void submit(
            AtomicReference<@Nullable CompletableFuture<Sources<R>>> waiting,
            CompletableFuture<Sources<R>> mine,
            boolean withSizes) {
        try {
            threads.execute(() -> {
                waiting.set(null); // who comes from now on wants a later look
                try {
                    mine.complete(look(withSizes));
                } catch (Throwable failure) { // everything reaches those who wait; the thread has no other reporter
                    mine.completeExceptionally(failure);
                }
            });
        } catch (RejectedExecutionException e) {
            waiting.set(null);
            mine.completeExceptionally(new StoreClosedException(name));
        }
    }

    private Sources<R> look(boolean withSizes) {
        GlobWalk.Expansion found = expansion;
        if (found == null || !found.isCurrent()) {
            found = walk.get();
            expansion = found;
            sizes.keySet().retainAll(new HashSet<>(found.files()));
        }
        List<Path> listed = found.files();
        @Nullable FileStamp[] stamps = new @Nullable FileStamp[withSizes ? listed.size() : 0];
        for (int i = 0; i < stamps.length; i++) {
            stamps[i] = FileStamp.of(listed.get(i));
        }
        return new Files(listed, stamps);
    }

    /** The files of one moment. */
    private final class Files implements Sources<R> {
        private final List<Path> listed;
        private final @Nullable FileStamp[] stamps;

        Files(List<Path> listed, @Nullable FileStamp[] stamps) {
            this.listed = listed;
            this.stamps = stamps;
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
            FileStamp stamp = index < stamps.length ? stamps[index] : null;
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
