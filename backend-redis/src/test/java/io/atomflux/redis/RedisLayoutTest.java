package io.atomflux.redis;

import static io.atomflux.redis.Server.done;
import static io.atomflux.redis.Server.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.ForeignDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Bytes;
import io.atomflux.value.Change;
import io.atomflux.value.Revision;
import io.atomflux.value.Slice;
import io.atomflux.value.Versioned;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("The layout in Redis")
class RedisLayoutTest {

    private final Server server = new Server();
    private final RedisRows rows = server.open();

    @AfterEach
    void close() {
        server.close();
    }

    private static BlobRow row(int number) {
        return BlobRow.of(Map.of(Bytes.ofText("a"), Bytes.of((byte) number)));
    }

    private static List<BlobRow> rows(int count) {
        return IntStream.range(0, count).mapToObj(RedisLayoutTest::row).toList();
    }

    private long append(int count) {
        return get(rows.apply(new Write.Append<>(rows(count))));
    }

    private Write<BlobRow> put(Selection where, BlobRow... some) {
        return new Write.Put<>(where, List.of(some), Optional.empty());
    }

    @Test
    @DisplayName("is that of asebytes, key by key")
    void isThatOfAsebytes() {
        get(rows.apply(new Write.Append<>(List.of(row(7), BlobRow.reserved(), row(8)))));
        get(rows.apply(new Write.Insert<>(1, List.of(row(9)))));

        assertThat(server.list()).containsExactly("0", "3", "1", "2");
        assertThat(Layout.text(server.run("GET", server.key(":next_sk")))).isEqualTo("4");
        assertThat(server.keys().stream().filter(key -> !key.contains(":atomflux:")))
                .containsExactly(
                        server.key(":next_sk"),
                        server.key(":row:0"),
                        server.key(":row:2"),
                        server.key(":row:3"),
                        server.key(":sort_keys"));
        assertThat(server.texts("HGETALL", server.key(":row:3"))).containsExactly("a", "\t");
    }

    @Test
    @DisplayName("written by another program is read, and its counter is respected")
    void readsOthers() {
        server.run("RPUSH", server.key(":sort_keys"), "5", "2");
        server.run("HSET", server.key(":row:5"), "x", "1", "y", "");
        server.run("SET", server.key(":next_sk"), "9");
        assertThat(get(rows.size())).isEqualTo(2);
        assertThat(get(rows.get(0, Columns.ALL)).keys()).containsExactlyInAnyOrder("x", "y");
        assertThat(get(rows.get(1, Columns.ALL)).isReserved()).isTrue();
        append(1);
        assertThat(server.list()).containsExactly("5", "2", "9");
    }

    @Test
    @DisplayName("a row left behind at a fresh sort key does not show through (hazard R4)")
    void doesNotAdoptOrphans() {
        server.run("HSET", server.key(":row:0"), "foreign", "1");
        server.run("HSET", server.key(":row:1"), "foreign", "1");
        get(rows.apply(new Write.Append<>(List.of(row(1), BlobRow.reserved()))));
        assertThat(get(rows.get(0, Columns.ALL))).isEqualTo(row(1));
        assertThat(get(rows.get(1, Columns.ALL))).isEqualTo(BlobRow.reserved());
    }

    @Test
    @DisplayName("sort keys are not given again after another program has taken its counter back")
    void raisesTheCounter() {
        append(3);
        server.run("DEL", server.key(":sort_keys"), server.key(":next_sk"));
        append(1);
        assertThat(server.list()).containsExactly("3");
        assertThat(Layout.text(server.run("GET", server.key(":next_sk")))).isEqualTo("4");
    }

    @Test
    @DisplayName("verify finds what other programs leave: orphans (R1, R3), a counter taken back (R4), keys twice")
    void verifyFindsDamage() {
        append(3);
        assertThat(rows.verify().collectList().block()).isEmpty();
        server.run("HSET", server.key(":row:77"), "a", "1");
        server.run("SET", server.key(":next_sk"), "1");
        server.run("RPUSH", server.key(":sort_keys"), "1");
        server.run("SET", server.key(":row:2"), "text");
        server.run("DEL", server.key(":row:2"));
        server.run("SET", server.key(":row:2"), "text");
        List<String> found = get(rows.verify().collectList());
        assertThat(found).hasSize(4);
        assertThat(found).anyMatch(text -> text.contains("77")).anyMatch(text -> text.contains("more than once"));
        assertThat(found).anyMatch(text -> text.contains("counter")).anyMatch(text -> text.contains("not a hash"));
        server.run("DEL", server.key(":row:2"));
    }

    @Test
    @DisplayName("a key of another type is refused and left as it is, and nothing is changed")
    void refusesForeignTypes() {
        append(2);
        server.run("DEL", server.key(":row:1"));
        server.run("SET", server.key(":row:1"), "text");
        assertThatThrownBy(() -> get(rows.apply(put(Selection.ALL, row(8), row(9)))))
                .isInstanceOf(ForeignDataException.class);
        assertThat(get(rows.get(0, Columns.ALL))).isEqualTo(row(0));
        server.run("DEL", server.key(":sort_keys"));
        server.run("SET", server.key(":sort_keys"), "text");
        assertThatThrownBy(() -> append(1)).isInstanceOf(ForeignDataException.class);
        assertThatThrownBy(() -> get(rows.size())).isInstanceOf(ForeignDataException.class);
    }

    @Test
    @DisplayName("remove takes the group's own keys, also orphans, and those of no group with a similar name (R2)")
    void removesExactly() {
        append(3);
        server.run("HSET", server.key(":row:50"), "orphan", "1");
        String[] others = {":row:x", ":row:1:sort_keys", "b:row:1", ":b:row:1", ":row:01"};
        for (String other : others) {
            server.run("SET", server.key(other), "1");
        }
        done(rows.remove());
        assertThat(server.keys())
                .containsExactlyInAnyOrder(
                        server.key(":row:x"),
                        server.key(":row:1:sort_keys"),
                        server.key(":b:row:1"),
                        server.key(":row:01"));
        assertThat(append(1)).isEqualTo(1);
        server.run("DEL", server.key("b:row:1"));
    }

    @Test
    @DisplayName("set of many keeps the sort keys, and nothing staged is left")
    void setKeepsKeys() {
        Limits staging = new Limits(
                1 << 18,
                1000,
                100,
                2,
                4000,
                Duration.ofSeconds(5),
                Duration.ofHours(1),
                Duration.ofDays(1),
                Duration.ofHours(1));
        RedisRows staged = server.open(server.lease.commands(), staging);
        append(6);
        List<String> before = server.list();
        get(staged.apply(put(Selection.ALL.slice(Slice.parse("::2")), row(10), BlobRow.reserved(), row(12))));
        assertThat(server.list()).isEqualTo(before);
        assertThat(get(staged.get(0, Columns.ALL))).isEqualTo(row(10));
        assertThat(get(staged.get(2, Columns.ALL))).isEqualTo(BlobRow.reserved());
        assertThat(server.keys().stream().filter(key -> key.contains(":row:"))).hasSize(5);
        assertThat(server.run("EXISTS", server.key(":atomflux:open"))).isEqualTo(0L);
        assertThat(rows.verify().collectList().block()).isEmpty();
    }

    @Test
    @DisplayName("clear of many rows drains them in steps, and keeps the counter")
    void clearDrains() {
        append(1000);
        append(700);
        assertThat(get(rows.apply(new Write.Clear<>()))).isZero();
        assertThat(server.keys()).noneMatch(key -> key.contains(":row:") || key.contains("grave"));
        append(1);
        assertThat(server.list()).containsExactly("1700");
    }

    @Test
    @DisplayName("more rows than one change may concern are refused before anything is sent")
    void refusesTooMany() {
        long most = rows.maxAtomicRows();
        assertThatThrownBy(() -> append((int) most + 1)).isInstanceOf(LimitExceededException.class);
        assertThat(server.keys()).isEmpty();
        append((int) most);
        append(10);
        assertThatThrownBy(() -> get(rows.apply(new Write.Delete<>(Selection.ALL, Optional.empty()))))
                .isInstanceOf(LimitExceededException.class);
    }

    @Test
    @DisplayName("a version stands against what another program sets in place")
    void versionsSeeOthers() {
        append(2);
        Versioned<BlobRow> seen = get(rows.getVersioned(0));
        server.run("HSET", server.key(":row:0"), "a", "other");
        assertThatThrownBy(() ->
                        get(rows.apply(new Write.Put<>(Selection.at(0), List.of(row(5)), Optional.of(seen.version())))))
                .isInstanceOf(io.atomflux.error.VersionConflictException.class);
        Versioned<BlobRow> now = get(rows.getVersioned(0));
        get(rows.apply(new Write.Put<>(Selection.at(0), List.of(row(5)), Optional.of(now.version()))));
        assertThat(get(rows.get(0, Columns.ALL))).isEqualTo(row(5));
    }

    @Test
    @DisplayName("changes tell a gap, once, where another program added or removed rows")
    void changesTellGaps() {
        append(1);
        Revision start =
                get(rows.changes(Optional.of(new Revision("?"))).next()).revision();
        append(1);
        server.run("RPUSH", server.key(":sort_keys"), "2");
        server.run("SET", server.key(":next_sk"), "3");
        List<Change> two = get(rows.changes(Optional.of(start)).take(2).collectList());
        assertThat(two).extracting(Change::kind).containsExactly(Change.Kind.APPENDED, Change.Kind.GAP);
        append(1);
        Change next = get(rows.changes(Optional.of(two.get(1).revision())).next());
        assertThat(next.kind()).isEqualTo(Change.Kind.APPENDED);
        assertThat(next.from()).isEqualTo(3);
        List<Change> all = get(rows.changes(Optional.of(start)).take(3).collectList());
        assertThat(all)
                .extracting(Change::kind)
                .containsExactly(Change.Kind.APPENDED, Change.Kind.GAP, Change.Kind.APPENDED);
    }
}
