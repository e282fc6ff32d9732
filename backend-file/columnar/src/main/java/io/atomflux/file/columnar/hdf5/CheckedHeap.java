package io.atomflux.file.columnar.hdf5;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A fractal heap, which the newer kind of groups and many attributes are kept in.
 *
 * <p>Source: "HDF5 File Format Specification 3.0", III.G. Heaps with filters are looked at from outside only; what is in their
 * blocks has a checksum that HDF5's library verifies when it has decoded them.
 */
final class CheckedHeap {

    private static final int CHECKSUMS = 2;
    private static final int MOST_ID = 4096;
    private static final int MOST_DEPTH = 64;

    /** Where objects are, behind what a block begins with. */
    private record Block(long address, long head, long bytes) {}

    private final CheckedFile file;
    private final long address;
    private final TreeMap<Long, Block> blocks = new TreeMap<>();
    private final Map<Long, Block> huge = new HashMap<>();

    private final int idBytes;
    private final boolean filtered;
    private final boolean checksums;
    private final int width;
    private final long startBytes;
    private final long mostBytes;
    private final int offsetBytes;
    private final int lengthBytes;
    private final int directRows;

    private CheckedHeap(CheckedFile file, long address, CheckedPart part) throws IOException {
        this.file = file;
        this.address = address;
        part.signature("FRHP");
        part.version(0, 0);
        idBytes = part.u16();
        int filterBytes = part.u16();
        filtered = filterBytes > 0;
        checksums = (part.u8() & CHECKSUMS) != 0;
        long mostManaged = part.u32();
        part.length();
        long hugeTree = part.address();
        part.skip(file.lengthBytes() + file.addressBytes() + 8L * file.lengthBytes());
        width = part.u16();
        startBytes = part.length();
        mostBytes = part.length();
        int bits = part.u16();
        part.skip(2);
        long root = part.address();
        int rows = part.u16();
        if (filtered) {
            part.skip(file.lengthBytes() + 4L + filterBytes);
        }
        part.checksum();
        part.range("bytes of a name of an object", idBytes, 3, MOST_ID);
        powerOfTwo(part, "width", width);
        powerOfTwo(part, "bytes of the first block", startBytes);
        powerOfTwo(part, "bytes of the largest block", mostBytes);
        part.range("bytes of the first block", startBytes, 1, mostBytes);
        part.range("bits of an offset", bits, log(mostBytes), 64);
        offsetBytes = (bits + 7) / 8;
        lengthBytes = Math.min((log(mostBytes) + 7) / 8, CheckedTypes.bytesFor(mostManaged));
        directRows = log(mostBytes) - log(startBytes) + 2;
        if (root != CheckedFile.NONE) {
            if (rows == 0) {
                direct(root, startBytes, 0);
            } else {
                indirect(root, rows, 0, 0);
            }
        }
        if (hugeTree != CheckedFile.NONE) {
            huge(hugeTree);
        }
    }

    /** Looks at all blocks of a heap. */
    static CheckedHeap read(CheckedFile file, long address) throws IOException {
        CheckedPart start = file.part("fractal heap", address, 9);
        start.skip(7);
        int filters = start.u16();
        long bytes = 26L + 12L * file.lengthBytes() + 3L * file.addressBytes();
        if (filters > 0) {
            bytes += file.lengthBytes() + 4 + filters;
        }
        return new CheckedHeap(file, address, file.part("fractal heap", address, bytes));
    }

    private static void powerOfTwo(CheckedPart part, String name, long number) {
        if (number <= 0 || Long.bitCount(number) != 1) {
            throw part.wrong(name + " " + number, "a power of 2");
        }
    }

    private static int log(long number) {
        return 63 - Long.numberOfLeadingZeros(number);
    }

    private long rowBytes(int row) {
        return row == 0 ? startBytes : startBytes << (row - 1);
    }

    private void direct(long at, long bytes, long offset) throws IOException {
        if (filtered) {
            return;
        }
        CheckedPart part = file.part("block of a fractal heap", at, bytes);
        int head = head(part, "FHDB", offset);
        if (checksums) {
            part.checksum(part.checksumWithout(head, 4));
            head += 4;
        }
        blocks.put(offset, new Block(at + head, head, bytes - head));
    }

    private int head(CheckedPart part, String signature, long offset) {
        part.signature(signature);
        part.version(0, 0);
        long owner = part.address();
        part.range("address of its heap", owner, address, address);
        long at = part.number(offsetBytes);
        part.range("place in its heap", at, offset, offset);
        return part.done();
    }

    private void indirect(long at, int rows, long offset, int depth) throws IOException {
        int direct = Math.min(rows, directRows);
        int entry = file.addressBytes() + (filtered ? file.lengthBytes() + 4 : 0);
        long bytes = 5L
                + file.addressBytes()
                + offsetBytes
                + (long) direct * width * entry
                + (long) (rows - direct) * width * file.addressBytes()
                + 4;
        CheckedPart part = file.part("index of a fractal heap", at, bytes);
        part.range("depth", depth, 0, MOST_DEPTH);
        part.range("rows", rows, 1, 64);
        head(part, "FHIB", offset);
        long[] children = new long[rows * width];
        for (int i = 0; i < children.length; i++) {
            children[i] = part.address();
            if (filtered && i < direct * width) {
                part.skip(file.lengthBytes() + 4);
            }
        }
        part.checksum();
        long place = offset;
        for (int i = 0; i < children.length; i++) {
            int row = i / width;
            long size = rowBytes(row);
            if (children[i] != CheckedFile.NONE) {
                if (row < directRows) {
                    direct(children[i], size, place);
                } else {
                    indirect(children[i], log(size) - log(startBytes) - log(width) + 1, place, depth + 1);
                }
            }
            place += size;
        }
    }

    private void huge(long tree) throws IOException {
        boolean inName =
                idBytes - 1 >= file.addressBytes() + file.lengthBytes() + (filtered ? 4 + file.lengthBytes() : 0);
        int kind = (inName ? 3 : 1) + (filtered ? 1 : 0);
        CheckedRecords.walk(file, tree, kind, record -> {
            long at = record.address();
            long bytes = record.length();
            file.inside("large object of a fractal heap", at, bytes);
            if (kind == 1) {
                huge.put(record.length(), new Block(at, 0, bytes));
            }
        });
    }

    /** Returns an object of the heap by its name there, or null if it is behind filters. */
    @Nullable
    CheckedPart object(String what, CheckedPart id) throws IOException {
        int start = id.u8();
        id.range("version of a name in a fractal heap", start >> 6, 0, 0);
        int kind = start >> 4 & 3;
        if (kind == 2) {
            long bytes = idBytes - 1 <= 16 ? (start & 0xF) + 1 : ((start & 0xF) << 8 | id.u8()) + 1;
            return id.part(what, bytes);
        }
        if (filtered) {
            return null;
        }
        if (kind == 1) {
            return large(what, id);
        }
        id.range("kind of a name in a fractal heap", kind, 0, 0);
        long offset = id.number(offsetBytes);
        long bytes = id.number(lengthBytes);
        Map.Entry<Long, Block> block = blocks.floorEntry(offset);
        if (block == null) {
            throw id.wrong("an object at %d of a fractal heap".formatted(offset), "within a block of it");
        }
        long within = offset - block.getKey() - block.getValue().head;
        id.range("place of an object in a block", within, 0, block.getValue().bytes);
        id.range("bytes of an object", bytes, 1, block.getValue().bytes - within);
        return file.part(what, block.getValue().address + within, bytes);
    }

    private CheckedPart large(String what, CheckedPart id) throws IOException {
        if (idBytes - 1 >= file.addressBytes() + file.lengthBytes()) {
            long at = id.address();
            return file.part(what, at, id.length());
        }
        Block block = huge.get(id.number(Math.min(file.lengthBytes(), idBytes - 1)));
        if (block == null) {
            throw id.wrong("a large object of a fractal heap", "one of those its B-tree has");
        }
        return file.part(what, block.address, block.bytes);
    }
}
