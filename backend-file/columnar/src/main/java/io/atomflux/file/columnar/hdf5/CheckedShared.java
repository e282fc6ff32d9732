package io.atomflux.file.columnar.hdf5;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Messages that several objects have in common, kept apart from all of them.
 *
 * <p>Source: "HDF5 File Format Specification 3.0", III.I and IV.A.2.q.
 */
final class CheckedShared {

    private static final int IN_HEAP = 1;
    private static final int MOST_INDEXES = 8;

    /** One of the heaps of the file, and which kinds of messages it has. */
    private record Index(int kinds, CheckedHeap heap) {}

    private final CheckedFile file;
    private final List<Index> indexes = new ArrayList<>();

    CheckedShared(CheckedFile file) {
        this.file = file;
    }

    /** Reads the table of heaps. */
    void table(long address, int count) throws IOException {
        CheckedPart part =
                file.part("table of shared messages", address, 4 + count * (14L + 2L * file.addressBytes()) + 4);
        part.signature("SMTB");
        part.range("heaps of shared messages", count, 1, MOST_INDEXES);
        long[] heaps = new long[count];
        int[] kinds = new int[count];
        for (int i = 0; i < count; i++) {
            part.version(0, 0);
            part.range("kind of index", part.u8(), 0, 1);
            kinds[i] = part.u16();
            part.skip(4 + 2 + 2 + 2);
            part.address();
            heaps[i] = part.address();
        }
        part.checksum();
        for (int i = 0; i < count; i++) {
            if (heaps[i] != CheckedFile.NONE) {
                indexes.add(new Index(kinds[i], CheckedHeap.read(file, heaps[i])));
            }
        }
    }

    /** Returns the address of the object a message refers to, or none if it is in a heap; reads no further then. */
    long address(CheckedPart part) {
        int version = part.u8();
        part.range("version of a reference", version, 1, 3);
        int kind = part.u8();
        if (version == 3 && kind == IN_HEAP) {
            return CheckedFile.NONE;
        }
        if (version == 1) {
            part.skip(6L + file.lengthBytes());
        } else {
            part.range("kind of a reference", kind, version == 2 ? 0 : 2, 3);
        }
        long address = part.address();
        file.inside("object header", address, 1);
        return address;
    }

    /** Returns the message that is referred to, or null where it is not in a heap that can be looked into. */
    @Nullable
    CheckedPart message(int type, CheckedPart part) throws IOException {
        if (part.done() == 0 && address(part) != CheckedFile.NONE) {
            return null; // of objects only types are shared
        }
        return object(type, part);
    }

    /** Returns the message of that name in a heap, or null where it is behind filters. */
    @Nullable
    CheckedPart object(int type, CheckedPart id) throws IOException {
        for (Index index : indexes) {
            if ((index.kinds & 1 << type) != 0) {
                return index.heap.object(CheckedMessages.name(type), id);
            }
        }
        throw id.wrong("a message shared with others", "a heap that has such");
    }
}
