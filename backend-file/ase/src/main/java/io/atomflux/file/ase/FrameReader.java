package io.atomflux.file.ase;

import io.atomflux.error.AtomfluxException;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.value.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinTask;
import org.jspecify.annotations.Nullable;

/**
 * Reads and parses frames of one file by position, consecutive ones with one read; for one thread at a time.
 *
 * <p>Parsing takes far longer than reading, so what was read at once is shared out among the processors: the calling
 * thread parses as well, and alone if the common pool is busy.
 */
final class FrameReader {

    private static final int MOST_AT_ONCE = 1 << 20;
    private static final int LONGEST_RUN = 4096;
    private static final int BLOCK = 1 << 20;
    private static final int SHARE = 16 << 10; // bytes of text worth a hand-off: some tens of microseconds of parsing
    private static final int MOST_SHARES = Math.min(8, Runtime.getRuntime().availableProcessors());

    private final FrameFile file;
    private final Columns columns;
    private final List<FrameParser> parsers = new ArrayList<>();
    private double inflation = 4;

    FrameReader(FrameFile file, Columns columns) {
        this.file = file;
        this.columns = columns;
    }

    /**
     * Reads as many of the positions as fit, one at least; each must be there.
     *
     * @param from which of the positions to begin with
     * @param rows takes the rows
     * @return how many were read; fewer if a later one is corrupt, which the next call tells
     */
    int read(Positions positions, long from, long maxBytes, List<Row> rows) throws IOException {
        long total = Math.min(MOST_AT_ONCE, positions.count() - from);
        long bytes = 0;
        int done = 0;
        while (done < total && (done == 0 || bytes < maxBytes)) {
            int first = (int) positions.at(from + done);
            int run = 1;
            while (run < total - done && run < LONGEST_RUN && positions.at(from + done + run) == first + run) {
                run++;
            }
            // Rows may take more room than their text: what is read at once follows what was seen so far.
            int fit = file.fitting(first, run, Math.min((long) ((maxBytes - bytes) / inflation), BLOCK));
            Frames frames = new Frames(file, first, fit);
            parse(frames);
            for (int i = 0; i < fit && (done == 0 || bytes < maxBytes); i++, done++) {
                AtomfluxException fault = frames.faults[i];
                if (fault != null) {
                    if (done == 0) {
                        throw fault;
                    }
                    return done;
                }
                Row row = frames.rows[i];
                long size = row.byteSize();
                inflation = Math.max(0.25, (double) size / frames.length(i));
                rows.add(row);
                bytes += size;
            }
        }
        return done;
    }

    private void parse(Frames frames) throws IOException {
        int shares = Math.max(1, Math.min(Math.min(MOST_SHARES, frames.count), frames.text.length / SHARE));
        while (parsers.size() < shares) {
            parsers.add(new FrameParser(columns));
        }
        List<ForkJoinTask<?>> others = new ArrayList<>(shares - 1);
        for (int share = 1; share < shares; share++) {
            FrameParser parser = parsers.get(share);
            int from = frames.count * share / shares;
            int to = frames.count * (share + 1) / shares;
            others.add(ForkJoinTask.adapt(() -> {
                        frames.parse(parser, from, to);
                        return null;
                    })
                    .fork());
        }
        try {
            frames.parse(parsers.get(0), 0, frames.count / shares);
        } finally {
            others.forEach(ForkJoinTask::quietlyJoin);
        }
        for (ForkJoinTask<?> other : others) {
            Throwable failure = other.getException();
            if (failure instanceof RuntimeException defect) {
                throw defect;
            } else if (failure != null) {
                throw new IOException(failure);
            }
        }
    }

    /** Consecutive frames with their text; each place of the arrays is written by one thread. */
    private static final class Frames {
        private final FrameFile file;
        private final int first;
        private final int count;
        private final byte[] text;
        private final int[] bounds;
        private final Row[] rows;
        private final @Nullable AtomfluxException[] faults;

        Frames(FrameFile file, int first, int count) throws IOException {
            this.file = file;
            this.first = first;
            this.count = count;
            long base = file.start(first);
            this.bounds = new int[count + 1];
            if (count == 1) {
                this.text = file.frameBytes(first);
                bounds[1] = text.length;
            } else {
                // Before the text is read, as the last frame may still get lines from another program.
                for (int i = 0; i <= count; i++) {
                    bounds[i] = (int) (file.start(first + i) - base);
                }
                this.text = file.bytes(base, base + bounds[count]);
            }
            this.rows = new Row[count];
            this.faults = new @Nullable AtomfluxException[count];
        }

        int length(int index) {
            return bounds[index + 1] - bounds[index];
        }

        void parse(FrameParser parser, int from, int to) throws IOException {
            for (int i = from; i < to; i++) {
                try {
                    rows[i] = file.parse(parser, text, bounds[i], bounds[i + 1], first + i);
                } catch (AtomfluxException fault) {
                    faults[i] = fault;
                    return; // the frames behind it are not asked for
                }
            }
        }
    }
}
