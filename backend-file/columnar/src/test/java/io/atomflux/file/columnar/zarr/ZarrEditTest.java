package io.atomflux.file.columnar.zarr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.ForeignDataException;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.ArraySpec;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Compression;
import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("Changes of a Zarr store")
class ZarrEditTest {

    private static final Compression LZ4 = new Compression("lz4", 5, true);
    private static final ElementType INT64 = ElementType.of(DType.INT64);
    private static final long MOST = 1 << 20;

    @TempDir
    Path folder;

    private Path path;
    private ZarrStore store;

    @BeforeEach
    void open() {
        path = folder.resolve("x.zarr");
        store = ZarrStore.of(path, false, Duration.ofSeconds(5), MOST);
    }

    private static Chunk longs(long... values) {
        return Chunk.of(bytes(NdArray.of(values)));
    }

    private static byte[] bytes(NdArray array) {
        byte[] bytes = new byte[array.byteSize()];
        array.copyTo(bytes, 0);
        return bytes;
    }

    private static ArraySpec column(long length, long chunk) {
        return new ArraySpec(INT64, Shape.of(length), Shape.of(chunk), LZ4);
    }

    private static List<Long> column(Tree tree, String path) throws IOException {
        ArrayInfo info = tree.array(path).orElseThrow();
        byte[] bytes = Golden.bytes(tree, info);
        List<Long> values = new ArrayList<>();
        for (long value : NdArray.wrap(DType.INT64, new int[] {bytes.length / 8}, bytes, 0)
                .toLongArray()) {
            values.add(value);
        }
        return values;
    }

    private List<Long> read(String array) throws IOException {
        return store.read(tree -> column(tree, array));
    }

    /** Makes {@code g/a}: 1 to 5 in chunks of 2. */
    private void made() throws IOException {
        store.edit(edit -> {
            edit.createGroup("g");
            ArrayInfo a = edit.createArray("g/a", column(5, 2));
            edit.writeChunk(a, Shape.of(0), longs(1, 2));
            edit.writeChunk(a, Shape.of(1), longs(3, 4));
            edit.writeChunk(a, Shape.of(2), longs(5, 0));
            edit.attribute("g", "n_frames", 5L);
            edit.commit("append, 5 rows", "g");
            return null;
        });
    }

    @Test
    @DisplayName("write documents member by member as zarr-python does")
    void documents() throws IOException {
        made();
        assertThat(Golden.files(path)).containsExactly("g/a/c/0", "g/a/c/1", "g/a/c/2", "g/a/zarr.json", "g/zarr.json");
        assertThat(Files.readString(path.resolve("g/zarr.json"))).isEqualTo("""
                        {
                          "attributes": {
                            "n_frames": 5,
                            "atomflux_gen": 1
                          },
                          "zarr_format": 3,
                          "node_type": "group"
                        }""");
        assertThat(Files.readString(path.resolve("g/a/zarr.json"))).isEqualTo("""
                        {
                          "shape": [
                            5
                          ],
                          "data_type": "int64",
                          "chunk_grid": {
                            "name": "regular",
                            "configuration": {
                              "chunk_shape": [
                                2
                              ]
                            }
                          },
                          "chunk_key_encoding": {
                            "name": "default",
                            "configuration": {
                              "separator": "/"
                            }
                          },
                          "fill_value": 0,
                          "codecs": [
                            {
                              "name": "bytes",
                              "configuration": {
                                "endian": "little"
                              }
                            },
                            {
                              "name": "blosc",
                              "configuration": {
                                "typesize": 8,
                                "cname": "lz4",
                                "clevel": 5,
                                "shuffle": "shuffle",
                                "blocksize": 0
                              }
                            }
                          ],
                          "attributes": {},
                          "zarr_format": 3,
                          "node_type": "array",
                          "storage_transformers": []
                        }""");
    }

    @Test
    @DisplayName("are read by the edit itself, by others after the commit, and by a store opened anew")
    void visibility() throws IOException {
        made();
        assertThat(read("g/a")).containsExactly(1L, 2L, 3L, 4L, 5L);
        store.edit(edit -> {
            ArrayInfo a = edit.resize(edit.array("g/a").orElseThrow(), Shape.of(7));
            edit.writeChunk(a, Shape.of(2), longs(5, 6));
            edit.writeChunk(a, Shape.of(3), longs(7, 0));
            edit.attribute("g", "n_frames", 7L);
            assertThat(column(edit, "g/a")).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
            assertThat(edit.attributes("g")).containsEntry("n_frames", 7L);
            edit.commit("append, 2 rows", "g");
            return null;
        });
        try (ZarrStore anew = ZarrStore.of(path, true, Duration.ZERO, MOST)) {
            anew.read(tree -> {
                assertThat(column(tree, "g/a")).containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L);
                assertThat(tree.attributes("g")).isEqualTo(Map.of("n_frames", 7L, "atomflux_gen", 2L));
                return null;
            });
            assertThat(anew.verify()).isEmpty();
        }
    }

    @Test
    @DisplayName("put new chunks in place at once, and documents behind them: arrays, groups, the holder last")
    void order() throws IOException {
        PlainAccess access = new PlainAccess(path);
        ZarrStore plain = new ZarrStore(access, false, MOST);
        plain.edit(edit -> {
            edit.createGroup("b");
            edit.createGroup("a");
            edit.attribute("a", "x", 1L);
            edit.writeChunk(edit.createArray("b/y", column(2, 2)), Shape.of(0), longs(1, 2));
            edit.writeChunk(edit.createArray("a/z", column(2, 2)), Shape.of(0), longs(1, 2));
            edit.commit("append", "a");
            return null;
        });
        assertThat(access.log)
                .containsExactly(
                        "fresh b/y/c/0",
                        "fresh a/z/c/0",
                        "replace a/z/zarr.json",
                        "replace b/y/zarr.json",
                        "replace b/zarr.json",
                        "replace a/zarr.json");
        plain.edit(edit -> {
            ArrayInfo z = edit.resize(edit.array("a/z").orElseThrow(), Shape.of(6));
            edit.writeChunk(z, Shape.of(0), longs(1, 3));
            edit.writeChunk(z, Shape.of(1), longs(4, 5));
            edit.commit("set", "a");
            return null;
        });
        assertThat(access.log)
                .containsExactly("replace a/z/c/0", "fresh a/z/c/1", "replace a/z/zarr.json", "replace a/zarr.json");
    }

    @Test
    @DisplayName("write over nothing before the commit where an array was deleted and made anew")
    void deletedAndMade() throws IOException {
        made();
        PlainAccess access = new PlainAccess(path);
        new ZarrStore(access, false, MOST).edit(edit -> {
            edit.delete("g/a");
            edit.writeChunk(edit.createArray("g/a", column(2, 2)), Shape.of(0), longs(7, 8));
            edit.commit("rewrite", "g");
            return null;
        });
        assertThat(access.log)
                .containsExactly("delete g/a", "replace g/a/c/0", "replace g/a/zarr.json", "replace g/zarr.json");
        assertThat(read("g/a")).containsExactly(7L, 8L);
    }

    @Test
    @DisplayName("that were not committed have never been")
    void rollback() throws IOException {
        made();
        List<String> before = Golden.files(folder);
        assertThatThrownBy(() -> store.edit(edit -> {
                    ArrayInfo a = edit.resize(edit.array("g/a").orElseThrow(), Shape.of(9));
                    edit.writeChunk(a, Shape.of(0), longs(9, 9));
                    edit.writeChunk(a, Shape.of(4), longs(9, 0));
                    edit.createArray("g/b", column(5, 2));
                    edit.delete("g/a");
                    throw new IllegalStateException("given up");
                }))
                .hasMessage("given up");
        assertThat(Golden.files(folder)).isEqualTo(before);
        assertThat(read("g/a")).containsExactly(1L, 2L, 3L, 4L, 5L);
        store.edit(edit -> {
            edit.createGroup("h");
            return null; // without commit
        });
        assertThat(Golden.files(folder)).isEqualTo(before);
    }

    @Test
    @DisplayName("of nothing leave nothing if they are not committed")
    void rollbackOfNew() throws IOException {
        store.edit(edit -> {
            edit.createGroup("g");
            edit.writeChunk(edit.createArray("g/a", column(5, 2)), Shape.of(0), longs(1, 2));
            return null;
        });
        assertThat(Files.exists(path)).isFalse();
        assertThatThrownBy(() -> store.read(tree -> 1)).isInstanceOf(StoreNotFoundException.class);
    }

    @Test
    @DisplayName("leave no file for chunks that are the fill, and take away those that become it")
    void fills() throws IOException {
        made();
        store.edit(edit -> {
            ArrayInfo a = edit.resize(edit.array("g/a").orElseThrow(), Shape.of(8));
            edit.writeChunk(a, Shape.of(1), longs(0, 0));
            edit.writeChunk(a, Shape.of(3), longs(7, 8));
            edit.writeChunk(a, Shape.of(3), longs(0, 0));
            assertThat(column(edit, "g/a")).containsExactly(1L, 2L, 0L, 0L, 5L, 0L, 0L, 0L);
            edit.commit("set", "g");
            return null;
        });
        assertThat(Golden.files(path)).containsExactly("g/a/c/0", "g/a/c/2", "g/a/zarr.json", "g/zarr.json");
        assertThat(read("g/a")).containsExactly(1L, 2L, 0L, 0L, 5L, 0L, 0L, 0L);
        store.edit(edit -> {
            ArrayInfo a = edit.array("g/a").orElseThrow();
            edit.writeChunk(a, Shape.of(3), longs(7, 8));
            edit.writeChunk(a, Shape.of(1), longs(3, 0));
            edit.commit("set", "g");
            return null;
        });
        assertThat(read("g/a")).containsExactly(1L, 2L, 3L, 0L, 5L, 0L, 7L, 8L);
    }

    @Test
    @DisplayName("that shrink an array and let it grow again, at once or later, show the fill")
    void shrinksAndGrows() throws IOException {
        made();
        store.edit(edit -> {
            ArrayInfo a = edit.resize(edit.array("g/a").orElseThrow(), Shape.of(1));
            assertThat(column(edit, "g/a")).containsExactly(1L);
            edit.writeChunk(a, Shape.of(0), longs(1, 0));
            a = edit.resize(a, Shape.of(12));
            assertThat(column(edit, "g/a")).containsOnly(1L, 0L);
            edit.writeChunk(a, Shape.of(5), longs(11, 12));
            a = edit.resize(a, Shape.of(6));
            a = edit.resize(a, Shape.of(12));
            edit.writeChunk(a, Shape.of(1), longs(3, 4));
            assertThat(column(edit, "g/a")).containsExactly(1L, 0L, 3L, 4L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L);
            edit.commit("truncate", "g");
            return null;
        });
        assertThat(read("g/a")).containsExactly(1L, 0L, 3L, 4L, 0L, 0L, 0L, 0L, 0L, 0L, 0L, 0L);
        assertThat(Golden.files(path)).containsExactly("g/a/c/0", "g/a/c/1", "g/a/zarr.json", "g/zarr.json");
        store.edit(edit -> {
            ArrayInfo a = edit.resize(edit.array("g/a").orElseThrow(), Shape.of(2));
            edit.commit("truncate", "g");
            return null;
        });
        store.edit(edit -> {
            edit.resize(edit.array("g/a").orElseThrow(), Shape.of(4));
            edit.commit("reserve", "g");
            return null;
        });
        assertThat(read("g/a")).containsExactly(1L, 0L, 0L, 0L);
        assertThat(store.verify()).isEmpty();
    }

    @Test
    @DisplayName("that grow after they shrank do not bring back what lay beyond the end")
    void growAfterShrinking() throws IOException {
        made();
        store.edit(edit -> {
            edit.resize(edit.array("g/a").orElseThrow(), Shape.of(3));
            edit.commit("delete, 1 row", "g");
            return null;
        });
        assertThat(read("g/a")).containsExactly(1L, 2L, 3L);
        store.edit(edit -> {
            edit.resize(edit.array("g/a").orElseThrow(), Shape.of(4));
            return null; // not committed
        });
        store.edit(edit -> {
            ArrayInfo a = edit.array("g/a").orElseThrow();
            assertThat(Golden.bytes(edit, a)).hasSize(24);
            a = edit.resize(a, Shape.of(4));
            assertThat(column(edit, "g/a")).containsExactly(1L, 2L, 3L, 0L);
            edit.commit("append, 1 row", "g");
            return null;
        });
        assertThat(read("g/a")).containsExactly(1L, 2L, 3L, 0L);
    }

    @Test
    @DisplayName("that grow along any axis show the fill, and shrinking takes away what lies beyond")
    void growsAlongAllAxes() throws IOException {
        store.edit(edit -> {
            edit.createGroup("g");
            ArrayInfo a = edit.createArray("g/a", new ArraySpec(INT64, Shape.of(2, 2), Shape.of(2, 2), LZ4, -1));
            edit.writeChunk(a, Shape.of(0, 0), longs(1, 2, 3, 4));
            a = edit.resize(a, Shape.of(3, 5));
            edit.writeChunk(a, Shape.of(1, 2), longs(5, -1, -1, -1));
            edit.commit("append", "g");
            return null;
        });
        assertThat(read("g/a")).containsExactly(1L, 2L, -1L, -1L, -1L, 3L, 4L, -1L, -1L, -1L, -1L, -1L, -1L, -1L, 5L);
        store.edit(edit -> {
            edit.resize(edit.array("g/a").orElseThrow(), Shape.of(3, 4));
            edit.commit("cut", "g");
            return null;
        });
        assertThat(Golden.files(path)).containsExactly("g/a/c/0/0", "g/a/zarr.json", "g/zarr.json");
    }

    @Test
    @DisplayName("never show what another writer has left where an array grows, be there few or many chunks")
    void debris() throws IOException {
        made();
        for (int chunk : new int[] {3, 4, 3000}) {
            Files.copy(path.resolve("g/a/c/0"), path.resolve("g/a/c/" + chunk));
        }
        assertThat(store.verify())
                .hasSize(3)
                .allSatisfy(finding -> assertThat(finding).contains("beyond shape [5]"));
        store.edit(edit -> {
            ArrayInfo a = edit.resize(edit.array("g/a").orElseThrow(), Shape.of(10));
            assertThat(column(edit, "g/a")).containsExactly(1L, 2L, 3L, 4L, 5L, 0L, 0L, 0L, 0L, 0L);
            edit.writeChunk(a, Shape.of(4), longs(9, 10));
            edit.commit("append", "g");
            return null;
        });
        assertThat(read("g/a")).containsExactly(1L, 2L, 3L, 4L, 5L, 0L, 0L, 0L, 9L, 10L);
        store.edit(edit -> {
            edit.resize(edit.array("g/a").orElseThrow(), Shape.of(8000));
            edit.commit("reserve", "g");
            return null;
        });
        assertThat(read("g/a").subList(10, 8000)).containsOnly(0L);
        assertThat(store.verify()).isEmpty();
    }

    @Test
    @DisplayName("never show what lies where an array is made, and keep it until the commit")
    void debrisOfArrays() throws IOException {
        made();
        Files.createDirectories(path.resolve("g/b/c"));
        Files.copy(path.resolve("g/a/c/0"), path.resolve("g/b/c/0"));
        assertThat(store.verify()).singleElement().asString().contains("g/b").contains("zarr.json");
        List<String> before = Golden.files(path);
        store.edit(edit -> {
            edit.writeChunk(edit.createArray("g/b", column(4, 2)), Shape.of(1), longs(3, 4));
            return null;
        });
        assertThat(Golden.files(path)).isEqualTo(before);
        store.edit(edit -> {
            ArrayInfo b = edit.createArray("g/b", column(4, 2));
            edit.writeChunk(b, Shape.of(1), longs(3, 4));
            assertThat(column(edit, "g/b")).containsExactly(0L, 0L, 3L, 4L);
            edit.commit("append", "g");
            return null;
        });
        assertThat(read("g/b")).containsExactly(0L, 0L, 3L, 4L);
    }

    @Test
    @DisplayName("take away arrays and groups, which can be made anew in the same edit")
    void deletes() throws IOException {
        made();
        store.edit(edit -> {
            edit.createGroup("g/sub");
            edit.createArray("g/sub/x", column(3, 3));
            edit.delete("g/a");
            assertThat(edit.names("g")).containsExactly("sub");
            assertThat(edit.array("g/a")).isEmpty();
            ArrayInfo a = edit.createArray("g/a", column(4, 4));
            edit.writeChunk(a, Shape.of(0), longs(9, 8, 7, 6));
            assertThat(edit.names("g")).containsExactly("a", "sub");
            edit.delete("g/sub");
            assertThat(edit.names("g")).containsExactly("a");
            assertThat(edit.hasGroup("g/sub")).isFalse();
            edit.commit("rewrite", "g");
            return null;
        });
        assertThat(read("g/a")).containsExactly(9L, 8L, 7L, 6L);
        assertThat(Golden.files(path)).containsExactly("g/a/c/0", "g/a/zarr.json", "g/zarr.json");
        store.edit(edit -> {
            edit.createGroup("h");
            edit.delete("g");
            edit.commit("remove", "h");
            return null;
        });
        assertThat(Golden.files(path)).containsExactly("h/zarr.json");
    }

    @Test
    @DisplayName("write whole groups anew beside the store; all else stays")
    void rewrites() throws IOException {
        made();
        store.edit(edit -> {
            edit.createGroup("other");
            edit.attribute("other", "kept", true);
            edit.commit("make", "other");
            return null;
        });
        for (boolean commit : new boolean[] {false, true}) {
            store.rewrite(List.of("g"), (before, edit) -> {
                assertThat(edit.hasGroup("g")).isFalse();
                edit.createGroup("g");
                ArrayInfo b = edit.createArray("g/b", column(5, 5));
                List<Long> old = column(before, "g/a");
                edit.writeChunk(b, Shape.of(0), longs(old.get(4), old.get(3), old.get(2), old.get(1), old.get(0)));
                edit.attribute("g", "atomflux_gen", before.attributes("g").get("atomflux_gen"));
                assertThat(column(edit, "g/b")).containsExactly(5L, 4L, 3L, 2L, 1L);
                assertThat(edit.hasGroup("other")).isTrue();
                if (commit) {
                    edit.commit("delete, 1 row", "g");
                }
                return null;
            });
            assertThat(store.<List<String>>read(tree -> tree.names("g"))).containsExactly(commit ? "b" : "a");
        }
        assertThat(read("g/b")).containsExactly(5L, 4L, 3L, 2L, 1L);
        store.read(tree -> {
            assertThat(tree.attributes("other")).containsEntry("kept", true);
            assertThat(tree.attributes("g")).containsEntry("atomflux_gen", 2L);
            return null;
        });
        assertThat(Golden.files(folder).stream().filter(file -> file.contains("rewrite")))
                .isEmpty();
        assertThat(store.verify()).isEmpty();
    }

    @Test
    @DisplayName("change groups of version 2 as such")
    void version2() throws IOException {
        Golden.unpack(folder);
        store = ZarrStore.of(folder.resolve("v2.zarr"), false, Duration.ofSeconds(5), MOST);
        store.edit(edit -> {
            ArrayInfo big = edit.resize(edit.array("default/big_int32").orElseThrow(), Shape.of(6, 3));
            byte[] row = edit.chunk(big, Shape.of(2, 0)).bytes().clone();
            row[8] = 77;
            edit.writeChunk(big, Shape.of(2, 0), Chunk.of(row));
            ArrayInfo made = edit.createArray("default/made", column(3, 2));
            edit.writeChunk(made, Shape.of(1), longs(3, 0));
            ArrayInfo text =
                    edit.createArray("default/texts", new ArraySpec(ElementType.TEXT, Shape.of(2), Shape.of(2), LZ4));
            edit.writeChunk(text, Shape.of(0), Chunk.of(new String[] {"a", "ß"}));
            edit.attribute("default", "n_frames", 6L);
            edit.commit("append, 1 row", "default");
            return null;
        });
        store.read(tree -> {
            byte[] big = Golden.bytes(tree, tree.array("default/big_int32").orElseThrow());
            assertThat(big[5 * 3 * 4]).isEqualTo((byte) 77);
            assertThat(column(tree, "default/made")).containsExactly(0L, 0L, 3L);
            assertThat(Golden.texts(tree, tree.array("default/texts").orElseThrow()))
                    .containsExactly("a", "ß");
            assertThat(tree.attributes("default"))
                    .containsEntry("n_frames", 6L)
                    .containsEntry("atomflux_gen", 1L)
                    .containsEntry("text", "é\u2028😀");
            return null;
        });
        assertThat(Golden.files(folder.resolve("v2.zarr/default")))
                .doesNotContain("zarr.json", "made/zarr.json")
                .contains("made/.zarray", "made/.zattrs");
    }

    @Test
    @DisplayName("take away consolidated copies of documents above, which Python would believe instead")
    void consolidated() throws IOException {
        made();
        Files.writeString(path.resolve("zarr.json"), """
                {"zarr_format": 3, "node_type": "group", "attributes": {"kept": 1},
                 "consolidated_metadata": {"kind": "inline", "must_understand": false, "metadata": {}}}""");
        Files.writeString(path.resolve(".zmetadata"), "{}");
        store.edit(edit -> {
            edit.attribute("g", "x", 1L);
            edit.commit("set", "g");
            return null;
        });
        assertThat(Files.exists(path.resolve(".zmetadata"))).isFalse();
        assertThat(Files.readString(path.resolve("zarr.json"))).contains("kept").doesNotContain("consolidated");
    }

    @Test
    @DisplayName("of sharded arrays are refused, naming the array and what to do")
    void sharded() throws IOException {
        Golden.unpack(folder);
        store = ZarrStore.of(folder.resolve("v3.zarr"), false, Duration.ofSeconds(5), MOST);
        store.edit(edit -> {
            ArrayInfo sharded = edit.array("default/sharded").orElseThrow();
            Chunk chunk = edit.chunk(sharded, Shape.of(0, 0));
            assertThatThrownBy(() -> edit.writeChunk(sharded, Shape.of(0, 0), chunk))
                    .isInstanceOf(UnsupportedDataException.class)
                    .hasMessageContaining("default/sharded")
                    .hasMessageContaining("sharding_indexed")
                    .hasMessageContaining("atomflux copy");
            assertThatThrownBy(() -> edit.resize(sharded, Shape.of(20, 5)))
                    .isInstanceOf(UnsupportedDataException.class);
            return null;
        });
    }

    @Test
    @DisplayName("that make no sense are refused at once")
    void refusals() throws IOException {
        made();
        store.edit(edit -> {
            ArrayInfo a = edit.array("g/a").orElseThrow();
            assertThatThrownBy(() -> edit.writeChunk(a, Shape.of(3), longs(1, 2)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> edit.writeChunk(a, Shape.of(0), longs(1)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> edit.resize(a, Shape.of(1, 1))).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> edit.createArray("g/a", column(1, 1))).isInstanceOf(ForeignDataException.class);
            assertThatThrownBy(() -> edit.createArray("h/a", column(1, 1)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> edit.createGroup("g/a/b")).isInstanceOf(ForeignDataException.class);
            assertThatThrownBy(() -> edit.createGroup("../x")).isInstanceOf(InvalidNameException.class);
            assertThatThrownBy(() -> edit.createArray("g/..", column(1, 1))).isInstanceOf(InvalidNameException.class);
            assertThatThrownBy(() -> edit.delete("..")).isInstanceOf(InvalidNameException.class);
            assertThatThrownBy(() -> edit.attribute("g", "x", new Object()))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> edit.attribute("h", "x", 1L)).isInstanceOf(IllegalArgumentException.class);
            for (ArraySpec wrong : List.of(
                    new ArraySpec(ElementType.of(DType.INT8), Shape.of(1), Shape.of(1), LZ4, 200),
                    new ArraySpec(INT64, Shape.of(1), Shape.of(0), LZ4),
                    new ArraySpec(INT64, Shape.of(1L << 62, 2), Shape.of(1, 1), LZ4),
                    new ArraySpec(INT64, Shape.of(1), Shape.of(1), new Compression("rar", 1, false)))) {
                assertThatThrownBy(() -> edit.createArray("g/w", wrong)).isInstanceOf(IllegalArgumentException.class);
            }
            assertThatThrownBy(() -> edit.createArray(
                            "g/w", new ArraySpec(ElementType.of(DType.of("|V4")), Shape.of(1), Shape.of(1), LZ4)))
                    .isInstanceOf(UnsupportedDataException.class);
            assertThatThrownBy(() -> edit.createArray("g/w", column(1, MOST)))
                    .isInstanceOf(LimitExceededException.class);
            assertThat(edit.names("g")).containsExactly("a");
            assertThatThrownBy(() -> edit.commit("x", "h")).isInstanceOf(IllegalArgumentException.class);
            edit.commit("nothing", "g");
            assertThatThrownBy(() -> edit.createGroup("late")).isInstanceOf(IllegalStateException.class);
            return null;
        });
        try (ZarrStore reader = ZarrStore.of(path, true, Duration.ZERO, MOST)) {
            assertThatThrownBy(() -> reader.edit(edit -> 1)).isInstanceOf(ReadOnlyStoreException.class);
            assertThatThrownBy(() -> reader.rewrite(List.of("g"), (before, edit) -> 1))
                    .isInstanceOf(ReadOnlyStoreException.class);
            assertThatThrownBy(reader::remove).isInstanceOf(ReadOnlyStoreException.class);
        }
    }

    @Test
    @DisplayName("by this library and by Python show in the stamp, those in place in a chunk's own")
    void stamps() throws IOException {
        made();
        store.read(tree -> tree.attributes("g"));
        Object before = store.stamp();
        assertThat(store.stamp()).isEqualTo(before);
        store.edit(edit -> {
            edit.attribute("g", "x", 1L);
            edit.commit("set", "g");
            return null;
        });
        Object own = store.stamp();
        assertThat(own).isNotEqualTo(before);
        Path document = path.resolve("g/zarr.json");
        Files.writeString(document, Files.readString(document, StandardCharsets.UTF_8) + "\n");
        assertThat(store.stamp()).isNotEqualTo(own);
        store.read(tree -> {
            ArrayInfo a = tree.array("g/a").orElseThrow();
            Object chunk = tree.chunkStamp(a, Shape.of(0));
            assertThat(tree.chunkStamp(a, Shape.of(0))).isEqualTo(chunk);
            Files.copy(path.resolve("g/a/c/1"), path.resolve("g/a/c/0.partial"));
            Files.move(
                    path.resolve("g/a/c/0.partial"),
                    path.resolve("g/a/c/0"),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            assertThat(tree.chunkStamp(a, Shape.of(0))).isNotEqualTo(chunk);
            Files.delete(path.resolve("g/a/c/0"));
            assertThat(tree.chunkStamp(a, Shape.of(0))).isEqualTo(tree.chunkStamp(a, Shape.of(0)));
            return null;
        });
    }

    @Test
    @DisplayName("keep every type, and what edges hold beyond the end is never shown")
    void types() throws IOException {
        List<DType> types = List.of(
                DType.BOOL,
                DType.INT8,
                DType.INT16,
                DType.INT32,
                DType.INT64,
                DType.UINT8,
                DType.UINT16,
                DType.UINT32,
                DType.UINT64,
                DType.FLOAT16,
                DType.FLOAT32,
                DType.FLOAT64,
                DType.COMPLEX64,
                DType.COMPLEX128,
                DType.unicode(3),
                DType.bytes(3));
        store.edit(edit -> {
            edit.createGroup("g");
            for (DType type : types) {
                ArrayInfo made = edit.createArray(
                        "g/" + type.code().substring(1),
                        new ArraySpec(ElementType.of(type), Shape.of(3), Shape.of(2), LZ4));
                edit.writeChunk(made, Shape.of(1), Chunk.of(pattern(type)));
            }
            ArrayInfo scalar = edit.createArray("g/scalar", new ArraySpec(INT64, Shape.of(), Shape.of(), LZ4));
            edit.writeChunk(scalar, Shape.of(), longs(42));
            ArrayInfo text = edit.createArray("g/text", new ArraySpec(ElementType.TEXT, Shape.of(3), Shape.of(2), LZ4));
            edit.writeChunk(text, Shape.of(0), Chunk.of(new String[] {"é\"\n", ""}));
            edit.commit("append", "g");
            return null;
        });
        store.read(tree -> {
            for (DType type : types) {
                ArrayInfo info = tree.array("g/" + type.code().substring(1)).orElseThrow();
                assertThat(info.element()).isEqualTo(ElementType.of(type));
                byte[] chunk = tree.chunk(info, Shape.of(1)).bytes();
                byte[] fill = tree.chunk(info, Shape.of(0)).bytes();
                int size = type.itemSize();
                assertThat(chunk).startsWith(java.util.Arrays.copyOf(pattern(type), size));
                assertThat(java.util.Arrays.copyOfRange(chunk, size, 2 * size))
                        .isEqualTo(java.util.Arrays.copyOf(fill, size));
            }
            assertThat(tree.chunk(tree.array("g/scalar").orElseThrow(), Shape.of())
                            .bytes())
                    .isEqualTo(longs(42).bytes());
            assertThat(Golden.texts(tree, tree.array("g/text").orElseThrow())).containsExactly("é\"\n", "", "");
            return null;
        });
    }

    private static byte[] pattern(DType type) {
        byte[] bytes = new byte[2 * type.itemSize()];
        switch (type.kind()) {
            case BOOL -> java.util.Arrays.fill(bytes, (byte) 1);
            case UNICODE -> {
                for (int i = 0; i < bytes.length; i += 4) {
                    bytes[i] = (byte) ('a' + i);
                }
            }
            default -> {
                for (int i = 0; i < bytes.length; i++) {
                    bytes[i] = (byte) (i + 40);
                }
            }
        }
        return bytes;
    }

    @Test
    @DisplayName("take the whole store away")
    void removes() throws IOException {
        made();
        store.remove();
        assertThat(Files.exists(path)).isFalse();
        assertThatThrownBy(() -> store.read(tree -> 1)).isInstanceOf(StoreNotFoundException.class);
    }
}
