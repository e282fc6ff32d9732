package io.atomflux.file.columnar.hdf5;

import io.atomflux.file.columnar.journal.StoreEdit;
import io.atomflux.file.columnar.journal.StoreFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** The bytes that HDF5's library takes for its file. */
interface Backing {

    /** Returns how many there are. */
    long length() throws IOException;

    /** Fills a buffer as far as there are bytes; returns how many were read. */
    int read(long position, ByteBuffer target) throws IOException;

    /** Writes all of a buffer. */
    void write(long position, ByteBuffer source) throws IOException;

    /** Gives it another length. */
    void truncate(long length) throws IOException;

    /** The file of a store, for reading. */
    static Backing of(StoreFiles files) {
        return new Files(files);
    }

    /** The file of a store, for writing. */
    static Backing of(StoreEdit edit) {
        return new Edit(edit);
    }

    /** A file nobody else knows of yet. */
    static Backing of(FileChannel channel) {
        return new Channel(channel);
    }

    /** Of a file that is not looked at any more: what the library still writes when it closes is nothing new. */
    Backing GONE = new Backing() {
        @Override
        public long length() {
            return 0;
        }

        @Override
        public int read(long position, ByteBuffer target) {
            return 0;
        }

        @Override
        public void write(long position, ByteBuffer source) {
            source.position(source.limit());
        }

        @Override
        public void truncate(long length) {
            // nothing to cut
        }
    };

    /** See {@link #of(StoreFiles)}. */
    record Files(StoreFiles files) implements Backing {
        @Override
        public long length() throws IOException {
            return files.length("").orElse(0);
        }

        @Override
        public int read(long position, ByteBuffer target) throws IOException {
            return files.read("", position, target);
        }

        @Override
        public void write(long position, ByteBuffer source) throws IOException {
            throw new IOException(
                    "HDF5's library writes %d bytes at %d while reading".formatted(source.remaining(), position));
        }

        @Override
        public void truncate(long length) {
            // The library does so when it closes a file longer than it says; whoever writes next does it.
        }
    }

    /** See {@link #of(StoreEdit)}. */
    record Edit(StoreEdit edit) implements Backing {
        @Override
        public long length() throws IOException {
            return edit.length("").orElse(0);
        }

        @Override
        public int read(long position, ByteBuffer target) throws IOException {
            return edit.read("", position, target);
        }

        @Override
        public void write(long position, ByteBuffer source) throws IOException {
            edit.write("", position, source);
        }

        @Override
        public void truncate(long length) throws IOException {
            if (length() != length) {
                edit.truncate("", length);
            }
        }
    }

    /** See {@link #of(FileChannel)}. */
    record Channel(FileChannel channel) implements Backing {
        @Override
        public long length() throws IOException {
            return channel.size();
        }

        @Override
        public int read(long position, ByteBuffer target) throws IOException {
            int sum = 0;
            while (target.hasRemaining()) {
                int n = channel.read(target, position + sum);
                if (n < 0) {
                    break;
                }
                sum += n;
            }
            return sum;
        }

        @Override
        public void write(long position, ByteBuffer source) throws IOException {
            long at = position;
            while (source.hasRemaining()) {
                at += channel.write(source, at);
            }
        }

        @Override
        public void truncate(long length) throws IOException {
            if (channel.size() > length) {
                channel.truncate(length);
            } else if (channel.size() < length) {
                write(length - 1, ByteBuffer.allocate(1));
            }
        }
    }
}
