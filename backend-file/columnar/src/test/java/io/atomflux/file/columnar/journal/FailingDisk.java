package io.atomflux.file.columnar.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;

/** The file system of this machine, on which from some step on nothing can be written. */
final class FailingDisk implements Disk {

    private final Disk disk = new LocalDisk();
    private final String reason;
    private int left;
    private boolean afterCommit;

    /** Fails from a step on. */
    FailingDisk(int steps, String reason) {
        left = steps;
        this.reason = reason;
    }

    /** Fails as soon as a journal is committed. */
    static FailingDisk afterCommit() {
        FailingDisk disk = new FailingDisk(Integer.MAX_VALUE, "Permission denied");
        disk.afterCommit = true;
        return disk;
    }

    /** Leaves the journal of a change behind. */
    static void leaveJournal(Path store, StoreAccess.Work<StoreEdit, ?> work) throws IOException {
        try (StoreAccess access = store(store, afterCommit())) {
            access.writing(work);
        } catch (io.atomflux.error.WriteFailedException e) {
            if (e.outcome() != io.atomflux.error.Outcome.APPLIED) {
                throw e;
            }
        }
    }

    static StoreAccess store(Path store, Disk disk) {
        return new LockedStore(
                store, false, java.time.Duration.ofSeconds(20), StoreAccess.Fence.NONE, "the store", disk);
    }

    private void step(Path path) throws IOException {
        if (left-- <= 0) {
            left = 0;
            throw new FileSystemException(path.toString(), null, reason);
        }
    }

    @Override
    public Kind kind(Path path) throws IOException {
        return disk.kind(path);
    }

    @Override
    public Handle open(Path path, Mode mode) throws IOException {
        if (mode == Mode.EMPTY) {
            step(path);
        }
        Handle handle = disk.open(path, mode);
        return new Handle() {
            @Override
            public int read(ByteBuffer target, long position) throws IOException {
                return handle.read(target, position);
            }

            @Override
            public void write(ByteBuffer source, long position) throws IOException {
                step(path);
                handle.write(source, position);
            }

            @Override
            public long size() throws IOException {
                return handle.size();
            }

            @Override
            public void resize(long length) throws IOException {
                if (length >= handle.size()) {
                    step(path); // there is always room to cut
                }
                handle.resize(length);
            }

            @Override
            public void force() throws IOException {
                step(path);
                handle.force();
            }

            @Override
            public void close() throws IOException {
                handle.close();
            }
        };
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        step(from);
        disk.move(from, to);
        if (afterCommit && to.toString().endsWith(".journal")) {
            left = 1; // its folder is synced
        }
    }

    @Override
    public void delete(Path path) throws IOException {
        if (left == 0 && afterCommit) {
            step(path);
        }
        disk.delete(path);
    }

    @Override
    public void makeFolder(Path path) throws IOException {
        step(path);
        disk.makeFolder(path);
    }

    @Override
    public List<String> names(Path folder) throws IOException {
        return disk.names(folder);
    }

    @Override
    public void sync(Path folder) throws IOException {
        step(folder);
        disk.sync(folder);
    }

    @Override
    public void keepPermissions(Path old, Path replacing) throws IOException {
        disk.keepPermissions(old, replacing);
    }

    @Override
    public long modified(Path path) throws IOException {
        return disk.modified(path);
    }
}
