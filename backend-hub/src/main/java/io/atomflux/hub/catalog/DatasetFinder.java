package io.atomflux.hub.catalog;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedDataException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * From a request and a pinned repository to the files of one configuration and its splits.
 *
 * <p>Source: {@code datasets}, {@code load.py} ({@code HubDatasetModuleFactory}), {@code utils/metadata.py}, {@code
 * builder.py}. Used by one subscription.
 */
final class DatasetFinder {

    private static final String ALL = "all";
    private static final String PARTIAL = "partial-";
    private static final String TRAIN = "train";

    private final DatasetRequest request;
    private final String revision;
    private final HubCatalog.Pinned pinned;
    private final boolean partialConversions;
    private final String store;
    private final FileFinder files;

    DatasetFinder(DatasetRequest request, String revision, HubCatalog.Pinned pinned, boolean partialConversions) {
        this.request = request;
        this.revision = revision;
        this.pinned = pinned;
        this.partialConversions = partialConversions;
        this.store = HubCatalog.store(pinned.id(), revision);
        this.files = new FileFinder(pinned.listing(), store);
    }

    /** A configuration, where its files are, and what is known of it. */
    private record Chosen(
            String configuration, String base, Map<String, List<String>> splits, Optional<Card.Info> info) {}

    Mono<Dataset> find() {
        return (request.converted() ? converted() : pinned.card().flatMap(this::configured)).flatMap(this::files);
    }

    private Mono<Chosen> configured(Card card) {
        String base = folder(request.dataDir().orElse(""));
        if (!request.dataFiles().isEmpty() || request.dataDir().isPresent()) {
            String name = request.configuration().orElse(Card.DEFAULT);
            Optional<Card.Info> columns = info(card, name)
                    .map(info -> new Card.Info(info.features(), Map.of())); // its rows are of other files
            return (request.dataFiles().isEmpty()
                            ? SplitPatterns.infer(files, base, mayHaveShards(base), store)
                            : Mono.just(Map.of(TRAIN, request.dataFiles())))
                    .map(splits -> new Chosen(name, base, splits, columns));
        }
        String name = configuration(card);
        Card.Configuration configuration = card.configurations()
                .getOrDefault(name, new Card.Configuration(Optional.empty(), Optional.empty(), false));
        String below = folder(configuration.folder().orElse(""));
        return configuration
                .splits()
                .map(Mono::just)
                .orElseGet(() -> SplitPatterns.infer(files, below, mayHaveShards(below), store))
                .map(splits -> new Chosen(name, below, splits, info(card, name)));
    }

    private boolean mayHaveShards(String base) {
        return pinned.mayHave().test(base.isEmpty() ? "data" : base + "/data");
    }

    private static Optional<Card.Info> info(Card card, String name) {
        return Optional.ofNullable(card.infos().get(name))
                .or(() -> card.infos().size() == 1 && card.configurations().isEmpty()
                        ? card.infos().values().stream().findFirst()
                        : Optional.empty());
    }

    private String configuration(Card card) {
        Set<String> names = card.configurations().keySet();
        if (names.isEmpty()) {
            String only =
                    card.infos().size() == 1 ? card.infos().keySet().iterator().next() : Card.DEFAULT;
            String name = request.configuration().orElse(only);
            if (!name.equals(only) && !name.equals(Card.DEFAULT)) {
                throw noConfiguration(name, Set.of(only));
            }
            return name;
        } else if (request.configuration().isPresent()) {
            if (!names.contains(request.configuration().get())) {
                throw noConfiguration(request.configuration().get(), names);
            }
            return request.configuration().get();
        }
        List<String> defaults = card.configurations().entrySet().stream()
                .filter(entry -> names.size() == 1
                        || entry.getKey().equals(Card.DEFAULT)
                        || entry.getValue().isDefault())
                .map(Map.Entry::getKey)
                .toList();
        if (defaults.size() > 1) {
            throw new InvalidOptionException(
                    "config",
                    "not given, and the card of %s has several defaults (expected: one of %s)"
                            .formatted(store, String.join(", ", defaults)));
        } else if (defaults.isEmpty()
                && card.infos().size() == 1
                && names.containsAll(card.infos().keySet())) {
            return card.infos().keySet().iterator().next();
        }
        return defaults.stream().findFirst().orElseThrow(() -> noDefault(names));
    }

    private InvalidOptionException noDefault(Collection<String> names) {
        return new InvalidOptionException(
                "config",
                "not given, and %s has no default configuration (expected: one of %s)"
                        .formatted(store, String.join(", ", names)));
    }

    private StoreNotFoundException noConfiguration(String name, Collection<String> names) {
        return new StoreNotFoundException(
                "configuration '%s' of %s".formatted(name, store), "one of " + String.join(", ", names));
    }

    /** Source: "Parquet" of the documentation of the dataset viewer; {@code {configuration}/{split}/0000.parquet}. */
    private Mono<Chosen> converted() {
        Mono<String> name = request.configuration()
                .map(Mono::just)
                .orElseGet(() -> pinned.listing().list("", false).map(entries -> {
                    List<String> names = entries.stream()
                            .filter(entry -> entry.folder() && !entry.path().startsWith("."))
                            .map(TreeEntry::path)
                            .toList();
                    if (names.isEmpty()) {
                        throw new StoreNotFoundException("conversion of " + store, "a configuration in it");
                    } else if (names.size() > 1 && !names.contains(Card.DEFAULT)) {
                        throw noDefault(names);
                    }
                    return names.size() == 1 ? names.get(0) : Card.DEFAULT;
                }));
        return name.flatMap(configuration -> {
            if (!RepositoryNames.isPath(configuration) || Glob.isMagic(configuration)) {
                return Mono.error(noConfiguration(configuration, List.of("those that were converted")));
            }
            return files.find(configuration, List.of("**")).map(found -> {
                Map<String, List<String>> splits = new LinkedHashMap<>();
                for (TreeEntry file : found) {
                    String[] steps = file.path().split("/", -1);
                    if (steps.length == 3) {
                        splits.putIfAbsent(split(steps[1], configuration), List.of(steps[1] + "/*.parquet"));
                    }
                }
                if (splits.isEmpty()) {
                    throw noConfiguration(configuration, List.of("those that were converted"));
                }
                return new Chosen(configuration, configuration, splits, Optional.empty());
            });
        });
    }

    private String split(String folder, String configuration) {
        if (!folder.startsWith(PARTIAL)) {
            return folder;
        } else if (partialConversions) {
            return folder.substring(PARTIAL.length());
        }
        throw new UnsupportedDataException(
                "conversion of " + store,
                configuration + "/" + folder,
                "only the first rows were converted (expected: all, unless partial conversions are allowed)",
                null);
    }

    private String folder(String folder) {
        String plain = folder;
        while (plain.startsWith("./")) {
            plain = plain.substring(2);
        }
        while (plain.endsWith("/")) {
            plain = plain.substring(0, plain.length() - 1);
        }
        if (plain.isEmpty() || plain.equals(".")) {
            return "";
        } else if (!RepositoryNames.isPath(plain) || Glob.isMagic(plain)) {
            throw new InvalidOptionException(
                    "data_dir", "'%s' (expected: a folder inside the repository %s)".formatted(folder, store));
        }
        return plain;
    }

    private Mono<Dataset> files(Chosen chosen) {
        List<String> splits = splits(chosen.splits().keySet());
        return Flux.fromIterable(splits)
                .concatMap(split -> files.find(chosen.base(), chosen.splits().getOrDefault(split, List.of())))
                .collectList()
                .map(found -> dataset(chosen, splits, found));
    }

    private List<String> splits(Set<String> names) {
        String wanted = request.split().orElse(null);
        if (wanted == null) {
            if (names.size() > 1) {
                throw new InvalidOptionException(
                        "split",
                        "not given (expected: one of %s, several joined by +, or all) in %s"
                                .formatted(String.join(", ", names), store));
            }
            return List.copyOf(names);
        } else if (names.contains(wanted)) {
            return List.of(wanted);
        } else if (wanted.equals(ALL)) {
            return List.copyOf(names);
        }
        List<String> splits = new ArrayList<>();
        for (String split : wanted.split("\\+", -1)) {
            if (split.indexOf('[') >= 0) {
                throw new InvalidOptionException(
                        "split", "'%s' (expected: a whole split; take rows of the store instead)".formatted(wanted));
            } else if (!names.contains(split)) {
                throw new StoreNotFoundException(
                        "split '%s' of %s".formatted(split, store), "one of " + String.join(", ", names));
            }
            splits.add(split);
        }
        return splits;
    }

    private Dataset dataset(Chosen chosen, List<String> splits, List<List<TreeEntry>> found) {
        List<DataFile> data = new ArrayList<>();
        DataFile.Format common = null;
        for (List<TreeEntry> entries : found) {
            if (entries.isEmpty()) {
                continue;
            }
            DataFile.Format format = FileFormats.of(entries, store);
            if (common != null && common != format) {
                throw new UnsupportedDataException(
                        store,
                        "splits " + String.join("+", splits),
                        "files of different formats (expected: all alike, or one split at a time)",
                        null);
            }
            common = format;
            for (TreeEntry file : new LinkedHashSet<>(entries)) { // Python would read some twice
                if (FileFormats.isReadAs(format, file, store)) {
                    data.add(new DataFile(file.path(), file.size(), file.sha256(), file.oid(), format));
                }
            }
        }
        if (data.isEmpty()) {
            throw new StoreNotFoundException(
                    "data of split '%s' of %s".formatted(String.join("+", splits), store),
                    "at least one file that its patterns match");
        }
        return new Dataset(
                pinned.id(),
                revision,
                pinned.commit(),
                chosen.configuration(),
                String.join("+", splits),
                data,
                chosen.info().flatMap(Card.Info::features),
                rows(chosen.info(), splits));
    }

    private static OptionalLong rows(Optional<Card.Info> info, List<String> splits) {
        long sum = 0;
        for (String split : splits) {
            Long rows = info.map(Card.Info::rows).orElse(Map.of()).get(split);
            if (rows == null || Long.MAX_VALUE - sum < rows) {
                return OptionalLong.empty();
            }
            sum += rows;
        }
        return OptionalLong.of(sum);
    }
}
