package io.atomflux.file.columnar.journal;

import static io.atomflux.file.columnar.journal.Stores.bytes;
import static io.atomflux.file.columnar.journal.Stores.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreEditTest {

    @TempDir
    Path folder;

    private List<String> beside() throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    @DisplayName("a store that is not there reads as empty and leaves no lock file")
    void nothingIsThere() throws IOException {
        try (StoreAccess store = Stores.open(folder.resolve("a.zarr"))) {
            assertThat(store.<List<String>>reading(files -> files.names(""))).isEmpty();
            assertThat(store.<Boolean>reading(files -> files.isFolder(""))).isFalse();
            assertThat(store.<Boolean>reading(files -> files.length("x").isPresent()))
                    .isFalse();
            assertThat(store.generation()).isZero();
            store.remove();
        }
        assertThat(beside()).isEmpty();
    }

    @Test
    @DisplayName("an edit shows its own changes, and everybody sees them after its commit")
    void editShowsItsChanges() throws IOException {
        try (StoreAccess store = Stores.open(folder.resolve("a.zarr"))) {
            store.writing(edit -> {
                edit.fresh("g/c/0", bytes("zero"));
                edit.replace("g/meta", bytes("one"));
                assertThat(text(edit, "g/meta")).isEqualTo("one");
                assertThat(text(edit, "g/c/0")).isEqualTo("zero");
                assertThat(edit.names("g")).containsExactly("c", "meta");
                assertThat(edit.names("")).containsExactly("g");
                assertThat(edit.isFolder("g/c")).isTrue();
                edit.commit("begin");
                return true;
            });
            long generation = store.generation();
            store.writing(edit -> {
                edit.replace("g/meta", bytes("two"));
                edit.delete("g/c");
                edit.fresh("g/c/0", bytes("again"));
                edit.fresh("h/x", bytes("x"));
                assertThat(edit.names("g/c")).containsExactly("0");
                assertThat(text(edit, "g/c/0")).isEqualTo("again");
                edit.commit("change");
                return true;
            });
            assertThat(store.generation()).isNotEqualTo(generation);
            assertThat(text(store, "g/meta")).isEqualTo("two");
            assertThat(text(store, "g/c/0")).isEqualTo("again");
            assertThat(store.<List<String>>reading(files -> files.names(""))).containsExactly("g", "h");
        }
        assertThat(beside()).containsExactly("a.zarr", "a.zarr.lock");
    }

    @Test
    @DisplayName("what was not committed is undone, also when the work throws")
    void uncommittedIsUndone() throws IOException {
        try (StoreAccess store = Stores.open(folder.resolve("a.zarr"))) {
            store.writing(edit -> {
                edit.replace("meta", bytes("one"));
                edit.commit("begin");
                return true;
            });
            long generation = store.generation();
            assertThatThrownBy(() -> store.writing(edit -> {
                        edit.fresh("new/c/0", bytes("zero"));
                        edit.replace("meta", bytes("two"));
                        edit.write("meta", 1, bytes("long and beyond"));
                        edit.delete("meta");
                        throw new IOException("given up");
                    }))
                    .hasMessage("given up");
            store.writing(edit -> {
                edit.write("meta", 1, bytes("long and beyond"));
                return true;
            });
            assertThat(text(store, "meta")).isEqualTo("one");
            assertThat(store.<List<String>>reading(files -> files.names(""))).containsExactly("meta");
            assertThat(store.generation()).isEqualTo(generation);
        }
        assertThat(Files.size(folder.resolve("a.zarr/meta"))).isEqualTo(3);
        assertThat(beside()).containsExactly("a.zarr", "a.zarr.lock");
    }

    @Test
    @DisplayName("a store of one file is not there before its first commit, and is whole after it")
    void oneFile() throws IOException {
        Path file = folder.resolve("a.h5");
        try (StoreAccess store = Stores.open(file)) {
            store.writing(edit -> {
                edit.write("", 5, bytes("later"));
                edit.write("", 0, bytes("begin"));
                edit.truncate("", 12);
                assertThat(Files.exists(file)).isFalse();
                assertThat(edit.length("")).hasValue(12);
                edit.commit("create");
                return true;
            });
            assertThat(text(store, "")).isEqualTo("beginlater\0\0");
            store.writing(edit -> {
                edit.write("", 2, bytes("GIN"));
                edit.write("", 11, bytes("END"));
                assertThat(text(edit, "")).isEqualTo("beGINlater\0END");
                assertThat(Files.readString(file)).startsWith("beginlater\0");
                edit.commit("change");
                return true;
            });
            assertThat(text(store, "")).isEqualTo("beGINlater\0END");
            assertThat(store.<Boolean>reading(files -> files.isFolder(""))).isFalse();
        }
        assertThat(Files.readString(file)).isEqualTo("beGINlater\0END");
        assertThat(beside()).containsExactly("a.h5", "a.h5.lock");
    }

    @Test
    @DisplayName("any sequence of writes and truncations equals that of an array, before and after the commit")
    void anySequenceOfWrites() throws IOException {
        SplittableRandom random = new SplittableRandom(4);
        for (String path : new String[] {"", "part"}) {
            Path place = folder.resolve("s" + path);
            try (StoreAccess store = Stores.open(place)) {
                byte[][] content = {new byte[0]};
                for (int commit = 0; commit < 25; commit++) {
                    boolean kept = random.nextInt(4) != 0 || commit == 0;
                    byte[] before = content[0];
                    store.writing(edit -> {
                        for (int i = random.nextInt(1, 12); i > 0; i--) {
                            change(random, edit, path, content);
                            assertThat(edit.read(path, 1 << 20)).isEqualTo(content[0]);
                        }
                        if (kept) {
                            edit.commit("change");
                            assertThat(edit.read(path, 1 << 20)).isEqualTo(content[0]);
                        }
                        return true;
                    });
                    if (!kept) {
                        content[0] = before;
                    }
                    assertThat(store.<byte[]>reading(files -> files.read(path, 1 << 20)))
                            .isEqualTo(content[0]);
                }
            }
            assertThat(beside()).noneMatch(name -> name.contains("atomflux") || name.endsWith("journal"));
        }
    }

    private static void change(SplittableRandom random, StoreEdit edit, String path, byte[][] content)
            throws IOException {
        if (random.nextInt(5) == 0) {
            int length = random.nextInt(30_000);
            edit.truncate(path, length);
            content[0] = Arrays.copyOf(content[0], length);
            return;
        }
        byte[] bytes = new byte[random.nextInt(1, 9_000)];
        random.nextBytes(bytes);
        int position = random.nextInt(25_000);
        edit.write(path, position, ByteBuffer.wrap(bytes));
        byte[] grown = Arrays.copyOf(content[0], Math.max(content[0].length, position + bytes.length));
        System.arraycopy(bytes, 0, grown, position, bytes.length);
        content[0] = grown;
    }

    @Test
    @DisplayName("what was written beside takes the place of a folder, of a file, or of the whole store")
    void adoption() throws IOException {
        Path place = folder.resolve("a.zarr");
        try (StoreAccess store = Stores.open(place)) {
            store.writing(edit -> {
                edit.replace("g/old", bytes("old"));
                edit.replace("keep", bytes("kept"));
                edit.commit("begin");
                return true;
            });
            store.writing(edit -> {
                Files.createDirectories(store.beside().resolve("deep"));
                Files.writeString(store.beside().resolve("deep/new"), "new");
                edit.adopt("g");
                edit.replace("g/more", bytes("more"));
                edit.replace("keep", bytes("changed"));
                assertThat(edit.names("g")).containsExactly("deep", "more");
                assertThat(text(edit, "g/deep/new")).isEqualTo("new");
                edit.commit("rewrite");
                return true;
            });
            assertThat(text(store, "g/deep/new")).isEqualTo("new");
            assertThat(text(store, "g/more")).isEqualTo("more");
            assertThat(text(store, "keep")).isEqualTo("changed");
            assertThat(store.<List<String>>reading(files -> files.names("g"))).containsExactly("deep", "more");
            store.writing(edit -> {
                Files.createDirectories(store.beside());
                Files.writeString(store.beside().resolve("all"), "all");
                edit.adopt("");
                edit.commit("rewrite all");
                return true;
            });
            assertThat(store.<List<String>>reading(files -> files.names(""))).containsExactly("all");
            store.writing(edit -> {
                Files.createDirectories(store.beside());
                edit.adopt("");
                return true;
            });
            assertThat(store.<List<String>>reading(files -> files.names(""))).containsExactly("all");
        }
        assertThat(beside()).containsExactly("a.zarr", "a.zarr.lock");
    }

    @Test
    @DisplayName("paths that lead out of the store are refused, as are files below files")
    void badPaths() throws IOException {
        try (StoreAccess store = Stores.open(folder.resolve("a.zarr"))) {
            store.writing(edit -> {
                edit.replace("file", bytes("x"));
                for (String path : List.of("../x", "/x", "a//b", "a/./b", "a\\b", "a\nb", "a/", ".x.atomflux-new")) {
                    assertThatThrownBy(() -> edit.replace(path, bytes("x")))
                            .as(path)
                            .isInstanceOf(IllegalArgumentException.class);
                    assertThatThrownBy(() -> edit.length(path)).isInstanceOf(IllegalArgumentException.class);
                }
                assertThatThrownBy(() -> edit.replace("file/below", bytes("x")))
                        .isInstanceOf(FileAlreadyExistsException.class);
                assertThatThrownBy(() -> edit.read("none", 10)).isInstanceOf(NoSuchFileException.class);
                assertThatThrownBy(() -> edit.adopt("x")).isInstanceOf(NoSuchFileException.class);
                edit.commit("begin");
                assertThatThrownBy(() -> edit.fresh("file/below", bytes("x")))
                        .isInstanceOf(FileAlreadyExistsException.class);
                return true;
            });
        }
    }

    @Test
    @DisplayName("removing takes away the store and all that lies beside it")
    void removal() throws IOException {
        Path place = folder.resolve("a.zarr");
        try (StoreAccess store = Stores.open(place);
                StoreAccess other = Stores.open(place)) {
            for (int i = 0; i < 3; i++) {
                store.writing(edit -> {
                    edit.replace("g/meta", bytes("one"));
                    edit.commit("begin");
                    return true;
                });
                long generation = other.generation();
                store.remove();
                assertThat(beside()).isEmpty();
                assertThat(other.generation()).isNotEqualTo(generation);
                assertThat(other.<List<String>>reading(files -> files.names("")))
                        .isEmpty();
            }
        }
    }

    @Test
    @DisplayName("a store in which somebody else has written since it was looked at is not removed")
    void removesOnlyWhatWasLookedAt() throws IOException {
        Path place = folder.resolve("a.zarr");
        try (StoreAccess store = Stores.open(place);
                StoreAccess other = Stores.open(place)) {
            long looked = store.writing(edit -> {
                edit.replace("g/meta", bytes("one"));
                edit.commit("begin");
                return store.generation();
            });
            other.writing(edit -> {
                edit.replace("h/meta", bytes("two"));
                edit.commit("another group");
                return true;
            });
            assertThat(store.removeIf(looked)).isFalse();
            assertThat(store.<List<String>>reading(files -> files.names(""))).containsExactly("g", "h");
            assertThat(store.removeIf(store.generation())).isTrue();
            assertThat(beside()).isEmpty();
        }
    }

    @Test
    @DisplayName("a random history of all kinds of change equals that of a map")
    void randomHistory() throws IOException {
        SplittableRandom random = new SplittableRandom(11);
        Map<String, String> expected = new TreeMap<>();
        try (StoreAccess store = Stores.open(folder.resolve("a.zarr"))) {
            for (int commit = 0; commit < 60; commit++) {
                int now = commit;
                Map<String, String> changed = new TreeMap<>(expected);
                boolean kept = random.nextInt(4) != 0;
                store.writing(edit -> {
                    for (int i = random.nextInt(1, 6); i > 0; i--) {
                        String group = "g" + random.nextInt(3);
                        String path = group + "/f" + random.nextInt(3);
                        String text = now + "/" + i + "/" + "x".repeat(random.nextInt(6_000));
                        switch (random.nextInt(4)) {
                            case 0 -> {
                                edit.delete(path);
                                changed.remove(path);
                            }
                            case 1 -> {
                                edit.delete(group);
                                changed.keySet().removeIf(name -> Places.within(name, group));
                            }
                            default -> {
                                if (changed.containsKey(path) || expected.containsKey(path)) {
                                    edit.replace(path, bytes(text));
                                } else {
                                    edit.fresh(path, bytes(text));
                                }
                                changed.put(path, text);
                            }
                        }
                        assertThat(content(edit)).isEqualTo(changed);
                    }
                    if (kept) {
                        edit.commit("change");
                    }
                    return true;
                });
                if (kept) {
                    expected.clear();
                    expected.putAll(changed);
                }
                assertThat(store.<Map<String, String>>reading(StoreEditTest::content))
                        .isEqualTo(expected);
            }
        }
    }

    private static Map<String, String> content(StoreFiles files) throws IOException {
        Map<String, String> content = new TreeMap<>();
        for (String group : files.names("")) {
            for (String name : files.names(group)) {
                content.put(group + "/" + name, text(files, group + "/" + name));
            }
        }
        return content;
    }
}
