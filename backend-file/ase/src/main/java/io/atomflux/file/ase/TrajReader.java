package io.atomflux.file.ase;

import io.atomflux.error.AtomfluxException;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.value.Row;
import java.io.IOException;
import java.util.List;

/** Reads frames of one trajectory by position, consecutive ones with few calls; for one thread at a time. */
final class TrajReader {

    private static final int MOST_AT_ONCE = 1 << 20;

    private final TrajFile file;
    private final TrajFrames frames;
    private final ByteWindow window;
    private final boolean arrays;
    private int next;
    private long end = -1;

    TrajReader(TrajFile file, Columns columns) {
        this.file = file;
        this.frames = new TrajFrames(columns);
        this.window = file.window();
        this.arrays = frames.wantsAll()
                || columns.keys().stream()
                        .flatMap(List::stream)
                        .anyMatch(key -> key.startsWith("arrays.") || key.equals("calc.forces"));
    }

    Row row(int frame) throws IOException {
        TrajItem item = file.item(frame, window, frame == next ? end : -1, arrays);
        next = frame + 1;
        end = item.end();
        return file.row(frame, item, frames);
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
            Row row;
            try {
                row = row((int) positions.at(from + done));
            } catch (AtomfluxException fault) {
                if (done == 0) {
                    throw fault;
                }
                return done;
            }
            rows.add(row);
            bytes += row.byteSize();
            done++;
        }
        return done;
    }
}
