package io.atomflux.hub.catalog;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.StoreFullException;
import io.atomflux.hub.bytes.ByteSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Loads one file into the cache folder: once, however many ask for it at a time in this process and others of this library.
 *
 * <p>The lock file is the one Python uses, but Java and Python lock in ways that do not see each other ({@code fcntl} and
 * {@code flock}); then both load it, each into a file of its own, and the last one moved stays, which is the same content.
 *
 * <p>What was loaded when a connection was lost for good, or the process ended, is taken up by the next download, which
 * hashes it anew. The file has a name of its own ({@code {etag}.afx{8 digits}.incomplete}); who takes it up renames it.
 *
 * <p>Everything that blocks runs on the {@link FilePool}, under this object's monitor, so that closing waits for what runs.
 */
final class Download {

    private static final String MARK = ".afx";
    private static final String INCOMPLETE = ".incomplete";
    private static final int HASHED_AT_ONCE = 1 << 20;
    private static final Duration SHORTEST_WAIT = Duration.ofMillis(20);
    private static final int MOST_WAITS = 25;

    /**
     * What is loaded.
     *
     * @param etag what it must hash to
     */
    record Wanted(String commit, String path, long size, String etag, String name) {}

    private final CacheFolder folder;
    private final CacheWriter writer;
    private final Wanted wanted;
    private final Path blob;
    private final BlobHash hash;
    private volatile boolean closed;
    private @Nullable FileChannel lockFile; // this and the rest: guarded by this
    private @Nullable FileLock lock;
    private @Nullable Path incomplete;
    private @Nullable FileChannel out;
    private long written;

    private Download(CacheFolder folder, CacheWriter writer, Wanted wanted) {
        this.folder = folder;
        this.writer = writer;
        this.wanted = wanted;
        this.blob = folder.blobs().resolve(wanted.etag());
        this.hash = BlobHash.of(wanted.etag(), wanted.size());
    }

    /**
     * Loads a file unless it is there.
     *
     * @return cold; where its content is; cancelling stops the transfer
     */
    static Mono<Path> of(CacheFolder folder, CacheWriter writer, Wanted wanted, Mono<ByteSource> source) {
        return Mono.usingWhen(
                Mono.fromSupplier(() -> new Download(folder, writer, wanted)),
                download -> download.run(source),
                download -> download.close(false),
                (download, failure) -> download.close(isFinal(failure)),
                download -> download.close(false));
    }

    /** Tells whether going on with what was written would not help. */
    private static boolean isFinal(Throwable failure) {
        return failure instanceof CorruptDataException || failure instanceof StoreFullException;
    }

    private Mono<Path> run(Mono<ByteSource> source) {
        // Asked for again and again, as waiting for a lock would hold a thread.
        Mono<Boolean> locked = call(this::tryLock)
                .filter(got -> got)
                .repeatWhenEmpty(tries ->
                        tries.concatMap(n -> Mono.delay(SHORTEST_WAIT.multipliedBy(Math.min(n + 1, MOST_WAITS))), 1));
        return locked.then(call(this::present))
                .switchIfEmpty(Mono.defer(() -> call(this::begin)
                        .flatMapMany(start -> start == wanted.size()
                                ? Flux.empty()
                                : source.flatMapMany(bytes -> bytes.stream(start)))
                        .concatMapDelayError(bytes -> call(() -> write(bytes)), false, 1)
                        .then(call(this::publish))));
    }

    private <T> Mono<T> call(Callable<@Nullable T> action) {
        return FilePool.call(wanted.name(), () -> {
            synchronized (this) {
                if (closed) {
                    return null; // nobody waits for it
                }
                try {
                    return action.call();
                } catch (IOException e) {
                    throw CacheWriter.failed(wanted.name(), "writing", e);
                }
            }
        });
    }

    private Boolean tryLock() throws IOException {
        Path file = folder.lock(wanted.etag());
        if (lockFile == null) {
            Files.createDirectories(file.getParent());
            lockFile = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        }
        try {
            lock = lockFile.tryLock();
        } catch (OverlappingFileLockException e) {
            return false; // held by another download of this process
        }
        return lock != null;
    }

    /** Finds the file, or its blob, which another commit may have brought. */
    private @Nullable Path present() throws IOException {
        Optional<Path> file = folder.file(wanted.commit(), wanted.path());
        if (file.isPresent() && Files.size(file.get()) == wanted.size()) {
            return file.get();
        } else if (Files.isRegularFile(blob, LinkOption.NOFOLLOW_LINKS) && Files.size(blob) == wanted.size()) {
            return writer.link(wanted.commit(), wanted.path(), blob);
        }
        return null;
    }

    private Long begin() throws IOException {
        Files.createDirectories(folder.blobs());
        Path own = folder.blobs().resolve(wanted.etag() + MARK + CacheWriter.unique() + INCOMPLETE);
        incomplete = own;
        boolean found = takeUp(own);
        out = FileChannel.open(
                own,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                found ? StandardOpenOption.WRITE : StandardOpenOption.CREATE_NEW);
        if (found) {
            hashAgain(out);
        }
        long room = Files.getFileStore(folder.blobs()).getUsableSpace();
        if (room < wanted.size() - written) {
            throw new StoreFullException(
                    "cache folder for " + wanted.name(),
                    "%d bytes are free (expected: %d)".formatted(room, wanted.size() - written),
                    null);
        }
        return written;
    }

    /** Renames what an earlier download left, which only one of several can. */
    private boolean takeUp(Path own) throws IOException {
        try (DirectoryStream<Path> left =
                Files.newDirectoryStream(folder.blobs(), wanted.etag() + MARK + "*" + INCOMPLETE)) {
            for (Path path : left) {
                try {
                    if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                        Files.move(path, own, StandardCopyOption.ATOMIC_MOVE);
                        return true;
                    }
                } catch (NoSuchFileException e) {
                    continue; // another one took it up
                }
            }
        }
        return false;
    }

    private void hashAgain(FileChannel file) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(HASHED_AT_ONCE);
        while (!closed && written < wanted.size()) {
            chunk.clear().limit((int) Math.min(HASHED_AT_ONCE, wanted.size() - written));
            int read = file.read(chunk, written);
            if (read <= 0) {
                break;
            }
            hash.update(chunk.flip());
            written += read;
        }
        file.truncate(written);
    }

    private @Nullable Void write(ByteBuffer bytes) throws IOException {
        if (out == null || bytes.remaining() > wanted.size() - written) {
            throw damaged("more than %d bytes came".formatted(wanted.size()));
        }
        hash.update(bytes);
        ByteBuffer rest = bytes.duplicate();
        while (rest.hasRemaining()) {
            written += out.write(rest, written);
        }
        return null;
    }

    private Path publish() throws IOException {
        if (out == null || incomplete == null) {
            throw new IllegalStateException("nothing was begun");
        } else if (written != wanted.size()) {
            throw damaged("%d bytes came (expected: %d)".formatted(written, wanted.size()));
        } else if (!hash.isRight()) {
            throw damaged("what came has another hash than %s, which was listed".formatted(wanted.etag()));
        }
        out.force(true);
        out.close();
        CacheWriter.publish(incomplete, blob);
        incomplete = null;
        return writer.link(wanted.commit(), wanted.path(), blob);
    }

    private CorruptDataException damaged(String problem) {
        return new CorruptDataException(wanted.name(), "the whole file", problem + "; nothing of it was kept", null);
    }

    /**
     * Ends it in any case.
     *
     * @param discard whether what was written is removed; else the next download takes it up
     */
    private Mono<Void> close(boolean discard) {
        closed = true;
        return FilePool.<Void>end(() -> {
            synchronized (this) {
                try (FileChannel locked = lockFile;
                        FileChannel file = out) {
                    if (discard && incomplete != null) {
                        Files.deleteIfExists(incomplete);
                    }
                } catch (IOException e) {
                    throw CacheWriter.failed(wanted.name(), "closing", e);
                }
            }
            return null;
        });
    }
}
