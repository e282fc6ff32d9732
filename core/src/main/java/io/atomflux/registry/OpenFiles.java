package io.atomflux.registry;

import io.atomflux.error.StoreClosedException;
import io.atomflux.spi.RowBackend;
import io.atomflux.value.KeyedRow;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The backends of files, opened when first needed; those that nobody reads are closed when there are too many, the longest
 * unused first. As many more are open as are read at once.
 *
 * @param <R> the kind of rows
 */
final class OpenFiles<R extends KeyedRow<R>> {

    private final String name;
    private final int most;
    private final Function<Path, RowBackend<R>> opener;
    private final Map<Path, Lease<R>> open = new LinkedHashMap<>(16, 0.75f, true); // guarded by this
    private final Set<Lease<R>> retired = new LinkedHashSet<>(); // guarded by this; to be closed, or being closed
    private @Nullable Throwable failure; // guarded by this; the first failure of closing, told by close
    private boolean closed; // guarded by this

    /**
     * Prepares a set of files.
     *
     * @param name how messages name the whole
     * @param most how many may be open that nobody reads
     * @param opener makes the backend of a file, without I/O
     */
    OpenFiles(String name, int most, Function<Path, RowBackend<R>> opener) {
        this.name = name;
        this.most = most;
        this.opener = opener;
    }

    /** The backend of a file, and how many use it. */
    static final class Lease<R extends KeyedRow<R>> {
        final RowBackend<R> backend;
        private int users;

        private Lease(RowBackend<R> backend) {
            this.backend = backend;
        }
    }

    /** Returns the backend of a file for the caller to {@link #release}. */
    synchronized Lease<R> acquire(Path file) {
        if (closed) {
            throw new StoreClosedException(name);
        }
        Lease<R> lease = open.computeIfAbsent(file, path -> new Lease<>(opener.apply(path)));
        lease.users++;
        retireIdle();
        return lease;
    }

    synchronized void release(Lease<R> lease) {
        lease.users--;
    }

    private void retireIdle() {
        Iterator<Lease<R>> oldest = open.values().iterator();
        int surplus = open.size() - most;
        while (surplus > 0 && oldest.hasNext()) {
            Lease<R> lease = oldest.next();
            if (lease.users == 0) {
                oldest.remove();
                retired.add(lease);
                surplus--;
            }
        }
    }

    /** Closes what was retired; a failure is kept for {@link #close}, as it is none of whoever reads another file. */
    Mono<Void> closeRetired() {
        return Mono.defer(() -> {
            List<Lease<R>> leaving;
            synchronized (this) {
                leaving = new ArrayList<>(retired);
            }
            return Flux.fromIterable(leaving)
                    .concatMap(lease -> lease.backend
                            .close()
                            .onErrorResume(thrown -> Mono.fromRunnable(() -> failed(thrown)))
                            .doOnTerminate(() -> left(lease)))
                    .then();
        });
    }

    private synchronized void left(Lease<R> lease) {
        retired.remove(lease);
    }

    private synchronized void failed(Throwable thrown) {
        Throwable first = failure;
        if (first == null) {
            failure = thrown;
        } else if (first != thrown) {
            first.addSuppressed(thrown);
        }
    }

    /** Closes all; signals the first failure of closing any of them. */
    Mono<Void> close() {
        return Mono.defer(() -> {
            synchronized (this) {
                closed = true;
                retired.addAll(open.values());
                open.clear();
            }
            return closeRetired().then(Mono.defer(this::outcome));
        });
    }

    private synchronized Mono<Void> outcome() {
        return failure == null ? Mono.empty() : Mono.error(failure);
    }

    /** Returns how many files are open; for tests. */
    synchronized int count() {
        return open.size() + retired.size();
    }
}
