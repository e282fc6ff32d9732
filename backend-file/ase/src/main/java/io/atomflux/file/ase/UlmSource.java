package io.atomflux.file.ase;

import io.atomflux.error.CorruptDataException;
import io.atomflux.file.compressed.Compression;
import io.atomflux.file.compressed.Spool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** The bytes of a trajectory, wherever they are; safe for several threads. */
interface UlmSource {

    /**
     * Reads bytes of one place on.
     *
     * @return how many, fewer than there is room for perhaps, or -1 at the end
     */
    int read(ByteBuffer room, long at) throws IOException;

    /** Returns how many bytes there are now. */
    long size() throws IOException;

    void close() throws IOException;

    /**
     * Opens a file. A compressed one is inflated at once, as most of its table of places stands behind the frames.
     *
     * @throws CorruptDataException if it is damaged as a compressed file
     */
    static UlmSource open(Path path, FileState state, String store, TrajOptions options) throws IOException {
        Optional<Compression> compression = Compression.of(path);
        if (compression.isEmpty()) {
            return new Plain(FileChannel.open(path, StandardOpenOption.READ));
        }
        Spool spool = Spool.open(path, compression.get(), state.length(), options.spool(), store);
        try {
            return new Inflated(spool, spool.inflateAll());
        } catch (Spool.DamagedException e) {
            spool.close();
            throw new CorruptDataException(
                    store, "the compressed file", e.getMessage() + " (expected: an undamaged one)", e);
        } catch (IOException | RuntimeException e) {
            spool.close();
            throw e;
        }
    }

    /** A file as it is. */
    record Plain(FileChannel channel) implements UlmSource {

        @Override
        public int read(ByteBuffer room, long at) throws IOException {
            return channel.read(room, at);
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    /** What was inflated of a compressed file. */
    record Inflated(Spool spool, long size) implements UlmSource {

        @Override
        public int read(ByteBuffer room, long at) throws IOException {
            return spool.read(room, at);
        }

        @Override
        public void close() throws IOException {
            spool.close();
        }
    }
}
