package io.atomflux.recorder.npz;

import io.atomflux.codec.Json;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a recording is: {@code NAME.npz}, and while it grows the hidden folder {@code .NAME.npz.recording} beside it. As long
 * as there is a commit file in the folder, the folder is the recording, and the file at most an earlier one.
 */
final class Place {

    private static final String COMMIT = "commit.json";
    private static final String TEMPORARY = "commit.json.tmp";
    private static final int LONGEST_COMMIT = 1 << 20;
    private static final int ATTEMPTS = 10;

    final Path file;
    final Path folder;
    final Disk disk;
    private final Pattern temporaries;

    Place(Path given, Disk disk) {
        Path name = given.getFileName();
        if (name == null || name.toString().isEmpty()) {
            throw new IllegalArgumentException("path \"%s\" (expected: one that names a file)".formatted(given));
        }
        String npz = name.toString().endsWith(".npz") ? name.toString() : name + ".npz";
        this.file = given.resolveSibling(npz).toAbsolutePath().normalize();
        this.folder = file.resolveSibling("." + npz + ".recording");
        this.disk = disk;
        this.temporaries = Pattern.compile(Pattern.quote("." + npz + ".") + "[0-9a-f]{16}\\.tmp");
    }

    String name() {
        return file.toString();
    }

    Path temporary() {
        return file.resolveSibling(".%s.%s.tmp".formatted(file.getFileName(), Head.token()));
    }

    /** Tells which file is there now; null if there is none. */
    @Nullable
    Object stamp() throws IOException {
        try {
            BasicFileAttributes seen = Files.readAttributes(file, BasicFileAttributes.class);
            if (!seen.isRegularFile()) { // a pipe would wait for a writer
                throw new CorruptDataException(name(), "archive", "not a regular file", null);
            }
            record Stamp(@Nullable Object key, long size, Object modified) {}
            return new Stamp(seen.fileKey(), seen.size(), seen.lastModifiedTime());
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Reads the commit file; null if there is none. */
    @Nullable
    Head head() throws IOException {
        try (FileChannel in = FileChannel.open(folder.resolve(COMMIT), StandardOpenOption.READ)) {
            long size = in.size();
            if (size > LONGEST_COMMIT) {
                throw new CorruptDataException(name(), COMMIT, "%d bytes".formatted(size), null);
            }
            ByteBuffer bytes = ByteBuffer.allocate((int) size);
            Disk.read(in, bytes, 0);
            try {
                return Head.of(name(), COMMIT, Json.read(new String(bytes.array(), StandardCharsets.UTF_8)));
            } catch (IllegalArgumentException e) {
                throw new CorruptDataException(name(), COMMIT, String.valueOf(e.getMessage()), e);
            }
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** Makes a state the one that readers see: the commit. */
    void commit(Head head) throws IOException {
        disk.replace(folder.resolve(COMMIT), folder.resolve(TEMPORARY), head.toJson());
    }

    void makeFolder() throws IOException {
        if (!Files.isDirectory(folder)) {
            disk.makeFolder(folder);
            disk.sync(Disk.parent(folder));
        }
    }

    /** Removes what a process that ended left: files of no commit, and half a finished file. */
    void sweep(@Nullable Head head) throws IOException {
        for (Path path : Disk.list(Disk.parent(file))) {
            if (temporaries.matcher(String.valueOf(path.getFileName())).matches()) {
                remove(path);
            }
        }
        for (Path path : Disk.list(folder)) {
            String name = String.valueOf(path.getFileName());
            if (head == null || !(name.equals(COMMIT) || Frames.belongs(name, head))) {
                disk.delete(path);
            }
        }
        if (head == null) {
            disk.delete(folder);
        }
    }

    /** Removes a file, or a folder of files. */
    void remove(Path path) throws IOException {
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            for (Path inside : Disk.list(path)) {
                disk.delete(inside);
            }
        }
        disk.delete(path);
    }

    /** Makes the finished file of what is committed, then removes the folder. */
    void publish(Head head) throws IOException {
        show(head);
        // From here on the file is the recording. What is left of the folder if this fails is swept by the next
        // recorder.
        disk.delete(folder.resolve(COMMIT));
        sweep(null);
    }

    /** Makes the file of what is committed so far; the folder stays, and stays the recording. */
    void show(Head head) throws IOException {
        Path temporary = temporary();
        if (head.committed() == 0) {
            NpzOutput.write(disk, temporary, head, null);
        } else {
            try (Frames frames = Frames.read(disk, folder, head)) {
                NpzOutput.write(disk, temporary, head, frames);
            }
        }
        put(temporary);
    }

    /** Makes a new file the finished one. */
    void put(Path temporary) throws IOException {
        boolean moved = false;
        try {
            disk.move(temporary, file);
            moved = true;
        } finally {
            if (!moved) {
                disk.delete(temporary);
            }
        }
        disk.sync(Disk.parent(file));
    }

    /** What is to be read, of either kind. */
    interface Reading<T> {
        T live(Head head, Path folder) throws IOException;

        T finished(Object stamp) throws IOException;
    }

    /** Reads what is there now; again, if that changed meanwhile. */
    <T> T read(Reading<T> reading) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            try {
                Head head = head();
                if (head != null) {
                    return reading.live(head, folder);
                }
                Object stamp = stamp();
                if (stamp != null) {
                    return reading.finished(stamp);
                }
                if (head() == null && stamp() == null) { // not just between the two
                    throw new StoreNotFoundException(name(), "a recording; the first flush makes one");
                }
            } catch (NoSuchFileException e) {
                if (attempt == ATTEMPTS - 1) {
                    throw e;
                }
            }
        }
        throw new StoreChangedException(name(), 0);
    }
}
