package io.atomflux.testkit.history;

import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A file to which the clients of one process write what they do; thread-safe.
 *
 * <p>Each line is handed to the system before the call begins or goes on, so that a process that is killed leaves the
 * calls it had begun. Times are {@link System#nanoTime()}: on Linux, macOS and Windows that is one clock for all
 * processes of a machine (on Linux {@code CLOCK_MONOTONIC}); who joins the logs of several processes compares clocks
 * first, as {@code io.atomflux.testkit.SharedStoreContract} does.
 */
public final class HistoryLog implements Closeable {

    private final OutputStream out; // each line is one write, so lines never mix
    private final AtomicLong next = new AtomicLong();

    /** Appends to a file. */
    public HistoryLog(Path file) throws IOException {
        this.out = new FileOutputStream(file.toFile(), true);
    }

    /**
     * Notes that a call begins; to be called before.
     *
     * @param client a name without spaces
     * @return a number for {@link #returned}
     */
    public long invoked(String client, Call call) throws IOException {
        long id = next.getAndIncrement();
        write("I " + id + " " + client + " " + System.nanoTime() + " " + call + "\n");
        return id;
    }

    /** Notes that a call ended; to be called after. */
    public void returned(long id, Reply reply) throws IOException {
        write("R " + id + " " + System.nanoTime() + " " + reply + "\n");
    }

    /**
     * Notes that no call begun before now, by whichever client, can still take effect: all have ended or were killed, and
     * none of their commands is on its way.
     *
     * <p>That spares the checker to reckon with each lost call for ever.
     */
    public void settled() throws IOException {
        write("S " + System.nanoTime() + "\n");
    }

    private synchronized void write(String line) throws IOException {
        out.write(line.getBytes(StandardCharsets.US_ASCII));
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
