package io.atomflux.file.lmdb;

import io.atomflux.error.CorruptDataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a data file before LMDB maps it, because a file that is shorter than its pages ends the whole process.
 *
 * <p>Source: the structures MDB_meta and MDB_page of LMDB 0.9 (mdb.c).
 */
final class PageCheck {

    private static final int MAGIC = 0xbeefc0de;
    private static final int VERSION = 1;
    private static final int HEADER = 16;
    private static final int META = HEADER + 136;
    private static final int LARGEST_PAGE = 32768; // LMDB's own limit on the size it takes from the system is 0x8000

    private PageCheck() {}

    /** Fails if the file is not one of LMDB 0.9, or is shorter than the pages in use. */
    static void beforeOpening(Path file, String store) throws IOException {
        if (!Files.exists(file) || Files.size(file) == 0) {
            return; // LMDB makes it
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer first = meta(channel, 0);
            if (first == null || first.getInt(HEADER) != MAGIC) {
                throw new CorruptDataException(store, Layout.DATA_FILE, "it is not a file of LMDB", null);
            }
            int version = first.getInt(HEADER + 4);
            if (version != VERSION) {
                throw new CorruptDataException(
                        store,
                        Layout.DATA_FILE,
                        "its format is %d (expected: 1, that of LMDB 0.9)".formatted(version),
                        null);
            }
            int pageSize = first.getInt(HEADER + 24); // md_pad of the list of free pages holds it
            if (pageSize < 256 || pageSize > 2 * LARGEST_PAGE || Integer.bitCount(pageSize) != 1) {
                throw new CorruptDataException(store, Layout.DATA_FILE, "page size " + pageSize, null);
            }
            ByteBuffer second = meta(channel, pageSize);
            if (second == null || second.getInt(HEADER) != MAGIC || second.getInt(HEADER + 4) != VERSION) {
                throw new CorruptDataException(store, Layout.DATA_FILE, "its second meta page is damaged", null);
            }
            ByteBuffer newest = second.getLong(HEADER + 128) > first.getLong(HEADER + 128) ? second : first;
            long lastPage = newest.getLong(HEADER + 120);
            long length = channel.size(); // after the meta page: writers make the file longer first
            if (lastPage < 1
                    || lastPage > length / pageSize + Integer.MAX_VALUE
                    || (lastPage + 1) * pageSize > length) {
                throw new CorruptDataException(
                        store,
                        Layout.DATA_FILE,
                        "%d bytes (expected: at least %d, for its pages); it was cut off"
                                .formatted(length, (lastPage + 1) * pageSize),
                        null);
            }
        }
    }

    private static @Nullable ByteBuffer meta(FileChannel channel, long at) throws IOException {
        ByteBuffer page = ByteBuffer.allocate(META).order(ByteOrder.LITTLE_ENDIAN);
        while (page.hasRemaining()) {
            if (channel.read(page, at + page.position()) < 0) {
                return null;
            }
        }
        return page;
    }
}
