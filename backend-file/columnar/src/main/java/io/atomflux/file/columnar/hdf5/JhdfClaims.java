package io.atomflux.file.columnar.hdf5;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Looks at what the headers of indexes claim before jhdf allocates lists of that length.
 *
 * <p>Source: "HDF5 File Format Specification 3.0", III.A.2 (B-trees), VII.C (fixed arrays), VII.D (extensible arrays).
 */
final class JhdfClaims {

    private JhdfClaims() {}

    /** A B-tree of version 2. */
    static void checkTree(JhdfBytes bytes, long address) {
        ByteBuffer header = at(bytes, address, 34);
        int recordBytes = header.getShort(10) & 0xFFFF;
        check(bytes, "records in a B-tree", header.getLong(26), Math.max(1, recordBytes));
    }

    /** A fixed array of chunks. */
    static void checkFixedArray(JhdfBytes bytes, long address) {
        ByteBuffer header = at(bytes, address, 16);
        check(bytes, "entries in a fixed array", header.getLong(8), Math.max(1, header.get(6) & 0xFF));
    }

    /**
     * An extensible array of chunks.
     *
     * @return one more than the highest number of a chunk in it
     */
    static long checkExtensibleArray(JhdfBytes bytes, long address) {
        ByteBuffer header = at(bytes, address, 60);
        check(bytes, "entries in an extensible array", header.getLong(44), Math.max(1, header.get(6) & 0xFF));
        return header.getLong(44);
    }

    private static ByteBuffer at(JhdfBytes bytes, long address, int length) {
        return ByteBuffer.wrap(bytes.read(address, length)).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static void check(JhdfBytes bytes, String what, long count, int each) {
        if (count < 0 || count > bytes.size() / each) {
            throw bytes.damaged("%d %s of %d bytes each (expected: what fits the file's %d bytes)"
                    .formatted(count, what, each, bytes.size()));
        }
    }
}
