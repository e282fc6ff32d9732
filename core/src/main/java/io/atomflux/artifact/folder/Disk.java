package io.atomflux.artifact.folder;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The file system below a store, as little of it as is needed, so that tests can stop it at any step, take its power and
 * fill it up.
 *
 * <p>Never follows a symbolic link at the end of a path, and opens regular files only.
 */
interface Disk {

    /** What is at a path. */
    enum Kind {
        NONE,
        FILE,
        FOLDER,
        /** A symbolic link or a device: never opened. */
        OTHER
    }

    /** What tells one state of a file from another without opening it. */
    record Stamp(@Nullable Object key, long size, long modified) {}

    /** An open file; several threads may read at once. */
    interface Handle extends Closeable {
        /** Reads until the buffer is full or the file ends; returns how many bytes, 0 at the end. */
        int read(ByteBuffer target, long position) throws IOException;

        /** Writes the whole buffer. */
        void write(ByteBuffer source, long position) throws IOException;

        long size() throws IOException;

        /** Cuts it. */
        void truncate(long length) throws IOException;

        /** Returns when all that was written survives loss of power. */
        void force() throws IOException;
    }

    Kind kind(Path path) throws IOException;

    /** Returns the stamp of a regular file; null if there is none. */
    @Nullable
    Stamp stamp(Path path) throws IOException;

    /** Opens a file for reading. */
    Handle read(Path path) throws IOException;

    /** Opens a file that is there for reading and writing. */
    Handle write(Path path) throws IOException;

    /** Makes a file that is not there yet. */
    Handle create(Path path) throws IOException;

    /** Renames at one instant; a file that is at the new name goes. */
    void move(Path from, Path to) throws IOException;

    /** Removes a file, a link or an empty folder, if there is one. */
    void delete(Path path) throws IOException;

    /** Makes a folder, unless there is one. */
    void makeFolder(Path path) throws IOException;

    /** Returns the names in a folder, in no order; none if there is no such folder. */
    List<String> names(Path folder) throws IOException;

    /** Returns when what was made, renamed and removed in a folder survives loss of power. */
    void sync(Path folder) throws IOException;

    /** Waits until no other process has a file locked, and locks it; makes it if it is not there. */
    Closeable lock(Path path) throws IOException;

    /** Locks a file; null if another has it locked. */
    @Nullable
    Closeable tryLock(Path path) throws IOException;

    /**
     * Removes a file or a folder with all in it, if there is one; returns the bytes removed. Links are not followed. What a slow
     * writer puts there meanwhile goes, too.
     */
    default long deleteTree(Path path) throws IOException {
        long bytes = 0;
        for (int attempt = 1; ; attempt++) {
            Kind kind = kind(path);
            if (kind == Kind.FOLDER) {
                for (String name : names(path)) {
                    bytes += deleteTree(path.resolve(name));
                }
            } else if (kind == Kind.FILE) {
                Stamp stamp = stamp(path);
                bytes += stamp == null ? 0 : stamp.size();
            }
            try {
                delete(path);
                return bytes;
            } catch (DirectoryNotEmptyException e) {
                if (attempt == 10) {
                    throw e;
                } // a file has come since it was listed
            }
        }
    }

    /** Puts a small file in place of what is there, as a whole, surviving loss of power. */
    default void replace(Path file, Path temporary, byte[] content) throws IOException {
        delete(temporary);
        try (Handle handle = create(temporary)) {
            handle.write(ByteBuffer.wrap(content), 0);
            handle.force();
        }
        move(temporary, file);
        Path folder = file.getParent();
        if (folder != null) {
            sync(folder);
        }
    }

    /** Reads a small file whole. */
    default byte[] content(Path file, int most) throws IOException {
        try (Handle handle = read(file)) {
            long size = handle.size();
            if (size > most) {
                throw new IOException("%s: %d bytes (expected: at most %d)".formatted(file, size, most));
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) size);
            handle.read(bytes, 0);
            byte[] content = new byte[bytes.position()];
            bytes.flip().get(content);
            return content;
        }
    }
}
