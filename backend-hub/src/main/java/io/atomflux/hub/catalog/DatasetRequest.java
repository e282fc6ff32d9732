package io.atomflux.hub.catalog;

import java.util.List;
import java.util.Optional;

/**
 * Which rows of which repository are wanted.
 *
 * @param id {@code namespace/name}
 * @param revision branch, tag, commit or reference; {@code main} by default
 * @param configuration empty for the default one
 * @param split a name, {@code all}, or several joined by {@code +}; empty if there is only one
 * @param dataFiles patterns that replace those of the card; empty for the card's
 * @param dataDir where those patterns begin
 * @param converted whether the hub's own conversion to Parquet is read instead of the files of the repository
 */
public record DatasetRequest(
        String id,
        String revision,
        Optional<String> configuration,
        Optional<String> split,
        List<String> dataFiles,
        Optional<String> dataDir,
        boolean converted) {
    public DatasetRequest {
        dataFiles = List.copyOf(dataFiles);
    }
}
