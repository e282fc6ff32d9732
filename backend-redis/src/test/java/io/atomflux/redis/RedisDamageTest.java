package io.atomflux.redis;

import static io.atomflux.redis.Server.done;
import static io.atomflux.redis.Server.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.ForeignDataException;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.Change;
import io.atomflux.value.Revision;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisplayName("Keys of a store that others spoilt, and rows beyond the usual")
class RedisDamageTest {

    private final Server server = new Server();
    private final RedisRows rows = server.open();

    @AfterEach
    void close() {
        server.close();
    }

    private static BlobRow row(int number) {
        return BlobRow.of(Map.of(Bytes.ofText("a"), Bytes.ofText("v" + number)));
    }

    private static List<BlobRow> rows(int from, int to) {
        return IntStream.range(from, to).mapToObj(RedisDamageTest::row).toList();
    }

    private List<BlobRow> content() {
        return IntStream.range(0, Math.toIntExact(get(rows.size())))
                .mapToObj(i -> get(rows.get(i, Columns.ALL)))
                .toList();
    }

    @Test
    @DisplayName("a client goes on when its own keys were deleted, and rows stay as they are")
    void controlKeysDeleted() {
        get(rows.apply(new Write.Append<>(rows(0, 3))));
        for (String key : server.keys()) {
            if (key.contains(":atomflux:")) {
                server.run("DEL", key);
            }
        }
        get(rows.apply(new Write.Append<>(rows(3, 5))));
        get(rows.apply(new Write.Put<>(Selection.at(0), rows(9, 10), Optional.empty())));
        assertThat(content()).containsExactly(row(9), row(1), row(2), row(3), row(4));
        assertThat(rows.verify().collectList().block()).isEmpty();
    }

    @Test
    @DisplayName("rows in use are not written over when the counter is lost with all memory of it")
    void counterDeleted() {
        get(rows.apply(new Write.Append<>(rows(0, 3))));
        server.run("DEL", server.key(":next_sk"), server.key(":atomflux:ctl"));
        get(rows.apply(new Write.Append<>(rows(3, 5))));
        assertThat(content()).isEqualTo(rows(0, 5));
        assertThat(Layout.text(server.run("GET", server.key(":next_sk")))).isEqualTo("5");
        assertThat(rows.verify().collectList().block()).isEmpty();
    }

    @Test
    @DisplayName("a counter another program took back is raised by any change, so that no sort key is given twice")
    void counterTakenBack() {
        get(rows.apply(new Write.Append<>(rows(0, 3))));
        get(rows.apply(new Write.Insert<>(0, rows(3, 4))));
        server.run("SET", server.key(":next_sk"), 1);
        get(rows.apply(new Write.Put<>(Selection.at(0), rows(9, 10), Optional.empty())));
        assertThat(Layout.text(server.run("GET", server.key(":next_sk")))).isEqualTo("4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"abc", "", "-1", "1.5"})
    @DisplayName("a counter that is no number is said to be, and nothing is written")
    void counterNoNumber(String value) {
        get(rows.apply(new Write.Append<>(rows(0, 1))));
        server.run("SET", server.key(":next_sk"), value);
        List<BlobRow> large = List.of(BlobRow.of(Map.of(Bytes.ofText("a"), Bytes.wrap(new byte[300 << 10]))));
        for (Write<BlobRow> write : List.of(
                new Write.Append<>(rows(1, 2)),
                new Write.Append<>(large),
                new Write.Delete<BlobRow>(Selection.at(0), Optional.empty()))) {
            assertThatThrownBy(() -> get(rows.apply(write)))
                    .isInstanceOf(ForeignDataException.class)
                    .hasMessageContaining("counter of sort keys that is \"" + value + "\"");
        }
        assertThat(content()).isEqualTo(rows(0, 1));
        assertThat(rows.verify().collectList().block()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {":sort_keys", ":next_sk", ":atomflux:ctl", ":atomflux:open", ":atomflux:log", ":atomflux:graves"
            })
    @DisplayName("a key of the layout that has another type is foreign to every change, which does nothing")
    void wrongTypes(String key) {
        get(rows.apply(new Write.Append<>(rows(0, 3))));
        List<String> before = server.keys();
        server.run("DEL", server.key(key));
        server.run("XADD", server.key(key), "*", "f", "v");
        for (Write<BlobRow> write : List.of(
                new Write.Append<>(rows(3, 4)),
                new Write.Insert<>(1, rows(3, 4)),
                new Write.Put<>(Selection.at(1), rows(3, 4), Optional.empty()),
                new Write.Delete<BlobRow>(Selection.at(1), Optional.empty()),
                new Write.Clear<BlobRow>())) {
            if (!key.equals(":atomflux:graves") || write instanceof Write.Clear) {
                assertThatThrownBy(() -> get(rows.apply(write)))
                        .as("%s", write.operation())
                        .isInstanceOf(ForeignDataException.class);
            }
        }
        server.run("DEL", server.key(key));
        assertThat(server.keys().stream().filter(each -> each.contains(":row:")))
                .containsExactlyElementsOf(
                        before.stream().filter(each -> each.contains(":row:")).toList());
    }

    @Test
    @DisplayName("a row of more fields than a script's stack holds is written, read, narrowed, changed and deleted")
    void wideRows() {
        Map<Bytes, Bytes> fields = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            fields.put(Bytes.ofText("field" + i), Bytes.ofText("value" + i));
        }
        BlobRow wide = BlobRow.of(fields);
        get(rows.apply(new Write.Append<>(List.of(wide))));
        assertThat(get(rows.get(0, Columns.ALL))).isEqualTo(wide);

        List<String> some =
                IntStream.range(0, 9000).mapToObj(i -> "field" + 2 * i).toList();
        BlobRow narrow = get(rows.get(0, Columns.of(some)));
        assertThat(narrow.keys()).containsExactlyInAnyOrderElementsOf(some);
        assertThat(narrow.get("field16000")).isEqualTo(Bytes.ofText("value16000"));

        get(rows.apply(new Write.Drop<>(Selection.at(0), some)));
        assertThat(get(rows.get(0, Columns.ALL)).size()).isEqualTo(11_000);
        get(rows.apply(new Write.Delete<>(Selection.at(0), Optional.empty())));
        assertThat(server.keys()).noneMatch(key -> key.contains(":row:"));
    }

    @Test
    @DisplayName("changes are told one by one also from a log that is longer than one look takes")
    void longLog() {
        for (int i = 0; i < 600; i++) {
            get(rows.apply(new Write.Append<>(rows(i, i + 1))));
        }
        Revision begun = new Revision("-0-0-0___");
        List<Change> all = get(rows.changes(Optional.of(begun)).take(600).collectList());
        assertThat(all).extracting(Change::kind).containsOnly(Change.Kind.APPENDED);
        assertThat(all.get(599).from()).isEqualTo(599);
        List<Change> last =
                get(rows.changes(Optional.of(all.get(589).revision())).take(10).collectList());
        assertThat(last)
                .extracting(Change::from)
                .containsExactly(590L, 591L, 592L, 593L, 594L, 595L, 596L, 597L, 598L, 599L);
    }

    @Test
    @DisplayName("verify knows rows that wait in graves from those nothing refers to, whatever the steps it takes")
    void verifiesBesideGraves() {
        Limits steps = new Limits(
                1 << 18,
                1,
                1 << 18,
                1000,
                2000,
                Limits.DEFAULT.deadline(),
                Limits.DEFAULT.overdue(),
                Limits.DEFAULT.forgotten(),
                Limits.DEFAULT.sweeping());
        RedisRows small = server.open(server.lease.commands(), steps);
        get(rows.apply(new Write.Append<>(rows(0, 2000))));
        server.run("RENAME", server.key(":sort_keys"), server.key(":atomflux:grave:9:9"));
        server.run("SADD", server.key(":atomflux:graves"), server.key(":atomflux:grave:9:9"));
        get(rows.apply(new Write.Append<>(rows(0, 2000))));
        server.run("HSET", server.key(":row:77777"), "a", "1");
        assertThat(get(small.verify().collectList())).singleElement().asString().contains("77777");
        done(new Upkeep(server.lease.commands(), server.layout, steps).sweep());
        server.run("DEL", server.key(":row:77777"));
        assertThat(server.keys())
                .noneMatch(key -> key.endsWith(":row:1999"))
                .anyMatch(key -> key.endsWith(":row:2000"));
    }
}
