package io.atomflux.file.columnar.journal;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.file.columnar.journal.Disk.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One opening of a store; its lock is shared with others of the same path in this process. */
final class LockedStore implements StoreAccess {

    private static final long PAUSE = 5_000_000;

    private final Path path;
    private final boolean readOnly;
    private final Duration patience;
    private final Fence fence;
    private final String store;
    private final Disk disk;

    private @Nullable Opened opened;
    private int running;
    private boolean closed;

    LockedStore(Path path, boolean readOnly, Duration patience, Fence fence, String store, Disk disk) {
        this.path = path.toAbsolutePath().normalize();
        this.readOnly = readOnly;
        this.patience = patience;
        this.fence = fence;
        this.store = store;
        this.disk = disk;
    }

    /** What is known after the first use. */
    private record Opened(Places places, StoreLock lock, Recovery recovery) {}

    private Path resolved() {
        try {
            return path.toRealPath();
        } catch (IOException e) {
            Path folder = path.getParent();
            Path name = path.getFileName();
            try {
                return folder == null || name == null
                        ? path
                        : folder.toRealPath().resolve(name);
            } catch (IOException f) {
                return path; // the first access says what is wrong with it
            }
        }
    }

    private synchronized Opened begin() {
        if (closed) {
            throw new StoreClosedException(store);
        }
        running++;
        return opened();
    }

    private synchronized Opened opened() {
        Opened open = opened;
        if (open == null) {
            Places places = new Places(resolved());
            open = new Opened(places, StoreLock.share(places.lock()), new Recovery(disk, places, store));
            opened = open;
        }
        return open;
    }

    private synchronized void end() throws IOException {
        running--;
        giveBack();
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        giveBack();
    }

    private void giveBack() throws IOException {
        Opened open = opened;
        if (closed && running == 0 && open != null) {
            opened = null;
            open.lock().release();
        }
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public Path beside() {
        return new Places(resolved()).rewrite();
    }

    @Override
    public long generation() throws IOException {
        Opened open = begin();
        try {
            return open.lock().generation();
        } finally {
            end();
        }
    }

    /** Something done between {@link #begin} and {@link #end}. */
    @FunctionalInterface
    private interface Call<T> {
        T run(Opened open) throws IOException;
    }

    /** An interrupt that is pending would close the files for everybody, so it is kept until the end. */
    private <T> T call(Call<T> call) throws IOException {
        Opened open = begin();
        boolean interrupted = Thread.interrupted();
        try {
            return call.run(open);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            end();
        }
    }

    @Override
    public <T> T reading(Work<StoreFiles, T> work) throws IOException {
        return call(open -> read(open, work));
    }

    private <T> T read(Opened open, Work<StoreFiles, T> work) throws IOException {
        Places places = open.places();
        if (disk.kind(places.root()) == Kind.NONE
                && disk.kind(places.journal()) == Kind.NONE
                && disk.kind(places.lock()) == Kind.NONE) {
            return work.with(NOTHING); // no reason to leave a lock file where nothing is
        }
        boolean overlay = readOnly;
        while (true) {
            open.lock().enter(false, !readOnly, patience, store);
            try {
                boolean pending = open.recovery().isPending();
                if (!pending || overlay || open.lock().marks() == Marks.NONE) {
                    try (Fence.Held held = fenced(places, false)) {
                        return pending ? laidOver(open, work) : plain(places, work);
                    }
                }
            } finally {
                open.lock().leave();
            }
            overlay = !recovered(open);
        }
    }

    private <T> T plain(Places places, Work<StoreFiles, T> work) throws IOException {
        try (View view = new View(disk, places, new Changes(), null)) {
            return work.with(view);
        }
    }

    private <T> T laidOver(Opened open, Work<StoreFiles, T> work) throws IOException {
        JournalFile journal = open.recovery().overlay(open.lock().marks());
        if (journal == null) {
            return plain(open.places(), work);
        }
        try (journal;
                View view = new View(disk, open.places(), journal.changes(), journal.handle())) {
            return work.with(view);
        }
    }

    /** Applies what a writer that died had committed; tells whether that could be. */
    private boolean recovered(Opened open) throws IOException {
        try {
            open.lock().enter(true, true, patience, store);
        } catch (io.atomflux.error.StoreAccessException e) {
            return false;
        }
        try (Fence.Held held = fenced(open.places(), true)) {
            open.recovery().run(open.lock().marks());
            return true;
        } catch (IOException e) {
            return false; // no permission, or no room: it is laid over the files instead
        } finally {
            open.lock().leave();
        }
    }

    private Fence.Held fenced(Places places, boolean exclusive) throws IOException {
        if (fence == Fence.NONE || disk.kind(places.root()) != Kind.FILE) {
            return () -> {};
        }
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                return fence.lock(places.root(), exclusive);
            } catch (StoreBusyException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw e;
                }
                LockSupport.parkNanos(PAUSE);
            }
        }
    }

    @Override
    public <T> T writing(Work<StoreEdit, T> work) throws IOException {
        return call(open -> write(open, work));
    }

    private <T> T write(Opened open, Work<StoreEdit, T> work) throws IOException {
        if (readOnly) {
            throw new ReadOnlyStoreException(store, "write");
        }
        Places places = open.places();
        if (disk.kind(places.folder()) == Kind.NONE) {
            throw new StoreNotFoundException(store, "its folder %s to be there".formatted(places.folder()));
        }
        open.lock().enter(true, true, patience, store);
        try (Fence.Held held = fenced(places, true)) {
            Marks marks = open.lock().marks();
            open.recovery().run(marks);
            open.recovery().sweep();
            try (Edit edit = new Edit(disk, places, store, marks, open.recovery())) {
                return work.with(edit);
            }
        } finally {
            open.lock().leave();
        }
    }

    @Override
    public void remove() throws IOException {
        call(open -> remove(open, OptionalLong.empty()));
    }

    @Override
    public boolean removeIf(long generation) throws IOException {
        return call(open -> remove(open, OptionalLong.of(generation)));
    }

    private boolean remove(Opened open, OptionalLong only) throws IOException {
        if (readOnly) {
            throw new ReadOnlyStoreException(store, "remove");
        }
        Places places = open.places();
        if (disk.kind(places.root()) == Kind.NONE && disk.kind(places.lock()) == Kind.NONE) {
            return true;
        }
        open.lock().enter(true, true, patience, store);
        try (Fence.Held held = fenced(places, true)) {
            if (only.isPresent() && only.getAsLong() != open.lock().generation()) {
                return false;
            }
            try {
                open.recovery().run(open.lock().marks());
            } catch (CorruptDataException e) {
                // It lies aside now, and goes with the rest.
            }
            open.recovery().sweep();
            open.recovery().remove();
            open.lock().removeFile();
            if (Files.isSymbolicLink(path)) {
                disk.delete(path); // it leads nowhere now
            }
            return true;
        } finally {
            open.lock().leave();
        }
    }

    /** A store that is not there. */
    private static final StoreFiles NOTHING = new StoreFiles() {
        @Override
        public OptionalLong length(String path) {
            View.check(path);
            return OptionalLong.empty();
        }

        @Override
        public int read(String path, long position, ByteBuffer target) throws IOException {
            throw new NoSuchFileException(path);
        }

        @Override
        public byte[] read(String path, long most) throws IOException {
            throw new NoSuchFileException(path);
        }

        @Override
        public List<String> names(String folder) {
            View.check(folder);
            return List.of();
        }

        @Override
        public boolean isFolder(String path) {
            View.check(path);
            return false;
        }
    };
}
