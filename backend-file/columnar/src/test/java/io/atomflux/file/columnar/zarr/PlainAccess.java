package io.atomflux.file.columnar.zarr;

import io.atomflux.error.LimitExceededException;
import io.atomflux.file.columnar.journal.StoreAccess;
import io.atomflux.file.columnar.journal.StoreEdit;
import io.atomflux.file.columnar.journal.StoreFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeSet;
import java.util.stream.Stream;

/** The files of a store without lock and journal, which tells what an edit asked for and in which order. */
final class PlainAccess implements StoreAccess {

    private final Path folder;
    private long generation;

    /** What the last edit did to files, e.g. {@code fresh a/c/0}. */
    final List<String> log = new ArrayList<>();

    PlainAccess(Path folder) {
        this.folder = folder;
    }

    @Override
    public Path path() {
        return folder;
    }

    @Override
    public Path beside() {
        return folder.resolveSibling("." + folder.getFileName() + ".rewrite");
    }

    @Override
    public long generation() {
        return generation;
    }

    @Override
    public <T> T reading(Work<StoreFiles, T> work) throws IOException {
        return work.with(new Plain());
    }

    @Override
    public <T> T writing(Work<StoreEdit, T> work) throws IOException {
        log.clear();
        Edit edit = new Edit();
        try {
            return work.with(edit);
        } finally {
            if (!edit.committed) {
                for (String path : edit.made) {
                    remove(folder.resolve(path));
                }
                remove(beside());
            }
        }
    }

    @Override
    public boolean removeIf(long generation) throws IOException {
        remove();
        return true;
    }

    @Override
    public void remove() throws IOException {
        remove(folder);
    }

    static void remove(Path place) throws IOException {
        if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> all = Files.walk(place)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    @Override
    public void close() {}

    private class Plain implements StoreFiles {

        @Override
        public OptionalLong length(String path) throws IOException {
            Path file = folder.resolve(path);
            return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                    ? OptionalLong.of(Files.size(file))
                    : OptionalLong.empty();
        }

        @Override
        public int read(String path, long position, ByteBuffer target) throws IOException {
            byte[] all = read(path, Integer.MAX_VALUE);
            int count = (int) Math.max(0, Math.min(target.remaining(), all.length - position));
            target.put(all, (int) position, count);
            return count;
        }

        @Override
        public byte[] read(String path, long most) throws IOException {
            long length = length(path).orElseThrow(() -> new NoSuchFileException(path));
            if (length > most) {
                throw new LimitExceededException("bytes of " + path, length, most, "write less");
            }
            return Files.readAllBytes(folder.resolve(path));
        }

        @Override
        public List<String> names(String path) throws IOException {
            if (!isFolder(path)) {
                return List.of();
            }
            try (Stream<Path> all = Files.list(folder.resolve(path))) {
                return all.map(file -> file.getFileName().toString()).sorted().toList();
            }
        }

        @Override
        public boolean isFolder(String path) throws IOException {
            return Files.isDirectory(folder.resolve(path), LinkOption.NOFOLLOW_LINKS);
        }
    }

    /** Deletions first, then what is adopted, then contents, as the journal does it; reading shows all. */
    private final class Edit extends Plain implements StoreEdit {

        private final Map<String, byte[]> contents = new LinkedHashMap<>();
        private final List<String> made = new ArrayList<>();
        private final TreeSet<String> deleted = new TreeSet<>();
        private String adopted;
        private boolean committed;

        private boolean isDeleted(String path) {
            return deleted.stream().anyMatch(above -> ZarrPaths.covers(above, path));
        }

        @Override
        public OptionalLong length(String path) throws IOException {
            byte[] content = contents.get(path);
            return content != null
                    ? OptionalLong.of(content.length)
                    : isDeleted(path) ? OptionalLong.empty() : super.length(path);
        }

        @Override
        public byte[] read(String path, long most) throws IOException {
            byte[] content = contents.get(path);
            if (content != null) {
                return content.clone();
            } else if (isDeleted(path)) {
                throw new NoSuchFileException(path);
            }
            return super.read(path, most);
        }

        @Override
        public List<String> names(String path) throws IOException {
            TreeSet<String> names = new TreeSet<>();
            for (String name : super.names(path)) {
                if (!isDeleted(ZarrPaths.in(path, name))) {
                    names.add(name);
                }
            }
            for (String file : contents.keySet()) {
                if (ZarrPaths.covers(path, file)) {
                    names.add(file.substring(path.isEmpty() ? 0 : path.length() + 1)
                            .split("/")[0]);
                }
            }
            return List.copyOf(names);
        }

        @Override
        public boolean isFolder(String path) throws IOException {
            return contents.keySet().stream().anyMatch(file -> !file.equals(path) && ZarrPaths.covers(path, file))
                    || (!isDeleted(path) && super.isFolder(path));
        }

        @Override
        public void fresh(String path, ByteBuffer content) throws IOException {
            if (isDeleted(path)) {
                throw new IllegalStateException(path + " was deleted and would go again with the commit");
            }
            log.add("fresh " + path);
            write(folder.resolve(path), bytes(content));
            made.add(path);
        }

        private byte[] bytes(ByteBuffer content) {
            byte[] bytes = new byte[content.remaining()];
            content.duplicate().get(bytes);
            return bytes;
        }

        private void write(Path file, byte[] content) throws IOException {
            Files.createDirectories(file.getParent());
            Files.write(file, content);
        }

        @Override
        public void replace(String path, ByteBuffer content) {
            log.add("replace " + path);
            contents.remove(path);
            contents.put(path, bytes(content));
        }

        @Override
        public void write(String path, long position, ByteBuffer content) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void truncate(String path, long length) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void delete(String path) {
            log.add("delete " + path);
            contents.keySet().removeIf(file -> ZarrPaths.covers(path, file));
            deleted.add(path);
        }

        @Override
        public void adopt(String path) {
            log.add("adopt " + path);
            adopted = path;
        }

        @Override
        public void commit(String what) throws IOException {
            for (String path : deleted) {
                PlainAccess.remove(folder.resolve(path));
            }
            if (adopted != null) {
                PlainAccess.remove(folder.resolve(adopted));
                Files.createDirectories(folder.resolve(adopted).getParent());
                Files.move(beside(), folder.resolve(adopted));
            }
            for (Map.Entry<String, byte[]> file : contents.entrySet()) {
                write(folder.resolve(file.getKey()), file.getValue());
            }
            generation++;
            committed = true;
        }
    }
}
