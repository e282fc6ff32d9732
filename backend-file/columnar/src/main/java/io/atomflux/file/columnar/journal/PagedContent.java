package io.atomflux.file.columnar.journal;

import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A file of which pages change: in the journal the new page and, behind it, the old one. What lies beyond the old end is in
 * the file already.
 */
final class PagedContent implements Content {

    static final byte KIND = 2;
    static final int PAGE = 4096;

    private final long base;
    private long length;

    /** Where in the journal a page is, by its number in the file. */
    private final TreeMap<Long, Long> slots = new TreeMap<>();

    /**
     * Begins without changes.
     *
     * @param base the length before the change
     */
    PagedContent(long base, long length) {
        this.base = base;
        this.length = length;
    }

    long base() {
        return base;
    }

    @Override
    public long length() {
        return length;
    }

    void length(long changed) {
        length = changed;
    }

    @Nullable
    Long slot(long page) {
        return slots.get(page);
    }

    void slot(long page, long offset) {
        slots.put(page, offset);
    }

    int pages() {
        return slots.size();
    }

    @Override
    public int read(Disk.Handle journal, FileSource file, long position, ByteBuffer target) throws IOException {
        int limit = target.limit();
        int start = target.position();
        long at = position;
        long end = Math.min(length, position + target.remaining());
        try {
            while (at < end) {
                Long slot = at < base ? slots.get(at / PAGE) : null;
                Long next = slots.higherKey(at / PAGE);
                long until = slot != null
                        ? Math.min(base, (at / PAGE + 1) * PAGE)
                        : next == null || next * PAGE >= base ? end : next * PAGE;
                int count = (int) (Math.min(until, end) - at);
                target.limit(target.position() + count);
                int read = slot != null
                        ? journal.read(target, slot + at % PAGE)
                        : file.open().read(target, at);
                at += read;
                if (read < count) {
                    break;
                }
            }
        } finally {
            target.limit(limit);
        }
        return target.position() - start;
    }

    @Override
    public void encode(DataOutput out) throws IOException {
        out.writeByte(KIND);
        out.writeLong(base);
        out.writeLong(length);
        out.writeInt(slots.size());
        for (Map.Entry<Long, Long> slot : slots.entrySet()) {
            out.writeLong(slot.getKey());
            out.writeLong(slot.getValue());
        }
    }

    @Override
    public boolean fits(Disk disk, Path file, Disk.Handle journal, boolean vanishes) throws IOException {
        if (disk.kind(file) != Disk.Kind.FILE) {
            return false;
        }
        try (Disk.Handle handle = disk.open(file, Disk.Mode.READ)) {
            long size = handle.size();
            if (size != length && size != Math.max(base, length)) {
                return false;
            }
            ByteBuffer now = ByteBuffer.allocate(PAGE);
            ByteBuffer both = ByteBuffer.allocate(2 * PAGE);
            for (Map.Entry<Long, Long> slot : slots.entrySet()) {
                long from = slot.getKey() * PAGE;
                // What is cut off may be anything by now: a cut whose length was lost leaves zeros.
                int count = (int) Math.max(0, Math.min(PAGE, Math.min(base, length) - from));
                handle.read(now.clear().limit(count), from);
                journal.read(both.clear(), slot.getValue());
                for (int i = 0; i < count; i++) {
                    // A write cut short leaves a page that begins as the new and ends as the old.
                    byte there = now.get(i);
                    if (there != both.get(i) && there != both.get(PAGE + i)) {
                        return false;
                    }
                }
            }
            return true;
        }
    }

    @Override
    public void apply(Disk disk, Path file, Disk.Handle journal) throws IOException {
        try (Disk.Handle handle = disk.open(file, Disk.Mode.WRITE)) {
            ByteBuffer page = ByteBuffer.allocate(PAGE);
            for (Map.Entry<Long, Long> slot : slots.entrySet()) {
                long from = slot.getKey() * PAGE;
                int count = (int) Math.max(0, Math.min(PAGE, Math.min(base, length) - from));
                journal.read(page.clear().limit(count), slot.getValue());
                handle.write(page.flip(), from);
            }
            if (handle.size() != length) {
                handle.resize(length);
            }
            handle.force();
        }
    }
}
