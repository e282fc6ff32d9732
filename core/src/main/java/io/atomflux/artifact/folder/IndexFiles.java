package io.atomflux.artifact.folder;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.value.Bytes;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the index of a folder as it stands, for one process; shared by its reading and writing parts.
 *
 * <p>Reading never locks. A view is as new as the index if its log is as long as the file: who ends a log marks that in it before
 * anything is committed elsewhere. Merging runs changes nothing of what they hold, so an older list of runs is as good, as long
 * as its files are open; it is given up when {@code CURRENT} is seen to have changed.
 */
final class IndexFiles {

    private static final int ATTEMPTS = 1000;

    final Disk disk;
    final Path folder;
    final String name;
    private final BlockCache cache;
    private final Object reading = new Object();
    private volatile @Nullable View view; // replaced under reading
    private boolean closed; // guarded by reading

    /**
     * Describes an index; does no I/O.
     *
     * @param name the place for messages
     */
    IndexFiles(Disk disk, Path folder, String name, BlockCache cache) {
        this.disk = disk;
        this.folder = folder;
        this.name = name;
        this.cache = cache;
    }

    Path currentFile() {
        return folder.resolve(Current.FILE);
    }

    /** Returns a view that has every commit that completed before; release it. */
    View fresh() throws IOException {
        View seen = view;
        if (seen != null && seen.use()) {
            boolean fresh = false;
            try {
                fresh = !seen.ended && seen.log.size() == seen.position && seen.stamp.equals(disk.stamp(currentFile()));
            } finally {
                if (!fresh) {
                    seen.release();
                }
            }
            if (fresh) {
                return seen;
            }
        }
        synchronized (reading) {
            if (closed) {
                throw new StoreClosedException(name);
            }
            return renewed();
        }
    }

    private View renewed() throws IOException {
        for (int attempt = 1; ; attempt++) {
            Disk.Stamp stamp = disk.stamp(currentFile());
            if (stamp == null) {
                throw new StoreNotFoundException(name, "a folder with an index; one that lost it can be rebuilt");
            }
            View seen = view;
            if (seen == null || seen.ended || !stamp.equals(seen.stamp)) {
                Current current = current();
                try {
                    seen = switched(seen, stamp, current);
                } catch (NoSuchFileException gone) {
                    // Merged away since; if nothing else is current, it is missing.
                    if (attempt > 1 && current.equals(current()) || attempt == ATTEMPTS) {
                        throw new CorruptDataException(
                                name,
                                String.valueOf(gone.getMessage()),
                                "the file is missing; rebuild the index of the store",
                                gone);
                    }
                    continue;
                }
                install(seen);
            }
            View read = tailed(seen, stamp);
            if (read.ended && !current().log().equals(read.current.log())) {
                continue; // goes on in another log
            }
            if (read.use()) {
                return read;
            }
        }
    }

    Current current() throws IOException {
        return Current.decoded(name, disk.content(currentFile(), Current.MOST_BYTES));
    }

    private void install(View newer) throws IOException {
        View old = view;
        view = newer;
        if (old != null && old != newer) {
            old.release();
        }
    }

    /** Opens what is current, keeping what is open already. */
    private View switched(@Nullable View old, Disk.Stamp stamp, Current current) throws IOException {
        List<RunFile> runs = new ArrayList<>();
        LogFile opened = null;
        View result = null;
        try {
            for (Current.Run run : current.runs()) {
                runs.add(openRun(old, run));
            }
            if (old != null && old.current.log().equals(current.log())) {
                result = old.with(stamp, current, runs);
            } else {
                opened = LogFile.open(disk, folder, name, current.log(), false);
                result = new View(
                        stamp, current, runs, new View.Shared(opened), new MemoryTable(), LogFile.HEADER, false);
            }
            return result;
        } finally {
            if (result == null) {
                for (RunFile run : runs) {
                    run.release();
                }
                if (opened != null) {
                    opened.close();
                }
            }
        }
    }

    private RunFile openRun(@Nullable View old, Current.Run run) throws IOException {
        if (old != null) {
            for (RunFile open : old.runs()) {
                if (open.name().equals(run.name())) {
                    return open.use();
                }
            }
        }
        return RunFile.open(disk, folder, name, run, cache);
    }

    private View tailed(View seen, Disk.Stamp stamp) throws IOException {
        long size = seen.log.size();
        if (size < seen.position) {
            throw new CorruptDataException(
                    name,
                    LogFile.fileName(seen.current.log()),
                    "it is shorter than it was; rebuild the index of the store",
                    null);
        }
        Tail tail = new Tail(seen);
        long reached = seen.log.read(seen.position, size, tail);
        if (reached == seen.position && stamp.equals(seen.stamp)) {
            return seen;
        }
        View newer = seen.advanced(stamp, reached, tail.ended || seen.ended);
        install(newer);
        return newer;
    }

    private static final class Tail implements LogFile.Sink {
        private final MemoryTable table;
        private final List<Bytes> keys = new ArrayList<>();
        private final List<Optional<Bytes>> values = new ArrayList<>();
        private boolean ended;

        Tail(View seen) {
            this.table = seen.table;
        }

        @Override
        public void change(Bytes key, Optional<Bytes> value) {
            keys.add(key);
            values.add(value);
        }

        @Override
        public void committed(long end) {
            for (int i = 0; i < keys.size(); i++) {
                table.add(keys.get(i), values.get(i), end);
            }
            keys.clear();
            values.clear();
        }

        @Override
        public void ended() {
            ended = true;
        }
    }

    /** Opens runs of their own for merging, so that they stay readable whatever becomes current. */
    List<RunFile> opened(List<Current.Run> runs) throws IOException {
        List<RunFile> opened = new ArrayList<>();
        boolean all = false;
        try {
            for (Current.Run run : runs) {
                opened.add(RunFile.open(disk, folder, name, run, cache));
            }
            all = true;
            return opened;
        } finally {
            if (!all) {
                for (RunFile run : opened) {
                    run.release();
                }
            }
        }
    }

    /**
     * Makes something else current; for who holds the lock. The files it names are there, and stay there also if this fails: it
     * may have become current nevertheless.
     */
    void publish(Current next) throws IOException {
        disk.sync(folder);
        byte[] content = next.encoded();
        // Read only if the other is damaged; one that a crash left behind or broke does no harm.
        try (Disk.Handle copy = copyFile()) {
            copy.truncate(0);
            copy.write(ByteBuffer.wrap(content), 0);
        }
        disk.replace(currentFile(), folder.resolve("CURRENT.tmp"), content);
    }

    private Disk.Handle copyFile() throws IOException {
        Path copy = folder.resolve(Current.COPY);
        return disk.kind(copy) == Disk.Kind.NONE ? disk.create(copy) : disk.write(copy);
    }

    /** Deletes files that nothing refers to; for who holds all locks. */
    void sweep(Current current) throws IOException {
        Set<String> needed = new HashSet<>(Set.of(LogFile.fileName(current.log())));
        current.runs().forEach(run -> needed.add(RunFile.fileName(run.name())));
        for (String file : disk.names(folder)) {
            if ((file.endsWith(".run") || file.endsWith(".log")) && !needed.contains(file)) {
                disk.delete(folder.resolve(file));
            }
        }
    }

    Closeable lock() throws IOException {
        return disk.lock(folder.resolve("lock"));
    }

    @Nullable
    Closeable tryMergeLock(int tier) throws IOException {
        return disk.tryLock(folder.resolve("merge-" + tier + ".lock"));
    }

    void close() throws IOException {
        synchronized (reading) {
            closed = true;
            View last = view;
            view = null;
            if (last != null) {
                last.release();
            }
        }
    }
}
