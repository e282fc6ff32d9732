package io.atomflux.file.columnar.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * The file system below a store, as little of it as the journal needs, so that tests can stop it at any step and take its power.
 *
 * <p>Never follows a symbolic link at the end of a path.
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

    /** How a file is opened. */
    enum Mode {
        READ,
        /** To read and write a file that is there. */
        WRITE,
        /** To read and write, from an empty file. */
        EMPTY
    }

    /** An open file; several threads may read at once. */
    interface Handle extends Closeable {
        /** Reads until the buffer is full or the file ends; returns how many bytes, 0 at the end. */
        int read(ByteBuffer target, long position) throws IOException;

        /** Writes the whole buffer. */
        void write(ByteBuffer source, long position) throws IOException;

        long size() throws IOException;

        /** Gives it another length, filled with zeros. */
        void resize(long length) throws IOException;

        /** Returns when all that was written survives loss of power. */
        void force() throws IOException;

        @Override
        void close() throws IOException;
    }

    Kind kind(Path path) throws IOException;

    Handle open(Path path, Mode mode) throws IOException;

    /** Renames at one instant; a file that is at the new name goes. */
    void move(Path from, Path to) throws IOException;

    /** Removes a file, a link or an empty folder, if there is one. */
    void delete(Path path) throws IOException;

    void makeFolder(Path path) throws IOException;

    /** Returns the names in a folder, in no order. */
    List<String> names(Path folder) throws IOException;

    /** Returns when what was made, renamed and removed in a folder survives loss of power. */
    void sync(Path folder) throws IOException;

    /** Returns when a file was last written, in the file system's own grain. */
    long modified(Path path) throws IOException;

    /** Gives what is new the permissions of what it replaces, where there are such and it can be. */
    void keepPermissions(Path old, Path replacing) throws IOException;

    /** Removes a file or a folder with all in it, if there is one; links are removed, not followed. */
    default void deleteTree(Path path) throws IOException {
        if (kind(path) == Kind.FOLDER) {
            for (String name : names(path)) {
                deleteTree(path.resolve(name));
            }
        }
        delete(path);
    }

    /** Makes a file or folder, with all in it, survive loss of power. */
    default void syncTree(Path path) throws IOException {
        Kind kind = kind(path);
        if (kind == Kind.FOLDER) {
            for (String name : names(path)) {
                syncTree(path.resolve(name));
            }
            sync(path);
        } else if (kind == Kind.FILE) {
            syncFile(path);
        }
    }

    /** Makes the content of a file survive loss of power. */
    default void syncFile(Path path) throws IOException {
        try (Handle handle = open(path, Mode.WRITE)) {
            handle.force();
        }
    }
}
