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

    private static final Pattern PLAIN = Pattern.compile("[a-z0-9-]{1,32}");
    private static final int MOST_LINKS = 40;
    private static final Duration PAUSE = Duration.ofMillis(25);
    // A second channel of a file would free, when it is closed, what the first has locked: POSIX's locks are the
    // process's.
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path place;
    private final String part;

    private FileLease(Path place, String part) {
        this.place = place.toAbsolutePath().normalize();
        this.part = part;
    }

    /** Returns the leases on a file or folder, which need not exist; no I/O. */
    public static FileLease beside(Path place) {
        return new FileLease(place, "");
    }

    /** Returns the leases on a part of a file or folder, e.g. a group; those on another part are others. */
    public static FileLease beside(Path place, String part) {
        return new FileLease(place, part);
    }

    /**
     * {@inheritDoc}
     *
     * @param name any text; of one that would make no good name of a file the hash stands there
     * @signals {@link StoreIoException} if the lock's file cannot be written
     */
    @Override
    public Mono<Lease> acquire(String name, Duration wait) {
        if (wait.isNegative()) {
            throw new IllegalArgumentException("wait: %s (expected: not negative)".formatted(wait));
        }
        String whole = part.isEmpty() ? name : part + "/" + name;
        String label =
                PLAIN.matcher(whole).matches() ? whole : Hashes.sha256(whole).substring(0, 32);
        return Mono.defer(() -> attempt(label, System.nanoTime() + wait.toNanos()));
    }

    private Mono<Lease> attempt(String label, long until) {
        return Mono.<Lease>create(sink -> {
                    Held held;
                    try {
                        held = take(label);
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
                        : Mono.delay(PAUSE).then(Mono.defer(() -> attempt(label, until)))))
                .doOnDiscard(Held.class, Held::free);
    }

    private @Nullable Held take(String label) throws IOException {
        Path real = followed(place);
        Path parent = Objects.requireNonNull(real.getParent(), "parent");
        Files.createDirectories(parent);
        Path file = parent.toRealPath() // one name, by whichever links it was reached
                .resolve(".%s.%s.lock".formatted(real.getFileName(), label));
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

    private static Path followed(Path place) throws IOException {
        Path followed = place;
        for (int i = 0; i < MOST_LINKS && Files.isSymbolicLink(followed); i++) {
            followed = followed.resolveSibling(Files.readSymbolicLink(followed));
        }
        return followed;
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
