package io.atomflux.file.ase;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.file.compressed.Compression;
import io.atomflux.value.Row;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One opened file of frames: its text, its index, and who uses it.
 *
 * <p>Streams keep the file they began with, so a file that is replaced by rewriting beside and renaming does not disturb
 * them. Closed when the last user lets go. Safe for several threads.
 */
final class FrameFile {

    private final FrameText text;
    private final FileState opened;
    private final FrameIndex index;
    private final String store;
    private final long maxFrameBytes;
    private FileState seen;
    private int users = 1;
    private int streams;
    private volatile boolean overwritten;

    private FrameFile(FrameText text, FileState state, String store, ExtxyzOptions options) {
        this.text = text;
        this.opened = state;
        this.seen = state;
        this.store = store;
        this.maxFrameBytes = options.maxFrameBytes();
        this.index = new FrameIndex(text, store, options.torn() == ExtxyzOptions.Torn.HIDE, this::isTorn);
    }

    static FrameFile open(Path path, FileState state, String store, ExtxyzOptions options) throws IOException {
        Optional<Compression> compression = Compression.of(path);
        FrameText text = compression.isPresent()
                ? InflatedText.open(path, compression.get(), state, store, options)
                : PlainText.open(path, state);
        return new FrameFile(text, state, store, options);
    }

    /** Counts a stream, which wants the text to stay what it is. */
    synchronized FrameFile retainForStream() {
        streams++;
        return retain();
    }

    synchronized void releaseByStream() throws IOException {
        streams--;
        release();
    }

    synchronized FrameFile retain() {
        users++;
        return this;
    }

    synchronized void release() throws IOException {
        if (--users == 0) {
            text.close();
        }
    }

    /** Tells whether the bytes already read were changed in place, so that nothing known of them holds. */
    boolean isOverwritten() {
        return overwritten;
    }

    /**
     * Takes note of the state the path is in now.
     *
     * @return whether this is still the file there, as it was or grown
     */
    synchronized boolean accepts(FileState now) throws IOException {
        if (!opened.isSameFile(now)) {
            return false;
        }
        if (now.equals(seen)) {
            return true;
        }
        boolean appending = now.isPartlyHidden() || seen.isPartlyHidden();
        boolean moved = now.committed() != seen.committed() || now.length() != seen.length();
        if (overwritten || !(appending || moved) || !text.continues(seen, now, index)) {
            overwritten = true;
            return false;
        }
        if (now.committed() != seen.committed()) {
            if (!text.grow(now, streams)) {
                return false;
            }
            index.grow();
        }
        seen = now;
        return true;
    }

    /** Finds out whether a frame is there. */
    synchronized boolean has(long frame) throws IOException {
        return index.has(frame);
    }

    /** Counts all frames. */
    synchronized long size() throws IOException {
        index.has(Integer.MAX_VALUE - 1);
        return index.found();
    }

    /** Returns where the frames end. */
    synchronized long end() throws IOException {
        index.has(Integer.MAX_VALUE - 1);
        return index.end();
    }

    /** Tells whether a blank line ends the frames, so that what follows is never read. */
    synchronized boolean endsAtBlankLine() throws IOException {
        index.has(Integer.MAX_VALUE - 1);
        return index.endsAtBlankLine();
    }

    /**
     * Reads every frame and tells each one that cannot be read, and text that no reader sees.
     *
     * @param most how many problems to tell at most
     */
    List<String> problems(int most) throws IOException {
        List<String> problems = new ArrayList<>();
        FrameParser parser = new FrameParser();
        try {
            for (int frame = 0; problems.size() < most && has(frame); frame++) {
                try {
                    byte[] text = frameBytes(frame);
                    parse(parser, text, 0, text.length, frame);
                } catch (CorruptDataException | LimitExceededException e) {
                    problems.add(String.valueOf(e.getMessage()));
                }
            }
            if (problems.size() < most && end() < limit()) {
                hidden(problems);
            }
        } catch (CorruptDataException e) {
            problems.add(String.valueOf(e.getMessage())); // no frame begins where one should, so the rest is unknown
        }
        long uncommitted = seen().length() - seen().committed();
        if (problems.size() < most && uncommitted > 0) {
            problems.add(
                    "%s: the last %d bytes are of an append that is under way or was cut short; the next write cuts them off"
                            .formatted(store, uncommitted));
        }
        return problems;
    }

    private synchronized FileState seen() {
        return seen;
    }

    /** Returns how many bytes of the file count, as it is kept. */
    long committed() {
        return seen().committed();
    }

    private void hidden(List<String> problems) throws IOException {
        if (!endsAtBlankLine()) {
            problems.add("%s: the last frame, from byte %d on, is torn; with torn=hide the next write cuts it off"
                    .formatted(store, end()));
        } else if (!isBlankFrom(end())) {
            problems.add(
                    "%s: behind byte %d, a blank line ends the frames, and the text after it is not seen by any reader"
                            .formatted(store, end()));
        }
    }

    /** Tells whether there are only blanks from a place on. */
    boolean isBlankFrom(long from) throws IOException {
        ByteBuffer room = ByteBuffer.allocate(1 << 16);
        for (long at = from; at < limit(); at += room.limit()) {
            room.clear().limit((int) Math.min(room.capacity(), limit() - at));
            int read = text.read(room, at);
            if (read < 0) {
                break; // only now is it known where it ends
            }
            room.flip();
            if (!PyText.strip(new String(room.array(), 0, read, StandardCharsets.ISO_8859_1))
                    .isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** Tells whether the last frame ends with a line end; also true of no frames. */
    boolean endsWithLine() throws IOException {
        long end = end();
        return end == 0 || "\n\r".indexOf(bytes(end - 1, end)[0]) >= 0;
    }

    /** Copies frames {@code from} to before {@code to} behind what a channel holds. */
    void transfer(int from, int to, WritableByteChannel target) throws IOException {
        long at = start(from);
        long end = start(to);
        boolean missing = to > from && "\n\r".indexOf(bytes(end - 1, end)[0]) < 0;
        while (at < end) {
            long moved = text.transferTo(at, end - at, target);
            if (moved <= 0) {
                throw new EOFException("file ends at byte %d (expected: %d)".formatted(at, end));
            }
            at += moved;
        }
        if (missing) {
            target.write(ByteBuffer.wrap(new byte[] {'\n'}));
        }
    }

    /** Returns up to where the file counts. */
    synchronized long limit() {
        return index.limit();
    }

    /** Returns where a frame begins, or the last one ends. */
    synchronized long start(int frame) throws IOException {
        index.has(frame - 1L); // another thread may have seen the file grow, so that the last frame is looked at again
        return index.start(frame);
    }

    /**
     * Tells how many frames from one on fit into so many bytes, one at least.
     *
     * @param most how many at most
     */
    synchronized int fitting(int frame, int most, long maxBytes) throws IOException {
        long from = index.start(frame);
        int fit = 1;
        while (fit < most && isSound(frame + fit) && index.start(frame + fit + 1) - from <= maxBytes) {
            fit++;
        }
        return fit;
    }

    private boolean isSound(int frame) throws IOException {
        try {
            return index.has(frame);
        } catch (CorruptDataException e) {
            return false; // told when its turn comes, after the frames before it
        }
    }

    /** Reads the bytes from one place to before another. */
    byte[] bytes(long from, long to) throws IOException {
        ByteBuffer room = ByteBuffer.allocate(Math.toIntExact(to - from));
        while (room.hasRemaining()) {
            if (text.read(room, from + room.position()) < 0) {
                throw new EOFException("file ends at byte %d (expected: %d)".formatted(from + room.position(), to));
            }
        }
        return room.array();
    }

    /** Reads the bytes of one frame. */
    byte[] frameBytes(int frame) throws IOException {
        long from = start(frame);
        long to = start(frame + 1);
        if (to - from > maxFrameBytes) {
            throw tooLarge(frame, to - from);
        }
        return bytes(from, to);
    }

    private boolean isTorn(long from, long to, long lastLine) throws IOException {
        if (to - from > maxFrameBytes) {
            return false; // refused anyway
        }
        byte[] text = bytes(from, to);
        try {
            new FrameParser().parse(text, 0, text.length);
            return false;
        } catch (BadFrame e) {
            return e.line() == lastLine;
        }
    }

    private LimitExceededException tooLarge(int frame, long size) {
        return new LimitExceededException(
                "bytes of frame %d in %s".formatted(frame, store),
                size,
                maxFrameBytes,
                "raise the option max_frame_bytes");
    }

    /** Parses one frame, naming file, frame and line if that fails. */
    Row parse(FrameParser parser, byte[] bytes, int from, int to, int frame) throws IOException {
        if (to - from > maxFrameBytes) {
            throw tooLarge(frame, to - from);
        }
        try {
            return parser.parse(bytes, from, to);
        } catch (BadFrame e) {
            throw corrupt(frame, e);
        }
    }

    private synchronized CorruptDataException corrupt(int frame, BadFrame fault) throws IOException {
        long line = index.firstLine(frame) + fault.line() + 1;
        return new CorruptDataException(store, "frame %d, line %d".formatted(frame, line), fault.problem(), null);
    }
}
