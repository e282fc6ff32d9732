package io.atomflux.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.InvalidNameException;
import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreInUseException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.spi.BackendProvider;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.Write;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Change;
import io.atomflux.value.Revision;
import io.atomflux.value.Row;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

class MemoryProviderTest {

    private final BackendProvider provider = ServiceLoader.load(BackendProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(MemoryProvider.class::isInstance)
            .findFirst()
            .orElseThrow();
    private final String name = "memory://provider-" + Math.abs(System.nanoTime());

    @SuppressWarnings("unchecked")
    private RowBackend<Row> open(String location, OpenOptions options) {
        return (RowBackend<Row>) provider.open(Location.parse(location), options);
    }

    private static Write<Row> append(int n) {
        return new Write.Append<>(List.of(Row.of("n", n)));
    }

    @Test
    @DisplayName("a name is shared in the process, no name is private, and groups are apart")
    void namesAreShared() {
        open(name, OpenOptions.none()).apply(append(1)).block();
        assertThat(open(name, OpenOptions.none()).get(0, Columns.ALL).block()).isEqualTo(Row.of("n", 1));
        assertThat(open(name, OpenOptions.ofGroup("other")).size().block()).isZero();
        open("memory://", OpenOptions.none()).apply(append(1)).block();
        assertThat(open("memory://", OpenOptions.none()).size().block()).isZero();
    }

    @Test
    @DisplayName("opening and reading create no group; writing nothing does; remove takes one away")
    void groupsExistOnceWritten() {
        RowBackend<Row> a = open(name, OpenOptions.ofGroup("a"));
        assertThat(a.size().block()).isZero();
        assertThat(a.groups().collectList().block()).isEmpty();
        a.apply(new Write.Append<Row>(List.of())).block();
        open(name, OpenOptions.none()).apply(append(1)).block();
        assertThat(a.groups().collectList().block()).containsExactly("a", "default");
        a.remove().block();
        assertThat(a.groups().collectList().block()).containsExactly("default");
        assertThat(a.apply(append(5)).block()).isEqualTo(1);
    }

    @Test
    @DisplayName("opened for reading, a missing store is not found and an existing one refuses changes")
    void readOnly() {
        RowBackend<Row> reading = open(name, OpenOptions.ofReadOnly());
        StepVerifier.create(reading.size()).verifyError(StoreNotFoundException.class);
        open(name, OpenOptions.none()).apply(append(1)).block();
        assertThat(reading.size().block()).isEqualTo(1);
        StepVerifier.create(reading.apply(append(2))).verifyError(ReadOnlyStoreException.class);
        StepVerifier.create(reading.remove()).verifyError(ReadOnlyStoreException.class);
    }

    @Test
    @DisplayName("the kind of rows is chosen by an option, and fixed once the group exists")
    void kindOfRows() {
        RowBackend<?> blobs =
                provider.open(Location.parse(name), OpenOptions.none().with("rows", "blobs"));
        assertThat(blobs.rowType()).isEqualTo(BlobRow.class);
        RowBackend<Row> openedEarlier = open(name, OpenOptions.none());
        write(blobs);
        assertThat(open(name, OpenOptions.none()).rowType()).isEqualTo(BlobRow.class);
        StepVerifier.create(openedEarlier.size()).verifyError(StoreInUseException.class);
    }

    private static <R extends io.atomflux.value.KeyedRow<R>> void write(RowBackend<R> backend) {
        backend.apply(new Write.Append<R>(List.of())).block();
    }

    @Test
    @DisplayName("unknown options and hostile group names are refused when opening")
    void refusesWhenOpening() {
        assertThatThrownBy(() ->
                        open(name, OpenOptions.none().with("map_size", "1").with("rows", "trees")))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("map_size")
                .hasMessageContaining("rows");
        assertThatThrownBy(() -> open(name, OpenOptions.ofGroup("../x"))).isInstanceOf(InvalidNameException.class);
    }

    @Test
    @DisplayName("a follower that is too slow gets a gap, then what comes later")
    void slowFollowerGetsGap() {
        RowBackend<Row> store = MemoryBackend.rows();
        store.apply(append(0)).block();
        List<Revision> seen = new ArrayList<>();
        List<Change> told = new ArrayList<>();
        String end = ":" + (2 + 3 * History.LENGTH);
        StepVerifier.create(store.changes(Optional.empty()), 0)
                .expectSubscription()
                .thenRequest(1)
                .then(() -> store.apply(append(1)).block())
                .assertNext(change -> {
                    assertThat(change.kind()).isEqualTo(Change.Kind.APPENDED);
                    seen.add(change.revision());
                })
                .then(() -> {
                    for (int i = 0; i < 3 * History.LENGTH; i++) {
                        store.apply(append(i)).block();
                    }
                })
                .thenRequest(Long.MAX_VALUE)
                .thenConsumeWhile(
                        change -> told.add(change) && !change.revision().token().endsWith(end))
                .consumeNextWith(told::add)
                .then(() -> store.apply(append(2)).block())
                .expectNextMatches(change -> change.kind() == Change.Kind.APPENDED)
                .thenCancel()
                .verify(Duration.ofSeconds(60));
        assertThat(told).extracting(Change::kind).contains(Change.Kind.GAP);
        assertThat(told).hasSizeLessThan(2 * History.LENGTH);
        Change resumed = store.changes(Optional.of(seen.get(0))).blockFirst(Duration.ofSeconds(30));
        assertThat(resumed).isNotNull();
        assertThat(resumed.kind()).isEqualTo(Change.Kind.GAP);
    }

    @Test
    @DisplayName("a version read before remove does not fit the store made after it")
    void versionsDoNotOutliveRemove() {
        RowBackend<Row> store = MemoryBackend.rows();
        store.apply(append(1)).block();
        var version = store.getVersioned(0).block().version();
        store.remove().block();
        store.apply(append(1)).block();
        assertThat(store.getVersioned(0).block().version()).isNotEqualTo(version);
    }
}
