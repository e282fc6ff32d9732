package io.atomflux.file.columnar.journal;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The file system of this machine. */
final class LocalDisk implements Disk {

    /** Elsewhere a folder cannot be opened to be synced; renaming and removing is journalled by the system there. */
    static final boolean SYNCS_FOLDERS = File.separatorChar == '/';

    private final boolean synced;

    LocalDisk() {
        this(true);
    }

    /** Describes the file system; what is not synced survives the end of a process, and not loss of power. */
    LocalDisk(boolean synced) {
        this.synced = synced;
    }

    @Override
    public Kind kind(Path path) throws IOException {
        BasicFileAttributes attributes;
        try {
            attributes = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return Kind.NONE;
        } catch (FileSystemException e) {
            if (e.getReason() != null && e.getReason().contains("Not a directory")) {
                return Kind.NONE; // below a file there is nothing
            }
            throw e;
        }
        return attributes.isRegularFile() ? Kind.FILE : attributes.isDirectory() ? Kind.FOLDER : Kind.OTHER;
    }

    @Override
    public Handle open(Path path, Mode mode) throws IOException {
        Set<OpenOption> options = switch (mode) {
            case READ -> Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
            case WRITE -> Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            case EMPTY ->
                Set.of(
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        LinkOption.NOFOLLOW_LINKS);
        };
        return new Opened(FileChannel.open(path, options), synced);
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
        Files.createDirectory(path);
    }

    @Override
    public List<String> names(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> paths = Files.newDirectoryStream(folder)) {
            for (Path path : paths) {
                names.add(path.getFileName().toString());
            }
        } catch (java.nio.file.DirectoryIteratorException e) {
            throw e.getCause();
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
    public long modified(Path path) throws IOException {
        return Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).to(TimeUnit.NANOSECONDS);
    }

    @Override
    public void keepPermissions(Path old, Path replacing) throws IOException {
        PosixFileAttributeView view =
                Files.getFileAttributeView(replacing, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
        if (view == null) {
            return;
        }
        Set<PosixFilePermission> kept = Files.getPosixFilePermissions(old, LinkOption.NOFOLLOW_LINKS);
        if (!view.readAttributes().permissions().equals(kept)) {
            try {
                Files.setPosixFilePermissions(replacing, kept);
            } catch (FileSystemException e) {
                // Mounts that only show permissions refuse to change them; the content matters more.
                return;
            }
        }
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
        public void resize(long length) throws IOException {
            long size = channel.size();
            if (length < size) {
                channel.truncate(length);
            } else if (length > size) {
                write(ByteBuffer.allocate(1), length - 1);
            }
        }

        @Override
        public void force() throws IOException {
            if (synced) {
                channel.force(true);
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
