package io.atomflux.hub.catalog;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.hub.net.HubAnswer;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import reactor.core.publisher.Mono;

/**
 * Lists folders by the hub's tree call, page after page.
 *
 * <p>Pages come unsorted and end where there is no link to a next one: {@code huggingface_hub}, {@code hf_api.py}. A hub that
 * sends the same link again would never end.
 */
final class HubListing implements Listing {

    static final int LARGEST_PAGE = 64 << 20;
    private static final int MOST_PAGES = 1000;
    private static final int MOST_ENTRIES = 500_000;
    private static final long MOST_CHARACTERS = 64L << 20;

    private final Fetch fetch;
    private final Addresses addresses;
    private final String id;
    private final String commit;
    private final String store;

    HubListing(Fetch fetch, Addresses addresses, String id, String commit, String store) {
        this.fetch = fetch;
        this.addresses = addresses;
        this.id = id;
        this.commit = commit;
        this.store = store;
    }

    @Override
    public Mono<List<TreeEntry>> list(String folder, boolean recursive) {
        return Mono.defer(() -> new Pages(folder).from(addresses.tree(id, commit, folder, recursive)));
    }

    /** The pages of one folder; used by one subscription. */
    private final class Pages {
        private final String place;
        private final Set<URI> seen = new HashSet<>();
        private final List<TreeEntry> entries = new ArrayList<>();
        private long characters;

        Pages(String folder) {
            this.place = "listing of " + (folder.isEmpty() ? "the repository" : folder);
        }

        Mono<List<TreeEntry>> from(URI first) {
            seen.add(first);
            return fetch.get(first, LARGEST_PAGE)
                    .onErrorResume(
                            StoreNotFoundException.class, missing -> Mono.empty()) // a page after it must be there
                    .expand(answer -> Mono.defer(() -> next(answer) // not of a page that was refused
                            .map(link -> fetch.get(link, LARGEST_PAGE))
                            .orElse(Mono.empty())))
                    .doOnNext(this::read)
                    .then(Mono.fromSupplier(() -> {
                        entries.sort(TreeEntry.BY_PATH);
                        return List.copyOf(entries);
                    }));
        }

        private void read(HubAnswer answer) {
            JsonTree.objects(
                    answer.body(),
                    store,
                    place,
                    json -> TreeEntry.read(json, store, place).ifPresent(this::add));
        }

        private void add(TreeEntry entry) {
            entries.add(entry);
            characters += entry.path().length();
            if (entries.size() > MOST_ENTRIES || characters > MOST_CHARACTERS) {
                throw new LimitExceededException(
                        "files in the " + place + " of " + store,
                        entries.size(),
                        MOST_ENTRIES,
                        "name the files by data_files or their folder by data_dir");
            }
        }

        private Optional<URI> next(HubAnswer answer) {
            String header = answer.headers().get("link");
            Optional<String> link = header == null ? Optional.empty() : Links.next(header);
            if (link.isEmpty()) {
                return Optional.empty();
            }
            URI next;
            try {
                next = Links.resolve(answer.from(), link.get(), addresses.endpoint());
            } catch (IllegalArgumentException e) {
                throw new CorruptDataException(store, place, "the link to the next page is no address", e);
            }
            if (!seen.add(next)) {
                throw new CorruptDataException(
                        store, place, "a page that was read links to itself as the next one", null);
            }
            if (seen.size() > MOST_PAGES) {
                throw new LimitExceededException(
                        "pages in the " + place + " of " + store,
                        seen.size(),
                        MOST_PAGES,
                        "name the files by data_files or their folder by data_dir");
            }
            return Optional.of(next);
        }
    }
}
