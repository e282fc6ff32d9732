package io.atomflux.file.ase;

import io.atomflux.error.Outcome;
import io.atomflux.error.StoreFullException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.error.WriteFailedException;
import io.atomflux.file.compressed.Compression;
import io.atomflux.file.compressed.Spool;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Changes the bytes of one file of frames; the caller holds its {@link WriteGuard}.
 *
 * <p>An append is recorded beside first, so that it shows at one instant and wholly or not at all after a crash; to a
 * compressed file it adds one member. Every other change writes the new file beside, syncs it and renames it over the old
 * one.
 */
final class FileChanges {

    private final Path file;
    private final String store;
    private final Optional<Compression> compression;

    /** Changes a file that is compressed, or not. */
    FileChanges(Path file, String store, Optional<Compression> compression) {
        this.file = file;
        this.store = store;
        this.compression = compression;
    }

    /** Cuts off what an append that was cut short left, and removes what dead writers left beside. */
    void recover() throws IOException {
        if (Files.exists(AppendRecord.beside(file))) {
            if (Files.exists(file)) {
                FileState state = FileState.of(file);
                if (state.isPartlyHidden()) {
                    cut(state.committed());
                }
            }
            AppendRecord.delete(file);
        }
    }

    /** Removes new files that writers which died never renamed. */
    void sweep() throws IOException {
        try (DirectoryStream<Path> leftovers = Files.newDirectoryStream(
                folder(), path -> isTemporary(path.getFileName().toString()))) {
            for (Path leftover : leftovers) {
                if (Files.isRegularFile(leftover, LinkOption.NOFOLLOW_LINKS)) {
                    Files.deleteIfExists(leftover);
                }
            }
        }
    }

    private boolean isTemporary(String name) {
        return name.startsWith("." + file.getFileName() + ".atomflux-new-");
    }

    private Path folder() {
        Path parent = file.getParent();
        return parent == null ? Path.of(".") : parent;
    }

    private void cut(long length) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(length);
            channel.force(true);
        }
    }

    /**
     * Refuses to write a file that holds text no reader sees, which a write would bring back or lose.
     *
     * @param current the file, or null if there is none
     */
    void requireNothingHidden(@Nullable FrameFile current) throws IOException {
        if (current == null || !current.endsAtBlankLine()) {
            return;
        }
        if (!current.isBlankFrom(current.end())) {
            throw new UnsupportedDataException(
                    store,
                    "byte " + current.end(),
                    "text after a blank line, which ends the file for every reader; take it out before writing",
                    null);
        }
    }

    /** Makes an empty file if there is none. */
    void create() throws IOException {
        if (!Files.exists(file)) {
            Files.createFile(file);
            syncFolder();
        }
    }

    /**
     * Adds text behind the last whole frame; what is left of a torn one goes.
     *
     * @param current the file, or null if there is none
     */
    void append(@Nullable FrameFile current, byte[] text, int length) throws IOException {
        create();
        long end = current == null ? 0 : current.end();
        boolean cuts = current != null && end < current.limit();
        if (current != null && cuts && compression.isPresent()) { // its bytes cannot be cut at that place
            int frames = Math.toIntExact(current.size());
            replace(out -> {
                if (frames > 0) {
                    current.transfer(0, frames, out.channel());
                }
                out.write(text, length);
            });
            return;
        } else if (cuts) {
            cut(end);
        }
        byte[] bytes = text;
        int size = length;
        if (current != null && !current.endsWithLine()) {
            bytes = new byte[length + 1];
            bytes[0] = '\n';
            System.arraycopy(text, 0, bytes, 1, length);
            size++;
        }
        if (compression.isPresent()) {
            bytes = compression.get().member(bytes, size);
            size = bytes.length;
            end = current == null ? 0 : current.committed();
        }
        put(end, bytes, size);
    }

    /** Adds bytes behind the first {@code end} ones. */
    private void put(long end, byte[] bytes, int size) throws IOException {
        boolean recorded = false;
        try {
            AppendRecord.of(file, end, bytes, size).write(file);
            recorded = true;
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                write(channel, ByteBuffer.wrap(bytes, 0, size), end);
                channel.force(true);
            }
        } catch (IOException e) {
            throw undone(end, recorded, e);
        }
        try {
            AppendRecord.delete(file);
        } catch (IOException e) {
            // All bytes are there, so the record hides nothing; the next writer takes it away.
            throw new WriteFailedException(store, Outcome.APPLIED, e);
        }
    }

    private RuntimeException undone(long end, boolean recorded, IOException cause) {
        boolean cut = !recorded;
        try {
            if (recorded) {
                cut(end);
                cut = true;
            }
            AppendRecord.delete(file);
        } catch (IOException e) {
            cause.addSuppressed(e); // the record still hides what was written, unless all of it is there
        }
        return cut ? failed(cause) : new WriteFailedException(store, Outcome.UNKNOWN, cause);
    }

    RuntimeException failed(IOException cause) {
        String reason = cause instanceof FileSystemException system ? system.getReason() : cause.getMessage();
        // File too large: a limit of the file system, of the process (ulimit -f) or of its user.
        return reason != null
                        && (reason.contains("No space left")
                                || reason.contains("quota")
                                || reason.contains("File too large"))
                ? new StoreFullException(store, reason, cause)
                : new WriteFailedException(store, Outcome.NOT_APPLIED, cause);
    }

    private static void write(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += channel.write(bytes, at);
        }
    }

    /** Writes the new content of the file. */
    interface Content {
        void writeTo(Output out) throws IOException;
    }

    /** Where a new file is written. */
    static final class Output {

        private final WritableByteChannel channel;

        private Output(WritableByteChannel channel) {
            this.channel = channel;
        }

        void write(byte[] bytes, int length) throws IOException {
            ByteBuffer rest = ByteBuffer.wrap(bytes, 0, length);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
        }

        WritableByteChannel channel() {
            return channel;
        }
    }

    private void write(Content content, FileChannel target) throws IOException {
        if (compression.isEmpty()) {
            content.writeTo(new Output(target));
            return;
        }
        OutputStream kept = new FilterOutputStream(Channels.newOutputStream(target)) {
            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                out.write(bytes, from, length); // not byte by byte
            }

            @Override
            public void close() {
                // the file is still to be synced
            }
        };
        try (OutputStream member = compression.get().to(kept)) {
            content.writeTo(new Output(Channels.newChannel(member)));
        }
    }

    /** Replaces the file by a new one, or leaves it alone if writing the content fails. */
    void replace(Content content) throws IOException {
        replaceFile(target -> write(content, target));
    }

    /** Writes the bytes of a new file, in any order. */
    interface NewFile {
        void writeTo(FileChannel target) throws IOException;
    }

    /**
     * Replaces the file by a new one, or leaves it alone if writing it fails.
     *
     * @param scratch where the plain bytes of a compressed one are put together
     */
    void replaceFile(NewFile content, Spool.Settings scratch) throws IOException {
        if (compression.isEmpty()) {
            replaceFile(content);
            return;
        }
        replace(out -> {
            try (FileChannel plain = scratch.temporary()) {
                content.writeTo(plain);
                long at = 0;
                while (at < plain.size()) {
                    at += plain.transferTo(at, plain.size() - at, out.channel());
                }
            }
        });
    }

    private void replaceFile(NewFile content) throws IOException {
        Path beside = file.resolveSibling("." + file.getFileName() + ".atomflux-new-" + UUID.randomUUID());
        boolean moved = false;
        try {
            try (FileChannel channel = FileChannel.open(
                    beside, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), hidden())) {
                content.writeTo(channel);
                keepPermissions(beside);
                channel.force(true);
            }
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            moved = true;
            syncFolder();
        } catch (IOException e) {
            throw moved ? new WriteFailedException(store, Outcome.UNKNOWN, e) : failed(e);
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    /** Nobody else may read the new file before it has the permissions of the old one. */
    private FileAttribute<?>[] hidden() throws IOException {
        boolean posix = Files.getFileAttributeView(folder(), PosixFileAttributeView.class) != null;
        return posix && Files.exists(file)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    private void keepPermissions(Path beside) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(beside, PosixFileAttributeView.class);
        if (view != null && Files.exists(file)) {
            view.setPermissions(Files.getPosixFilePermissions(file));
        }
    }

    void remove() throws IOException {
        boolean there = Files.deleteIfExists(file);
        AppendRecord.delete(file);
        if (there) {
            syncFolder();
        }
    }

    private void syncFolder() throws IOException {
        if (java.io.File.separatorChar == '/') {
            try (FileChannel channel = FileChannel.open(folder(), StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
