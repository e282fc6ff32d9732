package io.atomflux.artifact.evaluator;

import io.atomflux.error.StoreBusyException;
import io.atomflux.spi.LeaseLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Locks by name as locks of the operating system on files, which end with the process that holds them. */
final class FolderLocks implements LeaseLock {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(5);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

    private final Places places;
    private final Mono<Void> writable;

    FolderLocks(Places places, Mono<Void> writable) {
        this.places = places;
        this.writable = writable;
    }

    @Override
    public Mono<Lease> acquire(String name, Duration wait) {
        Path file = places.locks()
                .resolve(Sidecar.sha256(name.getBytes(StandardCharsets.UTF_8)).substring(0, 32));
        return Mono.defer(() -> {
            Asking asking = new Asking(file);
            return writable.then(asking.attempt(name, System.nanoTime() + wait.toNanos(), FIRST_PAUSE))
                    .doOnNext(lease -> asking.state.set("delivered"))
                    .doOnCancel(asking::cancel);
        });
    }

    /** One wish for a lock; what it got after it was cancelled is given back. */
    private final class Asking {
        private final Path file;
        private final AtomicReference<@Nullable Object> state = new AtomicReference<>();

        Asking(Path file) {
            this.file = file;
        }

        Mono<Lease> attempt(String name, long end, Duration pause) {
            return blocking("lock", this::once).switchIfEmpty(Mono.defer(() -> {
                if (System.nanoTime() - end >= 0) {
                    return Mono.error(new StoreBusyException(
                            places.root.toString(), "lock \"%s\" is held by another".formatted(name), null));
                }
                Duration longer =
                        pause.multipliedBy(2).compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : pause.multipliedBy(2);
                return Mono.delay(pause).then(Mono.defer(() -> attempt(name, end, longer)));
            }));
        }

        private @Nullable Lease once() throws IOException {
            ChangeLock lock = state.get() == null ? ChangeLock.tryAcquire(file) : null;
            if (lock == null) {
                return null;
            }
            HeldLease lease;
            try {
                lease = new HeldLease(lock, nextToken(lock));
            } catch (IOException e) {
                lock.close();
                throw e;
            }
            if (!state.compareAndSet(null, lease)) {
                lease.end();
                return null;
            }
            return lease;
        }

        void cancel() {
            Object before = state.getAndSet("cancelled");
            if (before instanceof HeldLease lease) {
                var unused = lease.release().subscribe(done -> {}, failure -> {}); // it ends with the process at last
            }
        }
    }

    private static long nextToken(ChangeLock lock) throws IOException {
        ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
        int read = lock.channel().read(number, 0);
        long token = read == Long.BYTES ? number.getLong(0) + 1 : 1;
        lock.channel().write(ByteBuffer.allocate(Long.BYTES).putLong(0, token), 0);
        return token;
    }

    private <T> Mono<T> blocking(String action, Callable<? extends @Nullable T> work) {
        return Disk.read(places.root.toString(), action, work);
    }

    private final class HeldLease implements Lease {
        private final ChangeLock lock;
        private final long token;
        private boolean ended; // guarded by this

        HeldLease(ChangeLock lock, long token) {
            this.lock = lock;
            this.token = token;
        }

        @Override
        public long token() {
            return token;
        }

        /** Never completes: the operating system takes a lock from nobody who lives. */
        @Override
        public Mono<Void> lost() {
            return Mono.never();
        }

        @Override
        public Mono<Void> release() {
            return blocking("unlock", () -> {
                end();
                return null;
            });
        }

        private synchronized void end() throws IOException {
            if (!ended) {
                ended = true;
                lock.close();
            }
        }
    }
}
