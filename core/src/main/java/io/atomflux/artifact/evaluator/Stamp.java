package io.atomflux.artifact.evaluator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.concurrent.TimeUnit;

/**
 * What tells one state of a file or folder from another without reading it; links are not followed.
 *
 * @param kind {@code -} if there is none, {@code f} a file, {@code d} a folder, {@code x} anything else
 */
record Stamp(char kind, long size, long modified, String fileKey) {

    static final Stamp NONE = new Stamp('-', 0, 0, "");

    static Stamp of(Path path) throws IOException {
        try {
            BasicFileAttributes found =
                    Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            char kind = found.isRegularFile() ? 'f' : found.isDirectory() ? 'd' : 'x';
            return new Stamp(
                    kind,
                    kind == 'f' ? found.size() : 0,
                    found.lastModifiedTime().to(TimeUnit.NANOSECONDS),
                    String.valueOf(found.fileKey()));
        } catch (NoSuchFileException e) {
            return NONE;
        }
    }

    boolean isFile() {
        return kind == 'f';
    }

    boolean isFolder() {
        return kind == 'd';
    }

    /** Tells whether a change at this very moment could leave the stamp as it is: the clock of a file system has ticks. */
    boolean isFresh() {
        return TimeUnit.MILLISECONDS.toNanos(System.currentTimeMillis() - 50) < modified;
    }
}
