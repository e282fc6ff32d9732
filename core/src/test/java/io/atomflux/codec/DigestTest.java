package io.atomflux.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.Row;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Digest lines")
class DigestTest {

    /** Rows packed by msgpack 1.2 with msgpack-numpy 0.4.8 and numpy 2, each with the line Python prints for it. */
    private static List<String> golden() throws IOException {
        try (InputStream in = Objects.requireNonNull(DigestTest.class.getResourceAsStream("rows.tsv"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    @Test
    @DisplayName("are what Python prints, for rows Python packed")
    void agreeWithPython() throws IOException {
        List<String> lines = golden();
        assertThat(lines).hasSize(70);
        for (int i = 0; i < lines.size(); i++) {
            String[] parts = lines.get(i).split("\t", 2);
            BlobRow cells = NumpyMsgpack.unpackMap(Bytes.wrap(HexFormat.of().parseHex(parts[0])));
            Row row = NumpyMsgpack.decode(cells, "golden", i);
            assertThat(Digest.line(i, row)).isEqualTo(parts[1]);
        }
    }

    @Test
    @DisplayName("rows Python packed are packed again to the same bytes")
    void packsAsPythonDoes() throws IOException {
        for (String line : golden()) {
            Bytes packed = Bytes.wrap(HexFormat.of().parseHex(line.split("\t", 2)[0]));
            Row row = NumpyMsgpack.decode(NumpyMsgpack.unpackMap(packed), "golden", 0);
            Row copy = Row.of(row.toMap());
            assertThat(NumpyMsgpack.packMap(NumpyMsgpack.encode(copy))).isEqualTo(packed);
        }
    }

    @Test
    @DisplayName("tell a reserved row from an empty one")
    void tellReservedRows() {
        assertThat(Digest.line(3, Row.reserved())).isEqualTo("{\"row\": 3, \"value\": null}");
        assertThat(Digest.line(4, Row.empty())).isEqualTo("{\"row\": 4, \"value\": {}}");
    }
}
