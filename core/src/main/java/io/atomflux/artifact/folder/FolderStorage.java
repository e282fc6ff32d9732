package io.atomflux.artifact.folder;

import io.atomflux.artifact.catalog.CatalogStorage;
import io.atomflux.artifact.spi.ArtifactStorage;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.FileArea;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.SweepReport;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.error.ReadOnlyStoreException;
import io.atomflux.spi.LeaseLock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Artifacts in a local folder; see {@link FolderPlace} for what is in it. */
final class FolderStorage implements ArtifactStorage {

    private final CatalogStorage storage;
    private final FolderFiles files;
    private final FolderArea area;
    private final FileLeaseLock locks;

    private FolderStorage(CatalogStorage storage, FolderFiles files, FileLeaseLock locks) {
        this.storage = storage;
        this.files = files;
        this.area = new FolderArea(storage.files(), files);
        this.locks = locks;
    }

    /** Makes a storage; does no I/O. */
    static FolderStorage of(Path folder, FolderOptions options, boolean readOnly) {
        FolderPlace place = new FolderPlace(
                new LocalDisk(options.synced()), folder.toAbsolutePath().normalize(), true);
        FolderCatalog catalog = FolderCatalog.of(place, options.logBytes(), readOnly);
        FolderFiles files = new FolderFiles(place);
        CatalogStorage storage =
                readOnly ? CatalogStorage.ofReadOnly(catalog, files) : CatalogStorage.of(catalog, files);
        Mono<Void> writable = readOnly
                ? Mono.error(() -> new ReadOnlyStoreException(place.name(), "lock"))
                : storage.id().then();
        return new FolderStorage(storage, files, new FileLeaseLock(place, writable));
    }

    @Override
    public String name() {
        return storage.name();
    }

    @Override
    public Mono<String> id() {
        return storage.id();
    }

    @Override
    public Mono<StoredRecord> load(String key) {
        return storage.load(key);
    }

    @Override
    public Mono<StoredRecord> loadByIdentity(String identity) {
        return storage.loadByIdentity(identity);
    }

    @Override
    public Flux<StoredRecord> list(String prefix, String after) {
        return storage.list(prefix, after);
    }

    @Override
    public Flux<StoredRecord> lookup(List<TermRange> ranges) {
        return storage.lookup(ranges);
    }

    /** Writes the record beside its files first, so that an index that is lost can be made again. */
    @Override
    public Mono<CommitOutcome> commit(RecordChange change) {
        Mono<CommitOutcome> commit = storage.commit(change);
        StoredRecord record = change instanceof RecordChange.Put put
                ? put.record()
                : change instanceof RecordChange.Rename rename ? rename.record() : null;
        return record == null || record.fileSet().isEmpty()
                ? commit
                : files.describe(record).then(commit);
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
        return storage.sweep(retention);
    }

    @Override
    public Mono<Void> close() {
        return locks.close().then(storage.close());
    }
}
