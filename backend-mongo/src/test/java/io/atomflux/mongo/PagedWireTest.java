package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.testkit.net.FaultProxy;
import io.atomflux.testkit.net.Framing;
import io.atomflux.testkit.net.Traffic;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.LongStream;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** What moves over the wire, counted by a proxy before the stand-in; the index of a large store is written by hand. */
class PagedWireTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long ROWS = Boolean.getBoolean("atomflux.proof") ? 10_000_000 : 100_000;
    private static final long OLD_WRITER = 7;
    private static final Row SMALL = Row.of("calc.energy", -1.5, "info.n", 1);

    private StandInMongo server;
    private FaultProxy proxy;
    private MongoClient client;
    private PagedStore store;
    private Documents direct;

    @BeforeEach
    void start() {
        server = StandInMongo.start();
        proxy = FaultProxy.to("127.0.0.1", server.address().getPort(), Framing.MONGO);
        proxy.countOnly(request -> !java.util.Set.of("hello", "isMaster", "ismaster", "endSessions")
                .contains(request.command()));
        client = MongoClients.create("mongodb://127.0.0.1:" + proxy.port());
        direct = documents(client);
        store = new PagedStore(direct, "wire", MongoOptions.defaults());
    }

    private static Documents documents(MongoClient client) {
        return new DriverDocuments(
                client.getDatabase("wire"), "rows", false, PATIENCE, new MongoErrors("wire", "stand-in", Secrets.NONE));
    }

    @AfterEach
    void stop() {
        store.close().block(PATIENCE);
        client.close();
        proxy.close();
        server.close();
    }

    /** Writes the pages of a store of so many rows, and those rows that are to be read. */
    private void fill(long rows, long... written) {
        run(store.create());
        long[] next = {ClientNumber.id(OLD_WRITER, rows + 1)};
        TreeEdit edit = new TreeEdit(id -> null, 1024, 256);
        List<Ref> leaves = new ArrayList<>();
        for (long from = 1; from <= rows; from += 1024) {
            Page leaf = new Page.Leaf(LongStream.range(from, Math.min(rows + 1, from + 1024))
                    .map(sequence -> ClientNumber.id(OLD_WRITER, sequence))
                    .toArray());
            long id = next[0]++;
            run(direct.insert(List.of(Page.toBson(id, leaf))).then());
            leaves.add(Ref.stored(id, leaf.rows()));
        }
        List<BsonDocument> inner = new ArrayList<>();
        Ref top = Staging.written(Objects.requireNonNull(edit.join(leaves)), () -> next[0]++, inner, (id, page) -> {});
        inner.forEach(document -> run(direct.insert(List.of(document)).then()));
        RowCodec codec = RowCodec.paged("wire");
        for (long position : written) {
            run(direct.insert(List.of(codec.encode(ClientNumber.id(OLD_WRITER, position + 1), SMALL, "row")))
                    .then());
        }
        run(direct.change(
                Paged.rootKey(),
                Bson.doc("$set", Bson.doc("tree", top.id(), "base", rows, "size", rows)),
                Bson.EMPTY,
                false));
    }

    private static void run(Mono<?> call) {
        call.then().block(PATIENCE);
    }

    private Traffic moved(Mono<?> call) {
        return proxy.measure(() -> run(call));
    }

    private static long bytes(Traffic traffic) {
        return traffic.requestBytes() + traffic.replyBytes();
    }

    @Test
    @DisplayName("a row of a large store moves a few KB, also while another client appends and inserts")
    void readsFewBytes() {
        long middle = ROWS / 2;
        fill(ROWS, 5, middle, middle + 1);
        Traffic cold = moved(store.get(middle, Columns.ALL));
        assertThat(bytes(cold)).as("first read: root and a path of pages").isLessThan(48 << 10);
        Traffic warm = moved(store.get(middle + 1, Columns.ALL));
        assertThat(warm.requests())
                .as("round trips of a read with its page at hand")
                .isEqualTo(1);
        assertThat(bytes(warm)).isLessThan(1 << 10);
        MongoClient around = MongoClients.create(server.uri()); // what it does beside is not counted
        PagedStore other = new PagedStore(documents(around), "other", MongoOptions.defaults());
        run(other.apply(new Write.Append<>(List.of(SMALL))));
        Traffic beside = moved(store.get(middle + 1, Columns.ALL));
        assertThat(beside.requests()).as("round trips while another appends").isEqualTo(1);
        assertThat(bytes(beside)).isLessThan(1 << 10);
        run(other.apply(new Write.Insert<>(middle + 1, List.of(SMALL))));
        Traffic moved = moved(store.get(middle, Columns.ALL));
        assertThat(bytes(moved))
                .as("after an insert nearby: root and the new path")
                .isLessThan(64 << 10);
        Traffic size = moved(store.size());
        assertThat(bytes(size)).isLessThan(512);
        assertThat(moved(store.get(-1, Columns.of(List.of("info.n")))).requests())
                .isLessThanOrEqualTo(2);
        run(other.close());
        around.close();
    }

    @Test
    @DisplayName("an append moves its row and a few hundred bytes, in two round trips, however full the open list")
    void appendsFewBytes() {
        fill(ROWS);
        for (int i = 0; i < 600; i++) { // registers, and fills the open list
            run(store.apply(new Write.Append<>(List.of(SMALL))));
        }
        long row = RowCodec.paged("wire")
                .encode(1L << 40, SMALL, "row")
                .getByteBuffer()
                .remaining();
        long least = Long.MAX_VALUE;
        long most = 0;
        for (int i = 0; i < 50; i++) {
            Traffic traffic = moved(store.apply(new Write.Append<>(List.of(SMALL))));
            least = Math.min(least, traffic.requests());
            most = Math.max(most, bytes(traffic));
        }
        assertThat(least).as("round trips").isEqualTo(2);
        assertThat(most).as("bytes beside the row").isLessThan(row + 1_500);
        Traffic batch = moved(store.apply(new Write.Append<>(java.util.Collections.nCopies(5_000, SMALL))));
        assertThat(bytes(batch))
                .as("a batch: its rows and 8 bytes for each, about")
                .isLessThan(5_000 * (row + 40));
    }

    @Test
    @DisplayName("insert and delete in the middle move a path of pages")
    void changesAPath() {
        fill(ROWS);
        run(store.apply(new Write.Insert<>(1, List.of(SMALL)))); // registers
        long path = 3 * (16 << 10) * 2; // a leaf and at most two inner pages, read and written
        Traffic insert = moved(store.apply(new Write.Insert<>(ROWS / 2, List.of(SMALL))));
        assertThat(bytes(insert)).as("insert").isLessThan(path);
        Traffic delete = moved(store.apply(new Write.Delete<>(Selection.at(ROWS / 3), Optional.empty())));
        assertThat(bytes(delete)).as("delete").isLessThan(path);
        Traffic set = moved(store.apply(new Write.Put<>(Selection.at(ROWS / 3), List.of(SMALL), Optional.empty())));
        assertThat(bytes(set)).as("set").isLessThan(path);
        Traffic clear = moved(store.apply(new Write.Clear<>()));
        assertThat(bytes(clear)).as("clear, whatever the size").isLessThan(4 << 10);
        assertThat(store.size().block(PATIENCE)).isZero();
    }

    @Test
    @DisplayName("a root at its bounds stays below 64 KiB")
    void rootIsSmall() {
        BsonDocument root = Root.make(Long.MAX_VALUE / 2, Long.MAX_VALUE / 2, 1 << 30);
        PagedSettings settings = PagedSettings.DEFAULT;
        for (int i = 0; i < settings.openMost(); i++) {
            root.getArray("open").add(Entry.page(Long.MAX_VALUE, Long.MAX_VALUE).toBson());
        }
        for (int i = 0; i < settings.clientsMost(); i++) {
            root.getDocument("clients").append("c" + (Integer.MAX_VALUE - i), client());
        }
        for (int i = 0; i < settings.deadMost(); i++) {
            root.getDocument("dead").append("c" + (Integer.MAX_VALUE - i), client());
        }
        for (int i = 0; i < settings.logMost(); i++) {
            ChangeLog log = new ChangeLog();
            for (int change = 0; change < 50; change++) {
                log.add(io.atomflux.value.Change.Kind.REPLACED, 2L * change, 2L * change + 1);
            }
            root.getArray("log").add(log.toBson(1, Long.MAX_VALUE));
        }
        assertThat(size(root)).isLessThan(64 << 10);
        for (int i = 0; i < settings.logMost(); i++) {
            ChangeLog log = new ChangeLog();
            for (int change = 0; change < 4; change++) {
                log.add(io.atomflux.value.Change.Kind.REPLACED, 2L * change, 2L * change + 1);
            }
            root.getArray("log").set(i, log.toBson(1, Long.MAX_VALUE));
        }
        assertThat(size(root)).as("with the longest log").isLessThan(64 << 10);
    }

    private static BsonDocument client() {
        return Bson.doc("m", new BsonInt64(Integer.MAX_VALUE), "at", new org.bson.BsonDateTime(1));
    }

    private static int size(BsonDocument document) {
        return new org.bson.RawBsonDocument(document, new org.bson.codecs.BsonDocumentCodec())
                .getByteBuffer()
                .remaining();
    }
}
