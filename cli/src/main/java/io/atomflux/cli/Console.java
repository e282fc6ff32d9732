package io.atomflux.cli;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Where a command writes: results, in UTF-8, to standard output, all else to standard error.
 *
 * <p>For one thread; only {@link #note} may be called from others.
 */
final class Console {

    private final OutputStream bytes;
    private final Writer out;
    private final PrintWriter err;
    private final boolean interactive;

    /**
     * Keeps two streams.
     *
     * @param interactive whether a person watches standard error, so that progress is worth showing
     */
    Console(OutputStream out, PrintWriter err, boolean interactive) {
        this.bytes = out;
        this.out = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8), 1 << 16);
        this.err = err;
        this.interactive = interactive;
    }

    boolean isInteractive() {
        return interactive;
    }

    /** Writes to standard output. */
    void print(String text) {
        try {
            out.write(text);
        } catch (IOException e) {
            throw new OutputException(e);
        }
    }

    /** Writes a line to standard output. */
    void line(String text) {
        print(text);
        print("\n");
    }

    /** Writes bytes as they are to standard output, behind all text so far. */
    void bytes(ByteBuffer buffer) {
        flush();
        byte[] copy = new byte[buffer.remaining()];
        buffer.get(copy);
        try {
            bytes.write(copy);
            bytes.flush();
        } catch (IOException e) {
            throw new OutputException(e);
        }
    }

    void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw new OutputException(e);
        }
    }

    /** Returns standard output as picocli wants it, for help texts. */
    PrintWriter helpOut() {
        return new PrintWriter(out);
    }

    PrintWriter err() {
        return err;
    }

    /** Tells the user something on standard error, in one line. */
    void note(String message) {
        err.println("atomflux: " + message);
        err.flush();
    }
}
