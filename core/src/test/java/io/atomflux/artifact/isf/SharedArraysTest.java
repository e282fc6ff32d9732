package io.atomflux.artifact.isf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.ArtifactConflictException;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.test.StepVerifier;

@Timeout(60)
class SharedArraysTest {

    private static final NdArray ARRAY = NdArray.of(new long[] {1, 2, 3, 4, 5, 6}, 3, 2);

    @TempDir
    Path temp;

    private IsfDatabase db;
    private SharedArrays arrays;
    private Path folder;

    @BeforeEach
    void make() {
        db = IsfDatabase.open(temp.resolve("db")).block();
        arrays = db.createSharedArrays("s", "a").block();
        folder = temp.resolve("db/s/db/a");
    }

    @Test
    @DisplayName(
            "Out-of-memory data: arrays are saved, appended to, and read whole or by rows; names hold shape and type")
    void savesAndAppends() {
        arrays.save("x", ARRAY).block();
        assertThat(folder.resolve("x__3_2__int64")).exists();
        assertThat(arrays.load("x").block()).isEqualTo(ARRAY);
        assertThat(arrays.append("x", ARRAY.slice(0, 2)).block()).isEqualTo(5);
        assertThat(folder.resolve("x__5_2__int64")).exists();
        assertThat(folder.resolve("x__3_2__int64")).doesNotExist();
        assertThat(arrays.load("x", 3, 5).block()).isEqualTo(ARRAY.slice(0, 2));
        assertThat(arrays.load("x", 2, 99).block().length(0)).isEqualTo(3);
        assertThat(arrays.load("x", 9, 10).block().length(0)).isZero();
        assertThat(arrays.names().collectList().block()).containsExactly("x");
        SharedArrays again = db.sharedArrays("s", "a").block();
        assertThat(again.load("x").block().length(0)).isEqualTo(5);
        StepVerifier.create(again.load("none")).verifyError(ArtifactNotFoundException.class);
        StepVerifier.create(db.createSharedArrays("s", "a"))
                .verifyError(io.atomflux.error.ArtifactExistsException.class);
    }

    @Test
    @DisplayName("an append is not seen before its last part is written, and one that fails is never")
    void appendIsOneInstant() {
        arrays.save("x", ARRAY).block();
        AtomicReference<NdArray> seen = new AtomicReference<>();
        Flux<NdArray> parts = Flux.concat(
                Flux.just(ARRAY), arrays.load("x").doOnNext(seen::set).thenReturn(ARRAY.slice(0, 1)));
        assertThat(arrays.append("x", parts).block()).isEqualTo(7);
        assertThat(seen.get()).isEqualTo(ARRAY);
        assertThat(arrays.load("x").block().length(0)).isEqualTo(7);
        StepVerifier.create(arrays.append(
                        "x", Flux.just(ARRAY).concatWith(Flux.error(new IllegalStateException("planted")))))
                .verifyErrorMessage("planted");
        assertThat(arrays.load("x").block().length(0)).isEqualTo(7);
    }

    @Test
    @DisplayName("bytes behind the committed length, as of an append that died, are not seen and are overwritten")
    void garbageTail() throws IOException {
        arrays.save("x", ARRAY).block();
        byte[] garbage = new byte[1000];
        new Random(3).nextBytes(garbage);
        Files.write(folder.resolve("x__3_2__int64"), garbage, StandardOpenOption.APPEND);
        assertThat(arrays.load("x").block()).isEqualTo(ARRAY);
        arrays.append("x", ARRAY).block();
        assertThat(arrays.load("x").block().slice(3, 6)).isEqualTo(ARRAY);
        assertThat(arrays.load("x", 3, 6).block()).isEqualTo(ARRAY);
    }

    @Test
    @DisplayName("I19: another element type or shape is refused, and nothing is appended")
    void misfitsAreRefused() {
        arrays.save("x", ARRAY).block();
        for (NdArray misfit : List.of(
                NdArray.of(new double[] {1, 2}, 1, 2),
                NdArray.of(new int[] {1, 2}, 1, 2),
                NdArray.of(new long[] {1, 2, 3}, 1, 3),
                NdArray.of(new long[] {1, 2}),
                NdArray.of(new long[] {1, 2}, 1, 2, 1),
                NdArray.wrap(DType.INT64, new int[0], new byte[8], 0))) {
            StepVerifier.create(arrays.append("x", Flux.just(ARRAY, misfit))).verifyError(ValueTypeException.class);
        }
        assertThat(arrays.load("x").block()).isEqualTo(ARRAY);
    }

    @Test
    @DisplayName("I19: saving another shape replaces the array; of several files the last saved counts, or none")
    void otherShapesReplace() throws IOException {
        arrays.save("x", ARRAY).block();
        byte[] old = Files.readAllBytes(folder.resolve("x__3_2__int64"));
        NdArray flat = NdArray.of(new double[] {7, 8});
        arrays.save("x", flat).block();
        assertThat(arrays.load("x").block()).isEqualTo(flat);
        assertThat(folder.resolve("x__3_2__int64")).doesNotExist();
        Files.write(folder.resolve("x__3_2__int64"), old); // as if the one who saved had died before it was removed
        assertThat(arrays.load("x").block()).isEqualTo(flat);
        Files.delete(folder.resolve(".atomflux-arrays.json"));
        StepVerifier.create(arrays.load("x")).verifyError(ArtifactConflictException.class);
        arrays.save("x", ARRAY).block();
        assertThat(arrays.load("x").block()).isEqualTo(ARRAY);
    }

    @Test
    @DisplayName("I19: scalars, empty arrays and files being saved are what they are")
    void oddShapes() throws IOException {
        NdArray scalar = NdArray.wrap(DType.FLOAT64, new int[0], new byte[8], 0);
        arrays.save("scalar", scalar).block();
        assertThat(arrays.load("scalar").block()).isEqualTo(scalar);
        StepVerifier.create(arrays.append("scalar", scalar)).verifyError(ValueTypeException.class);
        NdArray empty = NdArray.of(new double[0], 0, 3);
        arrays.save("empty", empty).block();
        assertThat(arrays.load("empty").block()).isEqualTo(empty);
        assertThat(arrays.append("empty", NdArray.of(new double[] {1, 2, 3}, 1, 3))
                        .block())
                .isEqualTo(1);
        Files.writeString(folder.resolve("half__3__int64.saving"), "x");
        Files.writeString(folder.resolve("short__3__int64"), "x");
        assertThat(arrays.names().collectList().block()).containsExactly("empty", "scalar", "short");
        StepVerifier.create(arrays.load("short")).verifyError(CorruptDataException.class);
        StepVerifier.create(arrays.load("half")).verifyError(ArtifactNotFoundException.class);
        assertThatThrownBy(() ->
                        arrays.save("text", NdArray.ofTexts(List.of("a"), 1)).block())
                .isInstanceOf(UnsupportedDataException.class);
        assertThatThrownBy(() ->
                        arrays.save("big", NdArray.zeros(DType.of(">f8"), 2)).block())
                .isInstanceOf(UnsupportedDataException.class);
    }

    @ParameterizedTest
    @DisplayName("I19: names that leave the folder, or that a file's name could not be read back from, are refused")
    @ValueSource(strings = {"../x", "a__b", "a_", "", "..", "Loader.json", "Loader.pickle", "x.saving", "a/b", "a<b"})
    void badNames(String name) {
        assertThatThrownBy(() -> arrays.save(name, ARRAY)).isInstanceOf(InvalidNameException.class);
        assertThatThrownBy(() -> arrays.load(name)).isInstanceOf(InvalidNameException.class);
        assertThatThrownBy(() -> arrays.append(name, ARRAY)).isInstanceOf(InvalidNameException.class);
    }

    @Test
    @DisplayName("appends of several handles at once lose none; a reader sees whole rows; read-only refuses")
    void appendsTogether() {
        arrays.save("x", NdArray.of(new long[0], 0, 2)).block();
        Flux.range(0, 20)
                .flatMap(i -> IsfDatabase.open(temp.resolve("db"))
                        .flatMap(handle -> handle.sharedArrays("s", "a"))
                        .flatMap(handle -> handle.append("x", NdArray.of(new long[] {i, i}, 1, 2))))
                .blockLast();
        NdArray all = arrays.load("x").block();
        assertThat(all.length(0)).isEqualTo(20);
        assertThat(java.util.stream.IntStream.range(0, 20)
                        .mapToLong(i -> all.longAt(2 * i))
                        .boxed())
                .doesNotHaveDuplicates();
        SharedArrays reader = IsfDatabase.open(
                        temp.resolve("db"), IsfOptions.none().readOnly())
                .flatMap(handle -> handle.get(SharedArrays.class, "s", "a"))
                .block();
        assertThat(reader.load("x").block()).isEqualTo(all);
        StepVerifier.create(reader.save("y", ARRAY)).verifyError(ReadOnlyStoreException.class);
        StepVerifier.create(reader.append("x", ARRAY)).verifyError(ReadOnlyStoreException.class);
    }
}
