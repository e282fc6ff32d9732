package io.atomflux.artifact.folder;

import io.atomflux.artifact.catalog.CatalogStorage;
import io.atomflux.artifact.catalog.Commit;
import io.atomflux.artifact.spi.CommitOutcome;
import io.atomflux.artifact.spi.RecordChange;
import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.value.Bytes;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Makes the index of a folder of artifacts anew when it is damaged, from what can still be read of it and from the records that
 * lie beside the files.
 *
 * <p>The new index takes the place of the old at one instant, and the old is kept beside it, in {@code index-damaged-…}. Nobody
 * else may have the store open meanwhile. What cannot be known is decided for keeping: an artifact that was deleted, and whose
 * files were not swept yet, may be back; of several versions of one the record written last counts. Artifacts without files are
 * found again as far as the old index can be read.
 */
public final class FolderRebuild {

    private static final int AT_ONCE = 64;

    private FolderRebuild() {}

    /**
     * What was done.
     *
     * @param records artifacts in the new index
     * @param problems what could not be read or kept, in words
     */
    public record Report(long records, List<String> problems) {

        public Report {
            problems = List.copyOf(problems);
        }
    }

    /**
     * Makes the index anew.
     *
     * @return cold; one report
     * @signals {@link io.atomflux.error.StoreNotFoundException} if the folder is no store; {@link
     *     io.atomflux.error.StoreIoException}, after which the old index stands
     */
    public static Mono<Report> rebuild(Path folder) {
        FolderPlace place =
                new FolderPlace(new LocalDisk(true), folder.toAbsolutePath().normalize(), true);
        Lane lane = new Lane(1);
        return lane.call(place.name(), "rebuilding the index", () -> new Salvage(place))
                .flatMap(salvage -> made(place, salvage)
                        .flatMap(report -> lane.<Report>call(place.name(), "rebuilding the index", () -> {
                            salvage.replace();
                            return report;
                        })));
    }

    private static Mono<Report> made(FolderPlace place, Salvage salvage) {
        List<String> problems = Collections.synchronizedList(new ArrayList<>(salvage.problems()));
        return Mono.usingWhen(
                Mono.fromSupplier(() -> FolderCatalog.of(salvage.index(), place)),
                catalog -> {
                    CatalogStorage storage = CatalogStorage.of(catalog, new FolderFiles(place));
                    return catalog.commit(Commit.builder()
                                    .put(FolderPlace.ID, Bytes.ofText(salvage.store()))
                                    .build())
                            .thenMany(Flux.defer(() -> Flux.fromIterable(salvage.records())))
                            .flatMap(record -> put(catalog, storage, record, problems), AT_ONCE)
                            .reduce(0L, Long::sum)
                            .map(count -> new Report(count, new ArrayList<>(problems)));
                },
                FolderCatalog::close);
    }

    private static Mono<Long> put(
            FolderCatalog catalog, CatalogStorage storage, StoredRecord record, List<String> problems) {
        Mono<CommitOutcome> put = storage.commit(new RecordChange.Put(record, Optional.empty()));
        return record.fileSet()
                .map(set -> ticket(catalog, set).then(put))
                .orElse(put)
                .map(outcome -> {
                    if (outcome == CommitOutcome.APPLIED) {
                        return 1L;
                    }
                    problems.add("record \"%s\": left out, %s"
                            .formatted(
                                    record.key(),
                                    switch (outcome) {
                                        case CHANGED -> "another has its key";
                                        case IDENTITY_TAKEN -> "another has its identity";
                                        default -> "another has its files";
                                    }));
                    return 0L;
                });
    }

    /** Puts what a set needs to be published, see {@link CatalogStorage}. */
    private static Mono<Boolean> ticket(FolderCatalog catalog, String set) {
        Bytes now = Bytes.wrap(ByteBuffer.allocate(Long.BYTES)
                .putLong(System.currentTimeMillis())
                .array());
        return catalog.commit(Commit.builder().put(Bytes.ofText("w" + set), now).build());
    }
}
