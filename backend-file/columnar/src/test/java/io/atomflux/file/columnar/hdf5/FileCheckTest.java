package io.atomflux.file.columnar.hdf5;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.CorruptDataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Checks whole and damaged files.
 *
 * <p>{@code many-old} (libver earliest, user block, order of creation kept) and {@code many-new} (latest) were written by h5py
 * 3.16 with types of all classes, also named ones, more than 1000 links, attributes and links of all kinds, some deleted
 * again; {@code narrow} has addresses and lengths of 2 bytes.
 */
@DisplayName("The check of HDF5 files")
class FileCheckTest {

    @TempDir
    Path folder;

    private static long check(byte[] file) throws IOException {
        int at = 0;
        while (file[at + 1] != 'H' || file[at + 2] != 'D') {
            at = at == 0 ? 512 : 2 * at;
        }
        return FileCheck.check(Backing.of(new OneFile(file)), "f.h5", at);
    }

    @ParameterizedTest
    @CsvSource({
        "old, 94",
        "new, 94",
        "indexes, 17",
        "refused, 11",
        "latest, 5",
        "userblock, 4",
        "circle, 4",
        "kinds-h5py, 75",
        "many-old, 276",
        "many-new, 276",
        "narrow, 4"
    })
    @DisplayName("accepts what other programs wrote, and looks at each object once")
    void acceptsWhole(String golden, int objects) throws IOException {
        assertThat(check(Goldens.file(golden))).isEqualTo(objects);
    }

    @ParameterizedTest
    @ValueSource(strings = {"old", "new", "many-old", "many-new", "narrow"})
    @DisplayName("refuses files that were cut off anywhere")
    void refusesCutOff(String golden) throws IOException {
        byte[] whole = Goldens.file(golden);
        for (int i = 1; i < 20; i++) {
            byte[] cut = Arrays.copyOf(whole, 513 + (whole.length - 514) / 20 * i);
            assertThatThrownBy(() -> check(cut))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("truncated");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"OHDR", "FRHP", "FHDB", "BTHD", "BTLF", "TREE", "HEAP", "SNOD"})
    @DisplayName("refuses damage of each structure and says where it is")
    void refusesDamage(String signature) throws IOException {
        byte[] file = Goldens.file("TREEHEAPSNOD".contains(signature) ? "old" : "new");
        String text = new String(file, StandardCharsets.ISO_8859_1);
        int at = text.indexOf(signature);
        file[at + 4] = 77; // its version or kind
        assertThatThrownBy(() -> check(file))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("at byte")
                .hasMessageContaining("expected");
    }

    @Test
    @DisplayName("names the object whose attribute does not decode")
    void namesObject() throws IOException {
        byte[] file = Goldens.file("old");
        int at = new String(file, StandardCharsets.ISO_8859_1).indexOf("unit\0");
        file[at + 2] = 0;
        assertThatThrownBy(() -> check(file))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("/links/hard")
                .hasMessageContaining("attribute at byte");
    }

    @Test
    @DisplayName("finds a single changed byte in whatever has a checksum")
    void findsChangedByte() throws IOException {
        byte[] file = Goldens.file("latest");
        for (int i = 0; i < 48; i++) {
            byte[] damaged = file.clone();
            damaged[i] ^= 0x10;
            assertThatThrownBy(() -> check(damaged)).as("byte %d", i).isInstanceOf(Exception.class);
        }
    }

    @Test
    @DisplayName("is a sentence of verify, and an error of whoever reads")
    void isTold() throws IOException {
        byte[] file = Goldens.file("old");
        int at = new String(file, StandardCharsets.ISO_8859_1).indexOf("SNOD");
        file[at] = 'X';
        Path path = Files.write(folder.resolve("f.h5"), file);
        try (Hdf5Store store = Hdf5Store.of(path, true, Duration.ofSeconds(5), 1 << 20)) {
            assertThat(store.verify()).singleElement().asString().contains("symbol table node", "expected: SNOD");
            assertThatThrownBy(() -> store.read(tree -> tree.names("")))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("symbol table node");
            Files.write(path, Goldens.file("circle"));
            assertThat(store.verify()).isEmpty();
        }
    }

    @Test
    @DisplayName("computes the checksum that HDF5 has")
    void checksum() {
        byte[] text = "Four score and seven years ago".getBytes(StandardCharsets.US_ASCII);
        assertThat(Lookup3.of(text, 0, text.length)).isEqualTo(0x17770551);
        assertThat(Lookup3.of(text, 0, 0)).isEqualTo(0xdeadbeef);
    }
}
