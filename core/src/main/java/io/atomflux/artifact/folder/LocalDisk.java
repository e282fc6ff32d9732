package io.atomflux.artifact.folder;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** The file system of this machine. */
class LocalDisk implements Disk {

    /** Elsewhere a folder cannot be opened to be synced; renaming and removing is journalled by the system there. */
    private static final boolean SYNCS_FOLDERS = File.separatorChar == '/';

    private static final Set<OpenOption> READ = Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> WRITE =
            Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> CREATE = Set.of(
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE_NEW,
            LinkOption.NOFOLLOW_LINKS);
    private static final Set<OpenOption> LOCK =
            Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE, LinkOption.NOFOLLOW_LINKS);
    private static final long OVERLAP_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

    private final boolean synced;

    /** Describes the file system; what is not synced survives the end of a process, and not loss of power. */
    LocalDisk(boolean synced) {
        this.synced = synced;
    }

    @Override
    public Kind kind(Path path) throws IOException {
        BasicFileAttributes attributes = attributes(path);
        return attributes == null
                ? Kind.NONE
                : attributes.isRegularFile() ? Kind.FILE : attributes.isDirectory() ? Kind.FOLDER : Kind.OTHER;
    }

    private static @Nullable BasicFileAttributes attributes(Path path) throws IOException {
        try {
            return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return null;
        } catch (FileSystemException e) {
            if (e.getReason() != null && e.getReason().contains("Not a directory")) {
                return null; // below a file there is nothing
            }
            throw e;
        }
    }

    @Override
    public @Nullable Stamp stamp(Path path) throws IOException {
        BasicFileAttributes seen = attributes(path);
        return seen == null || !seen.isRegularFile()
                ? null
                : new Stamp(seen.fileKey(), seen.size(), seen.lastModifiedTime().to(TimeUnit.NANOSECONDS));
    }

    @Override
    public Handle read(Path path) throws IOException {
        return new Opened(FileChannel.open(regular(path), READ), false);
    }

    @Override
    public Handle write(Path path) throws IOException {
        return new Opened(FileChannel.open(regular(path), WRITE), synced);
    }

    @Override
    public Handle create(Path path) throws IOException {
        return new Opened(FileChannel.open(path, CREATE), synced);
    }

    /** Refuses links by name, and pipes, which would wait for a writer. */
    private Path regular(Path path) throws IOException {
        Kind kind = kind(path);
        if (kind == Kind.NONE) {
            throw new NoSuchFileException(path.toString());
        }
        if (kind != Kind.FILE) {
            throw new FileSystemException(path.toString(), null, "not a regular file; links are not followed");
        }
        return path;
    }

    @Override
    public void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public void makeFolder(Path path) throws IOException {
        try {
            Files.createDirectory(path);
        } catch (FileAlreadyExistsException e) {
            if (kind(path) != Kind.FOLDER) {
                throw new FileSystemException(path.toString(), null, "not a folder; links are not followed");
            }
        }
    }

    @Override
    public List<String> names(Path folder) throws IOException {
        Kind kind = kind(folder);
        if (kind == Kind.OTHER) {
            throw new FileSystemException(folder.toString(), null, "not a folder; links are not followed");
        }
        List<String> names = new ArrayList<>();
        if (kind == Kind.FOLDER) {
            try (DirectoryStream<Path> paths = Files.newDirectoryStream(folder)) {
                for (Path path : paths) {
                    names.add(String.valueOf(path.getFileName()));
                }
            } catch (NoSuchFileException e) {
                return List.of(); // removed meanwhile
            } catch (DirectoryIteratorException e) {
                throw e.getCause();
            }
        }
        return names;
    }

    @Override
    public void sync(Path folder) throws IOException {
        if (synced && SYNCS_FOLDERS) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    @Override
    public Closeable lock(Path path) throws IOException {
        LockTurn turn = LockTurn.of(path);
        turn.take();
        boolean locked = false;
        try {
            Closeable lock = attempt(path, true);
            while (lock == null) {
                LockSupport.parkNanos(OVERLAP_NANOS);
                lock = attempt(path, true);
            }
            locked = true;
            return turn.with(lock);
        } finally {
            if (!locked) {
                turn.give();
            }
        }
    }

    @Override
    public @Nullable Closeable tryLock(Path path) throws IOException {
        LockTurn turn = LockTurn.of(path);
        if (!turn.tryTake()) {
            return null;
        }
        @Nullable Closeable lock = null;
        try {
            lock = attempt(path, false);
            return lock == null ? null : turn.with(lock);
        } finally {
            if (lock == null) {
                turn.give();
            }
        }
    }

    /** Opens a lock file anew for each use: one that was deleted and made again would else be locked by nobody else. */
    private @Nullable Closeable attempt(Path path, boolean wait) throws IOException {
        Kind kind = kind(path);
        if (kind != Kind.FILE && kind != Kind.NONE) {
            throw new FileSystemException(path.toString(), null, "not a regular file; links are not followed");
        }
        FileChannel channel = FileChannel.open(path, LOCK);
        boolean locked = false;
        try {
            Object before = key(path);
            FileLock lock = wait ? channel.lock() : channel.tryLock();
            locked = lock != null && before != null && before.equals(key(path));
            return locked ? channel : null;
        } catch (OverlappingFileLockException e) {
            return null; // another copy of these classes in this virtual machine
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    private static @Nullable Object key(Path path) throws IOException {
        BasicFileAttributes seen = attributes(path);
        return seen == null ? null : seen.fileKey() == null ? path : seen.fileKey();
    }

    private static final class Opened implements Handle {

        private final FileChannel channel;
        private final boolean synced;

        Opened(FileChannel channel, boolean synced) {
            this.channel = channel;
            this.synced = synced;
        }

        @Override
        public int read(ByteBuffer target, long position) throws IOException {
            int read = 0;
            while (target.hasRemaining()) {
                int count = channel.read(target, position + read);
                if (count < 0) {
                    break;
                }
                read += count;
            }
            return read;
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            long at = position;
            while (source.hasRemaining()) {
                at += channel.write(source, at);
            }
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void truncate(long length) throws IOException {
            channel.truncate(length);
        }

        @Override
        public void force() throws IOException {
            if (synced) {
                channel.force(false);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
