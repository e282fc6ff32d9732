package io.atomflux.file.ase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.file.compressed.Compression;
import io.atomflux.spi.BlockingReader;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.Positions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("A compressed trajectory")
class TrajCompressedTest {

    @TempDir
    Path folder;

    private static TrajStore open(Path file) {
        return new TrajStore(file, TrajOptions.defaults());
    }

    private static List<Row> rows(TrajStore store) throws IOException {
        return store.read(Positions.range(0, store.size()), Columns.ALL);
    }

    private Path compressed(String name, Compression kind) throws IOException {
        byte[] bytes = Golden.bytes(name + ".traj");
        return Files.write(
                folder.resolve(name + (kind == Compression.GZIP ? ".traj.gz" : ".traj.zst")),
                kind.member(bytes, bytes.length));
    }

    @Test
    @DisplayName("that ASE wrote is read as ASE reads it")
    void isReadAsAseReadsIt() throws IOException {
        List<Row> expected = Golden.rows("short.traj.gz");
        assertThat(expected).isNotEmpty();
        try (TrajStore store = open(Golden.copy("short.traj.gz", folder))) {
            assertThat(rows(store)).isEqualTo(expected);
            assertThat(TrajGoldenTest.stream(store, 1, Columns.ALL)).isEqualTo(expected);
            assertThat(store.verify()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("holds what the plain one holds, through every kind of change, and leaves nothing beside")
    void holdsWhatThePlainOneHolds(Compression kind) throws IOException {
        for (String name : List.of("full", "changing", "partial", "old-v1", "big-endian", "appended", "empty")) {
            Path file = compressed(name, kind);
            try (TrajStore plain = open(Golden.copy(name + ".traj", folder));
                    TrajStore store = open(file)) {
                assertThat(rows(store)).as(name).isEqualTo(rows(plain));
                for (TrajStore each : List.of(plain, store)) {
                    each.apply(new Write.Append<>(List.of(TrajRows.row(1), TrajRows.row(2))));
                    each.apply(new Write.Insert<>(0, List.of(TrajRows.row(3))));
                    each.apply(new Write.Delete<>(Selection.at(1), Optional.empty()));
                    each.apply(
                            new Write.Update<>(Selection.at(0), List.of(Row.of("calc.energy", 7.5)), Optional.empty()));
                }
                assertThat(rows(store)).as(name).isEqualTo(rows(plain));
                assertThat(store.verify()).isEmpty();
            }
        }
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .allMatch(file -> !file.startsWith(".") || file.endsWith(".atomflux-lock"));
        }
    }

    @Test
    @DisplayName("is inside byte for byte what ASE would have written")
    void isInsideAsAseWritesIt() throws IOException {
        Path file = folder.resolve("new.traj.gz");
        try (TrajStore source = open(Golden.copy("appended.traj", folder));
                TrajStore store = open(file)) {
            store.apply(new Write.Append<>(rows(source)));
        }
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            assertThat(in.readAllBytes()).isEqualTo(Golden.bytes("appended.traj"));
        }
    }

    @Test
    @DisplayName(
            "shows a running stream the frames it began with while it is rewritten, and tells if it is overwritten")
    void keepsRunningStreams() throws IOException {
        Path file = compressed("appended", Compression.GZIP);
        try (TrajStore store = open(file)) {
            List<Row> before = rows(store);
            List<Row> seen = new ArrayList<>();
            try (BlockingReader<Row> reader = store.reader(ReadRequest.of(Selection.ALL, Columns.ALL))) {
                for (var batch = reader.next(1); batch.isPresent(); batch = reader.next(1)) {
                    seen.add(batch.get().row(0));
                    if (seen.size() == 5) {
                        store.apply(new Write.Delete<>(Selection.at(0), Optional.empty()));
                    }
                }
            }
            assertThat(seen).isEqualTo(before);
            try (BlockingReader<Row> reader = store.reader(ReadRequest.of(Selection.ALL, Columns.ALL))) {
                reader.next(1);
                byte[] other = Golden.bytes("full.traj");
                Files.write(file, Compression.GZIP.member(other, other.length)); // in place
                assertThatThrownBy(() -> reader.next(1)).isInstanceOf(StoreChangedException.class);
            }
            assertThat(rows(store)).isEqualTo(Golden.rows("full.traj"));
        }
    }

    @ParameterizedTest
    @EnumSource
    @DisplayName("that is damaged or cut is refused by type, at whatever byte")
    void damageIsTold(Compression kind) throws IOException {
        Path file = compressed("full", kind);
        byte[] sound = Files.readAllBytes(file);
        List<Row> rows = Golden.rows("full.traj");
        for (int at = 0; at < sound.length; at += 7) {
            byte[] damaged = sound.clone();
            damaged[at] ^= 0x55;
            Files.write(file, damaged);
            try (TrajStore store = open(file)) {
                assertThat(rows(store)).as("byte %d", at).isEqualTo(rows); // a time, or a name
            } catch (CorruptDataException expected) {
                assertThat(expected).hasMessageContaining(file.toString());
            }
            Files.write(file, Arrays.copyOf(sound, at));
            try (TrajStore store = open(file)) {
                assertThatThrownBy(store::size)
                        .isInstanceOf(at == 0 ? ForeignDataException.class : CorruptDataException.class);
            }
        }
    }

    @Test
    @DisplayName("is inflated no further than the option allows, also when it is written")
    void inflationIsBounded() throws IOException {
        Path file = folder.resolve("bomb.traj.gz");
        byte[] zeros = new byte[8 << 20];
        Files.write(file, Compression.GZIP.member(zeros, zeros.length));
        try (TrajStore store = new TrajStore(file, TrajOptions.defaults().withMaxInflatedBytes(1 << 20))) {
            assertThatThrownBy(store::size)
                    .isInstanceOf(LimitExceededException.class)
                    .hasMessageContaining("max_inflated_bytes");
        }
        try (TrajStore store = open(file)) {
            assertThatThrownBy(() -> store.apply(new Write.Append<>(List.of(TrajRows.row(1)))))
                    .isInstanceOf(ForeignDataException.class);
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(Compression.GZIP.member(zeros, zeros.length));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bz2", "xz"})
    @DisplayName("in another form is refused, saying what to do")
    void otherFormsAreRefused(String suffix) {
        assertThatThrownBy(() ->
                        new TrajProvider().open(Location.of(folder.resolve("md.traj." + suffix)), OpenOptions.none()))
                .isInstanceOf(UnsupportedStoreOperationException.class)
                .hasMessageContaining("gzip");
    }
}
