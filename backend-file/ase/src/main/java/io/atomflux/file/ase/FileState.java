package io.atomflux.file.ase;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The state of a file at one moment.
 *
 * @param key tells one file from another that took its name; null where the file system has no such thing
 * @param length bytes there
 * @param modified when it was last written
 * @param committed up to where it counts: less than the length while an append is under way or was cut short
 */
record FileState(@Nullable Object key, long length, FileTime modified, long committed) {

    /**
     * Looks at a file.
     *
     * @throws java.nio.file.NoSuchFileException if there is none
     */
    static FileState of(Path path) throws IOException {
        Path file = followed(path);
        while (true) {
            BasicFileAttributes before = Files.readAttributes(file, BasicFileAttributes.class);
            requireRegular(before);
            long committed = AppendRecord.committed(file, before.size());
            BasicFileAttributes after = Files.readAttributes(file, BasicFileAttributes.class);
            // An append that began and ended in between would leave a length that is neither the old nor the new one.
            if (after.size() == before.size()
                    && after.lastModifiedTime().equals(before.lastModifiedTime())
                    && Objects.equals(after.fileKey(), before.fileKey())) {
                return new FileState(after.fileKey(), after.size(), after.lastModifiedTime(), committed);
            }
        }
    }

    /** Refuses folders, and pipes and devices, on which reading might never end. */
    static void requireRegular(BasicFileAttributes file) throws IOException {
        if (!file.isRegularFile()) {
            throw new IOException("not a regular file (expected: a text file of frames)");
        }
    }

    /** Follows a symbolic link, so that what is kept beside a file is beside the file and not beside the link. */
    static Path followed(Path path) throws IOException {
        return Files.isSymbolicLink(path) ? path.toRealPath() : path;
    }

    /** Returns a text that differs between states of files. */
    String etag() {
        return "%s-%d-%d-%d".formatted(key, length, modified.to(TimeUnit.NANOSECONDS), committed);
    }

    boolean isSameFile(FileState other) {
        return Objects.equals(key, other.key);
    }

    boolean isPartlyHidden() {
        return committed != length;
    }
}
