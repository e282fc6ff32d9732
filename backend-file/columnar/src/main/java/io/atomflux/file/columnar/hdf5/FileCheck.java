package io.atomflux.file.columnar.hdf5;

import io.atomflux.error.CorruptDataException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Looks at what describes the groups, arrays and attributes of a file, before HDF5's library does.
 *
 * <p>That library (1.14.3) ends the process where the description of an attribute or a link does not decode, or its checksum
 * is wrong. So whoever opens a file that others may have written has it checked first: superblock, headers, groups and
 * heaps of all objects that can be reached from the root, with the texts of attributes. Chunks and the indexes of
 * chunks are left to those who read them. Each object is looked at once.
 */
final class FileCheck {

    private static final int ATTRIBUTE_BY_NAME = 8;
    private static final int ATTRIBUTE_BY_ORDER = 9;
    private static final int LINK_BY_NAME = 5;
    private static final int LINK_BY_ORDER = 6;

    private record Pending(CheckedPath path, long address) {}

    private final CheckedFile file;
    private final Addresses seen = new Addresses();
    private final Deque<Pending> pending = new ArrayDeque<>();
    /** Of types that have a name. */
    private final Map<Long, CheckedTypes.Element> named = new HashMap<>();

    private final CheckedShared shared;
    private final CheckedTexts texts;

    private CheckedSuperblock superblock;
    private long objects;

    private FileCheck(CheckedFile file, long at) throws IOException {
        this.file = file;
        this.superblock = CheckedSuperblock.read(file, at);
        this.shared = new CheckedShared(file);
        this.texts = new CheckedTexts(file);
    }

    /**
     * Looks at a file.
     *
     * @param at where its signature is
     * @return how many objects there are
     * @throws CorruptDataException if something is damaged
     */
    static long check(Backing backing, String store, long at) throws IOException {
        CheckedFile file = new CheckedFile(backing, store, backing.length());
        FileCheck check = new FileCheck(file, at);
        check.all();
        return check.objects;
    }

    private void all() throws IOException {
        if (superblock.extension() != CheckedFile.NONE) {
            extension();
        }
        reach(CheckedPath.ROOT, superblock.root());
        for (Pending next = pending.poll(); next != null; next = pending.poll()) {
            file.at(next.path);
            object(next.address);
            objects++;
        }
    }

    private void extension() throws IOException {
        for (CheckedHeader.Message message : CheckedHeader.read(file, superblock.extension())) {
            CheckedPart part = message.body();
            if (message.type() == CheckedMessages.TREE_SIZES) {
                part.version(0, 0);
                part.skip(2);
                int internal = part.u16();
                int leaf = part.u16();
                part.range("children of a node, by 2,", internal, 1, 0xFFFF);
                part.range("names in a leaf, by 2,", leaf, 1, 0xFFFF);
                superblock = new CheckedSuperblock(superblock.root(), superblock.extension(), leaf, internal);
            } else if (message.type() == CheckedMessages.SHARED_TABLE) {
                part.version(0, 0);
                long address = part.address();
                shared.table(address, part.u8());
            }
        }
    }

    private void reach(CheckedPath path, long address) {
        if (seen.add(address)) {
            pending.push(new Pending(path, address));
        }
    }

    private void object(long address) throws IOException {
        long elementBytes = 0;
        long fillBytes = 0;
        for (CheckedHeader.Message message : CheckedHeader.read(file, address)) {
            CheckedPart part = message.body();
            int type = message.type();
            if (message.isShared() && type == CheckedMessages.TYPE) {
                elementBytes = sharedType(part).bytes();
                continue;
            }
            if (message.isShared()) {
                CheckedPart found = shared.message(type, part);
                if (found == null) {
                    continue;
                }
                part = found;
            }
            switch (type) {
                case CheckedMessages.SHAPE -> CheckedTypes.shape(part);
                case CheckedMessages.TYPE ->
                    elementBytes = CheckedTypes.type(part).bytes();
                case CheckedMessages.OLD_FILL, CheckedMessages.FILL ->
                    fillBytes = Math.max(fillBytes, CheckedMessages.fill(type, part));
                case CheckedMessages.LINK -> link(part);
                case CheckedMessages.LINK_INFO -> links(part);
                case CheckedMessages.SYMBOLS -> symbols().group(part.address(), part.address());
                case CheckedMessages.EXTERNAL -> CheckedMessages.external(part, symbols());
                case CheckedMessages.ATTRIBUTE -> attribute(part);
                case CheckedMessages.ATTRIBUTE_INFO -> attributes(part);
                default -> CheckedMessages.plain(type, part);
            }
        }
        if (fillBytes > 0 && elementBytes > 0 && fillBytes != elementBytes) {
            throw file.wrong("a fill of %d bytes (expected: the %d of an element)".formatted(fillBytes, elementBytes));
        }
    }

    private CheckedSymbols symbols() {
        return new CheckedSymbols(file, superblock, (name, address) -> {
            if (address != CheckedFile.NONE) {
                reach(file.place().child(name), address);
            }
        });
    }

    private void link(CheckedPart part) {
        CheckedMessages.Link link = CheckedMessages.link(part);
        if (link.isHard()) {
            file.inside("object header", link.address(), 1);
            reach(file.place().child(link.name()), link.address());
        }
    }

    private void links(CheckedPart part) throws IOException {
        part.version(0, 0);
        int flags = part.u8();
        part.range("flags", flags, 0, 3);
        part.skip((flags & 1) != 0 ? 8 : 0);
        long heapAddress = part.address();
        long byName = part.address();
        long byOrder = (flags & 2) != 0 ? part.address() : CheckedFile.NONE;
        if (heapAddress == CheckedFile.NONE) {
            return;
        }
        CheckedHeap heap = CheckedHeap.read(file, heapAddress);
        CheckedRecords.walk(file, byName, LINK_BY_NAME, record -> {
            CheckedPart found = heap.object("link", record.skip(4));
            if (found != null) {
                link(found);
            }
        });
        if (byOrder != CheckedFile.NONE) {
            CheckedRecords.walk(file, byOrder, LINK_BY_ORDER, record -> heap.object("link", record.skip(8)));
        }
    }

    private void attributes(CheckedPart part) throws IOException {
        part.version(0, 0);
        int flags = part.u8();
        part.range("flags", flags, 0, 3);
        part.skip((flags & 1) != 0 ? 2 : 0);
        long heapAddress = part.address();
        long byName = part.address();
        long byOrder = (flags & 2) != 0 ? part.address() : CheckedFile.NONE;
        if (heapAddress == CheckedFile.NONE) {
            return;
        }
        CheckedHeap heap = CheckedHeap.read(file, heapAddress);
        CheckedRecords.walk(file, byName, ATTRIBUTE_BY_NAME, record -> {
            CheckedPart found = kept(heap, record);
            if (found != null) {
                attribute(found);
            }
        });
        if (byOrder != CheckedFile.NONE) {
            CheckedRecords.walk(file, byOrder, ATTRIBUTE_BY_ORDER, record -> kept(heap, record));
        }
    }

    /** Finds an attribute that is kept apart: in its object's heap, or that of what several have in common. */
    private @Nullable CheckedPart kept(CheckedHeap heap, CheckedPart record) throws IOException {
        CheckedPart id = record.part("name of an attribute in a heap", 8);
        int flags = record.u8();
        return (flags & 2) != 0 ? shared.object(CheckedMessages.ATTRIBUTE, id) : heap.object("attribute", id);
    }

    private void attribute(CheckedPart part) throws IOException {
        int version = part.u8();
        part.range("version", version, 1, 3);
        int flags = part.u8();
        part.range("flags", version == 1 ? 0 : flags, 0, 3);
        int nameBytes = part.u16();
        int typeBytes = part.u16();
        int shapeBytes = part.u16();
        part.range("bytes of a name", nameBytes, 2, part.left());
        part.range("bytes of a type", typeBytes, 1, part.left());
        part.range("bytes of a shape", shapeBytes, 1, part.left());
        if (version == 3) {
            part.range("characters of a name", part.u8(), 0, 1);
        }
        part.name(nameBytes - 1L);
        part.range("end of a name", part.u8(), 0, 0);
        padding(part, version, nameBytes);
        CheckedPart type = part.part("type of an attribute", typeBytes);
        padding(part, version, typeBytes);
        CheckedPart shape = part.part("shape of an attribute", shapeBytes);
        padding(part, version, shapeBytes);
        boolean sharedType = version > 1 && (flags & 1) != 0;
        boolean sharedShape = version > 1 && (flags & 2) != 0;
        CheckedTypes.Element element = sharedType ? sharedType(type) : CheckedTypes.type(type);
        CheckedPart shapeFound = sharedShape ? shared.message(CheckedMessages.SHAPE, shape) : shape;
        if (shapeFound != null) {
            long count = CheckedTypes.shape(shapeFound);
            long bytes = CheckedTypes.times(part, count, element.bytes());
            part.range("bytes of a value", bytes, 0, part.left());
            if (element.isText()) {
                part.range("bytes of a text's place", element.bytes(), texts.elementBytes(), texts.elementBytes());
                texts.elements(part.part("texts of an attribute", bytes));
            }
        }
    }

    private static void padding(CheckedPart part, int version, int bytes) {
        part.skip(version == 1 ? (8 - bytes % 8) % 8 : 0);
    }

    /** Reads a type that is kept elsewhere. */
    private CheckedTypes.Element sharedType(CheckedPart part) throws IOException {
        long address = shared.address(part);
        if (address == CheckedFile.NONE) {
            CheckedPart found = shared.message(CheckedMessages.TYPE, part);
            return found == null ? new CheckedTypes.Element(0, false) : CheckedTypes.type(found);
        }
        CheckedTypes.Element known = named.get(address);
        if (known != null) {
            return known;
        }
        for (CheckedHeader.Message message : CheckedHeader.read(file, address)) {
            if (message.type() == CheckedMessages.TYPE && !message.isShared()) {
                CheckedTypes.Element element = CheckedTypes.type(message.body());
                named.put(address, element);
                reach(file.place().child("(type)"), address);
                return element;
            }
        }
        throw part.wrong("no type at byte " + (address + file.base()), "one that has a name");
    }
}
