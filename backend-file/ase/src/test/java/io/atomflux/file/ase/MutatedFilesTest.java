package io.atomflux.file.ase;

import io.atomflux.error.AtomfluxException;
import io.atomflux.spi.Columns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MutatedFilesTest {

    private static final List<String> FILES = List.of(
            "r-cell-pbc",
            "r-columns",
            "r-comment",
            "r-crlf",
            "r-move-mask",
            "r-results",
            "r-vec",
            "w-arrays",
            "w-counts-calc",
            "w-info");
    private static final byte[] PIECES = "0123456789-+.eE_ \t\n\r\"'{}[]=\\,:SRILTFVEC\u0000\u00e9\u0085"
            .getBytes(java.nio.charset.StandardCharsets.UTF_8);

    @TempDir
    Path folder;

    private static byte[] mutated(byte[] text, SplittableRandom random) {
        byte[] copy = text.clone();
        for (int i = 1 + random.nextInt(6); i > 0; i--) {
            int at = random.nextInt(copy.length);
            switch (random.nextInt(4)) {
                case 0 -> copy[at] = PIECES[random.nextInt(PIECES.length)];
                case 1 -> copy[at] = (byte) random.nextInt(256);
                case 2 -> copy = java.util.Arrays.copyOf(copy, Math.max(1, at));
                default ->
                    System.arraycopy(
                            text, 0, copy, at, Math.min(random.nextInt(40), Math.min(text.length, copy.length - at)));
            }
        }
        return copy;
    }

    private void damage(long seed, int rounds) throws IOException {
        SplittableRandom random = new SplittableRandom(seed);
        Path file = folder.resolve("m.xyz");
        for (int round = 0; round < rounds; round++) {
            byte[] text = mutated(Golden.bytes(FILES.get(round % FILES.size()) + ".xyz"), random);
            Files.write(file, text);
            try (ExtxyzStore store = new ExtxyzStore(file, ExtxyzOptions.defaults())) {
                long size = store.size();
                for (int i = 0; i < size; i++) {
                    try {
                        store.get(i, Columns.ALL);
                    } catch (AtomfluxException expected) {
                        continue; // anything else fails the test
                    }
                }
            } catch (AtomfluxException expected) {
                continue;
            } catch (RuntimeException | Error e) {
                throw new AssertionError("round %d: %s".formatted(round, new String(text)), e);
            }
        }
    }

    @Test
    @DisplayName("damaged files are read or refused by type, never with another exception")
    void damageIsToldByType() throws IOException {
        damage(5, 1_500);
    }

    @Test
    @Tag("proof")
    @DisplayName("a million damaged files are read or refused by type")
    void muchDamageIsToldByType() throws IOException {
        damage(6, 1_000_000);
    }
}
