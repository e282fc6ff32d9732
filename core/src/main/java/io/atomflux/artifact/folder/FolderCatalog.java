package io.atomflux.artifact.folder;

import io.atomflux.artifact.catalog.Catalog;
import io.atomflux.artifact.catalog.Commit;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.value.Bytes;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A catalog in a folder, for any number of processes of this machine.
 *
 * <p>Reads never wait for writers. Commits of this process that wait for the lock, or for the disk, are made durable together.
 */
final class FolderCatalog implements Catalog {

    private static final int READS = 4;
    private static final int LONGEST_KEY = 500;
    private static final int LARGEST_VALUE = 8 << 20;
    private static final long LARGEST_COMMIT = 64L << 20;
    private static final long TOGETHER = 4L << 20;

    private final IndexFiles files;
    private final IndexWriter writer;
    private final FolderPlace place;
    private final boolean readOnly;
    private final Lane reads = new Lane(READS);
    private final Lane writes = new Lane(1);
    private final Lane merges = new Lane(2);
    private final Queue<Waiting> waiting = new ArrayDeque<>(); // guarded by itself, as the next three
    private boolean draining;
    private boolean closed;
    private final boolean[] merging = new boolean[Merging.TIERS];
    private final Sinks.Empty<Void> ended = Sinks.empty();
    private volatile boolean opened;

    private record Waiting(Commit commit, long bytes, CompletableFuture<Boolean> result) {}

    /**
     * Makes a catalog; does no I/O.
     *
     * @param logBytes how long its log may become before it is turned into a run
     */
    static FolderCatalog of(FolderPlace place, long logBytes, boolean readOnly) {
        IndexFiles files = new IndexFiles(place.disk, place.folder("index"), place.name(), BlockCache.SHARED);
        return new FolderCatalog(files, logBytes, readOnly, place);
    }

    /** Makes a catalog of an index elsewhere than in the place of its store. */
    static FolderCatalog of(IndexFiles files, FolderPlace place) {
        return new FolderCatalog(files, FolderOptions.defaults().logBytes(), false, place);
    }

    private FolderCatalog(IndexFiles files, long logBytes, boolean readOnly, FolderPlace place) {
        this.files = files;
        this.writer = new IndexWriter(files, logBytes);
        this.readOnly = readOnly;
        this.place = place;
    }

    @Override
    public String name() {
        return files.name;
    }

    private interface Reading<T> {
        @Nullable
        T in(View view) throws IOException;
    }

    /** Reads; empty where there is no store. */
    private <T> Mono<T> read(Reading<T> reading) {
        return reads.call(files.name, "reading", () -> {
            if (!opened && !place.exists()) {
                return null;
            }
            opened = true;
            View view = files.fresh();
            try {
                return reading.in(view);
            } finally {
                view.release();
            }
        });
    }

    @Override
    public Mono<Bytes> get(Bytes key) {
        Objects.requireNonNull(key, "key");
        return read(view -> view.get(key));
    }

    @Override
    public Mono<List<Entry>> page(Bytes from, Bytes to, int limit, long bytes) {
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(to, "to");
        if (limit < 1) {
            throw new IllegalArgumentException("limit: %d (expected: at least 1)".formatted(limit));
        }
        return read(view -> view.page(from, to, limit, bytes)).defaultIfEmpty(List.of());
    }

    @Override
    public Mono<Boolean> commit(Commit commit) {
        long bytes = checked(commit);
        return Mono.fromFuture(
                () -> {
                    CompletableFuture<Boolean> result = new CompletableFuture<>();
                    enter(new Waiting(commit, bytes, result));
                    return result;
                },
                true);
    }

    private static long checked(Commit commit) {
        commit.conditions().forEach(condition -> checked(condition.key()));
        long bytes = 0;
        for (Commit.Change change : commit.changes()) {
            checked(change.key());
            int length = change.value().map(Bytes::length).orElse(0);
            if (length > LARGEST_VALUE) {
                throw new IllegalArgumentException(
                        "value: %d bytes (expected: at most %d)".formatted(length, LARGEST_VALUE));
            }
            bytes += change.key().length() + length;
        }
        if (bytes > LARGEST_COMMIT) {
            throw new LimitExceededException("bytes of one commit", bytes, LARGEST_COMMIT, "make several");
        }
        return bytes;
    }

    private static void checked(Bytes key) {
        if (key.length() < 1 || key.length() > LONGEST_KEY) {
            throw new IllegalArgumentException(
                    "key: %d bytes (expected: 1 to %d)".formatted(key.length(), LONGEST_KEY));
        }
    }

    private void enter(Waiting entry) {
        synchronized (waiting) {
            if (closed) {
                throw new StoreClosedException(files.name);
            }
            if (readOnly) {
                throw new ReadOnlyStoreException(files.name, "commit");
            }
            waiting.add(entry);
            if (draining) {
                return;
            }
            draining = true;
        }
        writes.execute(this::drain);
    }

    /** Makes what waits, as much as fits one append; others wait for their turn behind this store's next one. */
    private void drain() {
        List<Waiting> taken = new ArrayList<>();
        synchronized (waiting) {
            long bytes = 0;
            while (!waiting.isEmpty()
                    && (taken.isEmpty() || bytes + waiting.peek().bytes() <= TOGETHER)) {
                bytes += waiting.peek().bytes();
                taken.add(waiting.remove());
            }
        }
        // On other threads, each by itself: what subscribers do must not hold up the commits of others.
        made(taken).forEach(reads::tell);
        tidy();
        boolean more;
        boolean last;
        synchronized (waiting) {
            more = !waiting.isEmpty();
            draining = more;
            last = !more && closed;
        }
        if (more) {
            writes.execute(this::drain);
        }
        if (last) {
            release();
        }
    }

    // Whatever is thrown belongs to those who wait, else they would wait for ever.
    private List<Runnable> made(List<Waiting> taken) {
        try {
            if (!opened) {
                place.create(files);
                opened = true;
            }
            List<Boolean> held =
                    writer.commit(taken.stream().map(Waiting::commit).toList());
            List<Runnable> results = new ArrayList<>(taken.size());
            for (int i = 0; i < held.size(); i++) {
                Waiting entry = taken.get(i);
                boolean done = held.get(i);
                results.add(() -> entry.result().complete(done));
            }
            return results;
        } catch (Throwable e) {
            Throwable failure = Lane.translated(files.name, "writing", e);
            return taken.stream()
                    .<Runnable>map(entry -> () -> entry.result().completeExceptionally(failure))
                    .toList();
        }
    }

    /** Turns a long log into a run, and merges runs beside. */
    private void tidy() {
        try {
            if (!opened || !writer.flushIfLong()) {
                return;
            }
        } catch (IOException | RuntimeException e) {
            // What was committed is safe. It is tried again with the next commit, which fails when the log is far too
            // long.
            return;
        }
        for (int tier = 0; tier < Merging.TIERS; tier++) {
            int mine = tier;
            synchronized (waiting) {
                if (merging[tier] || closed) {
                    continue;
                }
                merging[tier] = true;
            }
            merges.execute(() -> merge(mine));
        }
    }

    private void merge(int tier) {
        try {
            boolean more = true;
            while (more) {
                more = writer.merge(tier);
            }
        } catch (IOException | RuntimeException e) {
            // The runs stay as they are, and are merged after the next flush. Damage is told to who reads it.
            return;
        } finally {
            synchronized (waiting) {
                merging[tier] = false;
            }
        }
    }

    @Override
    public Mono<Long> now() {
        return Mono.fromSupplier(System::currentTimeMillis);
    }

    @Override
    public Mono<Void> close() {
        return Mono.defer(() -> {
            boolean idle;
            synchronized (waiting) {
                idle = !closed && !draining;
                closed = true;
            }
            writer.stop();
            if (idle) {
                writes.execute(this::release);
            }
            return ended.asMono();
        });
    }

    private void release() {
        try {
            try {
                writer.close();
            } finally {
                files.close();
            }
            ended.tryEmitEmpty();
        } catch (Throwable e) { // whatever it is, else who closes would wait for ever
            ended.tryEmitError(Lane.translated(files.name, "closing", e));
        }
    }
}
