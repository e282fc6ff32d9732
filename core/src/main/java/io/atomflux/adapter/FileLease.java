package io.atomflux.adapter;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.StoreIoException;
import io.atomflux.spi.LeaseLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.regex.Pattern;
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
    private static final Duration FOR_EVER =
            Duration.ofDays(36_500); // the system frees it with the process, not before
    private static final int MOST_LINKS = 40;
    private static final int LONGEST_TEXT = 64;

    // A second channel of a file would free, when it is closed, what the first has locked: POSIX's locks are the
    // process's.
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final PolledLocks locks;

    private FileLease(Path place, String part) {
        this.locks = PolledLocks.of(new Cells(place.toAbsolutePath().normalize(), part), FOR_EVER);
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
     * @signals {@link StoreIoException} if the lock's file cannot be written, e.g. as a file stands where its folder should be;
     *     {@link io.atomflux.error.StoreAccessException} without permission
     */
    @Override
    public Mono<Lease> acquire(String name, Duration wait) {
        return locks.acquire(name, wait);
    }

    /** Cells that are locked files; those who hold one are told apart by their texts. */
    private static final class Cells implements LockCells {

        private final Path place;
        private final String part;
        private final ConcurrentMap<String, Held> held = new ConcurrentHashMap<>();

        Cells(Path place, String part) {
            this.place = place;
            this.part = part;
        }

        @Override
        public String store() {
            return place.toString();
        }

        @Override
        public Mono<Attempt> take(String name, String holder, Duration lease) {
            String whole = part.isEmpty() ? name : part + "/" + name;
            String label = PLAIN.matcher(whole).matches()
                    ? whole
                    : Hashes.sha256(whole).substring(0, 32);
            return Mono.fromCallable(() -> taken(label, holder))
                    .onErrorMap(IOException.class, this::refused)
                    .subscribeOn(Schedulers.boundedElastic());
        }

        private AtomfluxException refused(IOException failure) {
            String found = failure instanceof FileAlreadyExistsException // what createDirectories says
                    ? failure.getMessage() + " is a file (expected: a folder, or nothing)"
                    : failure instanceof NoSuchFileException
                            ? failure.getMessage() + " cannot be made (expected: a folder where files can be)"
                            : "";
            return found.isEmpty()
                    ? AtomfluxException.of(store(), "taking a lease", failure)
                    : new StoreIoException(store(), "taking a lease", new IOException(found, failure));
        }

        private Attempt taken(String label, String holder) throws IOException {
            Path real = followed(place);
            Path parent = Objects.requireNonNull(real.getParent(), "parent");
            Files.createDirectories(parent);
            Path file = parent.toRealPath() // one name, by whichever links it was reached
                    .resolve(".%s.%s.lock".formatted(real.getFileName(), label));
            if (!HELD_HERE.add(file)) {
                return Attempt.heldBy("another in this process");
            }
            Attempt attempt = null;
            try {
                attempt = locked(file, holder);
            } finally {
                if (attempt == null || !attempt.isTaken()) {
                    HELD_HERE.remove(file);
                }
            }
            return attempt;
        }

        private static Path followed(Path place) throws IOException {
            Path followed = place;
            for (int i = 0; i < MOST_LINKS && Files.isSymbolicLink(followed); i++) {
                followed = followed.resolveSibling(Files.readSymbolicLink(followed));
            }
            return followed;
        }

        private Attempt locked(Path file, String holder) throws IOException {
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            boolean keep = false;
            try {
                FileLock lock = channel.tryLock();
                if (lock == null) {
                    return Attempt.heldBy(text(channel));
                }
                long token = counted(channel);
                held.put(holder, new Held(file, channel));
                keep = true;
                return Attempt.taken(token);
            } finally {
                if (!keep) {
                    channel.close();
                }
            }
        }

        private static String text(FileChannel channel) throws IOException {
            ByteBuffer text = ByteBuffer.allocate(LONGEST_TEXT);
            channel.read(text, Long.BYTES);
            String holder =
                    StandardCharsets.UTF_8.decode(text.flip()).toString().strip();
            return holder.isEmpty() ? "another process" : holder;
        }

        /** Counts the leases in the file's first eight bytes. */
        private static long counted(FileChannel channel) throws IOException {
            ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
            long last = channel.read(number, 0) == Long.BYTES ? number.getLong(0) : 0;
            byte[] holder =
                    " process %d".formatted(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8);
            ByteBuffer text = ByteBuffer.allocate(Long.BYTES + holder.length);
            text.putLong(last + 1).put(holder).flip();
            channel.write(text, 0);
            channel.truncate(text.limit());
            return last + 1;
        }

        @Override
        public Mono<Boolean> renew(String name, String holder, long token, Duration lease) {
            return Mono.just(true);
        }

        @Override
        public Mono<Void> giveBack(String name, String holder, long token) {
            return Mono.<Void>fromRunnable(() -> {
                        Held given = held.remove(holder);
                        if (given != null) {
                            free(given);
                        }
                    })
                    .subscribeOn(Schedulers.boundedElastic());
        }

        private void free(Held given) {
            try {
                given.channel().close();
            } catch (IOException e) {
                throw new StoreIoException(store(), "giving a lease back", e);
            } finally {
                HELD_HERE.remove(given.file());
            }
        }
    }

    private record Held(Path file, FileChannel channel) {}
}
