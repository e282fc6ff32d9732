package io.atomflux.hub.catalog;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.StoreIoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the hub's cache folder holds of one dataset, read as Python writes it.
 *
 * <p>{@code datasets--{namespace}--{name}/} holds {@code refs/{revision}} (a commit), {@code snapshots/{commit}/{path}} (a
 * link to {@code blobs/{etag}}, or the file itself) and {@code trees/{commit}.json} (all files of the commit). Newer versions
 * of Python's library make of a blob a link to {@code blobs/} of the whole cache folder. Sources: "Understand caching" of the
 * documentation of {@code huggingface_hub}; its {@code file_download.py}, {@code _tree_cache.py}, {@code
 * utils/_shared_blobs.py}.
 *
 * <p>What links lead to is followed only into those folders of blobs, as a cache folder may be shared. All methods block.
 */
final class CacheFolder {

    private static final int LARGEST_REFERENCE = 1024;
    private static final int LARGEST_TREE = 256 << 20;
    private static final int MOST_FILES = 500_000;

    private final Path cache;
    private final Path folder;
    private final String id;

    CacheFolder(Path cache, String id) {
        this.cache = cache.toAbsolutePath().normalize();
        this.folder = this.cache.resolve("datasets--" + id.replace("/", "--"));
        this.id = id;
    }

    Path folder() {
        return folder;
    }

    Path blobs() {
        return folder.resolve("blobs");
    }

    Path snapshot(String commit) {
        return folder.resolve("snapshots").resolve(commit);
    }

    /** Returns where a file of a commit is, whether it is there or not. */
    Path pointer(String commit, String path) {
        return inside(snapshot(commit), path);
    }

    Path reference(String revision) {
        return inside(folder.resolve("refs"), revision);
    }

    Path tree(String commit) {
        return folder.resolve("trees").resolve(commit + ".json");
    }

    Path lock(String etag) {
        return cache.resolve(".locks").resolve(folder.getFileName()).resolve(etag + ".lock");
    }

    /** Appends a path, which was checked where it came from: this is the last gate before the disk. */
    private static Path inside(Path folder, String path) {
        Path resolved = folder.resolve(path).normalize();
        if (!RepositoryNames.isPath(path) || !resolved.startsWith(folder) || resolved.equals(folder)) {
            throw new IllegalArgumentException("path: %s (expected: one inside %s)".formatted(path, folder));
        }
        return resolved;
    }

    /** Returns the commit a revision stood for when something of it was loaded last. */
    Optional<String> commit(String revision) {
        if (RepositoryNames.isCommit(revision)) {
            return Optional.of(revision);
        }
        Path reference = reference(revision);
        try {
            if (!Files.isRegularFile(reference, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.empty();
            }
            String commit = new String(bounded(reference, LARGEST_REFERENCE), StandardCharsets.UTF_8).strip();
            if (!RepositoryNames.isCommit(commit)) {
                throw new CorruptDataException(
                        name(reference), "the file", "no commit (expected: 40 hexadecimal digits); remove it", null);
            }
            return Optional.of(commit);
        } catch (IOException e) {
            throw failed(reference, e);
        }
    }

    /**
     * Finds a file of a commit.
     *
     * @return the file itself, not a link; empty if it is not there
     * @throws CorruptDataException if a link leads out of the cache folder
     */
    Optional<Path> file(String commit, String path) {
        Path pointer = pointer(commit, path);
        try {
            if (!Files.exists(pointer)) {
                return Optional.empty();
            }
            Path real = pointer.toRealPath();
            boolean isBlob = real.startsWith(real(blobs())) || real.startsWith(real(cache.resolve("blobs")));
            if (!isBlob && !real.startsWith(real(snapshot(commit))) || !Files.isRegularFile(real)) {
                throw new CorruptDataException(
                        name(pointer), "the file", "a link that leads elsewhere than to the blobs; remove it", null);
            }
            return Optional.of(real);
        } catch (NoSuchFileException e) {
            return Optional.empty(); // removed meanwhile
        } catch (IOException e) {
            throw failed(pointer, e);
        }
    }

    private static Path real(Path path) throws IOException {
        return Files.exists(path) ? path.toRealPath() : path;
    }

    /** Reads a small file of a commit. */
    Optional<ByteBuffer> content(String commit, String path, int largest) {
        Optional<Path> file = file(commit, path);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(ByteBuffer.wrap(bounded(file.get(), largest)));
        } catch (IOException e) {
            throw failed(file.get(), e);
        }
    }

    /**
     * Lists all files of a commit, or those that are there if the whole list is not.
     *
     * @return files only, by {@link TreeEntry#BY_PATH}; empty if nothing of the commit is there
     */
    Optional<List<TreeEntry>> files(String commit) {
        Path tree = tree(commit);
        Path snapshot = snapshot(commit);
        try {
            if (Files.isRegularFile(tree, LinkOption.NOFOLLOW_LINKS)) {
                return Optional.of(listed(ByteBuffer.wrap(bounded(tree, LARGEST_TREE)), name(tree)));
            }
            return Files.isDirectory(snapshot) ? Optional.of(present(snapshot, commit)) : Optional.empty();
        } catch (IOException e) {
            throw failed(tree, e);
        }
    }

    private static List<TreeEntry> listed(ByteBuffer text, String store) {
        Map<String, @Nullable Object> json = JsonTree.object(text, store, "the file");
        Map<String, @Nullable Object> files = JsonTree.map(json.get("files"));
        Long version = JsonTree.integer(json.get("format_version"));
        if (version == null || version != 1 || files == null) {
            throw new CorruptDataException(
                    store,
                    "the file",
                    "no list of files of version 1; remove it to go by the files that are there",
                    null);
        }
        List<TreeEntry> entries = new ArrayList<>();
        files.forEach((path, value) -> {
            Map<String, @Nullable Object> file = JsonTree.map(value);
            Long size = file == null ? null : JsonTree.integer(file.get("size"));
            if (file == null || size == null || size < 0 || !RepositoryNames.isPath(path)) {
                throw new CorruptDataException(store, "file " + path, "no size, or a path that leads elsewhere", null);
            }
            entries.add(new TreeEntry(
                    path,
                    false,
                    size,
                    Optional.ofNullable(JsonTree.text(file.get("lfs_sha256"))).filter(RepositoryNames::isSha256),
                    Optional.ofNullable(JsonTree.text(file.get("blob_id"))).filter(RepositoryNames::isSha1)));
        });
        entries.sort(TreeEntry.BY_PATH);
        return entries;
    }

    private List<TreeEntry> present(Path snapshot, String commit) throws IOException {
        List<TreeEntry> entries = new ArrayList<>();
        Files.walkFileTree(snapshot, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                String path = snapshot.relativize(file)
                        .toString()
                        .replace(file.getFileSystem().getSeparator(), "/");
                Optional<Path> real = RepositoryNames.isPath(path) ? file(commit, path) : Optional.empty();
                if (real.isPresent() && entries.size() < MOST_FILES) {
                    String blob = String.valueOf(real.get().getFileName());
                    boolean isBlob = real.get().startsWith(real(blobs()));
                    entries.add(new TreeEntry(
                            path,
                            false,
                            Files.size(real.get()),
                            Optional.of(blob).filter(name -> isBlob && RepositoryNames.isSha256(name)),
                            Optional.of(blob).filter(name -> isBlob && RepositoryNames.isSha1(name))));
                }
                return FileVisitResult.CONTINUE;
            }
        });
        entries.sort(TreeEntry.BY_PATH);
        return entries;
    }

    private static byte[] bounded(Path file, int largest) throws IOException {
        long size = Files.size(file);
        if (size > largest) {
            throw new IOException("%d bytes (expected: at most %d)".formatted(size, largest));
        }
        return Files.readAllBytes(file);
    }

    StoreIoException failed(Path path, IOException e) {
        return new StoreIoException(name(path), "reading the cache folder", e);
    }

    private String name(Path path) {
        return "cache folder of " + id + ", " + cache.relativize(path);
    }
}
