package io.atomflux.file.columnar.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.TreeStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

@DisplayName("An HDF5 file, with natives and without, ")
class ReadingTest {

    private static final long MOST = 1 << 24;

    @TempDir
    Path folder;

    /** What reads. */
    enum Reader {
        NATIVES {
            @Override
            <T> T read(Path file, long most, TreeStore.Reading<T> reading) throws IOException {
                try (Hdf5Store store = Hdf5Store.of(file, true, Duration.ofSeconds(5), most)) {
                    return store.read(reading);
                }
            }
        },
        JAVA {
            @Override
            <T> T read(Path file, long most, TreeStore.Reading<T> reading) throws IOException {
                return reading.of(new JhdfTree(new OneFile(Files.readAllBytes(file)), file.toString(), most));
            }
        };

        abstract <T> T read(Path file, long most, TreeStore.Reading<T> reading) throws IOException;
    }

    static Stream<Arguments> goldens() {
        return Arrays.stream(Reader.values())
                .flatMap(reader ->
                        Stream.of("old", "new", "indexes", "userblock").map(golden -> Arguments.of(reader, golden)));
    }

    private Path file(String golden) throws IOException {
        return Files.write(folder.resolve(golden + ".h5"), Goldens.file(golden));
    }

    @ParameterizedTest
    @MethodSource("goldens")
    @DisplayName("has every group, attribute and array as h5py reads them")
    void readsWhatH5pyReads(Reader reader, String golden) throws IOException {
        SoftAssertions all = new SoftAssertions();
        reader.read(file(golden), MOST, tree -> {
            for (String line : Goldens.lines(golden)) {
                try {
                    all.assertThat(Goldens.asRead(tree, line)).isEqualTo(line);
                } catch (RuntimeException e) {
                    all.fail(line, e);
                }
            }
            return true;
        });
        all.assertAll();
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("tells what an enumeration's numbers stand for, and what chunks went through")
    void tellsLabelsAndCodecs(Reader reader) throws IOException {
        reader.read(file("old"), MOST, tree -> {
            assertThat(tree.array("types/enum").orElseThrow().labels()).isEqualTo(Map.of(1L, "RED", -5L, "BLUE"));
            assertThat(tree.array("types/bool").orElseThrow().labels()).isEmpty();
            assertThat(tree.array("layouts/shuffle_gzip").orElseThrow().codecs())
                    .containsExactly("shuffle", "gzip(4)");
            assertThat(tree.array("links/up/lzf").orElseThrow().codecs()).containsExactly("lzf");
            assertThat(tree.storedBytes(tree.array("layouts/contiguous").orElseThrow()))
                    .isEqualTo(7 * 3 * 8);
            assertThat(tree.storedBytes(tree.array("layouts/gzip").orElseThrow()))
                    .isBetween(50L, 400L);
            assertThat(tree.storedBytes(tree.array("layouts/never_written").orElseThrow()))
                    .isZero();
            return true;
        });
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("has nothing where nothing is, and no link leads out of it or in a circle")
    void hasNothingWhereNothingIs(Reader reader) throws IOException {
        for (String golden : new String[] {"old", "new"}) {
            reader.read(file(golden), MOST, tree -> {
                for (String path : new String[] {"nowhere", "links/broken", "links/loop", "types/i4/x", "nowhere/x"}) {
                    assertThat(tree.hasGroup(path)).as(path).isFalse();
                    assertThat(tree.array(path)).as(path).isEmpty();
                    assertThat(tree.names(path)).as(path).isEmpty();
                    assertThat(tree.attributes(path)).as(path).isEmpty();
                }
                assertThatExceptionOfType(UnsupportedDataException.class)
                        .isThrownBy(() -> tree.array("links/outside"))
                        .withMessageContaining("another file");
                assertThat(tree.hasGroup("")).isTrue();
                assertThat(tree.hasGroup("links/up")).isTrue();
                assertThat(tree.hasGroup("types/i4")).isFalse();
                assertThat(tree.array("types")).isEmpty();
                return true;
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("gives no chunks larger than what is allowed, and none beyond an array")
    void boundsChunks(Reader reader) throws IOException {
        reader.read(file("old"), 40, tree -> {
            ArrayInfo array = tree.array("layouts/gzip").orElseThrow();
            assertThatExceptionOfType(LimitExceededException.class).isThrownBy(() -> tree.chunk(array, Shape.of(0, 0)));
            return true;
        });
        reader.read(file("old"), MOST, tree -> {
            ArrayInfo array = tree.array("layouts/gzip").orElseThrow();
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> tree.chunk(array, Shape.of(2, 0)));
            return true;
        });
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("is refused if it is none, or ends early")
    void tellsForeignAndCutFiles(Reader reader) throws IOException {
        byte[] file = Goldens.file("new");
        Path place = folder.resolve("x.h5");
        for (byte[] content : new byte[][] {
            new byte[5000],
            new byte[0],
            Arrays.copyOf(file, 20),
            Arrays.copyOf(file, 47),
            Arrays.copyOf(file, 1000),
            Arrays.copyOf(file, file.length - 1)
        }) {
            Files.write(place, content);
            assertThatExceptionOfType(AtomfluxException.class)
                    .isThrownBy(() -> reader.read(place, MOST, tree -> true))
                    .withMessageContaining("x.h5");
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("tells which of its chunks are damaged")
    void tellsDamagedChunks(Reader reader) throws IOException {
        byte[] file = Goldens.file("old");
        for (int at = 0; at < file.length - 2; at++) {
            if (file[at] == 0x78 && (file[at + 1] == 0x5e || file[at + 1] == (byte) 0x9c || file[at + 1] == 1)) {
                file[at + 4] ^= 0x55; // in the first bytes of every zlib stream
            }
        }
        Path place = Files.write(folder.resolve("x.h5"), file);
        reader.read(place, MOST, tree -> {
            ArrayInfo array = tree.array("layouts/gzip_fletcher").orElseThrow();
            assertThatExceptionOfType(AtomfluxException.class)
                    .isThrownBy(() -> tree.chunk(array, Shape.of(0, 0)))
                    .withMessageContaining("layouts/gzip_fletcher");
            return true;
        });
    }
}
