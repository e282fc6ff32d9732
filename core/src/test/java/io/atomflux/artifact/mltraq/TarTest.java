package io.atomflux.artifact.mltraq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.UnsupportedDataException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarTest {

    private static byte[] resource(String name) {
        try (InputStream in = TarTest.class.getResourceAsStream(name + ".tar")) {
            return Objects.requireNonNull(in).readAllBytes();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Map<String, String> read(byte[] tar) throws IOException {
        Map<String, String> files = new TreeMap<>();
        Tar.read(
                new ByteArrayInputStream(tar),
                "store",
                "place",
                (name, size, changed, content) -> files.put(name, new String(content.readAllBytes(), UTF_8)));
        return files;
    }

    @Test
    @DisplayName("archives of MLtraq are read: long names, times, no hidden files")
    void readsMltraq() throws IOException {
        assertThat(read(resource("mltraq")))
                .isEqualTo(Map.of("a.txt", "alpha", "sub/" + "d".repeat(60) + "/" + "n".repeat(80) + ".txt", "long"));
        List<Long> times = new ArrayList<>();
        Tar.read(new ByteArrayInputStream(resource("mltraq")), "store", "place", (name, size, changed, content) -> {
            if (name.equals("a.txt")) {
                times.add(changed.getEpochSecond());
            }
        });
        assertThat(times).containsExactly(1700000000L);
        assertThat(read(resource("pax"))).containsEntry("p".repeat(150) + "/\u00e9.txt", "pax");
        assertThat(read(resource("folder"))).isEqualTo(Map.of("good.txt", "good"));
    }

    @ParameterizedTest
    @DisplayName("M1: names that are absolute or lead out are refused")
    @ValueSource(strings = {"absolute", "parent", "hidden_parent"})
    void refusesNames(String name) {
        assertThatThrownBy(() -> read(resource(name))).isInstanceOf(InvalidNameException.class);
    }

    @ParameterizedTest
    @DisplayName("M1: links and devices are refused")
    @ValueSource(strings = {"symlink", "hardlink", "device", "fifo"})
    void refusesSpecials(String name) {
        assertThatThrownBy(() -> read(resource(name))).isInstanceOf(UnsupportedDataException.class);
    }

    @Test
    @DisplayName("what is written is read back; names of any length, empty and large files")
    void roundTrip(@TempDir Path folder) throws IOException {
        Map<String, String> files = new TreeMap<>();
        files.put("empty", "");
        files.put("exact", "x".repeat(512));
        files.put("large", "y".repeat(100_001));
        for (int length : new int[] {98, 99, 100, 101, 102, 180}) {
            files.put("n".repeat(length), "name of " + length);
        }
        files.put("a".repeat(60) + "/" + "b".repeat(60) + "/\u00e9", "deep");
        for (Map.Entry<String, String> file : files.entrySet()) {
            Path path = folder.resolve(file.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, file.getValue());
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Tar.write(folder, List.copyOf(files.keySet()), "", out);
        assertThat(out.size() % 10240).isZero();
        assertThat(read(out.toByteArray())).isEqualTo(files);
        ByteArrayOutputStream none = new ByteArrayOutputStream();
        Tar.write(folder, List.of(), "", none);
        assertThat(read(none.toByteArray())).isEmpty();
    }

    @Test
    @DisplayName(
            "an archive that is cut anywhere is an error; bytes changed anywhere never do anything else than fail or differ")
    void damaged() {
        byte[] whole = resource("mltraq");
        for (int cut = 0; cut < 3500; cut += 7) {
            byte[] part = Arrays.copyOf(whole, cut);
            assertThatThrownBy(() -> read(part)).as("cut at %d", cut).isInstanceOf(CorruptDataException.class);
        }
        Random random = new Random(5);
        for (int i = 0; i < 2000; i++) {
            byte[] changed = whole.clone();
            for (int j = 0; j < 3; j++) {
                changed[random.nextInt(3000)] = (byte) random.nextInt();
            }
            try {
                read(changed);
            } catch (AtomfluxException | IOException expected) {
                assertThat(expected).isNotNull();
            }
        }
    }
}
