package io.atomflux.file.columnar.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.artifact.PutOptions;
import io.atomflux.artifact.isf.IsfDatabase;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Arrays of the In Silico Framework in Zarr; {@code make_isf.py} made the files with zarr-python. */
class IsfZarrTest {

    @Test
    @DisplayName("Any object: an array by numpy_to_zarr is read, and one set by this name lies where the loader looks")
    void zarr(@TempDir Path temp) throws IOException, URISyntaxException {
        Path golden = Path.of(Objects.requireNonNull(IsfZarrTest.class.getResource("isf/database"))
                .toURI());
        Path base = temp.resolve("database");
        try (Stream<Path> files = Files.walk(golden)) {
            for (Path file : files.toList()) {
                Files.copy(file, base.resolve(golden.relativize(file).toString()));
            }
        }
        IsfDatabase db = IsfDatabase.open(base).block();
        NdArray array = db.get(NdArray.class, "zarr").block();
        assertThat(array).isEqualTo(NdArray.of(new float[] {0, 1, 2, 3, 4, 5}, 2, 3));
        db.set(array, PutOptions.none().codec("numpy_to_zarr"), "ours").block();
        assertThat(db.get(NdArray.class, "ours").block()).isEqualTo(array);
        assertThat(base.resolve("ours/obj.zarr/.zarray")).exists();
        assertThat(base.resolve("ours/Loader.json")).content().contains("numpy_to_zarr");
        db.close().block();
    }
}
