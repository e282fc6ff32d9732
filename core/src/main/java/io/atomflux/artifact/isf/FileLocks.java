package io.atomflux.artifact.isf;

import io.atomflux.error.StoreBusyException;
import io.atomflux.spi.LeaseLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Locks that are locks of the operating system on one file each, so that they end with their holder's process.
 *
 * <p>The file is always made and never removed; it holds the number of times it was taken, which is the token.
 */
final class FileLocks implements LeaseLock {

    /** What this process holds: locks of one process do not exclude each other, and closing any channel of a file frees all. */
    private static final Set<Path> HERE = ConcurrentHashMap.newKeySet();

    private static final Object UNWANTED = new Object();
    private static final long FIRST_PAUSE = 5;
    private static final long LONGEST_PAUSE = 200;

    private final String store;
    private final Mono<Path> folder;

    /** Takes the name of the store and where the files go. */
    FileLocks(String store, Mono<Path> folder) {
        this.store = store;
        this.folder = folder;
    }

    @Override
    public Mono<Lease> acquire(String name, Duration wait) {
        if (wait.isNegative()) {
            throw new IllegalArgumentException("wait: %s (expected: zero or more)".formatted(wait));
        }
        String file = KeyFolder.hash(name) + ".lock";
        return folder.flatMap(path -> attempt(name, path.resolve(file), System.nanoTime(), wait, FIRST_PAUSE));
    }

    private Mono<Lease> attempt(String name, Path file, long begun, Duration wait, long pause) {
        return Mono.<Lease>create(sink -> {
                    AtomicReference<@Nullable Object> taken = new AtomicReference<>();
                    sink.onCancel(
                            () -> { // not called once it was handed on
                                if (taken.getAndSet(UNWANTED) instanceof Lease lease) {
                                    giveBack(lease);
                                }
                            });
                    // not given up once it runs: what was taken and is not wanted any more is given back
                    var unused = Disk.<Lease>run(store, "locking " + file.getFileName(), () -> tried(file))
                            .subscribe(
                                    lease -> {
                                        if (taken.compareAndSet(null, lease)) {
                                            sink.success(lease);
                                        } else {
                                            giveBack(lease);
                                        }
                                    },
                                    sink::error,
                                    sink::success);
                })
                .switchIfEmpty(Mono.defer(() -> {
                    long waited = System.nanoTime() - begun;
                    if (waited >= wait.toNanos()) {
                        return Mono.error(new StoreBusyException(
                                store,
                                "lock \"%s\" was held by another for %d ms".formatted(name, waited / 1_000_000),
                                null));
                    }
                    long millis = Math.min(
                            pause + ThreadLocalRandom.current().nextLong(pause),
                            (wait.toNanos() - waited) / 1_000_000 + 1);
                    return Mono.delay(Duration.ofMillis(millis))
                            .then(Mono.defer(
                                    () -> attempt(name, file, begun, wait, Math.min(LONGEST_PAUSE, pause * 2))));
                }));
    }

    private static void giveBack(Lease lease) {
        var unused = lease.release().subscribe(done -> {}, failure -> {}); // it ends with this process at the latest
    }

    private @Nullable Lease tried(Path file) throws IOException {
        if (!HERE.add(file)) {
            return null;
        }
        FileChannel channel = null;
        boolean taken = false;
        try {
            Files.createDirectories(HiddenArea.parent(file));
            channel = FileChannel.open(
                    file,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.CREATE,
                    LinkOption.NOFOLLOW_LINKS);
            FileLock lock = channel.tryLock();
            if (lock == null) {
                return null;
            }
            ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
            long token = channel.read(number, 0) == Long.BYTES ? number.getLong(0) + 1 : 1;
            channel.write(ByteBuffer.allocate(Long.BYTES).putLong(0, token), 0);
            channel.force(false);
            taken = true;
            return new Held(file, channel, token);
        } finally {
            if (!taken) {
                try {
                    if (channel != null) {
                        channel.close();
                    }
                } finally {
                    HERE.remove(file);
                }
            }
        }
    }

    private final class Held implements Lease {

        private final Path file;
        private final FileChannel channel;
        private final long token;
        private final Mono<Void> releasing;

        Held(Path file, FileChannel channel, long token) {
            this.file = file;
            this.channel = channel;
            this.token = token;
            this.releasing = Disk.<Void>run(store, "unlocking " + file.getFileName(), this::free)
                    .cache();
        }

        private @Nullable Void free() throws IOException {
            try {
                channel.close();
            } finally {
                HERE.remove(file);
            }
            return null;
        }

        @Override
        public long token() {
            return token;
        }

        @Override
        public Mono<Void> lost() {
            return Mono.never(); // the operating system keeps it as long as this process lives
        }

        @Override
        public Mono<Void> release() {
            return releasing;
        }
    }
}
