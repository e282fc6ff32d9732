package io.atomflux.hub.catalog;

import io.atomflux.hub.bytes.ByteSource;
import reactor.core.publisher.Mono;

/** Finds datasets on one hub, or in the cache folder of one. */
public interface Catalog {

    /**
     * Finds the files of a dataset.
     *
     * @return cold; one element
     * @signals StoreNotFoundException if the repository, revision, configuration or split is not there; lists those that are
     * @signals StoreUnavailableException if the hub cannot be reached, or offline is asked for and the cache lacks it
     */
    Mono<Dataset> find(DatasetRequest request);

    /**
     * Opens a file of a dataset: from the cache folder if it is there, else from the hub.
     *
     * @param download whether to put the whole file into the cache folder first, verified by size and hash
     * @return cold; one element
     */
    Mono<ByteSource> open(Dataset dataset, DataFile file, boolean download);
}
