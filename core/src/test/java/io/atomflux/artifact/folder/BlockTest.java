package io.atomflux.artifact.folder;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.value.Bytes;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BlockTest {

    private static final int ROUNDS = 300;

    private final Random random = new Random(11);

    @Test
    @DisplayName("a lookup finds what walking entry by entry finds, whatever neighbours share")
    void looksUpAsAWalkDoes() {
        for (int round = 0; round < ROUNDS; round++) {
            TreeMap<Bytes, Bytes> entries = new TreeMap<>();
            for (int i = random.nextInt(12); i > 0; i--) {
                entries.put(key(), Bytes.of((byte) i));
            }
            Block block = block(entries, round % 2 == 0);
            for (int i = 0; i < 40; i++) {
                Bytes wanted = key();
                Block.Found found = block.atOrBefore(wanted.toArray());
                var expected = entries.floorEntry(wanted);
                assertThat(found == null).isEqualTo(expected == null);
                if (found != null && expected != null) {
                    assertThat(found.value()).isEqualTo(expected.getValue());
                    assertThat(found.isEqual()).isEqualTo(expected.getKey().equals(wanted));
                }
            }
        }
    }

    /** Returns one of few, so that many share a beginning or are one the beginning of another; also bytes above 127. */
    private Bytes key() {
        byte[] key = new byte[1 + random.nextInt(5)];
        for (int i = 0; i < key.length; i++) {
            key[i] = random.nextBoolean() ? (byte) 1 : (byte) 200;
        }
        return Bytes.wrap(key);
    }

    private static Block block(TreeMap<Bytes, Bytes> entries, boolean sharing) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] last = new byte[0];
        for (var entry : entries.entrySet()) {
            byte[] key = entry.getKey().toArray();
            int most = Math.max(0, Arrays.mismatch(last, key));
            int shared = sharing ? most : most / 2; // a writer may share less than it could
            RunWriter.varint(out, shared);
            RunWriter.varint(out, key.length - shared);
            RunWriter.varint(out, entry.getValue().length() + 1);
            out.write(key, shared, key.length - shared);
            out.writeBytes(entry.getValue().toArray());
            last = key;
        }
        return new Block(out.toByteArray());
    }
}
