package io.atomflux.file.columnar.recording;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreFullException;
import io.atomflux.error.StoreIoException;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * The file system below a recording, as little of it as is needed; each change is announced by {@link #step}, so that tests can
 * stop a process there.
 */
class Disk {

    private static final boolean SYNCS_FOLDERS = File.separatorChar == '/';
    private static final int READS = 5;
    private static final long LONGEST_DOCUMENT = 16 << 20;
    private static final int PIECE =
            1 << 20; // what is written at once is copied out of the heap by the system's binding

    private final boolean synced;

    Disk() {
        this(true);
    }

    /** Describes one where what is not synced survives the end of a process, and not loss of power. */
    Disk(boolean synced) {
        this.synced = synced;
    }

    /** Called before each change; a test fails here. */
    void step(String change, Path path) throws IOException {}

    /** Runs on a thread that may block, to its end also if nobody waits any more: an interrupt would close its file. */
    static <T> Mono<T> call(String store, String action, Callable<? extends @Nullable T> work) {
        return Mono.create(sink -> Schedulers.boundedElastic().schedule(() -> {
            try {
                sink.success(work.call());
            } catch (Throwable e) { // also no memory for a chunk, else whoever waits would do so for ever
                sink.error(translated(store, action, e));
            }
        }));
    }

    static Throwable translated(String store, String action, Throwable e) {
        if (e instanceof AtomfluxException || !(e instanceof IOException)) {
            return e;
        }
        String reason = String.valueOf(e.getMessage());
        if (e instanceof AccessDeniedException denied) {
            return new StoreAccessException(
                    store, "no permission for %s (expected: a user who may)".formatted(denied.getFile()), e);
        }
        return reason.contains("No space left") || reason.contains("quota")
                ? new StoreFullException(store, reason, e)
                : new StoreIoException(store, action, e);
    }

    /** Writes a new file, or over one of that name. */
    void write(Path file, byte[] content, boolean durable) throws IOException {
        step("create", file);
        try (FileChannel out = FileChannel.open(
                file,
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                LinkOption.NOFOLLOW_LINKS)) {
            put(out, 0, content, 0, content.length / 2);
            step("write", file);
            put(out, content.length / 2, content, content.length / 2, content.length);
            if (durable) {
                force(file, out);
            }
        }
    }

    /** Writes into a file, made if there is none, durably. */
    void patch(Path file, long position, byte[] content) throws IOException {
        step("patch", file);
        try (FileChannel out = FileChannel.open(
                file, StandardOpenOption.WRITE, StandardOpenOption.CREATE, LinkOption.NOFOLLOW_LINKS)) {
            put(out, position, content, 0, content.length / 2);
            step("write", file);
            put(out, position + content.length / 2, content, content.length / 2, content.length);
            force(file, out);
        }
    }

    private void force(Path file, FileChannel out) throws IOException {
        step("force", file);
        if (synced) {
            out.force(true);
        }
    }

    private static void put(FileChannel out, long position, byte[] content, int from, int to) throws IOException {
        long at = position;
        for (int begin = from; begin < to; begin += PIECE) {
            ByteBuffer piece = ByteBuffer.wrap(content, begin, Math.min(PIECE, to - begin));
            while (piece.hasRemaining()) {
                at += out.write(piece, at);
            }
        }
    }

    /** Renames at one instant; a file or an empty folder that is at the new name goes. */
    void move(Path from, Path to) throws IOException {
        step("move", to);
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    void delete(Path file) throws IOException {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            step("delete", file);
            Files.deleteIfExists(file);
        }
    }

    /** Removes a file or a folder with all in it; links are removed, not followed. */
    void deleteTree(Path path) throws IOException {
        for (String name : names(path)) {
            deleteTree(path.resolve(name));
        }
        delete(path);
    }

    /** Makes a folder and those above it, durably. */
    void makeFolders(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        Path parent = folder.getParent();
        if (parent != null) {
            makeFolders(parent);
        }
        step("folder", folder);
        Files.createDirectories(folder);
        if (parent != null) {
            sync(parent);
        }
    }

    /** Returns when what was made, renamed and removed in a folder survives loss of power. */
    void sync(Path folder) throws IOException {
        step("sync", folder);
        if (synced && SYNCS_FOLDERS) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    static boolean exists(Path path) {
        return Files.exists(path, LinkOption.NOFOLLOW_LINKS);
    }

    /** Tells whether there is something that is no folder; found in one look, since a folder may come and go between two. */
    static boolean isOther(Path path) {
        try {
            return !Files.readAttributes(path, BasicFileAttributes.class).isDirectory();
        } catch (IOException notThere) { // nor below a file, nor in a folder one may not enter
            return false;
        }
    }

    /** Returns the names in a folder; none if it is not one. */
    static List<String> names(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
            try (DirectoryStream<Path> paths = Files.newDirectoryStream(folder)) {
                for (Path path : paths) {
                    names.add(path.getFileName().toString());
                }
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            } catch (NoSuchFileException | NotDirectoryException e) {
                return List.of(); // gone since
            }
        }
        return names;
    }

    /** Reads a document; null if there is none. */
    static byte @Nullable [] read(Path file) throws IOException {
        return read(file, LONGEST_DOCUMENT);
    }

    /**
     * Reads a file; null if there is none. Not by a channel: an interrupt, as of a cancelled read, would close that.
     *
     * @throws LimitExceededException if it has more bytes than that
     */
    static byte @Nullable [] read(Path file, long most) throws IOException {
        for (int attempt = 1; ; attempt++) {
            try (FileInputStream in = new FileInputStream(file.toFile())) {
                long size = in.getChannel().size();
                if (size > most) {
                    throw new LimitExceededException(
                            "bytes of the file " + file, size, most, "no recorder makes such a file");
                }
                return in.readNBytes((int) Math.min(most, Integer.MAX_VALUE - 8)); // it may grow meanwhile
            } catch (FileNotFoundException e) { // also said of one that may not be read
                if (!exists(file)) {
                    return null;
                } else if (attempt == READS) {
                    throw e;
                } // else it may have come just now, with the folder it is in
            }
        }
    }

    /** Reads a part of a file; where it ends, or is not there, zeros. */
    static byte[] read(Path file, long position, int length) throws IOException {
        byte[] part = new byte[length];
        if (!exists(file)) {
            return part;
        }
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            in.seek(position);
            int read = 0;
            for (int more = 0; more >= 0 && read < length; read += Math.max(more, 0)) {
                more = in.read(part, read, length - read);
            }
        }
        return part;
    }
}
