package io.atomflux.file.ase;

import io.atomflux.error.AtomfluxException;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrajMutatedFilesTest {

    private static final List<String> FILES =
            List.of("full", "changing", "partial", "old-v1", "big-endian", "appended");
    private static final byte[] PIECES =
            "0123456789-+.eE_ \"'{}[]=\\,:uU.NI#\u0000\u00ff".getBytes(StandardCharsets.ISO_8859_1);

    @TempDir
    Path folder;

    private static byte[] mutated(byte[] bytes, SplittableRandom random) {
        byte[] copy = bytes.clone();
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            int at = random.nextInt(8) == 0 ? random.nextInt(Math.min(56, copy.length)) : random.nextInt(copy.length);
            switch (random.nextInt(5)) {
                case 0, 1 -> copy[at] = PIECES[random.nextInt(PIECES.length)];
                case 2 -> copy[at] = (byte) random.nextInt(256);
                case 3 -> copy = random.nextInt(4) > 0 ? copy : Arrays.copyOf(copy, Math.max(1, at));
                default ->
                    System.arraycopy(
                            bytes, 0, copy, at, Math.min(random.nextInt(40), Math.min(bytes.length, copy.length - at)));
            }
        }
        return copy;
    }

    private void damage(long seed, int rounds) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        byte[][] sound = new byte[FILES.size()][];
        for (int i = 0; i < sound.length; i++) {
            sound[i] = Golden.bytes(FILES.get(i) + ".traj");
        }
        for (int round = 0; round < rounds; round++) {
            byte[] bytes = mutated(sound[round % sound.length], random);
            try {
                use(bytes, round % 64 == 0);
            } catch (RuntimeException | Error e) {
                throw new AssertionError(
                        "round %d: %s".formatted(round, Base64.getEncoder().encodeToString(bytes)), e);
            }
        }
    }

    /** Reads all of a file and changes it; nothing but our own exceptions may come. */
    private void use(byte[] bytes, boolean write) throws IOException {
        Path file = folder.resolve("m.traj");
        Files.write(file, bytes);
        try (TrajStore store = new TrajStore(file, TrajOptions.defaults())) {
            long size = Math.min(50, store.size());
            for (int i = 0; i < size; i++) {
                try {
                    store.get(i, Columns.ALL);
                    store.get(i, Columns.of(List.of("calc.energy", "info.n")));
                } catch (AtomfluxException expected) {
                    continue; // anything else fails the test
                }
            }
            if (write) {
                store.apply(new Write.Append<>(List.of(TrajRows.row(1))));
                store.apply(new Write.Delete<>(Selection.at(size / 2), Optional.empty()));
            }
        } catch (AtomfluxException expected) {
            return;
        }
    }

    @Test
    @DisplayName("damaged trajectories are read or refused by type, never with another exception")
    void damageIsToldByType() throws IOException {
        damage(5, 1_000);
    }

    @Test
    @Tag("proof")
    @DisplayName("a million damaged trajectories are read or refused by type")
    void muchDamageIsToldByType() throws IOException {
        damage(6, 1_000_000);
    }
}
