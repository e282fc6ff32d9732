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
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;

/** Bytes and round trips of single calls on a store of many rows. */
@Timeout(120)
class AsebytesTrafficTest {

    private static final int ROWS = 100_000;
    private static final StandInMongo SERVER = StandInMongo.start();
    private static final FaultProxy PROXY =
            FaultProxy.to(SERVER.address().getHostString(), SERVER.address().getPort(), Framing.MONGO);
    private static final MongoClient CLIENT = MongoClients.create("mongodb://" + PROXY.host() + ":" + PROXY.port());
    private static final Set<String> CHATTER = Set.of("ismaster", "hello", "endsessions");

    private static AsebytesStore store(String client) {
        Documents documents = new DriverDocuments(
                CLIENT.getDatabase("traffic"),
                "rows",
                true,
                Duration.ofSeconds(30),
                new MongoErrors("traffic", "stand-in", Secrets.NONE));
        return AsebytesModelTest.store(documents, client);
    }

    private static Traffic measure(Mono<?> call) {
        return PROXY.measure(call::block);
    }

    @BeforeAll
    static void fill() {
        AsebytesStore store = store("filler");
        store.create().block();
        store.apply(new Write.Append<>(
                        LongStream.range(0, ROWS).mapToObj(n -> Row.of("n", n)).toList()))
                .block();
        store.close().block();
        PROXY.countOnly(request -> !CHATTER.contains(request.command().toLowerCase(Locale.ROOT)));
    }

    @AfterAll
    static void stop() {
        CLIENT.close();
        PROXY.close();
        SERVER.close();
    }

    @Test
    @DisplayName("reading one row of 100 000 moves kilobytes, once its sort key is known a kilobyte in one round trip")
    void reads() {
        AsebytesStore store = store("reader");
        Traffic cold = measure(store.get(50_000, Columns.ALL));
        assertThat(cold.requests()).isEqualTo(2);
        assertThat(cold.replyBytes()).isLessThan(6_000);
        Traffic known = measure(store.get(50_001, Columns.ALL));
        assertThat(known.requests()).isEqualTo(1);
        assertThat(known.replyBytes()).isLessThan(1_000);
        measure(store.get(-1, Columns.ALL));
        Traffic last = measure(store.get(-1, Columns.of(List.of("n"))));
        assertThat(last.requests()).isLessThanOrEqualTo(2); // the first of columns asks what the server can
        assertThat(last.replyBytes()).isLessThan(2_000);
        assertThat(measure(store.size()).replyBytes()).isLessThan(600);
    }

    @Test
    @DisplayName("an append moves its row and a few hundred bytes in three round trips; set and delete do so in five")
    void writes() {
        AsebytesStore store = store("writer");
        measure(store.apply(new Write.Append<>(List.of(Row.of("n", 1L)))));
        Traffic append = measure(store.apply(new Write.Append<>(List.of(Row.of("n", 2L)))));
        assertThat(append.requests()).isEqualTo(3);
        assertThat(append.requestBytes() + append.replyBytes()).isLessThan(3_500);
        Traffic set =
                measure(store.apply(new Write.Put<>(Selection.at(70_000), List.of(Row.of("n", 3L)), Optional.empty())));
        assertThat(set.requests()).isLessThanOrEqualTo(5);
        assertThat(set.requestBytes() + set.replyBytes()).isLessThan(6_000);
        Traffic delete = measure(store.apply(new Write.Delete<>(Selection.at(80_000), Optional.empty())));
        assertThat(delete.requests()).isLessThanOrEqualTo(4);
        assertThat(delete.requestBytes() + delete.replyBytes()).isLessThan(6_000);
        Traffic insert = measure(store.apply(new Write.Insert<>(10, List.of(Row.of("n", 4L)))));
        assertThat(insert.requests()).isEqualTo(3);
        store.close().block();
    }
}
