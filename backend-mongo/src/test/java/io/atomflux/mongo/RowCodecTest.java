package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.testkit.Samples;
import io.atomflux.value.Bytes;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.List;
import org.bson.RawBsonDocument;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("Rows as documents")
final class RowCodecTest {

    private static final RowCodec PAGED = RowCodec.paged("store");
    private static final RowCodec ASEBYTES = RowCodec.asebytes("store");

    private static Row roundTrip(RowCodec codec, Row row) {
        return codec.decode(codec.encode(7, row, "row 3"), 3);
    }

    @Test
    @DisplayName("the paged layout keeps every value and every key")
    void pagedKeepsEverything() {
        List<Row> rows = new ArrayList<>(Samples.rowsOfEveryKind());
        rows.addAll(Samples.rowsOfHostileKeys());
        rows.addAll(Samples.molecules());
        for (String key : Samples.hostileKeys()) {
            rows.add(Row.of(key, key));
        }
        rows.add(Row.of("", 1L, "%", 2L));
        rows.add(Row.of("\0", 1L, "a\0b", 2L));
        rows.add(Row.of(Bytes.of((byte) 0xff, (byte) 0x80, (byte) 'k').keyText(), 1L));
        rows.add(Row.empty());
        rows.add(Row.reserved());
        for (Row row : rows) {
            assertThat(roundTrip(PAGED, row)).isEqualTo(row);
        }
    }

    @Test
    @DisplayName("the asebytes layout keeps a value or refuses it, naming the key")
    void asebytesKeepsOrRefuses() {
        List<String> refused = new ArrayList<>();
        Samples.values().forEach((name, value) -> {
            Row row = Row.of("info.value", value);
            try {
                assertThat(roundTrip(ASEBYTES, row)).isEqualTo(row);
            } catch (UnsupportedDataException e) {
                assertThat(e).hasMessageContaining("row 3, key info.value");
                refused.add(name);
            }
        });
        assertThat(refused)
                .contains("largestInteger", "complex", "map", "scalar float32")
                .doesNotContain("list", "bytes", "array float32", "big-endian array", "array of texts");
        for (Row row : Samples.rowsOfHostileKeys()) {
            assertThat(roundTrip(ASEBYTES, row)).isEqualTo(row);
        }
    }

    @Test
    @DisplayName("a row over 16 MiB is refused before it is sent, naming it")
    void tooLargeIsRefused() {
        Row row = Row.of("info.a", Bytes.wrap(new byte[17 << 20]));
        assertThatThrownBy(() -> PAGED.encode(1, row, "row 12"))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("row 12");
    }

    @Test
    @DisplayName("what Python's update nested into a structure's row is folded, the nested value being newer")
    void nestedLeftoversAreFolded() {
        RawBsonDocument row = RawBsonDocument.parse(
                "{_id: 1, data: {'calc.energy': 1.5, 'info.a': 2, calc: {energy: 2.5, forces: {$binary: {base64: 'AQ==',"
                        + " subType: '00'}}}}}");
        assertThat(ASEBYTES.decode(row, 0))
                .isEqualTo(Row.builder()
                        .put("calc.energy", 2.5)
                        .put("info.a", 2)
                        .put("calc.forces", 1)
                        .build());
        RawBsonDocument object = RawBsonDocument.parse("{_id: 1, data: {calc: {energy: 2.5}, x: 1}}");
        assertThat(ASEBYTES.decode(object, 0).keys()).containsExactly("calc", "x");
    }
}
