package io.atomflux.file.ase;

import io.atomflux.error.CorruptDataException;
import io.atomflux.file.compressed.Spool;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where the frames of one file begin: eight bytes of memory per frame, found by scanning as far as was asked for.
 *
 * <p>The scan is ASE 3.29's: a count, as many lines and a comment, then up to three lines that begin with {@code VEC}. A
 * blank line where a count is expected ends the file, whatever follows. A last frame with fewer lines than it claims is
 * torn: an error, or not counted if that was asked for and it is not the only one. So is one whose last line has no end
 * and does not hold what it must. Not thread-safe; guarded by its {@link FrameFile}. Long because every way in which a file can end wrongly is told
 * apart here, where the lines are counted.
 */
final class FrameIndex {

    private static final int LONGEST_COUNT = 8192;
    private static final int LONGEST_LINE_OF_COUNT = 40;
    private static final int CHECKPOINT = 1024;

    private final FrameText text;
    private final LineScanner in;
    private final String store;
    private final boolean hidesTorn;
    private final Tear tear;
    private final byte[] first = new byte[LONGEST_COUNT];

    private long[] starts = new long[64];
    private long[] linesAt = new long[1];
    private int count;
    private long goodEnd;
    private long goodLines;
    private boolean complete;
    private boolean blankEnd;
    private final byte[] tail = new byte[64];
    private int tailLength;
    private long tailEnd;
    private @Nullable CorruptDataException fault;

    /** Looks into a last frame whose last line has no end. */
    interface Tear {

        /**
         * Tells whether the last line of a frame was cut short.
         *
         * @param from where the frame begins
         * @param to where the file ends
         * @param lastLine that line within the frame, 0 for the count
         */
        boolean isTorn(long from, long to, long lastLine) throws IOException;
    }

    FrameIndex(FrameText text, String store, boolean hidesTorn, Tear tear) {
        this.text = text;
        this.in = new LineScanner(text);
        this.store = store;
        this.hidesTorn = hidesTorn;
        this.tear = tear;
    }

    /** Returns how many frames were found so far. */
    int found() {
        return count;
    }

    /** Returns where the last found frame ends. */
    long end() {
        return goodEnd;
    }

    /** Returns up to where the file is looked at. */
    long limit() {
        return in.limit();
    }

    /** Returns where a frame begins; for {@link #found()}, where the last one ends. */
    long start(int frame) {
        return frame == count ? goodEnd : starts[frame];
    }

    /** Tells whether all frames were found. */
    boolean isComplete() {
        return complete;
    }

    /** Tells whether a blank line ends the frames. */
    boolean endsAtBlankLine() {
        return blankEnd;
    }

    /** Continues with what was appended; the last frame is looked at again, since lines may belong to it. */
    void grow() {
        in.forget();
        complete = false;
        blankEnd = false;
        fault = null;
        if (count > 0) {
            count--;
            goodEnd = starts[count];
            goodLines = lineOfStart(count);
        }
    }

    /** Tells whether the bytes scanned last are still there; a file that was overwritten in place mostly shows so. */
    boolean isTailUnchanged(long length) throws IOException {
        if (tailEnd > length) {
            return false;
        }
        byte[] now = new byte[tailLength];
        int read = tailLength == 0 ? 0 : text.read(ByteBuffer.wrap(now), tailEnd - tailLength);
        return read == tailLength && Arrays.equals(now, 0, tailLength, tail, 0, tailLength);
    }

    private long lineOfStart(int frame) {
        try {
            return firstLine(frame);
        } catch (IOException e) {
            return goodLines; // only ever shown in messages
        }
    }

    /**
     * Finds frames until one is known, or the file ends.
     *
     * @return whether there is such a frame
     * @throws CorruptDataException if what stands where a frame should begin is none
     */
    boolean has(long frame) throws IOException {
        while (count <= frame && !complete) {
            if (fault != null) {
                throw fault;
            }
            try {
                next();
            } catch (Spool.DamagedException e) {
                fault = new CorruptDataException(
                        store, "frame %d, from line %d on".formatted(count, goodLines + 1), said(e), e);
                throw fault;
            }
            if (complete) {
                in.forget();
            }
        }
        return frame < count;
    }

    private static String said(Spool.DamagedException damage) {
        return String.valueOf(damage.getMessage());
    }

    private void next() throws IOException {
        in.seek(goodEnd);
        if (!in.more()) {
            complete = true;
            return;
        }
        BigInteger atoms = count();
        if (atoms == null) {
            complete = true;
            blankEnd = true;
            return;
        }
        long lines = atoms.bitLength() > 62 ? Long.MAX_VALUE : atoms.longValue();
        long skipped = 0;
        boolean comment = in.skipLine();
        long firstAtom = in.at();
        while (comment && skipped < lines && in.skipLine()) {
            skipped++;
        }
        if (!comment || skipped < lines) {
            if (comment) {
                requireTorn(firstAtom, atoms);
            }
            if (count == 0 || !hidesTorn) {
                String found = comment
                        ? "the file ends after %d atoms (expected: %s)".formatted(skipped, atoms)
                        : "the file ends after the count (expected: a comment line)";
                fault = corrupt(
                        goodLines + 1,
                        count == 0
                                ? found
                                : found + "; the option torn=hide reads the %d frames before".formatted(count));
                throw fault;
            }
            complete = true;
            return;
        }
        int vectors = 0;
        while (isVector()) {
            if (++vectors > 3) {
                fault = corrupt(goodLines + 2 + lines + vectors, "a fourth VEC line (expected: at most three)");
                throw fault;
            }
            in.skipLine();
        }
        long end = in.at();
        if (count > 0 && endsText(end) && !endsLine(end) && tear.isTorn(goodEnd, end, 1 + lines + vectors)) {
            if (!hidesTorn) {
                fault = corrupt(
                        goodLines + 2 + lines + vectors,
                        "the last line is cut short; the option torn=hide reads the %d frames before".formatted(count));
                throw fault;
            }
            complete = true;
            return;
        }
        in.seek(end);
        add(end, 2 + lines + vectors);
    }

    /**
     * Tells a frame that was cut short from one whose count is wrong, and which thus seems to take in the frames behind
     * it: these begin with a line of one integer, which no atom is. Hiding them would lose them with the next append.
     */
    private void requireTorn(long firstAtom, BigInteger atoms) throws IOException {
        in.seek(firstAtom);
        for (long lineNumber = goodLines + 3; in.at() < in.limit(); lineNumber++) {
            String line = beginning(LONGEST_LINE_OF_COUNT);
            if (line != null && PyText.integer(line) != null) {
                fault = corrupt(
                        goodLines + 1,
                        "%s atoms, but line %d looks like the count of another frame (expected: as many atoms as lines follow)"
                                .formatted(atoms, lineNumber));
                throw fault;
            }
        }
    }

    /** Reads a line that ends, or skips it and returns null if it is longer than asked for or does not end. */
    private @Nullable String beginning(int longest) throws IOException {
        int length = 0;
        while (in.more()) {
            byte b = in.next();
            if (b == '\n' || b == '\r') {
                in.skipLineFeedAfter(b);
                return new String(first, 0, length, StandardCharsets.UTF_8);
            } else if (length == longest) {
                in.skipLine();
                return null;
            }
            first[length++] = b;
        }
        return null;
    }

    private boolean endsText(long end) throws IOException {
        in.seek(end);
        try {
            return !in.more();
        } catch (Spool.DamagedException e) {
            return false; // told when the next frame is looked for
        }
    }

    private boolean endsLine(long end) throws IOException {
        in.seek(end - 1);
        return in.more() && "\n\r".indexOf(in.next()) >= 0;
    }

    private void add(long end, long lines) {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, Math.multiplyExact(count, 2));
        }
        if (count % CHECKPOINT == 0) {
            if (count / CHECKPOINT == linesAt.length) {
                linesAt = Arrays.copyOf(linesAt, linesAt.length * 2);
            }
            linesAt[count / CHECKPOINT] = goodLines;
        }
        starts[count++] = goodEnd;
        tailLength = in.bytesBefore(end, goodEnd, tail);
        tailEnd = end;
        goodEnd = end;
        goodLines += lines;
    }

    /** Reads the count, or null if a blank line ends the file. */
    private @Nullable BigInteger count() throws IOException {
        int length = 0;
        boolean ended = false;
        while (!ended && in.more()) {
            byte b = in.next();
            if (b == '\n' || b == '\r') {
                ended = true;
                in.skipLineFeedAfter(b);
            } else if (length < LONGEST_COUNT) {
                first[length++] = b;
            } else {
                ended = true;
            }
        }
        String line = new String(first, 0, length, StandardCharsets.UTF_8);
        if (PyText.strip(line).isEmpty() && length < LONGEST_COUNT) {
            return null;
        }
        BigInteger atoms = PyText.integer(line);
        if (atoms == null || atoms.signum() < 0) {
            fault = corrupt(
                    goodLines + 1,
                    "\"%s\" (expected: the number of atoms of frame %d)"
                            .formatted(line.length() > 60 ? line.substring(0, 60) : line, count));
            throw fault;
        }
        return atoms;
    }

    private CorruptDataException corrupt(long lineNumber, String problem) {
        return new CorruptDataException(store, "frame %d, line %d".formatted(count, lineNumber), problem, null);
    }

    private boolean isVector() throws IOException {
        long begin = in.at();
        int length = 0;
        try {
            while (length < 512 && in.more()) {
                byte b = in.next();
                if (b == '\n' || b == '\r') {
                    break;
                }
                first[length++] = b;
                if (length == 1 && b >= '0' && b <= '9') {
                    break; // by far the most common: the next count
                }
            }
        } catch (Spool.DamagedException e) {
            length = 0; // told when the next frame is looked for; this one is whole
        }
        in.seek(begin);
        String line = new String(first, 0, length, StandardCharsets.UTF_8);
        int skip = 0;
        while (skip < line.length() && PyText.isSpace(line.charAt(skip))) {
            skip++;
        }
        return line.startsWith("VEC", skip);
    }

    /** Counts the lines before a frame; reads at most a thousand frames for it. */
    long firstLine(int frame) throws IOException {
        int checkpoint = frame / CHECKPOINT;
        long lines = frame == 0 ? 0 : linesAt[checkpoint];
        in.seek(frame == 0 ? 0 : starts[checkpoint * CHECKPOINT]);
        while (in.at() < starts[frame] && in.skipLine()) {
            lines++;
        }
        return lines;
    }
}
