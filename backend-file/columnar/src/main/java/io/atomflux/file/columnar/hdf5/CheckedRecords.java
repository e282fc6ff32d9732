package io.atomflux.file.columnar.hdf5;

import java.io.IOException;

/** A B-tree of version 2. Source: "HDF5 File Format Specification 3.0", III.A.2. */
final class CheckedRecords {

    /** Takes one record. */
    @FunctionalInterface
    interface Records {
        void record(CheckedPart record) throws IOException;
    }

    private static final int NODE_OVERHEAD = 10;
    private static final int MOST_DEPTH = 32;

    private final CheckedFile file;
    private final Records records;
    private int kind;
    private int nodeBytes;
    private int recordBytes;
    private int countBytes;
    private long[] mostRecords = new long[0];
    private int[] totalBytes = new int[0];
    private long found;

    private CheckedRecords(CheckedFile file, Records records) {
        this.file = file;
        this.records = records;
    }

    /** Looks at all nodes; hands over all records. */
    static void walk(CheckedFile file, long address, int kind, Records records) throws IOException {
        new CheckedRecords(file, records).tree(address, kind);
    }

    private void tree(long address, int expected) throws IOException {
        CheckedPart part = file.part("B-tree", address, 16L + file.addressBytes() + 2 + file.lengthBytes() + 4);
        part.signature("BTHD");
        part.version(0, 0);
        kind = part.u8();
        part.range("kind", kind, expected, expected);
        nodeBytes = Math.toIntExact(Math.min(part.u32(), Integer.MAX_VALUE));
        recordBytes = part.u16();
        int depth = part.u16();
        part.skip(2);
        long root = part.address();
        int count = part.u16();
        long total = part.length();
        part.checksum();
        part.range("bytes of a node", nodeBytes, NODE_OVERHEAD + 1, file.length());
        part.range("bytes of a record", recordBytes, 1, nodeBytes - NODE_OVERHEAD);
        part.range("depth", depth, 0, MOST_DEPTH);
        measure(part, depth);
        if (root != CheckedFile.NONE) {
            node(root, count, depth);
        }
        part.range("records", found, total, total);
    }

    /** Computes how many records a node of each depth has room for, and how many bytes a number of them takes. */
    private void measure(CheckedPart part, int depth) {
        mostRecords = new long[depth + 1];
        totalBytes = new int[depth + 1];
        mostRecords[0] = (nodeBytes - NODE_OVERHEAD) / recordBytes;
        countBytes = CheckedTypes.bytesFor(mostRecords[0]);
        long below = mostRecords[0];
        for (int i = 1; i <= depth; i++) {
            int pointer = file.addressBytes() + countBytes + totalBytes[i - 1];
            mostRecords[i] = (nodeBytes - NODE_OVERHEAD - pointer) / (recordBytes + pointer);
            part.range("records in a node", mostRecords[i], 1, nodeBytes);
            below = CheckedTypes.times(part, mostRecords[i] + 1, below) + mostRecords[i];
            totalBytes[i] = CheckedTypes.bytesFor(below);
        }
    }

    private void node(long address, int count, int depth) throws IOException {
        CheckedPart part = file.part("B-tree node", address, nodeBytes);
        part.signature(depth == 0 ? "BTLF" : "BTIN");
        part.version(0, 0);
        part.range("kind", part.u8(), kind, kind);
        part.range("records", count, 0, mostRecords[depth]);
        CheckedPart all = part.part("records of a B-tree", (long) count * recordBytes);
        long[] children = new long[depth == 0 ? 0 : count + 1];
        int[] counts = new int[children.length];
        for (int i = 0; i < children.length; i++) {
            children[i] = part.address();
            counts[i] = (int) part.number(countBytes);
            part.skip(totalBytes[depth - 1]);
        }
        part.checksum();
        found += count;
        for (int i = 0; i < count; i++) {
            records.record(all.part("record of a B-tree", recordBytes));
        }
        for (int i = 0; i < children.length; i++) {
            node(children[i], counts[i], depth - 1);
        }
    }
}
