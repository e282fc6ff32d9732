package io.atomflux.file.columnar.hdf5;

import io.atomflux.error.CorruptDataException;
import io.atomflux.file.columnar.journal.StoreFiles;
import io.jhdf.Superblock;
import io.jhdf.storage.HdfBackingStorage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The bytes of one HDF5 file for jhdf, at the store's last commit; for many threads.
 *
 * <p>What jhdf wants to read is never allocated before it is known to be in the file, and an operation reads the file at most a
 * few times over: an index that refers to itself ends there, not in endless work.
 */
final class JhdfBytes implements HdfBackingStorage {

    private static final int TIMES = 4;
    private static final long AT_LEAST = 16L << 20;

    private final StoreFiles files;
    private final String store;
    private final long size;
    private final Superblock superblock;
    private final AtomicLong left = new AtomicLong();

    JhdfBytes(StoreFiles files, String store, long size, Superblock superblock) {
        this.files = files;
        this.store = store;
        this.size = size;
        this.superblock = superblock;
        begin();
    }

    /** Allows another operation. */
    void begin() {
        left.set(Math.max(AT_LEAST, size * TIMES));
    }

    /** Reads all of a range, or none. */
    byte[] read(long address, long length) {
        long base = superblock.getBaseAddressByte();
        if (address < 0
                || length < 0
                || length > size
                || address > size - base - length
                || length > Integer.MAX_VALUE - 64) {
            throw damaged("%d bytes at %d (expected: within its %d bytes)".formatted(length, address, size));
        }
        if (left.addAndGet(-length) < 0) {
            throw damaged("its indexes go round in circles: they were read several times over");
        }
        byte[] bytes = new byte[(int) length];
        try {
            ByteBuffer target = ByteBuffer.wrap(bytes);
            long at = base + address;
            while (target.hasRemaining()) {
                int n = files.read("", at, target);
                if (n <= 0) {
                    throw damaged("%d bytes at %d (expected: within the file)".formatted(length, address));
                }
                at += n;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes;
    }

    CorruptDataException damaged(String problem) {
        return new CorruptDataException(store, "HDF5 file", problem, null);
    }

    @Override
    public ByteBuffer readBufferFromAddress(long address, int length) {
        return ByteBuffer.wrap(read(address, length)).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public ByteBuffer map(long address, long length) {
        return ByteBuffer.wrap(read(address, length)).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public ByteBuffer mapNoOffset(long address, long length) {
        return map(address - superblock.getBaseAddressByte(), length);
    }

    @Override
    public long getUserBlockSize() {
        return superblock.getBaseAddressByte();
    }

    @Override
    public Superblock getSuperblock() {
        return superblock;
    }

    @Override
    public FileChannel getFileChannel() {
        throw new UnsupportedOperationException("jhdf reads through the store, it gets no channel");
    }

    @Override
    public int getSizeOfOffsets() {
        return superblock.getSizeOfOffsets();
    }

    @Override
    public int getSizeOfLengths() {
        return superblock.getSizeOfLengths();
    }

    @Override
    public void close() {
        // the store closes its files
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean inMemory() {
        return true;
    }
}
