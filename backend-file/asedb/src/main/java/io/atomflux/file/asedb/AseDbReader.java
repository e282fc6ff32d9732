package io.atomflux.file.asedb;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.BlockingReader;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.value.Row;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One stream of rows; each batch is one read transaction.
 *
 * <p>Which rows, and in which order, is settled by the first batch, as ids never change their order. Rows whose content was
 * replaced meanwhile show the new content; one that is gone ends the stream.
 */
final class AseDbReader implements BlockingReader<Row> {

    private static final int MOST_AT_ONCE = 1 << 12;

    private final Database database;
    private final String store;
    private final ReadRequest request;
    private final StructureReader reader;
    private final List<String> columns;
    private @Nullable Ids captured;
    private @Nullable Object file;
    private Positions positions = Positions.range(0, 0);
    private long done;

    AseDbReader(Database database, String store, ReadRequest request) {
        this.database = database;
        this.store = store;
        this.request = request;
        this.reader = new StructureReader(request.columns());
        this.columns = reader.columns();
    }

    @Override
    public Optional<Batch<Row>> next(long maxBytes) throws IOException {
        if (captured != null && done == positions.count()) {
            return Optional.empty();
        }
        List<Row> rows = database.read((link, ids) -> some(link, ids, maxBytes));
        if (rows.isEmpty()) {
            return Optional.empty();
        }
        Positions part = positions.part(done, done + rows.size());
        done += rows.size();
        return Optional.of(Batch.of(rows, part));
    }

    private List<Row> some(Link link, Ids now, long maxBytes) throws SQLException {
        Ids known = captured;
        if (known == null || done == 0) { // the first batch may be read again
            positions = request.selection().resolve(now.size(), store);
            captured = now;
            file = link.file;
            known = now;
        }
        boolean sameFile = link.file.equals(file);
        List<Row> rows = new ArrayList<>();
        long bytes = 0;
        for (long at = done; at < positions.count() && rows.size() < MOST_AT_ONCE; at++) {
            if (!rows.isEmpty() && bytes >= maxBytes) {
                break;
            }
            long position = positions.at(at);
            long id = known.at(position);
            if (!sameFile || now != known && !now.contains(id)) {
                if (rows.isEmpty()) {
                    throw new StoreChangedException(store, done);
                }
                break; // give what was read; the next batch begins with the row that is gone
            }
            try {
                Cells cells = link.cells(id, position, columns);
                if (cells == null) {
                    throw new Database.MissingRowException(id, position);
                }
                Row row = reader.row(cells);
                rows.add(row);
                bytes += row.byteSize();
            } catch (AtomfluxException fault) {
                if (rows.isEmpty()) {
                    throw fault;
                }
                break; // likewise
            }
        }
        return rows;
    }

    @Override
    public void close() {
        // nothing is held between batches
    }
}
