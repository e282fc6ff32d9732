package io.atomflux.hub.catalog;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.StoreNotFoundException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Finds splits by the names of files and folders where no card lists them: the first way that finds any file wins, also one
 * that is no data.
 *
 * <p>Source: {@code datasets}, {@code data_files.py}, {@code _get_data_files_patterns}.
 */
final class SplitPatterns {

    private static final List<String> ORDER = List.of("train", "validation", "test");
    private static final Map<String, List<String>> KEYWORDS = Map.of(
            "train", List.of("train", "training"),
            "validation", List.of("validation", "valid", "dev", "val"),
            "test", List.of("test", "testing", "eval", "evaluation"));
    private static final String APART = "[-._ 0-9]";
    private static final String NUMBER = "[0-9]".repeat(5);
    private static final String SHARDS = "-" + NUMBER + "-of-" + NUMBER + "*.*";

    private SplitPatterns() {}

    /**
     * Finds the splits below a folder.
     *
     * @param mayHaveShards whether there may be a folder {@code data}
     * @return cold; patterns by split, in the order of the splits
     * @signals StoreNotFoundException if there are no data
     */
    static Mono<Map<String, List<String>>> infer(FileFinder finder, String base, boolean mayHaveShards, String store) {
        Mono<Map<String, List<String>>> sharded = mayHaveShards
                ? finder.findAll(base, "data/*" + SHARDS)
                        .filter(files -> !files.isEmpty())
                        .map(files -> shards(files, store))
                : Mono.empty();
        return sharded.switchIfEmpty(Flux.just(
                                Map.of("logs", List.of("**/*.eval")),
                                byFolder(),
                                byFile(),
                                Map.of("train", List.of("**")))
                        .concatMap(way -> found(finder, base, way))
                        .next())
                .switchIfEmpty(Mono.error(() -> new StoreNotFoundException(
                        "data of " + store + (base.isEmpty() ? "" : " below " + base),
                        "at least one file, .parquet, .jsonl or .ndjson")));
    }

    private static Map<String, List<String>> shards(List<TreeEntry> files, String store) {
        Set<String> names = new TreeSet<>(
                Comparator.<String>comparingInt(SplitPatterns::rank).thenComparing(TreeEntry::comparePaths));
        for (TreeEntry file : files) {
            names.add(splitOfShard(file.name()));
        }
        Map<String, List<String>> patterns = new LinkedHashMap<>();
        for (String name : names) {
            if (!Card.isSplit(name)) {
                throw new InvalidOptionException(
                        "split",
                        "'%s', taken from the names of files below data in %s (expected: letters, digits, '_', '.')"
                                .formatted(name, store));
            }
            patterns.put(name, List.of("data/" + name + SHARDS));
        }
        return patterns;
    }

    private static int rank(String split) {
        int rank = ORDER.indexOf(split);
        return rank < 0 ? ORDER.size() : rank;
    }

    /** Takes the longest name, as the pattern there is a regular expression whose parts take all they can. */
    private static String splitOfShard(String file) {
        GlobStep rest = GlobStep.of(SHARDS);
        for (int end = file.length() - 1; end >= 0; end--) {
            if (file.charAt(end) == '-' && rest.matches(file.substring(end))) {
                return file.substring(0, end);
            }
        }
        throw new IllegalStateException("no shard: " + file); // it was matched before
    }

    private static Mono<Map<String, List<String>>> found(
            FileFinder finder, String base, Map<String, List<String>> way) {
        return Flux.fromIterable(way.entrySet())
                .filterWhen(
                        split -> Flux.fromIterable(split.getValue())
                                .concatMap(pattern -> finder.findAll(base, pattern))
                                .any(files -> !files.isEmpty()),
                        1)
                .collectList()
                .filter(splits -> !splits.isEmpty())
                .map(splits -> {
                    Map<String, List<String>> patterns = new LinkedHashMap<>();
                    splits.forEach(split -> patterns.put(split.getKey(), split.getValue()));
                    return patterns;
                });
    }

    private static Map<String, List<String>> byFolder() {
        return byKeyword(List.of("**/%1$s/**", "**/%1$s%2$s*/**", "**/*%2$s%1$s/**", "**/*%2$s%1$s%2$s*/**"));
    }

    private static Map<String, List<String>> byFile() {
        return byKeyword(List.of("**/%1$s%2$s*", "**/*%2$s%1$s%2$s*"));
    }

    private static Map<String, List<String>> byKeyword(List<String> forms) {
        Map<String, List<String>> patterns = new LinkedHashMap<>();
        for (String split : ORDER) {
            List<String> all = new ArrayList<>();
            for (String keyword : KEYWORDS.getOrDefault(split, List.of())) {
                for (String form : forms) {
                    all.add(form.formatted(keyword, APART));
                }
            }
            patterns.put(split, all);
        }
        return patterns;
    }
}
