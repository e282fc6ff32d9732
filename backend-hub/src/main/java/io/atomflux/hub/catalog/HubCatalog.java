package io.atomflux.hub.catalog;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.StoreUnavailableException;
import io.atomflux.hub.bytes.ByteSource;
import io.atomflux.hub.net.HubAnswer;
import io.atomflux.hub.net.HubClient;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Asks the hub, or its cache folder alone, what {@link DatasetFinder} needs to know. */
final class HubCatalog implements Catalog {

    private static final int LARGEST_DESCRIPTION = 64 << 20;
    private static final String CONVERTED = "refs/convert/parquet";

    private final HubClient client;
    private final Addresses addresses;
    private final CatalogOptions options;

    HubCatalog(HubClient client, CatalogOptions options) {
        this.client = Objects.requireNonNull(client, "client");
        this.options = Objects.requireNonNull(options, "options");
        this.addresses = new Addresses(client.endpoint());
    }

    @Override
    public Mono<Dataset> find(DatasetRequest request) {
        String revision = revision(request);
        return pinned(request, revision)
                .flatMap(found -> new DatasetFinder(request, revision, found, options.partialConversions()).find());
    }

    @Override
    public Mono<String> commit(DatasetRequest request) {
        String revision = revision(request);
        return RepositoryNames.isCommit(revision)
                ? Mono.just(revision)
                : pinned(request, revision).map(Pinned::commit);
    }

    private Mono<Pinned> pinned(DatasetRequest request, String revision) {
        return options.offline() ? cached(request.id(), revision) : asked(request, revision);
    }

    private static String revision(DatasetRequest request) {
        RepositoryNames.dataset(request.id());
        RepositoryNames.revision(request.revision());
        if (request.converted() && !request.revision().equals(DatasetRequest.MAIN)) {
            throw new InvalidOptionException(
                    "revision", "%s (expected: none, as only main is converted)".formatted(request.revision()));
        } else if (request.converted()
                && (!request.dataFiles().isEmpty() || request.dataDir().isPresent())) {
            throw new InvalidOptionException("converted", "together with data_files or data_dir (expected: alone)");
        }
        return request.converted() ? CONVERTED : request.revision();
    }

    /** Names a repository in messages. */
    static String store(String id, String revision) {
        return "hf://" + id + (revision.equals(DatasetRequest.MAIN) ? "" : "@" + revision);
    }

    /**
     * A repository at one commit, and the way to learn more of it.
     *
     * @param mayHave tells whether a folder may be there, without asking
     */
    record Pinned(String id, String commit, Mono<Card> card, Listing listing, Predicate<String> mayHave) {}

    private Mono<Pinned> asked(DatasetRequest request, String revision) {
        String store = store(request.id(), revision);
        return fetched(addresses.info(request.id(), revision), LARGEST_DESCRIPTION)
                .onErrorMap(
                        StoreNotFoundException.class,
                        missing -> request.converted() ? notConverted(request.id(), missing) : missing)
                .map(answer -> Description.read(answer, request.id(), revision, store))
                .map(described -> new Pinned(
                        described.id(),
                        described.commit(),
                        card(described, store),
                        new HubListing(this::fetched, addresses, described.id(), described.commit(), store),
                        described::mayHaveFolder));
    }

    private static Throwable notConverted(String id, StoreNotFoundException missing) {
        StoreNotFoundException none = new StoreNotFoundException(
                "conversion of " + store(id, DatasetRequest.MAIN), "a dataset the hub has converted to Parquet");
        none.initCause(missing);
        return none;
    }

    private Mono<Card> card(Description described, String store) {
        Map<String, @Nullable Object> told = described.card();
        return Mono.zip(
                        told == null ? text(described, CardText.README) : Mono.just(Optional.<ByteBuffer>empty()),
                        text(described, CardText.OVERRIDE))
                .map(texts -> CardText.card(told, texts.getT1(), texts.getT2(), store));
    }

    private Mono<Optional<ByteBuffer>> text(Description described, String path) {
        if (!described.mayHave(path)) {
            return Mono.just(Optional.empty());
        }
        return fetched(addresses.file(described.id(), described.commit(), path), CardText.LARGEST)
                .map(answer -> Optional.of(answer.body()))
                .onErrorResume(StoreNotFoundException.class, missing -> Mono.just(Optional.empty()));
    }

    /** What comes is parsed and searched on the pool: a listing may be long, and the thread it comes on serves others. */
    private Mono<HubAnswer> fetched(URI resource, long maxBytes) {
        return client.get(resource, maxBytes).publishOn(FilePool.scheduler());
    }

    private Mono<Pinned> cached(String id, String revision) {
        String store = store(id, revision);
        return FilePool.call(store, () -> {
            CacheFolder folder =
                    folder(id).orElseThrow(() -> lacking(id, revision, "any file", "there is no cache folder"));
            String commit = folder.commit(revision)
                    .orElseThrow(() -> lacking(id, revision, "any file", "the cache folder lacks the revision"));
            CachedListing listing = new CachedListing(folder.files(commit)
                    .orElseThrow(() -> lacking(id, revision, "any file", "the cache folder lacks its commit")));
            Optional<ByteBuffer> readme = folder.content(commit, CardText.README, CardText.LARGEST);
            Optional<ByteBuffer> override = folder.content(commit, CardText.OVERRIDE, CardText.LARGEST);
            Mono<Card> card = Mono.fromSupplier(() -> CardText.card(null, readme, override, store));
            return new Pinned(id, commit, card, listing, path -> true);
        });
    }

    private static StoreUnavailableException lacking(String id, String revision, String path, String problem) {
        return new StoreUnavailableException(
                "%s of %s".formatted(path, store(id, revision)),
                problem + ", and offline was asked for; load it once online with streaming=false",
                null);
    }

    private Optional<CacheFolder> folder(String id) {
        return options.cacheFolder().filter(Files::isDirectory).map(path -> new CacheFolder(path, id));
    }

    @Override
    public Mono<ByteSource> open(Dataset dataset, DataFile file, boolean download) {
        RepositoryNames.dataset(dataset.id());
        if (!RepositoryNames.isPath(file.path()) || !RepositoryNames.isCommit(dataset.commit())) {
            throw new IllegalArgumentException("file: %s (expected: one of a dataset that was found)".formatted(file));
        } else if (download && options.cacheFolder().isEmpty()) {
            throw new InvalidOptionException("streaming", "false without a cache folder (expected: cache_dir)");
        }
        TreeEntry entry = new TreeEntry(file.path(), false, file.size(), file.sha256(), file.oid());
        String name = fileName(dataset, file.path());
        Mono<ByteSource> local = FilePool.<ByteSource>call(
                name,
                () -> folder(dataset.id())
                        .flatMap(folder -> folder.file(dataset.commit(), file.path()))
                        .filter(path -> path.toFile().length() == file.size())
                        .<ByteSource>map(path -> new LocalFile(name, path, file.size()))
                        .orElse(null));
        if (options.offline()) {
            return local.switchIfEmpty(Mono.error(() -> lacking(
                    dataset.id(), dataset.commit(), file.path(), "the cache folder lacks it, or holds another size")));
        } else if (download) {
            Downloads downloads = new Downloads(
                    client, addresses, this::fetched, options.cacheFolder().orElseThrow(), dataset);
            return local.switchIfEmpty(Mono.defer(() -> downloads.description().then(downloads.file(entry))))
                    .flatMap(source -> downloads.reference().thenReturn(source));
        }
        Mono<ByteSource> remote = client.file(
                addresses.file(dataset.id(), dataset.commit(), file.path()), name, OptionalLong.of(file.size()));
        return options.cacheFolder().isPresent() ? local.switchIfEmpty(remote) : remote;
    }

    /** Names a file in messages. */
    static String fileName(Dataset dataset, String path) {
        return "hf://%s@%s/%s".formatted(dataset.id(), dataset.commit(), path);
    }
}
