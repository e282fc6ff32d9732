package io.atomflux.artifact;

import io.atomflux.artifact.spi.Importer;
import java.util.Objects;
import reactor.core.publisher.Mono;

/**
 * Brings raw data of other programs into a store.
 *
 * <pre>{@code
 * ArtifactImports.into(store, csvFiles, Path.of("raw"), PutMode.KEEP).block();
 * }</pre>
 */
public final class ArtifactImports {

    private ArtifactImports() {}

    /**
     * What an import did.
     *
     * @param put artifacts made or replaced
     * @param kept those that were there already and stayed
     */
    public record Report(long put, long kept) {}

    /**
     * Puts all an importer reads, one after the other; the next is asked for when the last is stored.
     *
     * <p>What was put stays if the import fails or is cancelled; with {@link PutMode#KEEP} it goes on from there when it is
     * run again, without writing anything twice.
     *
     * @return cold; what was done
     */
    public static <S> Mono<Report> into(ArtifactStore store, Importer<S> importer, S source, PutMode mode) {
        Objects.requireNonNull(store, "store");
        Objects.requireNonNull(importer, "importer");
        Objects.requireNonNull(source, "source");
        PutOptions options = PutOptions.none().mode(mode);
        return Mono.defer(() -> importer.read(source)
                .concatMap(item -> Mono.defer(() -> store.put(item.key(), item.value(), options)), 0)
                .reduce(
                        new Report(0, 0),
                        (report, result) -> result.action() == PutResult.Action.KEPT_EXISTING
                                ? new Report(report.put(), report.kept() + 1)
                                : new Report(report.put() + 1, report.kept())));
    }
}
