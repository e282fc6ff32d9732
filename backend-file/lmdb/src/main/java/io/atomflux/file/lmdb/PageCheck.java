package io.atomflux.file.lmdb;

import io.atomflux.error.CorruptDataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a data file before LMDB maps it, because LMDB trusts what it finds: a page that is not there, or points
 * outside, ends the whole process.
 *
 * <p>Source: the structures MDB_page, MDB_node, MDB_db and MDB_meta of LMDB 0.9 (mdb.c).
 */
final class PageCheck {

    /** Files up to this size are checked page by page whenever they are opened, larger ones by {@code verify} only. */
    static final long CHECKED_AT_OPENING = 16L << 20;

    private static final int MAGIC = 0xbeefc0de;
    private static final int VERSION = 1;
    private static final int HEADER = 16;
    private static final int META = HEADER + 136;
    private static final int LARGEST_PAGE = 1 << 16;
    private static final int TRIES = 5;

    // within a meta page
    private static final int PAGE_SIZE_AT = HEADER + 24;
    private static final int FREE_ROOT_AT = HEADER + 24 + 40;
    private static final int MAIN_ROOT_AT = HEADER + 72 + 40;
    private static final int LAST_PAGE_AT = HEADER + 120;
    private static final int TXN_AT = HEADER + 128;

    private static final long NO_PAGE = -1;
    private static final int BRANCH = 1;
    private static final int LEAF = 2;
    private static final int OVERFLOW = 4;
    private static final int NODE = 8;
    private static final int BIG_DATA = 1;
    private static final int DEEPEST = 32; // LMDB's own CURSOR_STACK

    private final FileChannel channel;
    private final String store;
    private final String file;
    private int pageSize;
    private long pages;
    private long length;
    private long visited;

    private PageCheck(FileChannel channel, String store, Path file) {
        this.channel = channel;
        this.store = store;
        this.file = file.getFileName().toString();
    }

    /** Fails if the file is not one of LMDB 0.9 or lacks pages; checks small files completely. */
    static void beforeOpening(Path file, String store) throws IOException {
        check(file, store, CHECKED_AT_OPENING);
    }

    /** Fails if any page in use is missing or malformed. */
    static void completely(Path file, String store) throws IOException {
        check(file, store, Long.MAX_VALUE);
    }

    /** Returns the id of the last transaction the file holds. */
    static long lastTxn(Path file, String store) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return new PageCheck(channel, store, file).newest().getLong(TXN_AT);
        }
    }

    private static void check(Path file, String store, long completeUpTo) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            if (channel.size() == 0) {
                return; // LMDB makes it
            }
            PageCheck check = new PageCheck(channel, store, file);
            for (int i = 0; i < TRIES; i++) {
                long before = check.newest().getLong(TXN_AT);
                try {
                    check.once(completeUpTo);
                    return;
                } catch (CorruptDataException corrupt) {
                    if (check.newest().getLong(TXN_AT) == before) {
                        throw corrupt;
                    } // else someone committed meanwhile, and may have used pages again
                }
            }
        } catch (NoSuchFileException e) {
            return; // LMDB makes it
        }
    }

    private void once(long completeUpTo) throws IOException {
        ByteBuffer meta = newest();
        length = channel.size(); // after the meta page: writers make the file longer first
        pages = meta.getLong(LAST_PAGE_AT) + 1;
        if (pages < 2 || pages > Long.MAX_VALUE / LARGEST_PAGE) {
            throw corrupt("%d pages (expected: at least 2)".formatted(pages));
        }
        // a transaction that gave its last pages back need not have written them, so a short file may still be whole
        if (pages * pageSize > length || length <= completeUpTo) {
            visited = 0;
            tree(meta.getLong(FREE_ROOT_AT), 0);
            tree(meta.getLong(MAIN_ROOT_AT), 0);
        }
    }

    private ByteBuffer newest() throws IOException {
        ByteBuffer first = meta(0);
        if (first == null || first.getInt(HEADER) != MAGIC) {
            throw corrupt("it is not a file of LMDB");
        }
        int version = first.getInt(HEADER + 4);
        if (version != VERSION) {
            throw corrupt("its format is %d (expected: 1, that of LMDB 0.9)".formatted(version));
        }
        pageSize = first.getInt(PAGE_SIZE_AT);
        if (pageSize < 256 || pageSize > LARGEST_PAGE || Integer.bitCount(pageSize) != 1) {
            throw corrupt(
                    "pages of %d bytes (expected: a power of 2 from 256 to %d)".formatted(pageSize, LARGEST_PAGE));
        }
        ByteBuffer second = meta(pageSize);
        if (second == null || second.getInt(HEADER) != MAGIC || second.getInt(HEADER + 4) != VERSION) {
            throw corrupt("its second meta page is damaged");
        }
        return second.getLong(TXN_AT) > first.getLong(TXN_AT) ? second : first;
    }

    private @Nullable ByteBuffer meta(long at) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(META).order(ByteOrder.LITTLE_ENDIAN);
        return fill(bytes, at) ? bytes : null;
    }

    private boolean fill(ByteBuffer bytes, long at) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.read(bytes, at + bytes.position()) < 0) {
                return false;
            }
        }
        return true;
    }

    private void tree(long page, int depth) throws IOException {
        if (page == NO_PAGE) {
            return;
        }
        ByteBuffer bytes = read(page, pageSize);
        if (depth > DEEPEST || ++visited > pages) {
            throw corrupt("page %d: its tree has no end".formatted(page));
        }
        int flags = bytes.getShort(10) & 0xffff;
        int lower = bytes.getShort(12) & 0xffff;
        int upper = bytes.getShort(14) & 0xffff;
        boolean branch = (flags & BRANCH) != 0;
        if (bytes.getLong(0) != page
                || branch == ((flags & LEAF) != 0)
                || lower < HEADER
                || lower > upper
                || upper > pageSize) {
            throw corrupt("page %d is malformed".formatted(page));
        }
        int nodes = (lower - HEADER) / 2;
        for (int i = 0; i < nodes; i++) {
            int at = bytes.getShort(HEADER + 2 * i) & 0xffff;
            if (at < upper || at + NODE > pageSize) {
                throw corrupt("page %d, node %d lies outside".formatted(page, i));
            }
            long low = bytes.getInt(at) & 0xffffffffL; // size of the value, or the lower part of a page number
            int nodeFlags = bytes.getShort(at + 4) & 0xffff;
            int data = at + NODE + (bytes.getShort(at + 6) & 0xffff);
            if (branch) {
                requireInside(page, i, data);
                tree(low | (long) nodeFlags << 32, depth + 1);
            } else if ((nodeFlags & BIG_DATA) != 0) {
                requireInside(page, i, data + Long.BYTES);
                overflow(bytes.getLong(data), low);
            } else {
                requireInside(page, i, data + low);
            }
        }
    }

    private void requireInside(long page, int node, long end) {
        if (end > pageSize) {
            throw corrupt("page %d, node %d reaches outside".formatted(page, node));
        }
    }

    private void overflow(long page, long size) throws IOException {
        ByteBuffer head = read(page, HEADER);
        long count = head.getInt(12) & 0xffffffffL;
        if (head.getLong(0) != page
                || (head.getShort(10) & OVERFLOW) == 0
                || size > count * pageSize - HEADER
                || count > pages
                || (page + count) * pageSize > length) {
            throw corrupt("page %d, with a value of %d bytes, is malformed or cut off".formatted(page, size));
        }
    }

    private ByteBuffer read(long page, int size) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        if (page < 2 || page >= pages || (page + 1) * pageSize > length || !fill(bytes, page * pageSize)) {
            throw corrupt(
                    "page %d is missing (the file has %d bytes); it was cut off or damaged".formatted(page, length));
        }
        return bytes;
    }

    private CorruptDataException corrupt(String problem) {
        return new CorruptDataException(store, file, problem, null);
    }
}
