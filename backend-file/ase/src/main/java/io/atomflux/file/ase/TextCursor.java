package io.atomflux.file.ase;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** A place in the text of one frame, moved on by lines and by words; for one thread. */
final class TextCursor {

    // Fields rather than accessors: columns of numbers are read in place, byte by byte.
    byte[] text = new byte[0];
    int at;
    int end;

    /** The line within the frame, 0 for the count, for errors. */
    long line;

    void begin(byte[] bytes, int from, int to) {
        text = bytes;
        at = from;
        end = to;
        line = 0;
    }

    /** Reads the rest of this line and moves behind its end. */
    String nextLine() {
        int from = at;
        boolean ascii = true;
        while (at < end && text[at] != '\n' && text[at] != '\r') {
            ascii &= text[at] >= 0;
            at++;
        }
        int to = at;
        skipTerminator();
        return ascii ? new String(text, from, to - from, StandardCharsets.ISO_8859_1) : decoded(from, to);
    }

    void skipLine() {
        byte[] source = text; // fields are too slow to follow byte by byte
        int stop = end;
        int next = at;
        while (next < stop && source[next] != '\n' && source[next] != '\r') {
            next++;
        }
        at = next;
        skipTerminator();
    }

    private void skipTerminator() {
        if (at < end && text[at++] == '\r' && at < end && text[at] == '\n') {
            at++;
        }
    }

    /**
     * Decodes text.
     *
     * @throws BadFrame if it is not UTF-8
     */
    String decoded(int from, int to) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text, from, to - from))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new BadFrame(line, "bytes that are not UTF-8 (expected: UTF-8 text)");
        }
    }

    /**
     * Moves to the end of the next word of this line and returns where it begins.
     *
     * @throws BadFrame if there is none
     */
    int nextWord() {
        while (at < end && isBlank(text[at])) {
            if (text[at] == '\n' || text[at] == '\r') {
                throw tooFew();
            }
            at++;
        }
        if (at == end) {
            throw tooFew();
        }
        int from = at;
        while (at < end && !isBlank(text[at])) {
            at++;
        }
        return from;
    }

    static boolean isBlank(byte b) {
        return b <= ' ' && b >= 0 && (b == ' ' || (b >= 9 && b <= 13) || b >= 28);
    }

    private BadFrame tooFew() {
        return new BadFrame(
                line,
                "too few columns, or fewer atoms than the count says (expected: as many words as Properties names)");
    }

    /** Returns the word from a place to here. */
    String word(int from) {
        return new String(text, from, at - from, StandardCharsets.UTF_8);
    }
}
