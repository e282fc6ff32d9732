package io.atomflux.hub.catalog;

import java.util.List;
import reactor.core.publisher.Mono;

/** Tells what is in the folders of a repository at one commit. */
@FunctionalInterface
interface Listing {

    /**
     * Lists a folder.
     *
     * @param folder from the root, which is empty
     * @param recursive whether to list what is below its folders as well
     * @return cold; files and folders by {@link TreeEntry#BY_PATH}; no elements if there is no such folder
     */
    Mono<List<TreeEntry>> list(String folder, boolean recursive);
}
