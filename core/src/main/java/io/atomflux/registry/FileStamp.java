package io.atomflux.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What tells one state of a file or folder from another without opening it.
 *
 * @param key tells it from another that took its name; null where the file system has no such thing
 * @param isFolder whether it is a folder, whose stamp tells of its entries only
 * @param length bytes there
 * @param modified when it was last changed
 * @param settled whether that was long enough ago for a later change to show in it: file systems count in ticks, of up to
 *     two seconds
 */
record FileStamp(@Nullable Object key, boolean isFolder, long length, Instant modified, boolean settled) {

    private static final Duration COARSEST_TICK = Duration.ofSeconds(2);

    /** Looks at a file; null if there is none. */
    static @Nullable FileStamp of(Path path) {
        Instant now = Instant.now();
        try {
            BasicFileAttributes seen = Files.readAttributes(path, BasicFileAttributes.class);
            Instant modified = seen.lastModifiedTime().toInstant();
            return new FileStamp(
                    seen.fileKey(),
                    seen.isDirectory(),
                    seen.size(),
                    modified,
                    modified.plus(COARSEST_TICK).isBefore(now));
        } catch (IOException e) {
            return null; // gone, or not to be seen: whoever reads it is told
        }
    }

    boolean isSameAs(@Nullable FileStamp other) {
        return other != null
                && Objects.equals(key, other.key)
                && isFolder == other.isFolder
                && length == other.length
                && modified.equals(other.modified);
    }
}
