package io.atomflux.file.columnar.hdf5;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The header of an object: its messages. Source: "HDF5 File Format Specification 3.0", IV.A.1. */
final class CheckedHeader {

    static final int CONTINUATION = 0x10;

    private static final int SHARED = 2;
    private static final int NOT_SHARED = 4;
    private static final int FAIL_IF_WRITTEN = 8;
    private static final int MARK = 0x10;
    private static final int MARKED = 0x20;
    private static final int MOST_MESSAGES = 1 << 20;

    /** What an object has of one kind. */
    record Message(int type, boolean isShared, CheckedPart body) {}

    private record Block(long address, long bytes) {}

    private final CheckedFile file;
    private final List<Message> messages = new ArrayList<>();
    private final Deque<Block> blocks = new ArrayDeque<>();
    private final Set<Long> seen = new HashSet<>();

    private CheckedHeader(CheckedFile file) {
        this.file = file;
    }

    /** Reads all blocks of a header. */
    static List<Message> read(CheckedFile file, long address) throws IOException {
        CheckedHeader header = new CheckedHeader(file);
        header.seen.add(address);
        CheckedPart start = file.part("object header", address, 1);
        if (start.u8() == 1) {
            header.old(address);
        } else {
            header.checked(address);
        }
        return header.messages;
    }

    private void old(long address) throws IOException {
        CheckedPart prefix = file.part("object header", address, 16);
        prefix.version(1, 1);
        prefix.skip(1);
        prefix.skip(2 + 4);
        long bytes = prefix.u32();
        CheckedPart part = file.part("object header", address + 16, bytes);
        oldMessages(part);
        while (!blocks.isEmpty()) {
            Block block = blocks.remove();
            oldMessages(file.part("continued object header", block.address, block.bytes));
        }
    }

    private void oldMessages(CheckedPart part) {
        while (part.left() > 0) {
            int type = part.u16();
            int size = part.u16();
            part.range("a message's bytes, modulo 8,", size % 8, 0, 0);
            int flags = part.u8();
            part.skip(3);
            message(part, type, size, flags);
        }
    }

    private void checked(long address) throws IOException {
        CheckedPart prefix = file.part("object header", address, 6);
        prefix.signature("OHDR");
        prefix.version(2, 2);
        int flags = prefix.u8();
        prefix.range("flags", flags, 0, 0x3F);
        int sizeBytes = 1 << (flags & 3);
        int before = 6 + ((flags & 0x20) != 0 ? 16 : 0) + ((flags & 0x10) != 0 ? 4 : 0) + sizeBytes;
        CheckedPart sizes = file.part("object header", address, before);
        sizes.skip(before - sizeBytes);
        long bytes = sizes.number(sizeBytes);
        file.inside("object header", address, bytes);
        CheckedPart whole = file.part("object header", address, before + bytes + 4);
        whole.skip(before);
        if ((flags & 0x10) != 0) {
            CheckedPart phases = file.part("object header", address + before - sizeBytes - 4, 4);
            int compact = phases.u16();
            phases.range("least attributes kept apart", phases.u16(), 0, compact);
        }
        boolean ordered = (flags & 4) != 0;
        CheckedPart body = whole.part("object header", bytes);
        whole.checksum();
        messages(body, ordered);
        while (!blocks.isEmpty()) {
            Block block = blocks.remove();
            CheckedPart continued = file.part("continued object header", block.address, block.bytes);
            continued.signature("OCHK");
            body = continued.part("continued object header", block.bytes - 8);
            continued.checksum();
            messages(body, ordered);
        }
    }

    private void messages(CheckedPart part, boolean ordered) {
        int head = ordered ? 6 : 4;
        while (part.left() >= head) {
            int type = part.u8();
            int size = part.u16();
            int flags = part.u8();
            part.skip(head - 4);
            message(part, type, size, flags);
        }
    }

    private void message(CheckedPart part, int type, int size, int flags) {
        boolean shared = (flags & SHARED) != 0;
        boolean marked = (flags & MARKED) != 0;
        if (shared && (flags & NOT_SHARED) != 0 || marked && ((flags & FAIL_IF_WRITTEN) != 0 || (flags & MARK) == 0)) {
            throw part.wrong("flags %02x of a message".formatted(flags), "none that exclude each other");
        }
        part.range("messages", messages.size(), 0, MOST_MESSAGES);
        CheckedPart body = part.part(CheckedMessages.name(type), size);
        if (type == CONTINUATION) {
            long address = body.address();
            long bytes = body.length();
            file.inside("continued object header", address, bytes);
            body.range("bytes of a continued object header", bytes, 8, file.length());
            if (!seen.add(address)) {
                throw body.wrong("an object header that goes on at %d again".formatted(address), "no circle");
            }
            blocks.add(new Block(address, bytes));
        } else {
            messages.add(new Message(type, shared, body));
        }
    }
}
