package io.atomflux.file.ase;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.spi.Columns;
import io.atomflux.value.Row;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One opened trajectory: its bytes, its table of places, and who uses it.
 *
 * <p>Streams keep the file they began with, so a file that is replaced by rewriting beside and renaming does not disturb
 * them. The table stays in the file and is read piece by piece, so the number of frames costs no memory. Closed when the
 * last user lets go. Safe for several threads.
 */
final class TrajFile {

    private static final int PLACES = 512; // of the table, read at once
    private static final int WHOLE = 64 << 10; // up to which frames are read with all their arrays
    private static final int AHEAD = 1 << 20;
    private static final int TEXT_GUESS = 4 << 10;
    private static final int ARRAYS_GUESS = 8 << 10;
    private static final int FINGERPRINT = 4 << 10;
    private static final int POSITION = 24; // bytes of three coordinates

    private final UlmSource source;
    private final FileState opened;
    private final String store;
    private final long maxFrameBytes;
    private UlmHeader header;
    private FileState seen;
    private int users = 1;
    private volatile boolean overwritten;
    private long[] places = new long[0];
    private int firstPlace;
    private int fingerprinted;
    private int fingerprint;
    private @Nullable TrajHeader first;

    private TrajFile(UlmSource source, FileState state, String store, long maxFrameBytes) throws IOException {
        this.source = source;
        this.opened = state;
        this.seen = state;
        this.store = store;
        this.maxFrameBytes = maxFrameBytes;
        this.header = UlmHeader.read(source, store);
        remember();
    }

    static TrajFile open(Path path, FileState state, String store, TrajOptions options) throws IOException {
        UlmSource source = UlmSource.open(path, state, store, options);
        try {
            return new TrajFile(source, state, store, options.maxFrameBytes());
        } catch (IOException | RuntimeException e) {
            source.close();
            throw e;
        }
    }

    synchronized TrajFile retain() {
        users++;
        return this;
    }

    synchronized void release() throws IOException {
        if (--users == 0) {
            source.close();
        }
    }

    /** Tells whether the bytes already read were changed in place, so that nothing known of them holds. */
    boolean isOverwritten() {
        return overwritten;
    }

    /**
     * Takes note of the state the path is in now; the header is looked at even if that is the same, as a writer sets the
     * number of frames within the same tick of the file system's clock as the frames.
     *
     * @return whether this is still the file there, as it was or grown
     */
    synchronized boolean accepts(FileState now) throws IOException {
        if (!opened.isSameFile(now) || overwritten) {
            return false;
        }
        if (source instanceof UlmSource.Inflated) {
            overwritten = !now.equals(seen); // nobody adds to one: it is written as a whole
            return !overwritten;
        }
        UlmHeader fresh;
        try {
            fresh = UlmHeader.read(source, store);
        } catch (CorruptDataException | ForeignDataException e) {
            overwritten = true; // opening it again tells what is wrong
            return false;
        }
        if (now.equals(seen) && fresh.equals(header)) {
            return true;
        }
        boolean sound = fresh.count() >= header.count() && fresh.version() == header.version();
        if (sound) {
            header = fresh;
            places = new long[0];
            sound = fingerprint(fingerprinted) == fingerprint;
        }
        if (!sound) {
            overwritten = true;
            return false;
        }
        seen = now;
        remember();
        return true;
    }

    /** Keeps what tells these frames from others at the same places. */
    private void remember() throws IOException {
        if (fingerprinted != header.count()) {
            fingerprinted = header.count();
            fingerprint = fingerprint(fingerprinted);
        }
    }

    /**
     * Sums up the first and the last of so many items: where they are, their texts, and the last position in front, which is
     * what differs between two runs of one simulation. No more, as there may be places of a table that are still to be set.
     */
    private int fingerprint(int count) throws IOException {
        CRC32C sum = new CRC32C();
        for (int item : count == 0 ? new int[0] : new int[] {0, count - 1}) {
            long place = place(item);
            ByteBuffer bytes = ByteBuffer.allocate(FINGERPRINT).order(ByteOrder.LITTLE_ENDIAN);
            long from = Math.max(UlmHeader.SIZE, place - POSITION);
            boolean inside = place >= 0 && place < source.size(); // else told to whoever reads that frame
            while (inside && bytes.hasRemaining() && source.read(bytes, from + bytes.position()) > 0) {
                continue;
            }
            int text = (int) Math.min(POSITION, Math.max(0, place - from));
            long end = bytes.flip().limit() < text + 8 ? 0 : text + 8 + Math.max(0, bytes.getLong(text));
            bytes.limit((int) Math.min(bytes.limit(), Math.max(0, end)));
            sum.update(bytes);
            sum.update(ByteBuffer.allocate(8).putLong(place).flip());
        }
        return (int) sum.getValue();
    }

    /** Tells whether frames can be added at the end: not to older versions of the container, nor to a compressed file. */
    synchronized boolean canGrow() {
        return header.version() == UlmHeader.CURRENT && source instanceof UlmSource.Plain;
    }

    private synchronized long version() {
        return header.version();
    }

    synchronized int size() {
        return header.count();
    }

    synchronized UlmHeader header() {
        return header;
    }

    /** Returns where an item's length is. */
    private synchronized long place(int item) throws IOException {
        if (item < firstPlace || item >= firstPlace + places.length) {
            int from = item - item % PLACES;
            ByteBuffer bytes = ByteBuffer.allocate(8 * Math.min(PLACES, header.count() - from))
                    .order(ByteOrder.LITTLE_ENDIAN);
            while (bytes.hasRemaining()) {
                if (source.read(bytes, header.table() + 8L * from + bytes.position()) < 0) {
                    throw new EOFException("file ends inside its table");
                }
            }
            long[] fresh = new long[bytes.capacity() / 8];
            bytes.flip().asLongBuffer().get(fresh);
            places = fresh;
            firstPlace = from;
        }
        return places[item - firstPlace];
    }

    ByteWindow window() {
        return new ByteWindow(source);
    }

    /**
     * Finds an item and reads its text.
     *
     * @param before where the item before it ended, if that was read last, else -1
     * @param arrays whether its arrays will be read, too
     * @throws CorruptDataException if it is cut or no JSON object
     */
    TrajItem item(int index, ByteWindow window, long before, boolean arrays) throws IOException {
        long place = place(index);
        long length = source.size();
        if (place < UlmHeader.SIZE || place > length - 8) {
            throw corrupt(
                    index,
                    "its place is outside (expected: byte %d to %d)".formatted(UlmHeader.SIZE, length - 8),
                    null);
        }
        long textEnd = Math.min(length, place + TEXT_GUESS);
        boolean follows = before >= UlmHeader.SIZE && before <= place;
        if (arrays && follows && place - before <= WHOLE) {
            window.prepare(before, textEnd, Math.min(length, before + AHEAD));
        } else {
            long from = arrays ? Math.max(UlmHeader.SIZE, place - ARRAYS_GUESS) : place;
            window.prepare(from, textEnd, textEnd);
        }
        long size = window.read(place, 8).getLong(0);
        if (size < 2 || size > length - place - 8) {
            throw corrupt(
                    index,
                    "text of %d bytes (expected: 2 to %d, inside the file)".formatted(size, length - place - 8),
                    null);
        }
        if (size > maxFrameBytes) {
            throw new LimitExceededException(
                    "bytes of frame %d in %s".formatted(index, store),
                    size,
                    maxFrameBytes,
                    "raise the option max_frame_bytes");
        }
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(window.read(place + 8, (int) size))
                    .toString();
        } catch (CharacterCodingException e) {
            throw corrupt(index, "text that is no UTF-8", e);
        }
        try {
            return new TrajItem(text, version(), window, length, maxFrameBytes, place + 8 + size);
        } catch (IllegalArgumentException e) {
            throw corrupt(index, String.valueOf(e.getMessage()), e);
        }
    }

    /** Returns what the first item tells of all. */
    TrajHeader first() throws IOException {
        TrajHeader known;
        synchronized (this) {
            known = first;
        }
        if (known == null) {
            try {
                known = TrajHeader.of(item(0, window(), -1, true));
            } catch (IllegalArgumentException e) {
                throw corrupt(0, String.valueOf(e.getMessage()), e);
            }
            synchronized (this) {
                first = known;
            }
        }
        return known;
    }

    /** Returns what an item tells of itself, or the first one of all. */
    TrajHeader headerOf(TrajItem item) throws IOException {
        return item.hasHeader() ? TrajHeader.of(item) : first();
    }

    /** Makes the row of an item. */
    Row row(int index, TrajItem item, TrajFrames frames) throws IOException {
        try {
            return frames.row(item, frames.wantsHeader() ? headerOf(item) : null);
        } catch (IllegalArgumentException e) {
            throw corrupt(index, String.valueOf(e.getMessage()), e);
        }
    }

    CorruptDataException corrupt(int index, String problem, @Nullable Throwable cause) {
        return new CorruptDataException(store, "frame " + index + toldPlace(index), problem, cause);
    }

    private synchronized String toldPlace(int index) {
        boolean known = index >= firstPlace && index - firstPlace < places.length;
        return known ? ", item at byte " + places[index - firstPlace] : "";
    }

    /**
     * Reads every frame and tells each one that cannot be read.
     *
     * @param most how many problems to tell at most
     */
    List<String> problems(int most) throws IOException {
        List<String> problems = new ArrayList<>();
        TrajReader reader = new TrajReader(this, Columns.ALL);
        int size = size();
        for (int frame = 0; frame < size && problems.size() < most; frame++) {
            try {
                reader.row(frame);
            } catch (AtomfluxException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
        }
        return problems;
    }
}
