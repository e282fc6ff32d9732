package io.atomflux.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.codec.Json;
import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.testkit.hub.Host;
import io.atomflux.testkit.hub.ImitatedDataset;
import io.atomflux.testkit.hub.ImitationHub;
import io.atomflux.value.Row;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

@Timeout(60)
class JsonLinesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ImitationHub hub = ImitationHub.builder().start();

    @AfterEach
    void close() {
        hub.close();
    }

    private ObjectIO publish(String... files) {
        ImitatedDataset.Builder builder = ImitatedDataset.of("lab/lines");
        for (int i = 0; i < files.length; i++) {
            builder.file("data/train-%d.jsonl".formatted(i), files[i]);
        }
        hub.publish(builder.build());
        return HubRows.open(hub, "hf://lab/lines?data_files=data/*.jsonl&mapping=none");
    }

    private static <T> T get(Mono<T> mono) {
        return Objects.requireNonNull(mono.block(PATIENCE));
    }

    private static <T> List<T> all(Flux<T> flux) {
        return get(flux.collectList());
    }

    private static Row row(int i) {
        return Row.builder()
                .put("id", i)
                .put("text", "é𝄞".repeat(i % 50))
                .put("half", i / 2.0 + 0.25)
                .put("list", List.of((long) i, "x"))
                .build();
    }

    private static String line(int i) {
        return Json.plain(row(i));
    }

    private static String lines(int from, int to, String end) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < to; i++) {
            text.append(line(i)).append(i % 7 == 0 ? end + " \t" + end : end);
        }
        return text.toString();
    }

    private static List<Row> rows(int from, int to) {
        List<Row> rows = new ArrayList<>();
        for (int i = from; i < to; i++) {
            rows.add(row(i));
        }
        return rows;
    }

    @Test
    @DisplayName("rows come file after file, by slice, list and step, whatever ends the lines")
    void reads() {
        // The first file is larger than several pieces, the last line of each file has no end.
        ObjectIO store = publish(
                lines(0, 4000, "\n").stripTrailing(),
                "\n\n",
                lines(4000, 4100, "\r\n").stripTrailing());
        List<Row> rows = rows(0, 4100);
        assertThat(all(store.rows())).isEqualTo(rows);
        assertThat(get(store.size())).isEqualTo(4100);
        assertThat(all(store.rows("3990:4010"))).isEqualTo(rows.subList(3990, 4010));
        List<Row> reversed = new ArrayList<>(rows);
        Collections.reverse(reversed);
        assertThat(all(store.rows("::-1"))).isEqualTo(reversed);
        assertThat(all(store.rowsAt(4099, 0, 2000, 0, -1)))
                .containsExactly(rows.get(4099), rows.get(0), rows.get(2000), rows.get(0), rows.get(4099));
        assertThat(get(store.get(-4100))).isEqualTo(rows.get(0));
        assertThatThrownBy(() -> get(store.get(4100))).isInstanceOf(RowOutOfBoundsException.class);
        assertThat(get(store.get(7, "half"))).isEqualTo(Row.of("half", 3.75));
        hub.forget();
        assertThat(get(store.get(3000))).isEqualTo(rows.get(3000));
        assertThat(hub.requests(Host.HUB).size() + hub.requests(Host.CDN).size())
                .isLessThanOrEqualTo(2);
    }

    @Test
    @DisplayName("the first row needs no size, and takes a small piece of the file")
    void firstRow() {
        String large = lines(0, 12_000, "\n");
        ObjectIO store = publish(large);
        assertThat(get(store.rows().next())).isEqualTo(row(0));
        assertThat(get(store.get(2))).isEqualTo(row(2));
        assertThat(hub.load(Host.HUB).bodyBytes() + hub.load(Host.CDN).bodyBytes())
                .isLessThan(large.length() / 2);
    }

    @Test
    @DisplayName("numbers keep what they are, and what Python writes beyond JSON is read")
    void numbers() {
        ObjectIO store = publish("{\"a\": 9223372036854775807, \"b\": 18446744073709551615, \"c\": 1e3, \"d\": NaN,"
                + " \"e\": -Infinity, \"f\": null, \"g\": {\"h\": [true, [1]]}, \"a\": 1}");
        Row row = get(store.get(0));
        assertThat(row.get("a")).isEqualTo(1L);
        assertThat(row.get("b")).isEqualTo(new java.math.BigInteger("18446744073709551615"));
        assertThat(row.get("c")).isEqualTo(1000.0);
        assertThat(row.get("d")).isEqualTo(Double.NaN);
        assertThat(row.get("e")).isEqualTo(Double.NEGATIVE_INFINITY);
        assertThat(row.has("f")).isTrue();
        assertThat(String.valueOf(row.get("g"))).isEqualTo("{h=[true, [1]]}");
    }

    @Test
    @DisplayName("lines become structures by a mapping, which is guessed where it can be")
    void structures() {
        hub.publish(ImitatedDataset.of("lab/lines")
                .file(
                        "train.jsonl",
                        "{\"positions\": [[0, 0, 0.5], [1, null, 0]], \"atomic_numbers\": [8, 1], \"energy\": -1}\n"
                                + "{\"positions\": [], \"atomic_numbers\": [], \"cell\": [[1,0,0],[0,1,0],[0,0,1]]}\n")
                .build());
        AtomsIO store = HubRows.atoms(hub, "hf://lab/lines");
        assertThat(get(store.get(0)).formula()).isEqualTo("HO");
        assertThat(get(store.get(0)).positions().toDoubleArray()).containsExactly(0, 0, 0.5, 1, Double.NaN, 0);
        assertThat(get(store.get(1)).cell().toDoubleArray()).containsExactly(1, 0, 0, 0, 1, 0, 0, 0, 1);
        assertThat(get(store.size())).isEqualTo(2);
    }

    @Test
    @DisplayName("what is no object is told with file and row")
    void malformed() {
        ObjectIO store = publish(line(0) + "\n\n" + line(1) + "\n{\"a\": \n" + line(2));
        assertThat(get(store.get(1))).isEqualTo(row(1));
        assertThatThrownBy(() -> all(store.rows()))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("data/train-0.jsonl")
                .hasMessageContaining("row 2");
        assertThatThrownBy(() -> get(publish("7").get(0)))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("no object");
    }

    @Test
    @DisplayName("one document that is a list is refused, saying what reads it")
    void listIsNoLines() {
        for (String document : List.of("[" + line(0) + "]", "[\n" + line(0) + ",\n" + line(1) + "\n]")) {
            assertThatThrownBy(() -> get(publish(document).get(0)))
                    .isInstanceOf(UnsupportedDataException.class)
                    .hasMessageContaining("train-0.jsonl")
                    .hasMessageContaining("converted=true");
        }
        assertThatThrownBy(() -> all(publish(line(0) + "\n[1]\n").rows()))
                .isInstanceOf(CorruptDataException.class)
                .hasMessageContaining("no object");
    }

    @Test
    @DisplayName("damaged lines end in an error of ours or in rows, and lines cut anywhere are the same lines")
    void fuzz() {
        SplittableRandom random = new SplittableRandom(5);
        byte[] text = lines(0, 60, "\n").getBytes(StandardCharsets.UTF_8);
        int rounds = Boolean.getBoolean("atomflux.proof") ? 100_000 : 500;
        for (int round = 0; round < rounds; round++) {
            byte[] damaged = text.clone();
            for (int i = random.nextInt(4); i > 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            LineSplitter lines = new LineSplitter("f", 0);
            int at = 0;
            int row = 0;
            try {
                while (true) {
                    while (lines.next()) {
                        long offset = lines.lineOffset();
                        assertThat(damaged[(int) offset]).isEqualTo(lines.bytes()[lines.lineStart()]);
                        JsonLine.read(lines.bytes(), lines.lineStart(), lines.lineLength(), "f", row++);
                    }
                    if (at == damaged.length) {
                        if (lines.isEnded()) {
                            break;
                        }
                        lines.end();
                    }
                    int length = Math.min(damaged.length - at, 1 + random.nextInt(900));
                    lines.feed(ByteBuffer.wrap(damaged, at, length));
                    at += length;
                }
            } catch (AtomfluxException e) {
                assertThat(e).hasMessageContaining("row " + (row - 1));
            }
        }
    }
}
