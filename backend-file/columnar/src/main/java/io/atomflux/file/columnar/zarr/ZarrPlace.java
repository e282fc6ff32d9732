package io.atomflux.file.columnar.zarr;

import io.atomflux.file.columnar.journal.StoreFiles;
import io.atomflux.file.columnar.tree.Shape;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/** What all trees of one store share: where it is, what is allowed, and documents understood already. For many threads. */
final class ZarrPlace {

    private static final int MOST_KNOWN = 4096;
    private static final int LONGEST_KNOWN = 64 << 10;
    private static final int MOST_WATCHED = 64;

    private final Path folder;
    private final long mostChunkBytes;
    private final Map<String, Known> known = new ConcurrentHashMap<>();
    private final Map<String, Set<Shape>> debris = new ConcurrentHashMap<>();
    private final Set<String> watched = new ConcurrentSkipListSet<>();

    ZarrPlace(Path folder, long mostChunkBytes) {
        this.folder = folder;
        this.mostChunkBytes = mostChunkBytes;
    }

    /** A group or an array, the latter understood when it is asked for. */
    final class Entry {
        private final ZarrNode node;
        private volatile @Nullable ZarrArray array;

        Entry(ZarrNode node) {
            this.node = node;
        }

        ZarrNode node() {
            return node;
        }

        /** Returns what an array's document means. */
        ZarrArray array() {
            ZarrArray understood = array;
            if (understood == null) {
                understood = ZarrArray.of(node, name(), mostChunkBytes);
                array = understood;
            }
            return understood;
        }
    }

    private record Known(byte[] document, Entry entry) {
        @Override
        public boolean equals(Object o) {
            return this == o;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }

        @Override
        public String toString() {
            return entry.node().path();
        }
    }

    /** What tells one state of a file from another. */
    private record FileStamp(
            long length, FileTime changed, @Nullable Object key) {}

    /** Tells whether a stamp is that of a file that is there. */
    static boolean isOfFile(Object stamp) {
        return stamp instanceof FileStamp;
    }

    Path folder() {
        return folder;
    }

    String name() {
        return folder.toString();
    }

    long mostChunkBytes() {
        return mostChunkBytes;
    }

    /** Reads what is at a path; what was understood before is not parsed again. */
    Optional<Entry> read(StoreFiles files, String path) throws IOException {
        ZarrNode.Reader reader = ZarrNode.reader(files);
        byte[] document = reader.read(ZarrPaths.in(path, ZarrNode.V3));
        Known before = known.get(path);
        if (document != null && before != null && Arrays.equals(document, before.document)) {
            return Optional.of(before.entry);
        }
        // read once: another file between the two looks would not fit what is remembered
        Optional<Entry> entry = ZarrNode.read(
                        place -> place.equals(ZarrPaths.in(path, ZarrNode.V3)) ? document : reader.read(place),
                        name(),
                        path)
                .map(Entry::new);
        if (document != null && document.length <= LONGEST_KNOWN) {
            if (known.size() >= MOST_KNOWN) {
                known.clear();
            }
            known.put(path, new Known(document, entry.orElseThrow()));
        }
        return entry;
    }

    /**
     * Remembers whether a chunk, as its file is, holds something beyond the end of its array: that must not come into view
     * when the array grows. Only chunks at the edge do, so these are few.
     */
    void noteDebris(String array, Shape index, boolean there) {
        if (there) {
            debris.computeIfAbsent(array, path -> ConcurrentHashMap.newKeySet()).add(index);
        } else {
            Set<Shape> known = debris.get(array);
            if (known != null) {
                known.remove(index);
            }
        }
    }

    /** Returns the chunks of an array that were seen to hold something beyond its end. */
    List<Shape> debris(String array) {
        return List.copyOf(debris.getOrDefault(array, Set.of()));
    }

    /** Remembers a group whose attributes somebody relies on. */
    void watch(ZarrNode group) {
        if (watched.size() < MOST_WATCHED) {
            watched.add(ZarrPaths.in(group.path(), group.attributesFile()));
        }
    }

    /** Returns what tells one state of the watched groups from another. */
    List<Object> watchedStamps() throws IOException {
        List<Object> stamps = new ArrayList<>();
        for (String file : watched) {
            stamps.add(file);
            stamps.add(fileStamp(file));
        }
        return stamps;
    }

    /** Returns a text that differs between states of all files of the folder. */
    String digest() throws IOException {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        BigInteger[] sum = {BigInteger.ZERO}; // the same in whichever order a file system lists them
        Files.walkFileTree(folder.toRealPath(), new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes found) {
                String state = "%s %d %s %s".formatted(file, found.size(), found.lastModifiedTime(), found.fileKey());
                sum[0] = sum[0].add(new BigInteger(1, digest.digest(state.getBytes(StandardCharsets.UTF_8))));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
                if (failure instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE; // deleted meanwhile
                }
                throw failure;
            }
        });
        return sum[0].toString(16);
    }

    /** Returns what tells one state of a file from another; by a look at the file, whatever a journal says. */
    Object fileStamp(String path) throws IOException {
        try {
            BasicFileAttributes found =
                    Files.readAttributes(folder.resolve(path), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return new FileStamp(found.size(), found.lastModifiedTime(), found.fileKey());
        } catch (NoSuchFileException e) {
            return Boolean.FALSE;
        }
    }
}
