package io.atomflux.adapter;

import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreIoException;
import io.atomflux.spi.LeaseLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Leases on a file or folder for the processes of one machine: the system's lock of a small hidden file beside it, {@code
 * .NAME.LEASE.lock}, which the system frees at once when their process ends.
 *
 * <p>The file stays when the lease is given back: a lock file that is deleted can be locked by two, by one of them under no
 * name. It holds the number of the last lease and who took it.
 */
public final class FileLease implements LeaseLock {

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,32}");
    private static final Duration PAUSE = Duration.ofMillis(25);
    // A second channel of a file would free, when it is closed, what the first has locked: POSIX's locks are the
    // process's.
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path place;

    private FileLease(Path place) {
        this.place = place.toAbsolutePath().normalize();
    }

    /** Returns the leases on a file or folder, which need not exist; no I/O. */
    public static FileLease beside(Path place) {
        return new FileLease(place);
    }

    /**
     * {@inheritDoc}
     *
     * @param name lower-case letters, digits and hyphens
     * @signals {@link StoreIoException} if the lock's file cannot be written
     */
    @Override
    public Mono<Lease> acquire(String name, Duration wait) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "lease \"%s\" (expected: up to 32 lower-case letters, digits and hyphens)".formatted(name));
        }
        Path file = place.resolveSibling(".%s.%s.lock".formatted(place.getFileName(), name));
        return Mono.defer(() -> attempt(file, System.nanoTime() + wait.toNanos()));
    }

    private Mono<Lease> attempt(Path file, long until) {
        return Mono.<Lease>create(sink -> {
                    Held held;
                    try {
                        held = take(file);
                    } catch (IOException e) {
                        sink.error(new StoreIoException(place.toString(), "taking a lease", e));
                        return;
                    }
                    if (held == null) {
                        sink.success();
                    } else {
                        sink.onCancel(held::free); // given up while it was taken
                        sink.success(held);
                    }
                })
                .subscribeOn(Schedulers.boundedElastic())
                .switchIfEmpty(Mono.defer(() -> System.nanoTime() - until >= 0
                        ? Mono.error(() -> new StoreBusyException(
                                place.toString(), "another holds its lease, in this process or another", null))
                        : Mono.delay(PAUSE).then(Mono.defer(() -> attempt(file, until)))));
    }

    private static @Nullable Held take(Path wanted) throws IOException {
        Path parent = Objects.requireNonNull(wanted.getParent(), "parent");
        Files.createDirectories(parent);
        Path file = parent.toRealPath().resolve(wanted.getFileName()); // one name, by whichever links it was reached
        if (!HELD_HERE.add(file)) {
            return null;
        }
        Held held = null;
        try {
            held = lock(file);
        } finally {
            if (held == null) {
                HELD_HERE.remove(file);
            }
        }
        return held;
    }

    private static @Nullable Held lock(Path file) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Held held = null;
        try {
            FileLock lock = channel.tryLock();
            if (lock != null) {
                held = new Held(file, channel, number(channel));
            }
        } finally {
            if (held == null) {
                channel.close();
            }
        }
        return held;
    }

    /** Counts the leases in the file's first eight bytes. */
    private static long number(FileChannel channel) throws IOException {
        ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
        long last = channel.read(number, 0) == Long.BYTES ? number.getLong(0) : 0;
        byte[] holder = " process %d".formatted(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8);
        ByteBuffer text = ByteBuffer.allocate(Long.BYTES + holder.length);
        text.putLong(last + 1).put(holder).flip();
        channel.write(text, 0);
        channel.truncate(text.limit());
        return last + 1;
    }

    private static final class Held implements Lease {

        private final Path file;
        private final FileChannel channel;
        private final long token;
        private final AtomicBoolean freed = new AtomicBoolean();

        Held(Path file, FileChannel channel, long token) {
            this.file = file;
            this.channel = channel;
            this.token = token;
        }

        @Override
        public long token() {
            return token;
        }

        @Override
        public Mono<Void> lost() {
            return Mono.never(); // the system frees it with the process, not before
        }

        @Override
        public Mono<Void> release() {
            return Mono.<Void>fromRunnable(this::free).subscribeOn(Schedulers.boundedElastic());
        }

        private void free() {
            if (freed.compareAndSet(false, true)) {
                try {
                    channel.close();
                } catch (IOException e) {
                    throw new StoreIoException(file.toString(), "giving a lease back", e);
                } finally {
                    HELD_HERE.remove(file);
                }
            }
        }
    }
}
