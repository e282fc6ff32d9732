package io.atomflux.file.columnar.hdf5;

import io.atomflux.error.LimitExceededException;
import io.atomflux.file.columnar.journal.StoreFiles;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;

/** A store of one file, in memory. */
record OneFile(byte[] content) implements StoreFiles {

    @Override
    public OptionalLong length(String path) {
        return path.isEmpty() ? OptionalLong.of(content.length) : OptionalLong.empty();
    }

    @Override
    public int read(String path, long position, ByteBuffer target) {
        int n = (int) Math.max(0, Math.min(target.remaining(), content.length - position));
        if (n > 0) {
            target.put(content, (int) position, n);
        }
        return n;
    }

    @Override
    public byte[] read(String path, long most) {
        if (content.length > most) {
            throw new LimitExceededException("file", content.length, most, "allow more");
        }
        return content.clone();
    }

    @Override
    public List<String> names(String folder) {
        return List.of();
    }

    @Override
    public boolean isFolder(String path) {
        return false;
    }
}
