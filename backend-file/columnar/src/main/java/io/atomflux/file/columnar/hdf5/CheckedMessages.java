package io.atomflux.file.columnar.hdf5;

import java.io.IOException;

/**
 * What headers say of an object, apart from the types and shapes of attributes and where links lead to.
 *
 * <p>Source: "HDF5 File Format Specification 3.0", IV.A.2. Messages of a kind or version not known here are let pass: those
 * that HDF5's library does not know either it refuses in good order.
 */
final class CheckedMessages {

    static final int SHAPE = 0x01;
    static final int LINK_INFO = 0x02;
    static final int TYPE = 0x03;
    static final int OLD_FILL = 0x04;
    static final int FILL = 0x05;
    static final int LINK = 0x06;
    static final int EXTERNAL = 0x07;
    static final int LAYOUT = 0x08;
    static final int GROUP_INFO = 0x0A;
    static final int FILTERS = 0x0B;
    static final int ATTRIBUTE = 0x0C;
    static final int COMMENT = 0x0D;
    static final int OLD_TIME = 0x0E;
    static final int SHARED_TABLE = 0x0F;
    static final int SYMBOLS = 0x11;
    static final int TIME = 0x12;
    static final int TREE_SIZES = 0x13;
    static final int ATTRIBUTE_INFO = 0x15;
    static final int REFERENCES = 0x16;

    private static final int MOST_FILTERS = 32;
    private static final int MOST_RANK = 33;
    private static final int NAMED_FILTERS = 256;

    private CheckedMessages() {}

    /** Returns what a kind of message is called. */
    static String name(int type) {
        return switch (type) {
            case SHAPE -> "shape";
            case LINK_INFO -> "description of links";
            case TYPE -> "type";
            case OLD_FILL, FILL -> "fill";
            case LINK -> "link";
            case EXTERNAL -> "list of other files";
            case LAYOUT -> "layout";
            case GROUP_INFO -> "description of a group";
            case FILTERS -> "filters";
            case ATTRIBUTE -> "attribute";
            case SYMBOLS -> "symbol table";
            case ATTRIBUTE_INFO -> "description of attributes";
            default -> "message of kind %02x".formatted(type);
        };
    }

    /** Looks at a message that refers to nothing. */
    static void plain(int type, CheckedPart part) {
        switch (type) {
            case LAYOUT -> layout(part);
            case FILTERS -> filters(part);
            case GROUP_INFO -> groupInfo(part);
            case COMMENT -> part.text();
            case OLD_TIME -> part.skip(14);
            case TIME -> {
                part.version(1, 1);
                part.skip(7);
            }
            case REFERENCES -> {
                part.version(0, 0);
                part.skip(4);
            }
            default -> {
                return; // see above
            }
        }
    }

    private static void groupInfo(CheckedPart part) {
        part.version(0, 0);
        int flags = part.u8();
        part.range("flags", flags, 0, 3);
        part.skip(((flags & 1) != 0 ? 4 : 0) + ((flags & 2) != 0 ? 4 : 0));
    }

    /** Reads a fill; returns how many bytes it has, or 0 if there is none. */
    static long fill(int type, CheckedPart part) {
        if (type == OLD_FILL) {
            long bytes = part.u32();
            part.skip(bytes);
            return bytes;
        }
        int version = part.u8();
        part.range("version", version, 1, 3);
        boolean hasValue;
        if (version == 3) {
            int flags = part.u8();
            part.range("flags", flags, 0, 0x3F);
            part.range("flags for a fill and for none", flags & 0x30, 0, 0x20);
            hasValue = (flags & 0x20) != 0;
        } else {
            part.skip(2);
            hasValue = part.u8() != 0 || version == 1;
        }
        long bytes = hasValue ? part.u32() : 0;
        if (version < 3 && bytes == 0xFFFFFFFFL) {
            return 0; // none, told by a length of -1
        }
        part.skip(bytes);
        return bytes;
    }

    private static void layout(CheckedPart part) {
        int version = part.u8();
        if (version == 1 || version == 2) {
            oldLayout(part);
            return;
        }
        if (version == 0) {
            throw part.wrong("version 0", "1 to 5");
        }
        int kind = part.u8();
        switch (kind) {
            case 0 -> part.skip(part.u16());
            case 1 -> {
                part.address();
                part.length();
            }
            case 2 -> {
                if (version == 3) {
                    int rank = part.u8();
                    part.range("rank of chunks", rank, 2, MOST_RANK);
                    part.address();
                    sides(part, rank, 4);
                } else if (version == 4) {
                    chunks(part);
                }
            }
            case 3 -> {
                part.range("version of a layout over other arrays", version, 4, 255);
                part.address();
                part.skip(4);
            }
            default -> throw part.wrong("layout " + kind, "0 to 3");
        }
    }

    private static void sides(CheckedPart part, int rank, int bytes) {
        for (int axis = 0; axis < rank; axis++) {
            if (part.number(bytes) == 0) {
                throw part.wrong("a side of 0 elements", "at least 1");
            }
        }
    }

    private static void oldLayout(CheckedPart part) {
        int rank = part.u8();
        part.range("rank", rank, 1, MOST_RANK);
        int kind = part.u8();
        part.range("layout", kind, 0, 2);
        part.skip(5);
        if (kind > 0) {
            part.address();
        }
        part.skip(4L * rank);
        if (kind == 0) {
            part.skip(part.u32());
        }
    }

    private static void chunks(CheckedPart part) {
        int flags = part.u8();
        part.range("flags of chunks", flags, 0, 3);
        int rank = part.u8();
        part.range("rank of chunks", rank, 2, MOST_RANK);
        int bytes = part.u8();
        part.range("bytes of a side", bytes, 1, 8);
        sides(part, rank, bytes);
        int index = part.u8();
        switch (index) {
            case 1 -> part.skip((flags & 2) != 0 ? part.lengthBytes() + 4L : 0);
            case 2 -> part.skip(0);
            case 3 -> part.skip(1);
            case 4 -> part.skip(5);
            case 5 -> part.skip(6);
            default -> throw part.wrong("index of chunks " + index, "1 to 5");
        }
        part.address();
    }

    private static void filters(CheckedPart part) {
        int version = part.u8();
        part.range("version", version, 1, 2);
        int count = part.u8();
        part.range("filters", count, 1, MOST_FILTERS);
        part.skip(version == 1 ? 6 : 0);
        for (int i = 0; i < count; i++) {
            int id = part.u16();
            int nameBytes = version == 1 || id >= NAMED_FILTERS ? part.u16() : 0;
            part.skip(2);
            int values = part.u16();
            if (version == 1) {
                part.range("a name's bytes, modulo 8,", nameBytes % 8, 0, 0);
            }
            CheckedPart name = part.part("name of a filter", nameBytes);
            if (nameBytes > 0) {
                name.text();
            }
            part.skip(4L * values + (version == 1 && values % 2 == 1 ? 4 : 0));
        }
    }

    /** Files with arrays in other files: their names are in a local heap. */
    static void external(CheckedPart part, CheckedSymbols names) throws IOException {
        part.version(1, 1);
        part.skip(3);
        int most = part.u16();
        int used = part.u16();
        part.range("other files", used, 1, most);
        names.heap(part.address());
        for (int i = 0; i < used; i++) {
            names.name(part.length());
            part.length();
            part.length();
        }
    }

    /** Reads a link; returns what it is called and leads to. */
    static Link link(CheckedPart part) {
        part.version(1, 1);
        int flags = part.u8();
        part.range("flags", flags, 0, 0x1F);
        int kind = (flags & 8) != 0 ? part.u8() : 0;
        if (kind > 1 && kind < 64) {
            throw part.wrong("link of kind " + kind, "0, 1 or from 64");
        }
        part.skip((flags & 4) != 0 ? 8 : 0);
        if ((flags & 0x10) != 0) {
            part.range("characters of a name", part.u8(), 0, 1);
        }
        long bytes = part.number(1 << (flags & 3));
        part.range("bytes of a name", bytes, 1, part.left());
        String name = part.name(bytes);
        if (kind == 0) {
            return new Link(name, part.address(), true);
        }
        int targetBytes = part.u16();
        CheckedPart target = part.part("target of a link", targetBytes);
        if (kind == 1) {
            target.range("bytes", targetBytes, 1, targetBytes);
            target.name(targetBytes);
        } else if (kind == 64) {
            target.range("version and flags", target.u8(), 0, 0);
            target.text();
            target.text();
        }
        return new Link(name, CheckedFile.NONE, false);
    }

    record Link(String name, long address, boolean isHard) {}
}
