package io.atomflux.hub.catalog;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.hub.bytes.ByteSource;
import io.atomflux.hub.net.HubClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Brings whole files of one dataset into the cache folder, and what is needed to find them there again. */
final class Downloads {

    private final HubClient client;
    private final Addresses addresses;
    private final Fetch fetch;
    private final Dataset dataset;
    private final CacheFolder folder;
    private final CacheWriter writer;

    Downloads(HubClient client, Addresses addresses, Fetch fetch, Path cache, Dataset dataset) {
        this.client = client;
        this.addresses = addresses;
        this.fetch = fetch;
        this.dataset = dataset;
        this.folder = new CacheFolder(cache, dataset.id());
        this.writer = new CacheWriter(folder, true);
    }

    /** Loads a file unless it is there. */
    Mono<ByteSource> file(TreeEntry file) {
        String name = HubCatalog.fileName(dataset, file.path());
        String etag = file.sha256().or(file::oid).orElse(null);
        if (etag == null) {
            return Mono.error(new CorruptDataException(
                    name, "its entry in the listing", "no hash (expected: one to verify by what was loaded)", null));
        }
        Mono<ByteSource> source = client.file(
                addresses.file(dataset.id(), dataset.commit(), file.path()), name, OptionalLong.of(file.size()));
        return Download.of(
                        folder,
                        writer,
                        new Download.Wanted(dataset.commit(), file.path(), file.size(), etag, name),
                        source)
                .map(path -> new LocalFile(name, path, file.size()));
    }

    /**
     * Keeps what offline is needed to find the same files again, unless it is there: the list of all files, and what the card
     * is made of. A repository too large to be listed goes without; then offline knows the files that are there.
     */
    Mono<Void> description() {
        String store = HubCatalog.store(dataset.id(), dataset.revision());
        return FilePool.call(store, () -> Files.exists(folder.tree(dataset.commit())))
                .filter(known -> !known)
                .flatMap(unknown ->
                        new HubListing(fetch, addresses, dataset.id(), dataset.commit(), store).list("", true))
                .onErrorResume(LimitExceededException.class, tooLarge -> Mono.empty())
                .flatMap(files -> Flux.fromIterable(files)
                        .filter(file -> file.path().equals(CardText.README)
                                || file.path().equals(CardText.OVERRIDE))
                        .concatMap(this::file)
                        .then(tree(files)));
    }

    private Mono<Void> tree(List<TreeEntry> files) {
        return writing("the list of files", () -> writer.tree(dataset.commit(), files));
    }

    /** Keeps what the revision stands for. */
    Mono<Void> reference() {
        return writing(
                "what %s stands for".formatted(dataset.revision()),
                () -> writer.reference(dataset.revision(), dataset.commit()));
    }

    /** What writes. */
    @FunctionalInterface
    private interface Action {
        void run() throws IOException;
    }

    private Mono<Void> writing(String what, Action action) {
        String store = HubCatalog.store(dataset.id(), dataset.revision());
        return FilePool.call(store, () -> {
            try {
                action.run();
            } catch (IOException e) {
                throw CacheWriter.failed(store, "writing " + what, e);
            }
            return null;
        });
    }
}
