package io.atomflux.file.columnar.hdf5;

import io.atomflux.error.UnsupportedDataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The superblock: where all else begins. What may stand before it is searched for by those who call.
 *
 * <p>Source: "HDF5 File Format Specification 3.0", II.A. As in HDF5's library a base address that is not the superblock's own
 * is taken for one from before a user block was put in front or taken away.
 *
 * @param root the address of the root group's header
 * @param extension that of the extension's header, or none
 * @param leaf half the most names in a leaf of a group's B-tree
 * @param internal half the most children of another node of it
 */
record CheckedSuperblock(long root, long extension, int leaf, int internal) {

    private static final long SIGNATURE = 0x0A1A0A0D46444889L;
    private static final int SIGNATURE_BYTES = 8;
    private static final int MOST_BYTES = 128;
    private static final int LEAF = 4;
    private static final int INTERNAL = 16;

    /** Returns where the superblock begins in a file that was opened. */
    static long find(Backing backing) throws IOException {
        long length = backing.length();
        for (long at = 0; at < length; at = at == 0 ? 512 : 2 * at) {
            ByteBuffer found = ByteBuffer.allocate(SIGNATURE_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            backing.read(at, found);
            if (!found.hasRemaining() && found.getLong(0) == SIGNATURE) {
                return at;
            }
        }
        return 0;
    }

    /** Reads it, and tells the file where its addresses count from. */
    static CheckedSuperblock read(CheckedFile file, long at) throws IOException {
        CheckedPart part = file.part("superblock", at, Math.min(MOST_BYTES, file.size() - at));
        part.skip(SIGNATURE_BYTES);
        int version = part.u8();
        part.range("version", version, 0, 3);
        if (version < 2) {
            part.version(0, 0);
            part.version(0, 0);
            part.skip(1).version(0, 0);
        }
        int addressBytes = part.u8();
        int lengthBytes = part.u8();
        size(file, part, "an address", addressBytes);
        size(file, part, "a length", lengthBytes);
        part.skip(1);
        return version < 2
                ? old(file, part, at, version, addressBytes, lengthBytes)
                : checked(file, part, at, addressBytes, lengthBytes);
    }

    private static void size(CheckedFile file, CheckedPart part, String what, int bytes) {
        if (bytes == 16 || bytes == 32) {
            throw new UnsupportedDataException(
                    file.store(), "superblock", "%s of %d bytes (expected: 2, 4 or 8)".formatted(what, bytes), null);
        }
        if (bytes != 2 && bytes != 4 && bytes != 8) {
            throw part.wrong("%s of %d bytes".formatted(what, bytes), "2, 4 or 8");
        }
    }

    private static CheckedSuperblock old(
            CheckedFile file, CheckedPart part, long at, int version, int addressBytes, int lengthBytes) {
        int leaf = part.u16();
        int internal = part.u16();
        part.range("names in a leaf, by 2,", leaf, 1, 0xFFFF);
        part.range("children of a node, by 2,", internal, 1, 0xFFFF);
        part.skip(4);
        if (version == 1) {
            part.range("children of a node of chunks, by 2,", part.u16(), 1, 0xFFFF);
            part.skip(2);
        }
        long base = part.number(addressBytes);
        part.skip(addressBytes);
        long end = part.number(addressBytes);
        part.skip(addressBytes);
        part.skip(lengthBytes);
        long root = part.number(addressBytes);
        part.range("cache of the root", part.u32(), 0, 2);
        measure(file, part, at, base, end, addressBytes, lengthBytes);
        return new CheckedSuperblock(root, CheckedFile.NONE, leaf, internal);
    }

    private static CheckedSuperblock checked(
            CheckedFile file, CheckedPart part, long at, int addressBytes, int lengthBytes) {
        long base = part.number(addressBytes);
        long extension = part.number(addressBytes);
        long end = part.number(addressBytes);
        long root = part.number(addressBytes);
        part.checksum();
        measure(file, part, at, base, end, addressBytes, lengthBytes);
        return new CheckedSuperblock(
                root, extension == file.noAddress() ? CheckedFile.NONE : extension, LEAF, INTERNAL);
    }

    private static void measure(
            CheckedFile file, CheckedPart part, long at, long base, long end, int addressBytes, int lengthBytes) {
        long moved = end + (at - base);
        if (base < 0 || end < 0 || moved < at || moved > file.size()) {
            throw part.wrong(
                    "bytes up to %s of a file of %d".formatted(Long.toUnsignedString(moved), file.size()),
                    "no more than the file has; it was truncated, or not written to its end");
        }
        file.measures(at, moved, addressBytes, lengthBytes);
    }
}
