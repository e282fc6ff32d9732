package io.atomflux.artifact.catalog;

import io.atomflux.adapter.LockCells;
import io.atomflux.adapter.PolledLocks;
import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.FileArea;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.SweepReport;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.spi.LeaseLock;
import io.atomflux.value.Bytes;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A storage of artifacts made of a {@link Catalog} and a {@link FileStore}.
 *
 * <p>What stands in the catalog; the first byte of a key tells which, times are milliseconds since 1970 by the catalog's
 * clock, numbers are big-endian:
 *
 * <table>
 *   <caption>Keys and values</caption>
 *   <tr><td>{@code i}</td><td>the id of the store, 32 hexadecimal digits</td></tr>
 *   <tr><td>{@code r} key</td><td>a record, see {@code RecordFormat}</td></tr>
 *   <tr><td>{@code n} SHA-256 of an identity</td><td>the key that holds it</td></tr>
 *   <tr><td>{@code t} field, value, key</td><td>the key of a record that has the term; field and key are hashes of 8 and 16
 *       bytes, the value keeps its order</td></tr>
 *   <tr><td>{@code w} set</td><td>ticket of a set being written: when it was last written to</td></tr>
 *   <tr><td>{@code l} set</td><td>the key whose record names the set</td></tr>
 *   <tr><td>{@code g} set</td><td>garbage: since when no record names the set, whether its files are being removed</td></tr>
 *   <tr><td>{@code h} set, hold</td><td>until when a hold keeps the set</td></tr>
 *   <tr><td>{@code k} SHA-256 of a name</td><td>a lock: token, expiry, holder</td></tr>
 *   <tr><td>{@code f}</td><td>a number no lock that is not there had a greater token than</td></tr>
 *   <tr><td>{@code o}</td><td>the set up to which sweeping looked for what nobody names</td></tr>
 * </table>
 *
 * <p>A change of a record is one commit on the condition that the old record stands as it was read, and with it its
 * identity, its terms, the ticket of the new set (consumed) and the garbage entry of the old one. What moves while a
 * listing or a lookup runs, by {@link RecordChange.Rename}, may be met under both keys or under none.
 */
public final class CatalogStorage implements ArtifactStorage {

    private static final long PAGE_BYTES = 1 << 20;
    private static final int TRIES = 20;

    private final Catalog catalog;
    private final FileStore files;
    private final boolean readOnly;
    private final CatalogFiles area;
    private final LeaseLock locks;
    private volatile boolean known;

    private CatalogStorage(Catalog catalog, FileStore files, Optional<LockCells> cells, boolean readOnly) {
        this.catalog = catalog;
        this.files = files;
        this.readOnly = readOnly;
        this.area = new CatalogFiles(catalog.name(), catalog, files, Mono.defer(this::writable));
        this.locks = PolledLocks.of(cells.orElseGet(() -> new CatalogLocks(catalog, Mono.defer(this::writable))));
    }

    /** Makes a storage that closes both when it is closed; the first change makes the store, if there is none. */
    public static CatalogStorage of(Catalog catalog, FileStore files) {
        return new CatalogStorage(
                Objects.requireNonNull(catalog), Objects.requireNonNull(files), Optional.empty(), false);
    }

    /** As the other, with locks in cells of the engine's own instead of entries of the catalog. */
    public static CatalogStorage of(Catalog catalog, FileStore files, LockCells cells) {
        return new CatalogStorage(
                Objects.requireNonNull(catalog), Objects.requireNonNull(files), Optional.of(cells), false);
    }

    /** Makes a storage that refuses every change, and whose store must exist. */
    public static CatalogStorage ofReadOnly(Catalog catalog, FileStore files) {
        return new CatalogStorage(
                Objects.requireNonNull(catalog), Objects.requireNonNull(files), Optional.empty(), true);
    }

    @Override
    public String name() {
        return catalog.name();
    }

    @Override
    public Mono<String> id() {
        return Mono.defer(() -> catalog.get(Keys.ID))
                .map(id -> Keys.text(id, 0))
                .doOnNext(id -> known = true)
                .switchIfEmpty(Mono.defer(this::made));
    }

    private Mono<String> made() {
        if (readOnly) {
            return Mono.error(missing());
        }
        String id = Ids.random();
        return catalog.commit(Commit.builder()
                        .expectAbsent(Keys.ID)
                        .put(Keys.ID, Bytes.ofText(id))
                        .build())
                .flatMap(made -> made ? Mono.just(id) : id());
    }

    private StoreNotFoundException missing() {
        return new StoreNotFoundException(catalog.name(), "a store of artifacts; the first change makes one");
    }

    /** Completes once the store exists; makes it, or fails if it is only read. */
    private Mono<Void> writable() {
        if (readOnly) {
            return Mono.error(new ReadOnlyStoreException(catalog.name(), "change of artifacts"));
        }
        return known ? Mono.empty() : id().then();
    }

    /** Completes if the store exists. */
    private Mono<Void> existing() {
        return Mono.defer(() -> known
                ? Mono.empty()
                : catalog.get(Keys.ID)
                        .switchIfEmpty(Mono.error(this::missing))
                        .doOnNext(id -> known = true)
                        .then());
    }

    @Override
    public Mono<StoredRecord> load(String key) {
        Bytes place = Keys.record(key);
        return existing().then(Mono.defer(() -> catalog.get(place))).map(bytes -> decoded(key, bytes));
    }

    private StoredRecord decoded(String key, Bytes bytes) {
        return RecordFormat.read(catalog.name(), key, bytes);
    }

    @Override
    public Mono<StoredRecord> loadByIdentity(String identity) {
        Bytes place = Keys.identity(identity);
        return existing()
                .then(Mono.defer(() -> catalog.get(place)))
                .flatMap(holder -> catalog.get(Keys.record(Keys.text(holder, 0)))
                        .map(bytes -> decoded(Keys.text(holder, 0), bytes))
                        .filter(record ->
                                record.identity().filter(identity::equals).isPresent())
                        .switchIfEmpty(Mono.error(Moved::new)))
                .retryWhen(reactor.util.retry.Retry.max(TRIES).filter(Moved.class::isInstance))
                .onErrorMap(
                        reactor.core.Exceptions::isRetryExhausted,
                        e -> new CorruptDataException(
                                catalog.name(), "identity \"" + identity + "\"", "its record does not have it", null));
    }

    @Override
    public Flux<StoredRecord> list(String prefix, String after) {
        Bytes first = Keys.record(prefix);
        Bytes behind = Keys.next(Keys.record(after));
        Bytes from = after.isEmpty() || first.compareTo(behind) > 0 ? first : behind;
        Bytes to = Keys.behind(first);
        return existing()
                .thenMany(Flux.defer(() ->
                        from.compareTo(to) < 0 ? Pages.of(catalog, from, to, PAGE_BYTES) : Flux.<Catalog.Entry>empty()))
                .map(entry -> decoded(Keys.text(entry.key(), 1), entry.value()));
    }

    @Override
    public Flux<StoredRecord> lookup(List<TermRange> ranges) {
        List<TermRange> copy = List.copyOf(ranges);
        if (copy.isEmpty()) {
            throw new IllegalArgumentException("ranges: none (expected: at least one)");
        }
        if (copy.stream().anyMatch(range -> range.from().compareTo(range.to()) > 0)) {
            return existing().thenMany(Flux.empty());
        }
        return existing()
                .thenMany(Flux.defer(() -> new Lookup(
                                catalog,
                                copy,
                                key -> catalog.get(Keys.record(key)).map(bytes -> decoded(key, bytes)))
                        .records()));
    }

    @Override
    public Mono<CommitOutcome> commit(RecordChange change) {
        Objects.requireNonNull(change, "change");
        return Mono.defer(this::writable).then(new RecordCommit(catalog, change).outcome());
    }

    @Override
    public FileArea files() {
        return area;
    }

    @Override
    public LeaseLock locks() {
        return locks;
    }

    @Override
    public Mono<SweepReport> sweep(Duration retention) {
        if (retention.isNegative()) {
            throw new IllegalArgumentException("retention: %s (expected: not negative)".formatted(retention));
        }
        return Mono.defer(this::writable)
                .then(Mono.defer(catalog::now))
                .flatMap(now -> new Sweeper(catalog, files, now, now - retention.toMillis()).sweep());
    }

    @Override
    public Mono<Void> close() {
        return Mono.defer(() -> files.close()).then(Mono.defer(() -> catalog.close()));
    }

    /** Says that a record was changed between looking for it and reading it. */
    private static final class Moved extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Moved() {
            super(null, null, false, false);
        }
    }
}
