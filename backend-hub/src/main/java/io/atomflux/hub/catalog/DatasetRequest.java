package io.atomflux.hub.catalog;

import java.util.List;
import java.util.Optional;

/**
 * Which rows of which repository are wanted.
 *
 * @param id {@code namespace/name}
 * @param revision branch, tag, commit or reference; {@link #MAIN} by default
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

    /** The branch that is read if none is named. */
    public static final String MAIN = "main";

    public DatasetRequest {
        dataFiles = List.copyOf(dataFiles);
    }

    /** Asks for the default configuration and only split of a repository's main branch. */
    public static DatasetRequest of(String id) {
        return new DatasetRequest(id, MAIN, Optional.empty(), Optional.empty(), List.of(), Optional.empty(), false);
    }
}
