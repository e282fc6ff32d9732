package io.atomflux.hub.catalog;

import io.atomflux.hub.bytes.ByteSource;
import io.atomflux.hub.net.HubClient;
import reactor.core.publisher.Mono;

/** Finds datasets on one hub, or in the cache folder of one. */
public interface Catalog {

    /**
     * Returns a catalog that asks through a client, which whoever opened it closes; it has nothing to close itself.
     *
     * @param client is not asked anything if the options say offline
     */
    static Catalog of(HubClient client, CatalogOptions options) {
        return new HubCatalog(client, options);
    }

    /**
     * Finds the files of a dataset.
     *
     * <p>Costs a request for the repository, up to two for its card if the first did not bring it, and one for each folder
     * in which files are looked for.
     *
     * @return cold; one element; each subscription asks anew
     * @signals StoreNotFoundException if the repository, revision, configuration, split or a file is not there; lists those
     *     that are
     * @signals InvalidOptionException if the request names no configuration or split and there are several, or cannot be
     * @signals CorruptDataException if the card or a listing cannot be understood; names file and line
     * @signals UnsupportedDataException if the files are of a format that is not read
     * @signals LimitExceededException if the repository is too large to be listed
     * @signals StoreUnavailableException if the hub cannot be reached, or offline is asked for and the cache lacks it
     */
    Mono<Dataset> find(DatasetRequest request);

    /**
     * Finds the commit that a request stands for, as {@link #find} would: by one request, or none if it names a commit.
     *
     * @return cold; one element; each subscription asks anew
     * @signals StoreNotFoundException if the repository or revision is not there
     * @signals StoreUnavailableException if the hub cannot be reached, or offline is asked for and the cache lacks it
     */
    Mono<String> commit(DatasetRequest request);

    /**
     * Opens a file of a dataset: from the cache folder if it is there, else from the hub.
     *
     * @param download whether to put the whole file into the cache folder first, verified by size and hash
     * @return cold; one element
     * @signals CorruptDataException if the file came whole and is not the one that was listed; nothing of it is kept
     * @signals StoreFullException if the disk has no room for it; nothing of it is kept
     * @signals InvalidOptionException if it is to be downloaded and there is no cache folder
     * @signals StoreUnavailableException if the hub cannot be reached, or offline is asked for and the cache lacks the file
     */
    Mono<ByteSource> open(Dataset dataset, DataFile file, boolean download);
}
