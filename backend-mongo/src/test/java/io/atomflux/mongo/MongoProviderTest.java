package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import io.atomflux.ObjectIO;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.InvalidNameException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.StoreUnavailableException;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.BlockHoundGuard;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.List;
import org.bson.BsonDocument;
import org.bson.Document;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

@Timeout(60)
@DisplayName("Opening stores in MongoDB")
final class MongoProviderTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String NOWHERE = "mongodb://someuser:somepassword@127.0.0.1:1/db?serverSelectionTimeoutMS=200";

    private final String uri = MongoServers.uri(MongoServers.freshDatabase());

    @BeforeAll
    static void guard() {
        BlockHoundGuard.install();
    }

    private String with(String option) {
        return uri + (uri.indexOf('?') < 0 ? "?" : "&") + option;
    }

    private String database() {
        String path = uri.substring(uri.lastIndexOf('/') + 1);
        return path.indexOf('?') < 0 ? path : path.substring(0, path.indexOf('?'));
    }

    private static <T> T get(Mono<T> call) {
        return call.block(PATIENCE);
    }

    @ParameterizedTest
    @DisplayName("unknown and malformed options are refused by name, before any I/O")
    @ValueSource(strings = {"layuot=paged", "layout=pages", "timeout_ms=0", "changes=push", "timeoutMS=5", "replica=x"})
    void refusesOptions(String option) {
        assertThatThrownBy(() -> ObjectIO.open(NOWHERE + "&" + option))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining(option.substring(0, option.indexOf('=')))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("someuser", "somepassword"));
    }

    @Test
    @DisplayName("options of the driver are taken in any case of letters, but not twice and not beside a client")
    void takesDriverOptions() {
        ObjectIO.open(NOWHERE + "&maxpoolsize=3&TLS=false&retryWrites=true");
        assertThatThrownBy(() -> ObjectIO.open(NOWHERE + "&maxpoolsize=3&maxPoolSize=4"))
                .isInstanceOf(InvalidOptionException.class);
        MongoOptions given =
                MongoOptions.builder().client(MongoServers.client()).build();
        assertThatThrownBy(() -> ObjectIO.open(NOWHERE, OpenOptions.none().with(given)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("serverSelectionTimeoutMS");
        assertThatThrownBy(() -> ObjectIO.open(
                        "mongodb://h/db?layout=paged", OpenOptions.none().with(given)))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("layout");
    }

    @Test
    @DisplayName("group names no collection can have are refused")
    void refusesGroups() {
        assertThatThrownBy(() -> ObjectIO.open(NOWHERE, OpenOptions.ofGroup("system.users")))
                .isInstanceOf(InvalidNameException.class);
    }

    @Test
    @DisplayName("opening does no I/O; a server that is not there shows on subscription, without credentials")
    void opensWithoutServer() {
        ObjectIO store = ObjectIO.open(NOWHERE);
        assertThat(store.capabilities()).contains(Capability.APPEND, Capability.DURABLE);
        Throwable failure = catchThrowable(() -> get(store.size()));
        assertThat(failure).isInstanceOf(StoreUnavailableException.class);
        for (Throwable at = failure; at != null; at = at.getCause()) {
            assertThat(String.valueOf(at)).doesNotContain("someuser", "somepassword");
        }
        store.close().block(PATIENCE);
    }

    @Test
    @DisplayName("relaxed stores do not say that what they wrote lasts")
    void relaxedIsNotDurable() {
        assertThat(ObjectIO.open(NOWHERE + "&w=1&consistency=relaxed").capabilities())
                .contains(Capability.APPEND)
                .doesNotContain(Capability.DURABLE);
    }

    @Test
    @DisplayName("reading what is not there creates nothing, and is an error only where nothing may be written")
    void readingCreatesNothing() {
        ObjectIO store = ObjectIO.open(uri);
        assertThat(get(store.size())).isZero();
        assertThat(catchThrowable(() -> get(store.get(0)))).isInstanceOf(RowOutOfBoundsException.class);
        assertThat(get(store.rows().collectList())).isEmpty();
        ObjectIO reader = ObjectIO.open(uri, OpenOptions.ofReadOnly());
        assertThat(catchThrowable(() -> get(reader.size()))).isInstanceOf(StoreNotFoundException.class);
        assertThat(catchThrowable(() -> get(reader.rows().collectList()))).isInstanceOf(StoreNotFoundException.class);
        assertThat(get(store.groups().collectList())).isEmpty();
        get(store.append(Row.of("a", 1)));
        assertThat(get(reader.size())).isEqualTo(1);
        assertThat(get(reader.groups().collectList())).containsExactly("default");
        reader.close().block(PATIENCE);
        store.close().block(PATIENCE);
    }

    @ParameterizedTest
    @DisplayName("a layout that stands there is recognised, and asking for the other one is an error")
    @CsvSource({"paged, asebytes", "asebytes, paged"})
    void recognisesLayouts(String layout, String other) {
        get(ObjectIO.with(with("layout=" + layout), store -> store.append(Row.of("a", 1))));
        Long after = get(ObjectIO.with(uri, store -> store.append(Row.of("a", 2))));
        assertThat(after).isEqualTo(2L);
        assertThatThrownBy(() -> get(ObjectIO.with(with("layout=" + other), ObjectIO::size)))
                .isInstanceOf(ForeignDataException.class)
                .hasMessageContaining("layout " + layout);
        Long size = get(ObjectIO.with(uri, ObjectIO::size));
        assertThat(size).isEqualTo(2L);
    }

    @ParameterizedTest
    @DisplayName("documents of other programs, and both layouts at once, are neither read nor changed")
    @ValueSource(
            strings = {
                "[{_id: 1, name: 'mine'}]",
                "[{_id: '__root__', x: 1}]",
                "[{_id: '__root__', layout: 'paged', v: 2}]",
                "[{_id: '__meta__', x: 1}]",
                "[{_id: '__root__', layout: 'paged', v: 1}, {_id: '__meta__', next_sort_key: 3, sort_keys: [], count: 0}]"
            })
    void refusesForeignCollections(String documents) {
        Documents raw = MongoServers.documents(database(), "default");
        List<BsonDocument> before = BsonDocument.parse("{a: " + documents + "}").getArray("a").stream()
                .map(org.bson.BsonValue::asDocument)
                .toList();
        raw.insert(before).blockLast(PATIENCE);
        ObjectIO store = ObjectIO.open(uri);
        assertThat(catchThrowable(() -> get(store.size()))).isInstanceOf(ForeignDataException.class);
        assertThat(catchThrowable(() -> get(store.append(Row.of("a", 1))))).isInstanceOf(ForeignDataException.class);
        assertThat(catchThrowable(() -> get(store.remove()))).isInstanceOf(ForeignDataException.class);
        assertThat(get(store.groups().collectList())).isEmpty();
        assertThat(raw.find(new BsonDocument(), new BsonDocument(), 0)
                        .collectList()
                        .block(PATIENCE))
                .hasSameSizeAs(before);
        store.close().block(PATIENCE);
    }

    @ParameterizedTest
    @DisplayName("a client handed in is used and left open")
    @EnumSource(
            value = MongoOptions.Layout.class,
            names = {"PAGED", "ASEBYTES"})
    void leavesClientsOpen(MongoOptions.Layout layout) {
        try (MongoClient client = MongoClients.create(MongoServers.uri())) {
            OpenOptions options = OpenOptions.none()
                    .with(MongoOptions.builder().client(client).layout(layout).build());
            String place = "mongodb://the-clients-own/" + database();
            ObjectIO store = ObjectIO.open(place, options);
            assertThat(get(store.append(Row.of("a", 1)))).isEqualTo(1);
            store.close().block(PATIENCE);
            assertThat(get(Mono.from(client.getDatabase("admin").runCommand(new Document("ping", 1)))))
                    .isNotNull();
            Long size = get(ObjectIO.with(uri, ObjectIO::size));
            assertThat(size).isEqualTo(1L);
        }
    }

    @ParameterizedTest
    @DisplayName("a store that another program removes while it is open is empty then, and begins anew with a write")
    @ValueSource(strings = {"paged", "asebytes"})
    void noticesRemoval(String layout) {
        ObjectIO store = ObjectIO.open(with("layout=" + layout));
        get(store.extend(List.of(Row.of("a", 1), Row.of("a", 2))));
        get(Mono.from(MongoServers.client()
                        .getDatabase(database())
                        .getCollection("default")
                        .drop())
                .thenReturn(true));
        assertThat(get(store.size())).isZero();
        assertThat(get(store.append(Row.of("a", 3)))).isEqualTo(1);
        assertThat(get(store.rows().collectList())).containsExactly(Row.of("a", 3));
        store.close().block(PATIENCE);
    }

    @Test
    @DisplayName("stores of one URI share a client, and the last one closed leaves nothing")
    void sharesClients() {
        MongoKit kit = new MongoKit(MongoOptions.Layout.PAGED);
        String place = "shared-" + database();
        var first = kit.open(place, java.util.Optional.empty());
        var second = kit.open(place, java.util.Optional.of("train"));
        first.size().block(PATIENCE);
        second.size().block(PATIENCE);
        assertThat(kit.openClients()).isEqualTo(1);
        first.close().block(PATIENCE);
        assertThat(second.size().block(PATIENCE)).isZero();
        second.close().block(PATIENCE);
        kit.leakCheck();
    }

    @Test
    @DisplayName("locations name scheme, servers and database only")
    void namesHideCredentials() {
        assertThat(new MongoProvider()
                        .open(Location.parse("mongodb://u:p@h/db"), OpenOptions.ofGroup("train"))
                        .name())
                .isEqualTo("mongodb://<hidden>@h/db group train");
    }
}
