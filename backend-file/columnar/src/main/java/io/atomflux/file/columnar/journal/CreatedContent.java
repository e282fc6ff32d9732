package io.atomflux.file.columnar.journal;

import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A store of one file that was not there: written beside it, renamed by the commit. */
record CreatedContent(long length) implements Content {

    static final byte KIND = 3;

    @Override
    public int read(Disk.Handle journal, FileSource file, long position, ByteBuffer target) throws IOException {
        return file.open().read(target, position);
    }

    @Override
    public void encode(DataOutput out) throws IOException {
        out.writeByte(KIND);
        out.writeLong(length);
    }

    @Override
    public boolean fits(Disk disk, Path file, Disk.Handle journal, boolean vanishes) throws IOException {
        boolean waiting = disk.kind(Places.temporary(file)) == Disk.Kind.FILE;
        Path there = waiting ? Places.temporary(file) : file;
        if (disk.kind(waiting ? file : Places.temporary(file)) != Disk.Kind.NONE
                || disk.kind(there) != Disk.Kind.FILE) {
            return false;
        }
        try (Disk.Handle handle = disk.open(there, Disk.Mode.READ)) {
            return handle.size() == length;
        }
    }

    @Override
    public void apply(Disk disk, Path file, Disk.Handle journal) throws IOException {
        if (disk.kind(Places.temporary(file)) == Disk.Kind.FILE) {
            disk.move(Places.temporary(file), file);
        }
    }
}
