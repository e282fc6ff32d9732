package io.atomflux.file.columnar.hdf5;

import io.atomflux.error.CorruptDataException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/** The bytes of a file under check: where they are, and how many were looked at. */
final class CheckedFile {

    /** No address. */
    static final long NONE = -1;

    private static final int PAGE = 1 << 14;
    private static final int MOST_PAGES = 256;
    private static final int MOST_AT_ONCE = 1 << 28;

    /** Each byte is described once and looked at a few times; files where it is more describe the same bytes many times. */
    private static final int MOST_VISITS = 16;

    private static final long FREE_VISITS = 1 << 22;

    private final Backing backing;
    private final String store;
    private final long size;
    private final Map<Long, byte[]> pages = new LinkedHashMap<>(16, 0.75f, true);

    private long visited;
    private boolean unlimited;
    private long base;
    private long end;
    private int addressBytes = 8;
    private int lengthBytes = 8;
    private CheckedPath place = CheckedPath.ROOT;

    CheckedFile(Backing backing, String store, long size) {
        this.backing = backing;
        this.store = store;
        this.size = size;
        this.end = size;
    }

    /** Says where addresses count from, where the last ends, and how large numbers are. */
    void measures(long newBase, long newEnd, int newAddressBytes, int newLengthBytes) {
        base = newBase;
        end = newEnd;
        addressBytes = newAddressBytes;
        lengthBytes = newLengthBytes;
    }

    /** Says that who asks may ask for the same again and again. */
    void unlimited() {
        unlimited = true;
    }

    /** Says what is looked at from now on. */
    void at(CheckedPath path) {
        place = path;
    }

    CheckedPath place() {
        return place;
    }

    String store() {
        return store;
    }

    long base() {
        return base;
    }

    int addressBytes() {
        return addressBytes;
    }

    int lengthBytes() {
        return lengthBytes;
    }

    /** Returns what stands for no address. */
    long noAddress() {
        return addressBytes == 8 ? -1 : (1L << (8 * addressBytes)) - 1;
    }

    /** Returns how many bytes the file has. */
    long size() {
        return size;
    }

    /** Returns how many bytes there are from the base on. */
    long length() {
        return end - base;
    }

    CorruptDataException wrong(String problem) {
        return new CorruptDataException(store, place.toString(), problem, null);
    }

    /** Fails unless that many bytes are in the file. */
    void inside(String what, long address, long bytes) {
        if (address < 0 || bytes < 0 || address > length() - bytes) {
            throw wrong("%s of %s bytes at byte %s (expected: within the %d of the file)"
                    .formatted(what, Long.toUnsignedString(bytes), Long.toUnsignedString(address + base), end));
        }
    }

    /** Reads a part. */
    CheckedPart part(String what, long address, long bytes) throws IOException {
        inside(what, address, bytes);
        if (bytes > MOST_AT_ONCE) {
            throw wrong("%s of %d bytes at byte %d (expected: at most %d)"
                    .formatted(what, bytes, address + base, MOST_AT_ONCE));
        }
        visit(bytes);
        byte[] whole = new byte[(int) bytes];
        for (int done = 0; done < whole.length; ) {
            long from = address + base + done;
            byte[] page = page(from / PAGE);
            int start = (int) (from % PAGE);
            int n = Math.min(page.length - start, whole.length - done);
            System.arraycopy(page, start, whole, done, n);
            done += n;
        }
        return new CheckedPart(this, what, address, whole, 0, whole.length);
    }

    /** Reads a text that ends before an address. */
    String text(String what, long address, long end) throws IOException {
        long at = address;
        while (at < end) {
            long from = at + base;
            byte[] page = page(from / PAGE);
            int start = (int) (from % PAGE);
            int most = (int) Math.min(page.length, start + (end - at));
            for (int i = start; i < most; i++) {
                if (page[i] == 0) {
                    at += i - start;
                    CheckedPart part = part(what, address, at - address);
                    return part.name(part.left());
                }
            }
            at += most - start;
            visit(most - start);
        }
        throw wrong("%s at byte %d without an end (expected: a NUL before byte %d)"
                .formatted(what, address + base, end + base));
    }

    private void visit(long bytes) {
        visited += bytes;
        if (!unlimited && visited / MOST_VISITS > size + FREE_VISITS) {
            throw wrong("the file describes the same bytes over and over (expected: each at most %d times)"
                    .formatted(MOST_VISITS));
        }
    }

    private byte[] page(long number) throws IOException {
        Long key = number;
        byte[] known = pages.get(key);
        if (known != null) {
            return known;
        }
        long from = number * PAGE;
        ByteBuffer page = ByteBuffer.allocate((int) Math.min(PAGE, size - from));
        int before = -1;
        while (page.hasRemaining() && before != page.position()) {
            before = page.position();
            backing.read(from + page.position(), page);
        }
        if (page.hasRemaining()) {
            throw wrong("ends at byte %d (expected: %d bytes)".formatted(from + page.position(), size));
        }
        pages.put(key, page.array());
        if (pages.size() > MOST_PAGES) {
            pages.remove(pages.keySet().iterator().next());
        }
        return page.array();
    }
}
