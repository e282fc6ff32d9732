package io.atomflux.file.ase;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.Outcome;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.StoreIoException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.file.compressed.Compression;
import io.atomflux.spi.BlockingReader;
import io.atomflux.spi.BlockingRowBackend;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.spi.WriteResult;
import io.atomflux.value.Row;
import io.atomflux.value.Versioned;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The frames of an xyz or extended xyz file, compressed or not, as rows.
 *
 * <p>Before every call the state of the file is looked at: one that grew is scanned on from the last frame, one that
 * changed otherwise is indexed anew. Writers exclude each other by {@link WriteGuard}; see {@link FileChanges} for how a
 * change becomes visible at one instant. Long because it carries all operations of a backend, each in a few lines.
 */
final class ExtxyzStore implements BlockingRowBackend<Row> {

    static final Set<Capability> CAPABILITIES = Set.of(
            Capability.APPEND,
            Capability.INSERT,
            Capability.SET,
            Capability.UPDATE,
            Capability.DELETE,
            Capability.DROP,
            Capability.CLEAR,
            Capability.REMOVE,
            Capability.VERSIONS,
            Capability.SNAPSHOT,
            Capability.DURABLE);

    private static final int MOST_PROBLEMS = 1000;

    private final Path path;
    private final ExtxyzOptions options;
    private @Nullable FrameFile current;
    private final FrameWriter writer;
    private boolean swept;
    private boolean closed;

    ExtxyzStore(Path path, ExtxyzOptions options) {
        this.path = path.toAbsolutePath();
        this.options = options;
        this.writer = new FrameWriter(path.toString(), options);
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
        requireOpen();
        try {
            FileState now = FileState.of(path);
            FrameFile file = current;
            if (file == null || !file.accepts(now)) {
                forget();
                file = FrameFile.open(path, now, name(), options);
                current = file;
            }
            return file.retain();
        } catch (NoSuchFileException e) {
            forget();
            throw notFound();
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

    /** Not told by it: a change of bytes in place that keeps length and time of the file, which no reader can see. */
    @Override
    public Optional<String> etag() throws IOException {
        FileState now;
        synchronized (this) {
            requireOpen();
            try {
                now = FileState.of(path);
            } catch (NoSuchFileException e) {
                throw notFound();
            } catch (IOException e) {
                throw new StoreIoException(name(), "opening", e);
            }
        }
        return Optional.of(now.etag());
    }

    private void requireOpen() {
        if (closed) {
            throw new StoreClosedException(name());
        }
    }

    private StoreNotFoundException notFound() {
        return new StoreNotFoundException(name(), "an xyz or extended xyz file");
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
            return new FrameStream(this, file.retainForStream(), positions, request.columns());
        } finally {
            file.release();
        }
    }

    @Override
    public Versioned<Row> getVersioned(long index) throws IOException {
        FrameFile file = file();
        try {
            int frame = (int) Selection.absolute(index, file.size(), name());
            byte[] text = file.frameBytes(frame);
            return new Versioned<>(file.parse(new FrameParser(), text, 0, text.length, frame), FrameVersion.of(text));
        } finally {
            file.release();
        }
    }

    @Override
    public long apply(Write<Row> write) throws IOException {
        WriteResult result = applyAll(List.of(write)).get(0);
        if (result.failure() instanceof IOException failure) {
            throw failure;
        } else if (result.failure() instanceof RuntimeException failure) {
            throw failure;
        }
        return result.size();
    }

    /** Appends that come together share one sync, and so show together. */
    @Override
    public List<WriteResult> applyAll(List<Write<Row>> writes) {
        List<WriteResult> results = new ArrayList<>(writes.size());
        try {
            if (writes.stream().anyMatch(write -> write instanceof Write.Append || write instanceof Write.Insert)) {
                makeFolder();
            }
            Path file = real();
            try (WriteGuard guard = WriteGuard.of(file)) {
                applyAll(writes, new FileChanges(file, name(), Compression.of(path)), results);
            }
        } catch (IOException | RuntimeException e) {
            while (results.size() < writes.size()) {
                results.add(WriteResult.failed(e));
            }
        }
        return results;
    }

    private void applyAll(List<Write<Row>> writes, FileChanges changes, List<WriteResult> results) throws IOException {
        changes.recover();
        if (!swept) {
            changes.sweep();
            swept = true;
        }
        int at = 0;
        while (at < writes.size()) {
            int end = at;
            while (end < writes.size() && writes.get(end) instanceof Write.Append<Row>) {
                end++;
            }
            if (end - at < 2 || !appendTogether(writes.subList(at, end), changes, results)) {
                results.add(one(writes.get(at), changes));
                at++;
            } else {
                at = end;
            }
        }
    }

    /** Makes several appends as one; false if that failed, and nothing was made. */
    private boolean appendTogether(List<Write<Row>> appends, FileChanges changes, List<WriteResult> results) {
        List<Row> rows = new ArrayList<>();
        List<Integer> counts = new ArrayList<>();
        for (Write<Row> write : appends) {
            rows.addAll(((Write.Append<Row>) write).rows());
            counts.add(rows.size());
        }
        WriteResult result = one(new Write.Append<>(rows), changes);
        if (result.failure() != null) {
            return result.failure() instanceof AtomfluxException known
                    && known.outcome() != Outcome.NOT_APPLIED
                    && results.addAll(java.util.Collections.nCopies(appends.size(), result));
        }
        counts.forEach(count -> results.add(WriteResult.done(result.size() - rows.size() + count)));
        return true;
    }

    private WriteResult one(Write<Row> write, FileChanges changes) {
        try {
            FrameFile file = existing();
            try {
                return WriteResult.done(write.accept(new FrameEdits(new ExtxyzTarget(file, changes, writer), name())));
            } finally {
                if (file != null) {
                    file.release();
                }
            }
        } catch (UncheckedIOException e) {
            return WriteResult.failed(java.util.Objects.requireNonNull(e.getCause()));
        } catch (IOException | RuntimeException e) {
            return WriteResult.failed(e);
        }
    }

    private @Nullable FrameFile existing() throws IOException {
        try {
            return file();
        } catch (StoreNotFoundException e) {
            return null; // the write makes it
        }
    }

    private Path real() throws IOException {
        Path followed = FileState.followed(path);
        Path folder = followed.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new StoreNotFoundException(name(), "an xyz or extended xyz file");
        }
        Path file = folder.toRealPath().resolve(followed.getFileName());
        BasicFileAttributes there;
        try {
            there = Files.readAttributes(file, BasicFileAttributes.class);
        } catch (IOException e) {
            return file; // the first write makes it, or tells what is wrong
        }
        FileState.requireRegular(there);
        return file;
    }

    private void makeFolder() throws IOException {
        Path folder = path.getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            Files.createDirectories(folder);
        }
    }

    @Override
    public List<String> verify() throws IOException {
        FrameFile file = file();
        try {
            return file.problems(MOST_PROBLEMS);
        } finally {
            file.release();
        }
    }

    @Override
    public void remove() throws IOException {
        Path file = real();
        try (WriteGuard guard = WriteGuard.of(file)) {
            FileChanges changes = new FileChanges(file, name(), Compression.of(path));
            changes.sweep();
            changes.remove();
        }
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        forget();
    }
}
