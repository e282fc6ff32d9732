package io.atomflux.file.columnar.zarr;

import io.atomflux.error.LimitExceededException;
import io.atomflux.file.columnar.journal.StoreEdit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The files of a store while one folder of it is written anew: that one is made beside the store and put in its place with
 * the commit, all others are changed as always.
 *
 * <p>Beside the store nobody looks, so files are written there at once, in whatever order, and taken away again at once.
 */
final class RewriteFiles implements StoreEdit {

    private final StoreEdit store;
    private final String folder;
    private final Path beside;

    RewriteFiles(StoreEdit store, String folder, Path beside) {
        this.store = store;
        this.folder = folder;
        this.beside = beside;
    }

    /** Takes away what a writer that died has left beside the store. */
    void begin() throws IOException {
        delete(folder);
    }

    private boolean isBeside(String path) {
        return ZarrPaths.covers(folder, path);
    }

    private Path at(String path) {
        if (path.equals(folder)) {
            return beside;
        }
        return beside.resolve(folder.isEmpty() ? path : path.substring(folder.length() + 1));
    }

    @Override
    public OptionalLong length(String path) throws IOException {
        if (!isBeside(path)) {
            return store.length(path);
        }
        Path file = at(path);
        return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                ? OptionalLong.of(Files.size(file))
                : OptionalLong.empty();
    }

    @Override
    public int read(String path, long position, ByteBuffer target) throws IOException {
        if (!isBeside(path)) {
            return store.read(path, position, target);
        }
        try (FileChannel channel = FileChannel.open(at(path), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            int sum = 0;
            while (target.hasRemaining()) {
                int read = channel.read(target, position + sum);
                if (read < 0) {
                    break;
                }
                sum += read;
            }
            return sum;
        }
    }

    @Override
    public byte[] read(String path, long most) throws IOException {
        if (!isBeside(path)) {
            return store.read(path, most);
        }
        long length = length(path).orElseThrow(() -> new NoSuchFileException(path));
        if (length > most) {
            throw new LimitExceededException("bytes of " + path, length, most, "write less at once");
        }
        return Files.readAllBytes(at(path));
    }

    @Override
    public List<String> names(String path) throws IOException {
        if (!isBeside(path)) {
            return store.names(path);
        }
        if (!isFolder(path)) {
            return List.of();
        }
        try (Stream<Path> inside = Files.list(at(path))) {
            return inside.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Override
    public boolean isFolder(String path) throws IOException {
        return isBeside(path) ? Files.isDirectory(at(path), LinkOption.NOFOLLOW_LINKS) : store.isFolder(path);
    }

    @Override
    public void fresh(String path, ByteBuffer content) throws IOException {
        if (isBeside(path)) {
            put(path, content);
        } else {
            store.fresh(path, content);
        }
    }

    @Override
    public void replace(String path, ByteBuffer content) throws IOException {
        if (isBeside(path)) {
            put(path, content);
        } else {
            store.replace(path, content);
        }
    }

    private void put(String path, ByteBuffer content) throws IOException {
        Path file = at(path);
        Files.createDirectories(file.getParent());
        try (FileChannel channel = FileChannel.open(
                file,
                StandardOpenOption.WRITE,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                LinkOption.NOFOLLOW_LINKS)) {
            ByteBuffer rest = content.duplicate();
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
        }
    }

    @Override
    public void write(String path, long position, ByteBuffer content) throws IOException {
        if (isBeside(path)) {
            throw new IllegalStateException("files of Zarr are written whole");
        }
        store.write(path, position, content);
    }

    @Override
    public void truncate(String path, long length) throws IOException {
        if (isBeside(path)) {
            throw new IllegalStateException("files of Zarr are written whole");
        }
        store.truncate(path, length);
    }

    @Override
    public void delete(String path) throws IOException {
        if (!isBeside(path)) {
            store.delete(path);
        } else if (Files.exists(at(path), LinkOption.NOFOLLOW_LINKS)) {
            Files.walkFileTree(at(path), new SimpleFileVisitor<Path>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path inside, @Nullable IOException problem)
                        throws IOException {
                    if (problem != null) {
                        throw problem;
                    }
                    Files.delete(inside);
                    return FileVisitResult.CONTINUE;
                }
            });
        }
    }

    @Override
    public void adopt(String path) {
        throw new IllegalStateException("one folder is adopted already");
    }

    @Override
    public void commit(String what) throws IOException {
        store.adopt(folder);
        store.commit(what);
    }
}
