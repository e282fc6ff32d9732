package io.atomflux.file.ase;

import io.atomflux.error.StoreClosedException;
import io.atomflux.error.StoreIoException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.spi.BlockingReader;
import io.atomflux.spi.BlockingRowBackend;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.Selection;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The frames of an xyz or extended xyz file as rows.
 *
 * <p>Before every call the state of the file is looked at: one that grew is scanned on from the last frame, one that
 * changed otherwise is indexed anew.
 */
final class ExtxyzStore implements BlockingRowBackend<Row> {

    static final Set<Capability> CAPABILITIES = Set.of();

    private final Path path;
    private final ExtxyzOptions options;
    private @Nullable FrameFile current;
    private boolean closed;

    ExtxyzStore(Path path, ExtxyzOptions options) {
        this.path = path.toAbsolutePath();
        this.options = options;
    }

    @Override
    public Class<Row> rowType() {
        return Row.class;
    }

    @Override
    public String name() {
        return path.toString();
    }

    @Override
    public Set<Capability> capabilities() {
        return CAPABILITIES;
    }

    /** Returns the file as it is now, for the caller to release. */
    private synchronized FrameFile file() throws IOException {
        if (closed) {
            throw new StoreClosedException(name());
        }
        try {
            FileState now = FileState.of(path);
            FrameFile file = current;
            if (file == null || !file.accepts(now)) {
                forget();
                file = FrameFile.open(path, now, name(), options.maxFrameBytes());
                current = file;
            }
            return file.retain();
        } catch (NoSuchFileException e) {
            forget();
            throw new StoreNotFoundException(name(), "an xyz or extended xyz file");
        } catch (IOException e) {
            throw new StoreIoException(name(), "opening", e);
        }
    }

    private void forget() throws IOException {
        if (current != null) {
            FrameFile file = current;
            current = null;
            file.release();
        }
    }

    /** Takes note of the state of the file, so that running streams learn when it was overwritten. */
    synchronized void look() throws IOException {
        FrameFile file = current;
        if (file != null) {
            try {
                if (!file.accepts(FileState.of(path))) {
                    forget();
                }
            } catch (NoSuchFileException e) {
                forget();
            }
        }
    }

    @Override
    public long size() throws IOException {
        FrameFile file = file();
        try {
            return file.size();
        } finally {
            file.release();
        }
    }

    @Override
    public List<Row> read(Positions positions, Columns columns) throws IOException {
        FrameFile file = file();
        try {
            return read(file, positions, columns);
        } finally {
            file.release();
        }
    }

    private List<Row> read(FrameFile file, Positions positions, Columns columns) throws IOException {
        for (long i = 0; i < positions.count(); i++) {
            long position = positions.at(i);
            if (position < 0 || !file.has(position)) {
                Selection.absolute(position < 0 ? Long.MAX_VALUE : position, file.size(), name());
            }
        }
        FrameReader frames = new FrameReader(file, columns);
        List<Row> rows = new ArrayList<>();
        while (rows.size() < positions.count()) {
            frames.read(positions, rows.size(), Long.MAX_VALUE, rows);
        }
        return rows;
    }

    @Override
    public Row get(long index, Columns columns) throws IOException {
        FrameFile file = file();
        try {
            // A frame counted from the start is found without scanning to the end.
            long position = index >= 0 && file.has(index) ? index : Selection.absolute(index, file.size(), name());
            return read(file, Positions.list(position), columns).get(0);
        } finally {
            file.release();
        }
    }

    @Override
    public BlockingReader<Row> reader(ReadRequest request) throws IOException {
        FrameFile file = file();
        try {
            Positions positions =
                    request.selection().isAll() ? null : request.selection().resolve(file.size(), name());
            return new FrameStream(this, file.retain(), positions, request.columns());
        } finally {
            file.release();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        forget();
    }
}
