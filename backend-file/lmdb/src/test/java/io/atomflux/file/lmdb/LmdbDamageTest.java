package io.atomflux.file.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Write;
import io.atomflux.testkit.Samples;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Row;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lwjgl.util.lmdb.LMDB;

/** What is damaged is refused; it never ends the process, and no wrong row comes out of a contradicting index. */
class LmdbDamageTest {

    private static final LmdbOptions SMALL =
            LmdbOptions.builder().mapSize(4 << 20).build();

    @TempDir
    Path folder;

    private Path place;
    private Path file;

    @BeforeEach
    void write() throws Exception {
        place = folder.resolve("d.lmdb");
        file = place.resolve("default").resolve("data.mdb");
        try (LmdbStore store = open()) {
            List<BlobRow> rows = new ArrayList<>();
            for (int i = 0; i < 1500; i++) {
                rows.add(Samples.blobRow(i % 50));
            }
            store.apply(new Write.Append<>(rows));
        }
    }

    private LmdbStore open() {
        return new LmdbStore(place, "default", false, SMALL);
    }

    private Throwable reading() {
        return catchThrowable(() -> {
            try (LmdbStore store = open()) {
                store.read(Positions.range(0, store.size()), Columns.ALL);
            }
        });
    }

    @Test
    @DisplayName("the library bound to is LMDB 0.9, whose files Python's package reads")
    void isLmdb09() {
        int[] major = new int[1];
        int[] minor = new int[1];
        LMDB.nmdb_version(major, minor, new int[1]);
        assertThat(List.of(major[0], minor[0])).isEqualTo(List.of(0, 9));
    }

    @Test
    @DisplayName("a database of another program is refused, never taken for an empty store and written into")
    void refusesForeignDatabase() throws Exception {
        place = folder.resolve("foreign.lmdb");
        file = place.resolve("default/data.mdb");
        change(cursor -> cursor.put(cursor.key(ascii("length")), ascii("12")));
        byte[] before = Files.readAllBytes(file);
        assertThat(reading()).isInstanceOf(CorruptDataException.class).hasMessageContaining("length");
        try (LmdbStore store = open()) {
            assertThatThrownBy(() -> store.apply(new Write.Append<>(List.of(Samples.blobRow(1)))))
                    .isInstanceOf(CorruptDataException.class)
                    .hasMessageContaining("another program");
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    @DisplayName("a file of random bytes is refused")
    void refusesForeignFile() throws Exception {
        byte[] noise = new byte[50_000];
        new Random(1).nextBytes(noise);
        Files.write(file, noise);
        assertThat(reading()).isInstanceOf(CorruptDataException.class).hasMessageContaining("not a file of LMDB");
        Files.write(file, new byte[100]);
        assertThat(reading()).isInstanceOf(CorruptDataException.class);
    }

    @Test
    @DisplayName("a file cut off anywhere is refused, also by verify")
    void refusesTruncated() throws Exception {
        byte[] whole = Files.readAllBytes(file);
        for (int part = 1; part < 16; part++) {
            Files.write(file, java.util.Arrays.copyOf(whole, (int) ((long) whole.length * part / 16)));
            assertThat(reading()).as("%d of 16", part).isInstanceOf(CorruptDataException.class);
            assertThat(LmdbVerifier.verify(place, "default")).isNotEmpty();
        }
        Files.write(file, whole);
        assertThat(reading()).isNull();
    }

    @Test
    @DisplayName("pages overwritten by noise are refused or read as rows, and never end the process")
    void survivesNoiseInPages() throws Exception {
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(2);
        int refused = 0;
        for (int round = 0; round < 60; round++) {
            byte[] damaged = whole.clone();
            byte[] noise = new byte[1 + random.nextInt(64)];
            random.nextBytes(noise);
            int page = 4096 * random.nextInt(2, whole.length / 4096);
            System.arraycopy(noise, 0, damaged, page + random.nextInt(round % 2 == 0 ? 40 : 4000), noise.length);
            Files.write(file, damaged);
            Throwable failure = reading();
            if (failure != null) {
                assertThat(failure).isInstanceOf(AtomfluxException.class);
                refused++;
            }
            LmdbVerifier.verify(place, "default");
        }
        assertThat(refused).isPositive();
    }

    @Test
    @DisplayName("counters and index blocks that contradict each other are refused")
    void refusesContradictions() throws Exception {
        damage(cursor -> cursor.put(cursor.key(Layout.COUNT), ascii("1499")), "__meta__count");
        damage(cursor -> cursor.put(cursor.key(Layout.COUNT), ascii("many")), "__meta__count");
        damage(cursor -> cursor.delete(cursor.key(Layout.COUNT)), "__meta__count");
        damage(cursor -> cursor.put(cursor.key(Layout.NEXT), ascii("1400")), "index block 1");
        damage(cursor -> cursor.put(cursor.key(Layout.BLOCKS), new byte[] {9, 0, 0, 0}), "__blk_sizes__");
        damage(cursor -> cursor.put(cursor.key(Layout.SIZES), new byte[3]), "__blk_sizes__");
        damage(cursor -> cursor.delete(cursor.key(Layout.SIZES)), "__blk_sizes__");
        damage(cursor -> cursor.delete(cursor.key(Layout.BLOCK, 1)), "index block 1");
        damage(cursor -> cursor.put(cursor.key(Layout.BLOCK, 1), new byte[8]), "index block 1");
        damage(cursor -> cursor.put(cursor.key(Layout.LOG_HEAD), new byte[8]), "__atomflux__");
    }

    @Test
    @DisplayName("verify finds cells without row or field, keys used twice, and values that do not decode")
    void verifyFindsOrphans() throws Exception {
        assertThat(verified()).isEmpty();
        byte[] whole = Files.readAllBytes(file);
        change(cursor -> cursor.put(cursor.key(ascii("7777-info.x")), new byte[1]));
        assertThat(verified()).anyMatch(line -> line.contains("7777-info.x") && line.contains("no row"));
        Files.write(file, whole);
        change(cursor -> cursor.put(cursor.key(ascii("7-unheard")), new byte[1]));
        assertThat(verified()).anyMatch(line -> line.contains("7-unheard") && line.contains("schema"));
        Files.write(file, whole);
        change(cursor -> cursor.put(cursor.key(Layout.BLOCK, 3), new byte[8]));
        assertThat(verified()).anyMatch(line -> line.contains("index block 3"));
        Files.write(file, whole);
        change(cursor -> cursor.put(cursor.key(Layout.BLOCK, 1), new byte[8 * (1500 - 1024)]));
        assertThat(verified()).anyMatch(line -> line.contains("distinct"));
        Files.write(file, whole);
        try (LmdbStore store = open()) {
            store.apply(new Write.Clear<>());
            store.apply(new Write.Append<>(List.of(NumpyMsgpack.encode(Row.of("a", 1.5)))));
        }
        assertThat(LmdbVerifier.verify(place, "default")).isEmpty();
        change(cursor -> cursor.put(cursor.key(ascii("1500-a")), new byte[] {(byte) 0xc1}));
        assertThat(LmdbVerifier.verify(place, "default"))
                .singleElement()
                .asString()
                .contains("1500-a");
        assertThat(verified()).isEmpty();
    }

    private List<String> verified() throws Exception {
        try (LmdbStore store = open()) {
            return store.verify();
        }
    }

    private void damage(Consumer<NativeCursor> change, String where) throws Exception {
        byte[] whole = Files.readAllBytes(file);
        change(change);
        Throwable failure = reading();
        assertThat(failure).isInstanceOf(CorruptDataException.class).hasMessageContaining(where);
        assertThat(verified()).hasSize(1);
        try (LmdbStore store = open()) {
            assertThatThrownBy(() -> store.apply(new Write.Insert<>(1200, List.of(Samples.blobRow(1)))))
                    .isInstanceOf(CorruptDataException.class);
        }
        Files.write(file, whole);
    }

    /** Writes past all checks, as a broken program would. */
    private void change(Consumer<NativeCursor> change) throws Exception {
        Environment environment = Environments.create(place.resolve("default"), "d.lmdb", SMALL);
        try {
            environment.writing(() -> {
                WriteTxn txn = environment.beginWrite();
                change.accept(txn.cursor);
                environment.commit(txn, null);
                return null;
            });
        } finally {
            Environments.release(environment);
        }
    }

    private static byte[] ascii(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)).array();
    }
}
