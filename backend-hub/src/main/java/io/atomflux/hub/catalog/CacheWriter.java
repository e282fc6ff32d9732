package io.atomflux.hub.catalog;

import io.atomflux.error.StoreFullException;
import io.atomflux.error.StoreIoException;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Puts what was loaded where Python looks for it: everything is written beside under a name of its own and moved, so that
 * nobody ever sees a part of it. All methods block.
 *
 * <p>Sources as for {@link CacheFolder}.
 */
final class CacheWriter {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String QUOTED = "\"\\";

    private final CacheFolder folder;
    private final boolean links;

    /**
     * Writes into a folder.
     *
     * @param links whether to try symbolic links
     */
    CacheWriter(CacheFolder folder, boolean links) {
        this.folder = folder;
        this.links = links;
    }

    /** Returns eight hexadecimal digits that no other writer has. */
    static String unique() {
        return "%08x".formatted(RANDOM.nextInt());
    }

    private static Path parent(Path file) {
        return Objects.requireNonNull(file.getParent(), "every file is in a folder");
    }

    /** Tells an operating system's lack of room from its other failures. */
    static RuntimeException failed(String name, String action, IOException e) {
        String reason = String.valueOf(e.getMessage());
        boolean full = reason.contains("No space left")
                || reason.contains("not enough space")
                || reason.contains("Disk quota exceeded");
        return full
                ? new StoreFullException("cache folder for " + name, reason, e)
                : new StoreIoException("cache folder for " + name, action, e);
    }

    /**
     * Makes the folder a file is to be in, without following links out of the cache folder.
     *
     * @throws IOException also if it would be elsewhere
     */
    private void makeParent(Path file) throws IOException {
        Path parent = parent(file);
        Files.createDirectories(parent);
        if (!parent.toRealPath().startsWith(folder.folder().toRealPath())) {
            throw new FileSystemException(parent.toString(), null, "a link leads out of the cache folder");
        }
    }

    /** Makes a blob the content of a file of a commit, and returns where the content is. */
    Path link(String commit, String path, Path blob) throws IOException {
        Path pointer = folder.pointer(commit, path);
        makeParent(pointer);
        if (links) {
            try {
                return linked(pointer, blob);
            } catch (UnsupportedOperationException | FileSystemException e) {
                return placed(pointer, blob); // as where links need rights that one seldom has
            }
        }
        return placed(pointer, blob);
    }

    private Path linked(Path pointer, Path blob) throws IOException {
        Path target = parent(pointer).relativize(blob);
        for (int attempt = 0; ; attempt++) {
            try {
                Files.createSymbolicLink(pointer, target);
                sync(parent(pointer));
                return blob;
            } catch (FileAlreadyExistsException e) {
                if (Files.exists(pointer) && Files.isSameFile(pointer, blob)) {
                    return blob; // another one was faster
                } else if (attempt > 2) {
                    throw e;
                }
                Files.deleteIfExists(pointer); // it leads to what is gone, or to what was damaged
            }
        }
    }

    private static Path placed(Path pointer, Path blob) throws IOException {
        Path beside = pointer.resolveSibling(pointer.getFileName() + "." + unique() + ".tmp");
        try {
            Files.copy(blob, beside);
            Files.move(beside, pointer, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
        Files.deleteIfExists(blob); // one copy is enough; who needs the blob looks for the file first
        sync(parent(pointer));
        return pointer;
    }

    /** Remembers what a branch or tag stands for; does nothing for a commit. */
    void reference(String revision, String commit) throws IOException {
        if (!revision.equals(commit) && !folder.commit(revision).equals(Optional.of(commit))) {
            write(folder.reference(revision), commit);
        }
    }

    /** Remembers all files of a commit. */
    void tree(String commit, List<TreeEntry> files) throws IOException {
        StringBuilder json = new StringBuilder("{\n \"format_version\": 1,\n \"files\": {");
        String separator = "\n";
        for (TreeEntry file : files) {
            if (!file.folder()) {
                json.append(separator).append("  ").append(quoted(file.path())).append(": {\"size\": ");
                json.append(file.size());
                file.oid().ifPresent(oid -> json.append(", \"blob_id\": ").append(quoted(oid)));
                file.sha256()
                        .ifPresent(sha256 -> json.append(", \"lfs_sha256\": ")
                                .append(quoted(sha256))
                                .append(", \"lfs_size\": ")
                                .append(file.size()));
                json.append('}');
                separator = ",\n";
            }
        }
        write(folder.tree(commit), json.append("\n }\n}\n").toString());
    }

    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < text.length(); i++) { // control characters are not let into a path
            char c = text.charAt(i);
            quoted.append(QUOTED.indexOf(c) >= 0 ? "\\" : "").append(c);
        }
        return quoted.append('"').toString();
    }

    private void write(Path file, String text) throws IOException {
        makeParent(file);
        Path beside = file.resolveSibling(file.getFileName() + "." + unique() + ".tmp");
        try {
            Files.writeString(beside, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE_NEW);
            try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(beside);
        }
        sync(parent(file));
    }

    /** Moves a file that is whole to its place for good. */
    static void publish(Path whole, Path blob) throws IOException {
        Files.move(whole, blob, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        sync(parent(blob));
    }

    private static void sync(Path parent) throws IOException {
        if (File.separatorChar == '/'
                && Files.isDirectory(parent, LinkOption.NOFOLLOW_LINKS)) { // elsewhere it cannot be
            try (FileChannel channel = FileChannel.open(parent, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
