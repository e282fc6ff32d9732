package io.atomflux.artifact.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.value.Bytes;
import io.atomflux.value.NdArray;
import io.atomflux.value.NdScalar;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataPakTest {

    private static Bytes resource(String name) throws IOException {
        try (InputStream in = DataPakTest.class.getResourceAsStream(name)) {
            return Bytes.wrap(in.readAllBytes());
        }
    }

    @Test
    @DisplayName("values that MLtraq serialised are read, M3: also compressed ones, which its own reading cannot")
    void valuesOfMltraq() throws IOException {
        assertThat(DataPak.read(resource("small.datapak"))).isEqualTo(Map.of("c", 123L));
        Map<?, ?> value = (Map<?, ?>) DataPak.read(resource("values.datapak"));
        assertThat(value.get("none")).isNull();
        assertThat(value.get("flags")).isEqualTo(List.of(true, false));
        assertThat(value.get("ints"))
                .isEqualTo(List.of(
                        0L, 255L, 256L, 65535L, 65536L, -1L, Long.MIN_VALUE, new BigInteger("18446744073709551615")));
        assertThat(value.get("floats")).isEqualTo(List.of(1.5, -0.0, Double.POSITIVE_INFINITY));
        assertThat(value.get("text")).isEqualTo("\u20ac".repeat(100));
        assertThat(((Bytes) value.get("bytes")).length()).isEqualTo(400);
        assertThat(value.get("set")).isEqualTo(List.of(7L));
        assertThat(value.get("empty")).isEqualTo(List.of(List.of(), Map.of(), List.of(), "", Bytes.EMPTY));
        assertThat(value.get("bunch")).isEqualTo(Map.of("a", 1L, "b", Map.of("c", List.of(2L))));
        assertThat(value.get("array")).isEqualTo(NdArray.of(new float[] {0, 1, 2, 3, 4, 5}, 2, 3));
        assertThat(value.get("id")).isEqualTo(UUID.fromString("12345678-1234-5678-1234-567812345678"));
        assertThat(value.get("when")).isEqualTo(Instant.parse("2020-01-02T03:04:05.678901Z"));
        assertThat(value.get("same")).isEqualTo(List.of("shared", "shared"));
        DataPak.Tagged frame = (DataPak.Tagged) value.get("frame");
        assertThat(frame.tag()).isEqualTo("pandas.DataFrame-0");
        assertThat(((Bytes) frame.value()).toArray()).startsWith("ARROW1".getBytes(StandardCharsets.US_ASCII));
        DataPak.Tagged sequence = (DataPak.Tagged) value.get("sequence");
        assertThat(sequence.tag()).isEqualTo("mltraq.Sequence-0");
        assertThat(sequence.value()).isInstanceOf(DataPak.Tagged.class);
        assertThat(DataPak.read(resource("compressed.datapak"))).isEqualTo(value);
        assertThat(DataPak.read(resource("values.datapak"), Codecs.installed()).block())
                .as("without codec arrow frames stay bytes")
                .isEqualTo(value);
    }

    @Test
    @DisplayName("M12: what is written is read back, array scalars as the numbers they are")
    void roundTrip() {
        RandomValues random = new RandomValues(4);
        for (int i = 0; i < 200; i++) {
            Object value = random.plain(0);
            assertThat(DataPak.read(DataPak.write(value))).isEqualTo(value);
        }
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("a", NdArray.of(new double[4], 2, 2));
        value.put("u", UUID.fromString("00000000-0000-0000-ffff-000000000001"));
        value.put("t", Instant.parse("1969-12-31T23:59:59.999999Z"));
        value.put("s", new DataPak.Tagged("mltraq.DataStore-0", "file:///a/b"));
        value.put("b", Bytes.wrap(new byte[300]));
        assertThat(DataPak.read(DataPak.write(value))).isEqualTo(value);
        assertThat(DataPak.read(DataPak.compressed(DataPak.write(value)))).isEqualTo(value);
        assertThat(DataPak.read(DataPak.write(List.of(NdScalar.of(2.5f), 1)))).isEqualTo(List.of(2.5, 1L));
        assertThatThrownBy(() -> DataPak.write(new Object())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("M13: a map with the magic key is refused before it becomes something that cannot be read back")
    void magicKey() {
        assertThatThrownBy(() -> DataPak.write(Map.of("a", Map.of("DATAPAK-0", "uuid.UUID-0"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("DATAPAK-0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cos\nsystem\n(S'true'\ntR.",
                "\u0080\u0005\u008c\u0002os\u008c\u0006system\u0093.",
                "(i__main__\nX\n.",
                "\u0080\u0002\u0082\u0001.",
                "Pabc\n.",
                "N}R.",
                "N}b."
            })
    @DisplayName("M17, I5: pickles that name or call a class are refused by the name of the code")
    void codeInPickles(String pickle) {
        assertThatThrownBy(() -> DataPak.read(Bytes.wrap(pickle.getBytes(StandardCharsets.ISO_8859_1))))
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("runs code");
    }

    @Test
    @DisplayName("values that hold themselves, nest deeply or refer to each other without end are refused")
    void bombs() {
        assertThatThrownBy(() -> DataPak.read(pickle("]\u0094h\0a.")))
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("in themselves");
        assertThatThrownBy(() -> DataPak.read(pickle("]".repeat(10_000) + "a".repeat(9_999) + ".")))
                .isInstanceOf(UnsupportedDataException.class);
        // Each list holds the one before ten times.
        StringBuilder laughs = new StringBuilder("](NNNNNNNNNNe\u0094");
        for (int i = 0; i < 30; i++) {
            char last = (char) i;
            laughs.append("](").append(("h" + last).repeat(10)).append("e\u0094");
        }
        assertThatThrownBy(() -> DataPak.read(pickle(laughs + "(" + "1.")))
                .isInstanceOfAny(UnsupportedDataException.class, CorruptDataException.class);
        // Shallow lists that were measured once are put into each other, each one level deeper than the last.
        StringBuilder ladder = new StringBuilder("]\u0094");
        for (int i = 0; i < 200; i++) {
            ladder.append("](h").append((char) i).append("e\u0094");
        }
        assertThatThrownBy(() -> DataPak.read(pickle("(" + ladder + "t.")))
                .isInstanceOf(UnsupportedDataException.class)
                .hasMessageContaining("deeper");
        assertThatThrownBy(() -> DataPak.read(DataPak.compressed(Bytes.wrap(new byte[10_000]))))
                .isInstanceOf(UnsupportedDataException.class);
    }

    private static Bytes pickle(String codes) {
        return Bytes.wrap(codes.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    @DisplayName("damaged and cut values end in an error, never in a wrong kind of error")
    void damage() throws IOException {
        byte[] whole = resource("values.datapak").toArray();
        Random random = new Random(6);
        for (int i = 0; i < 3000; i++) {
            byte[] damaged = i % 3 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
            if (i % 3 != 0) {
                damaged[random.nextInt(i % 3 == 1 ? 1200 : whole.length)] = (byte) random.nextInt();
            }
            try {
                DataPak.read(Bytes.wrap(damaged));
            } catch (CorruptDataException | UnsupportedDataException e) {
                assertThat(e).hasMessageContaining("DATAPAK");
            }
        }
        for (int length : new int[] {0, 1, 3, 10}) {
            ByteArrayOutputStream cut = new ByteArrayOutputStream();
            cut.write(DataPak.compressed(Bytes.wrap(whole)).toArray(), 0, length);
            assertThatThrownBy(() -> DataPak.read(Bytes.wrap(cut.toByteArray())))
                    .isInstanceOf(CorruptDataException.class);
        }
    }
}
