package io.atomflux.file.ase;

import io.atomflux.error.AtomfluxException;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.value.Row;
import java.io.IOException;
import java.util.List;

/** Reads and parses frames of one file by position, consecutive ones with one read; for one thread at a time. */
final class FrameReader {

    private static final int MOST_AT_ONCE = 1 << 20;
    private static final int LONGEST_RUN = 4096;
    private static final int BLOCK = 1 << 20;

    private final FrameFile file;
    private final FrameParser parser;
    private double inflation = 4;

    FrameReader(FrameFile file, Columns columns) {
        this.file = file;
        this.parser = new FrameParser(columns);
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
            long base = file.start(first);
            byte[] text = fit == 1 ? file.frameBytes(first) : file.bytes(base, file.start(first + fit));
            for (int i = 0; i < fit && (done == 0 || bytes < maxBytes); i++, done++) {
                int begin = (int) (file.start(first + i) - base);
                int end = (int) (file.start(first + i + 1) - base);
                Row row;
                try {
                    row = file.parse(parser, text, begin, end, first + i);
                } catch (AtomfluxException e) {
                    if (done == 0) {
                        throw e;
                    }
                    return done;
                }
                inflation = Math.max(0.25, (double) row.byteSize() / (end - begin));
                rows.add(row);
                bytes += row.byteSize();
            }
        }
        return done;
    }
}
