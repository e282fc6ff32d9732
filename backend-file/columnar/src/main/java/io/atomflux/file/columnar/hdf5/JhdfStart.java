package io.atomflux.file.columnar.hdf5;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.journal.StoreFiles;
import io.jhdf.ObjectHeader;
import io.jhdf.Superblock;
import io.jhdf.checksum.ChecksumUtils;
import io.jhdf.exceptions.HdfException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The superblock of a file: where all else begins.
 *
 * <p>Read here because jhdf reads it from channels only, and keeps it to itself. Source: "HDF5 File Format Specification 3.0",
 * II.A.
 */
final class JhdfStart extends Superblock {

    private static final long SIGNATURE = 0x0A1A0A0D46444889L;
    private static final int MOST_BYTES = 128;
    private static final int WORD = 8;

    private final int version;
    private final long base;
    private final long end;
    private final long root;

    private JhdfStart(int version, long base, long end, long root) {
        this.version = version;
        this.base = base;
        this.end = end;
        this.root = root;
    }

    /**
     * Finds it: at the beginning, or behind a block of the user's whose length is a power of 2 from 512 on.
     *
     * @throws ForeignDataException if there is none
     * @throws CorruptDataException if it is damaged, or the file shorter than it says
     */
    static JhdfStart find(StoreFiles files, String store, long size) throws IOException {
        for (long at = 0; at >= 0 && at < size; at = at == 0 ? 512 : at * 2) {
            ByteBuffer bytes =
                    ByteBuffer.allocate((int) Math.min(MOST_BYTES, size - at)).order(ByteOrder.LITTLE_ENDIAN);
            while (bytes.hasRemaining() && files.read("", at + bytes.position(), bytes) > 0) {}
            bytes.flip();
            if (bytes.remaining() >= WORD && bytes.getLong(0) == SIGNATURE) {
                return read(bytes, store, at, size);
            }
        }
        throw new ForeignDataException(store, "a file without HDF5's signature", "an HDF5 file");
    }

    private static JhdfStart read(ByteBuffer bytes, String store, long at, long size) {
        try {
            int version = bytes.get(8);
            int sizes = version < 2 ? 13 : 9;
            if (version < 0 || version > 3) {
                throw refused(store, "a superblock of version %d (expected: 0 to 3)".formatted(version));
            }
            if (bytes.get(sizes) != WORD || bytes.get(sizes + 1) != WORD) {
                throw refused(
                        store,
                        "addresses of %d bytes, lengths of %d (expected: 8)"
                                .formatted(bytes.get(sizes), bytes.get(sizes + 1)));
            }
            int addresses = version == 0 ? 24 : version == 1 ? 28 : 12;
            if (version >= 2) {
                bytes.position(0).mark().position(addresses + 4 * WORD);
                ChecksumUtils.validateChecksumFromMark(bytes);
            }
            long base = bytes.getLong(addresses);
            long end = bytes.getLong(addresses + 2 * WORD);
            long root = bytes.getLong(version < 2 ? addresses + 5 * WORD : addresses + 3 * WORD);
            if (base != at) {
                throw damaged(store, "the superblock at %d says it is at %d".formatted(at, base), null);
            }
            if (end < 0 || end > size) {
                throw damaged(store, "%d bytes of the %d it says it has".formatted(size, end), null);
            }
            return new JhdfStart(version, base, end, root);
        } catch (IndexOutOfBoundsException | IllegalArgumentException | java.nio.BufferUnderflowException e) {
            throw damaged(store, "ends within its superblock", e);
        } catch (HdfException e) {
            throw damaged(store, "damaged superblock: " + e.getMessage(), e);
        }
    }

    private static CorruptDataException damaged(String store, String problem, @Nullable RuntimeException cause) {
        return new CorruptDataException(store, "HDF5 file", problem, cause);
    }

    private static UnsupportedDataException refused(String store, String problem) {
        return new UnsupportedDataException(store, "HDF5 file", problem, null);
    }

    /** Returns the address of the root group's header. */
    long root() {
        return root;
    }

    @Override
    public int getVersionOfSuperblock() {
        return version;
    }

    @Override
    public int getSizeOfOffsets() {
        return WORD;
    }

    @Override
    public int getSizeOfLengths() {
        return WORD;
    }

    @Override
    public long getBaseAddressByte() {
        return base;
    }

    @Override
    public long getEndOfFileAddress() {
        return end;
    }

    @Override
    public Optional<ObjectHeader> getExtension() {
        return Optional.empty();
    }
}
