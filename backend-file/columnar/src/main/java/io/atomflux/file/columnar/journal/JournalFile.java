package io.atomflux.file.columnar.journal;

import io.atomflux.file.columnar.journal.Disk.Handle;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.DataInput;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A whole journal.
 *
 * <p>Big endian. Head (64 bytes): magic, length of the journal, number, the lock file's mark, rest zero. Then bytes that the
 * index points to, the index, and a tail (48 bytes): place of the index, SHA-256 of all before it, length again. A journal
 * whose lengths, digest or index do not fit was never committed.
 */
final class JournalFile implements AutoCloseable {

    static final long MAGIC = 0x4146_584a_524e_4c31L; // AFXJRNL1
    static final int HEAD = 64;
    static final int TAIL = 48;

    /** Twice as many pages as an index of this size names take 16 GiB of journal. */
    static final int LARGEST_INDEX = 64 << 20;

    private static final int LONGEST_TEXT = 16 << 10;

    private final Handle handle;
    private final long number;
    private final long mark;
    private final String what;
    private final Changes changes;

    private JournalFile(Handle handle, long number, long mark, String what, Changes changes) {
        this.handle = handle;
        this.number = number;
        this.mark = mark;
        this.what = what;
        this.changes = changes;
    }

    Handle handle() {
        return handle;
    }

    long number() {
        return number;
    }

    /** Returns the mark of the lock file it was written under. */
    long mark() {
        return mark;
    }

    /** Returns what the change was, for people. */
    String what() {
        return what;
    }

    Changes changes() {
        return changes;
    }

    @Override
    public void close() throws IOException {
        handle.close();
    }

    /** A journal that is whole, but whose index no writer of this library would have written. */
    static final class Nonsense extends Exception {
        private static final long serialVersionUID = 1;

        Nonsense(String problem) {
            super(problem, null, false, false);
        }
    }

    /** Tells whether a file is one of something else than this library. */
    static boolean isForeign(Disk disk, Path path) throws IOException {
        try (Handle handle = disk.open(path, Disk.Mode.READ)) {
            ByteBuffer magic = ByteBuffer.allocate(8);
            // A file whose bytes never reached the disk reads as zeros.
            return handle.read(magic, 0) == 8 && magic.getLong(0) != MAGIC && magic.getLong(0) != 0;
        }
    }

    /**
     * Reads a journal.
     *
     * @return null if it is torn
     */
    static @Nullable JournalFile open(Disk disk, Path path) throws IOException, Nonsense {
        Handle handle = disk.open(path, Disk.Mode.READ);
        JournalFile journal = null;
        try {
            journal = read(handle);
        } finally {
            if (journal == null) {
                handle.close();
            }
        }
        return journal;
    }

    private static @Nullable JournalFile read(Handle handle) throws IOException, Nonsense {
        long size = handle.size();
        if (size < HEAD + TAIL) {
            return null;
        }
        ByteBuffer head = ByteBuffer.allocate(HEAD);
        ByteBuffer tail = ByteBuffer.allocate(TAIL);
        if (handle.read(head, 0) < HEAD || handle.read(tail, size - TAIL) < TAIL) {
            return null;
        }
        long index = tail.getLong(0);
        if (head.getLong(0) != MAGIC
                || head.getLong(8) != size
                || tail.getLong(40) != size
                || index < HEAD
                || index > size - TAIL
                || !HexFormat.of().formatHex(tail.array(), 8, 40).equals(Digests.of(handle, 0, size - TAIL + 8))) {
            return null;
        }
        if (size - TAIL - index > LARGEST_INDEX) {
            throw new Nonsense(
                    "an index of %d bytes (expected: at most %d)".formatted(size - TAIL - index, LARGEST_INDEX));
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) (size - TAIL - index));
        handle.read(bytes, index);
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.array()));
        try {
            String what = text(in);
            Changes changes = changes(in, index);
            return new JournalFile(handle, head.getLong(16), head.getLong(24), what, changes);
        } catch (java.io.EOFException e) {
            throw new Nonsense("an index that ends too early");
        }
    }

    private static Changes changes(DataInput in, long end) throws IOException, Nonsense {
        Changes changes = new Changes();
        for (int count = in.readInt(); count > 0; count--) {
            changes.deleted.add(path(in));
        }
        if (in.readBoolean()) {
            String path = path(in);
            changes.adopt(new Changes.Adoption(path, Digests.decode(in), Digests.decode(in)));
        }
        for (int count = in.readInt(); count > 0; count--) {
            changes.contents.put(path(in), content(in, end));
        }
        return changes;
    }

    private static Content content(DataInput in, long end) throws IOException, Nonsense {
        byte kind = in.readByte();
        if (kind == ReplacedContent.KIND) {
            long offset = in.readLong();
            long length = in.readLong();
            long before = in.readLong();
            within(offset, length, end);
            return new ReplacedContent(offset, length, before, Digests.decode(in));
        }
        if (kind == PagedContent.KIND) {
            PagedContent content = new PagedContent(positive(in.readLong()), positive(in.readLong()));
            for (int count = in.readInt(); count > 0; count--) {
                long page = positive(in.readLong());
                if (page > (content.base() - 1) / PagedContent.PAGE) {
                    throw new Nonsense("page %d beyond byte %d".formatted(page, content.base()));
                }
                long slot = in.readLong();
                within(slot, 2 * PagedContent.PAGE, end);
                content.slot(page, slot);
            }
            return content;
        }
        if (kind == CreatedContent.KIND) {
            return new CreatedContent(positive(in.readLong()));
        }
        throw new Nonsense("a change of kind %d (expected: 1 to 3)".formatted(kind));
    }

    private static void within(long offset, long length, long end) throws Nonsense {
        if (offset < HEAD || length < 0 || offset > end || length > end - offset) {
            throw new Nonsense("%d bytes at %d (expected: from %d to before %d)".formatted(length, offset, HEAD, end));
        }
    }

    private static long positive(long value) throws Nonsense {
        if (value < 0) {
            throw new Nonsense("a length or page of %d".formatted(value));
        }
        return value;
    }

    private static String path(DataInput in) throws IOException, Nonsense {
        String path = text(in);
        String flaw = Places.flaw(path);
        if (!flaw.isEmpty()) {
            throw new Nonsense("a path with %s (expected: one inside the store)".formatted(flaw));
        }
        return path;
    }

    private static String text(DataInput in) throws IOException, Nonsense {
        int length = in.readInt();
        if (length < 0 || length > LONGEST_TEXT) {
            throw new Nonsense("a text of %d bytes (expected: at most %d)".formatted(length, LONGEST_TEXT));
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static void text(DataOutput out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    /**
     * Writes index, tail and head behind the bytes that are there, synced.
     *
     * @param index where the bytes end
     */
    static void finish(Handle handle, long index, long number, long mark, String what, Changes changes)
            throws IOException {
        IndexOutput output = new IndexOutput(handle, index);
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(output, 64 << 10));
        text(out, what.length() > 1000 ? what.substring(0, 1000) : what);
        out.writeInt(changes.deleted.size());
        for (String path : changes.deleted) {
            text(out, path);
        }
        Changes.Adoption adoption = changes.adoption();
        out.writeBoolean(adoption != null);
        if (adoption != null) {
            text(out, adoption.path());
            Digests.encode(out, adoption.before());
            Digests.encode(out, adoption.after());
        }
        out.writeInt(changes.contents.size());
        for (Map.Entry<String, Content> content : changes.contents.entrySet()) {
            text(out, content.getKey());
            content.getValue().encode(out);
        }
        out.flush();
        long size = output.position + TAIL;
        ByteBuffer head = ByteBuffer.allocate(HEAD);
        head.putLong(0, MAGIC).putLong(8, size).putLong(16, number).putLong(24, mark);
        handle.write(head, 0);
        ByteBuffer place = ByteBuffer.allocate(8).putLong(0, index);
        handle.write(place, size - TAIL);
        String digest = Digests.of(handle, 0, size - TAIL + 8);
        ByteBuffer rest = ByteBuffer.allocate(40)
                .put(HexFormat.of().parseHex(digest))
                .putLong(size)
                .flip();
        handle.write(rest, size - TAIL + 8);
        handle.resize(size);
        handle.force();
    }

    private static final class IndexOutput extends OutputStream {

        private final Handle handle;
        private final long start;
        private long position;

        IndexOutput(Handle handle, long start) {
            this.handle = handle;
            this.start = start;
            position = start;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (position + length - start > LARGEST_INDEX) {
                throw new io.atomflux.error.LimitExceededException(
                        "index of one change of a columnar file, bytes",
                        position + length - start,
                        LARGEST_INDEX,
                        "change fewer rows in one call");
            }
            handle.write(ByteBuffer.wrap(bytes, offset, length), position);
            position += length;
        }
    }
}
