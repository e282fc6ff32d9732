package io.atomflux.file.columnar.hdf5;

import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * A group of the older kind: names in a local heap, found by a B-tree of version 1.
 *
 * <p>Source: "HDF5 File Format Specification 3.0", III.A.1, III.B, III.C and III.D.
 */
final class CheckedSymbols {

    private static final long NO_FREE_BLOCK = 1;
    private static final int SOFT = 2;

    private final CheckedFile file;
    private final CheckedSuperblock superblock;
    private final Links links;
    private final Set<Long> seen = new HashSet<>();
    private long names;
    private long namesEnd;

    /** Takes what a group has. */
    @FunctionalInterface
    interface Links {
        /**
         * Takes a link.
         *
         * @param address what it leads to, or none where it is not to a place in this file
         */
        void link(String name, long address) throws IOException;
    }

    CheckedSymbols(CheckedFile file, CheckedSuperblock superblock, Links links) {
        this.file = file;
        this.superblock = superblock;
        this.links = links;
    }

    /** Looks at all names of a group. */
    void group(long tree, long heap) throws IOException {
        heap(heap);
        node(tree, -1);
    }

    /** Looks at a heap of names. */
    void heap(long address) throws IOException {
        CheckedPart part = file.part("local heap", address, 8 + 2L * file.lengthBytes() + file.addressBytes());
        part.signature("HEAP");
        part.version(0, 0);
        part.skip(3);
        long bytes = part.length();
        long free = part.length();
        names = part.address();
        file.inside("names in a local heap", names, bytes);
        namesEnd = names + bytes;
        long head = 2L * file.lengthBytes();
        for (long blocks = 0; free != NO_FREE_BLOCK; blocks++) {
            part.range("free blocks of a local heap", blocks, 0, bytes / head);
            part.range("place of a free block in a local heap", free, 0, bytes - head);
            CheckedPart block = file.part("free block of a local heap", names + free, head);
            long next = block.length();
            block.range("bytes of a free block", block.length(), head, bytes - free);
            free = next;
        }
    }

    /** Reads a name out of the heap. */
    String name(long offset) throws IOException {
        if (offset < 0 || offset >= namesEnd - names) {
            throw file.wrong("a name at byte %s of a local heap (expected: within the %d it has)"
                    .formatted(Long.toUnsignedString(offset), namesEnd - names));
        }
        return file.text("name in a local heap", names + offset, namesEnd);
    }

    private void node(long address, int expected) throws IOException {
        int children = 2 * superblock.internal();
        CheckedPart part = file.part(
                "B-tree node",
                address,
                8L + (2L + children) * file.addressBytes() + (1L + children) * file.lengthBytes());
        if (!seen.add(address)) {
            throw part.wrong("it is reached twice", "once");
        }
        part.signature("TREE");
        part.range("kind", part.u8(), 0, 0);
        int level = part.u8();
        part.range("level", level, expected < 0 ? 0 : expected, expected < 0 ? 255 : expected);
        int used = part.u16();
        part.range("children", used, 0, children);
        part.skip(2L * file.addressBytes());
        for (int i = 0; i < used; i++) {
            name(part.length());
            long child = part.address();
            if (level == 0) {
                leaf(child);
            } else {
                node(child, level - 1);
            }
        }
        if (used > 0) {
            name(part.length());
        }
    }

    private void leaf(long address) throws IOException {
        int most = 2 * superblock.leaf();
        CheckedPart part = file.part(
                "symbol table node", address, 8 + (long) most * (file.lengthBytes() + file.addressBytes() + 24));
        if (!seen.add(address)) {
            throw part.wrong("it is reached twice", "once");
        }
        part.signature("SNOD");
        part.version(1, 1);
        part.skip(1);
        int used = part.u16();
        part.range("names", used, 0, most);
        for (int i = 0; i < used; i++) {
            String name = name(part.length());
            if (name.isEmpty()) {
                throw part.wrong("an empty name", "at least one byte");
            }
            long header = part.address();
            long cached = part.u32();
            part.range("cache of a name", cached, 0, SOFT);
            part.skip(4);
            CheckedPart cache = part.part("cache of a name", 16);
            if (cached == SOFT) {
                name(cache.u32());
                links.link(name, CheckedFile.NONE);
            } else {
                file.inside("object header", header, 1);
                links.link(name, header);
            }
        }
    }
}
