package io.atomflux.hub.catalog;

import io.atomflux.error.InvalidOptionException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedDataException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Finds the files that patterns mean, listing as few folders as that takes.
 *
 * <p>A pattern without {@code **} is followed folder by folder from its literal beginning; what is below a folder is listed as
 * a whole only where {@code **} asks for it, or where going on folder by folder would cost more requests. A folder is listed
 * once. Source of what is skipped and found: {@code datasets}, {@code data_files.py}, {@code resolve_pattern}.
 *
 * <p>Used by one subscription.
 */
final class FileFinder {

    /** Skipped unless a pattern names them: {@code datasets}, {@code data_files.py}, {@code FILES_TO_IGNORE}. */
    private static final Set<String> NO_DATA = Set.of(
            "README.md",
            "config.json",
            "dataset_info.json",
            "dataset_infos.json",
            "dummy_data.zip",
            "dataset_dict.json");

    private static final int MOST_FOLDERS_AT_ONCE = 8;
    private static final int MOST_WILD_PATTERNS = 1000;
    private static final int LONGEST_PATTERN = 4096;

    private final Listing listing;
    private final String store;
    private final Map<String, Mono<List<TreeEntry>>> folders = new LinkedHashMap<>();
    private final Map<String, Mono<List<TreeEntry>>> trees = new LinkedHashMap<>();
    private final Set<String> wholeTrees = new TreeSet<>();

    FileFinder(Listing listing, String store) {
        this.listing = listing;
        this.store = store;
    }

    /** What a pattern found. */
    private record Found(List<TreeEntry> data, List<TreeEntry> unknown) {}

    /**
     * Finds the files of one split.
     *
     * @param base the folder where patterns begin; empty for the root
     * @return cold; in the order of the patterns, those of one by path; one that two patterns
     *     match comes twice; may be empty
     * @signals StoreNotFoundException if a path without wildcards is not there
     * @signals UnsupportedDataException if only files of unknown kinds are there
     */
    Mono<List<TreeEntry>> find(String base, List<String> patterns) {
        List<String> anchored =
                patterns.stream().map(pattern -> anchored(base, pattern)).toList();
        long wild = anchored.stream().filter(Glob::isMagic).count();
        if (wild > MOST_WILD_PATTERNS) {
            return Mono.error(new LimitExceededException(
                    "patterns with wildcards of one split of " + store,
                    wild,
                    MOST_WILD_PATTERNS,
                    "use fewer, wider ones"));
        }
        for (String pattern : anchored) {
            if (Glob.isMagic(pattern)) {
                List<GlobStep> steps = glob(pattern).steps();
                int literal = literalSteps(steps, 0);
                if (literal < steps.size() && Glob.isDeep(steps.get(literal))) {
                    wholeTrees.add(join(steps, literal));
                }
            }
        }
        return Flux.fromIterable(anchored).concatMap(this::found).collectList().map(this::merged);
    }

    /**
     * Finds what a pattern matches, data by its name or not: which way of naming splits a repository follows does not depend
     * on that.
     */
    Mono<List<TreeEntry>> findAll(String base, String pattern) {
        return found(anchored(base, pattern)).map(found -> {
            List<TreeEntry> all = new ArrayList<>(found.data());
            all.addAll(found.unknown());
            return all;
        });
    }

    private List<TreeEntry> merged(List<Found> all) {
        List<TreeEntry> files = new ArrayList<>();
        for (Found found : all) {
            files.addAll(found.data());
        }
        if (files.isEmpty()) {
            for (Found found : all) {
                if (!found.unknown().isEmpty()) {
                    String path = found.unknown().get(0).path();
                    throw new UnsupportedDataException(
                            store, path, "no data by its name (expected: .parquet, .jsonl or .ndjson)", null);
                }
            }
        }
        return files;
    }

    /** Puts a pattern below the folder where it begins, and refuses what leads elsewhere. */
    private String anchored(String base, String pattern) {
        String plain = pattern;
        while (plain.startsWith("./")) {
            plain = plain.substring(2);
        }
        if (plain.contains("://") || plain.contains("::")) {
            throw new InvalidOptionException(
                    "data_files", "'%s' (expected: a path inside %s, no address or archive)".formatted(pattern, store));
        }
        String anchored = base.isEmpty() ? plain : base + "/" + plain;
        if (anchored.length() > LONGEST_PATTERN || !RepositoryNames.isPath(anchored)) {
            throw new InvalidOptionException(
                    "data_files", "'%s' (expected: a path inside the repository %s)".formatted(pattern, store));
        }
        return anchored;
    }

    private Mono<Found> found(String pattern) {
        if (!Glob.isMagic(pattern)) {
            return literal(pattern);
        }
        Glob glob = glob(pattern);
        return below("", glob.steps(), 0).map(entries -> sorted(entries, pattern, glob));
    }

    private static Glob glob(String pattern) {
        try {
            return Glob.of(pattern);
        } catch (IllegalArgumentException e) {
            throw new InvalidOptionException("data_files", "'%s': %s".formatted(pattern, e.getMessage()));
        }
    }

    private Mono<Found> literal(String path) {
        int slash = path.lastIndexOf('/');
        return list(slash < 0 ? "" : path.substring(0, slash)).map(entries -> {
            for (TreeEntry entry : entries) {
                if (entry.path().equals(path) && !entry.folder()) {
                    return FileFormats.isData(entry.name())
                            ? new Found(List.of(entry), List.of())
                            : new Found(List.of(), List.of(entry));
                }
            }
            throw new StoreNotFoundException(
                    "file %s of %s".formatted(path, store), "the path of a file, or a pattern");
        });
    }

    private static Found sorted(Collection<TreeEntry> entries, String pattern, Glob glob) {
        List<TreeEntry> data = new ArrayList<>();
        List<TreeEntry> unknown = new ArrayList<>();
        String named = pattern.substring(pattern.lastIndexOf('/') + 1);
        for (TreeEntry entry : entries) {
            if (!entry.folder()
                    && glob.matches(entry.path())
                    && (!NO_DATA.contains(entry.name()) || entry.name().equals(named))
                    && count(entry.path(), ".", true) == count(pattern, ".", true)
                    && count(entry.path(), "__", false) == count(pattern, "__", false)) {
                (FileFormats.isData(entry.name()) ? data : unknown).add(entry);
            }
        }
        data.sort(TreeEntry.BY_PATH);
        return new Found(data, unknown);
    }

    /** Counts the steps of a path that begin so, which hides them unless the pattern has as many. */
    private static long count(String path, String beginning, boolean withLast) {
        String[] steps = path.split("/", -1);
        return Arrays.stream(steps, 0, withLast ? steps.length : steps.length - 1)
                .filter(step -> step.startsWith(beginning))
                .count();
    }

    /** Lists what may match the steps from one on, below a folder that matches those before it. */
    private Mono<List<TreeEntry>> below(String folder, List<GlobStep> steps, int from) {
        int wild = literalSteps(steps, from);
        String start = folder;
        for (GlobStep step : steps.subList(from, wild)) {
            start = start.isEmpty() ? step.text() : start + "/" + step.text();
        }
        String base = start;
        if (wild < steps.size() && Glob.isDeep(steps.get(wild))) {
            return tree(base);
        } else if (wild >= steps.size() - 1) {
            return wild < steps.size() ? list(base) : list(parent(base));
        }
        GlobStep step = steps.get(wild);
        return list(base).flatMap(entries -> {
            List<String> matching = entries.stream()
                    .filter(entry -> entry.folder() && step.matches(entry.name()))
                    .map(TreeEntry::path)
                    .toList();
            if (matching.size() > MOST_FOLDERS_AT_ONCE) {
                return tree(base);
            }
            return Flux.fromIterable(matching)
                    .concatMap(path -> below(path, steps, wild + 1))
                    .concatMapIterable(list -> list)
                    .collectList();
        });
    }

    private static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    private static int literalSteps(List<GlobStep> steps, int from) {
        int i = from;
        while (i < steps.size() && !Glob.isMagic(steps.get(i).text())) {
            i++;
        }
        return i;
    }

    private static String join(List<GlobStep> steps, int end) {
        return String.join(
                "/", steps.subList(0, end).stream().map(GlobStep::text).toList());
    }

    /** Lists one folder, from the tree of one above it if that is wanted anyway. */
    private Mono<List<TreeEntry>> list(String folder) {
        for (String whole : wholeTrees) {
            if (isBelow(folder, whole)) {
                return tree(whole)
                        .map(entries -> entries.stream()
                                .filter(entry -> parent(entry.path()).equals(folder))
                                .toList());
            }
        }
        return folders.computeIfAbsent(folder, name -> listing.list(name, false).cache());
    }

    private Mono<List<TreeEntry>> tree(String folder) {
        for (String whole : wholeTrees) {
            if (!whole.equals(folder) && isBelow(folder, whole)) {
                return tree(whole)
                        .map(entries -> entries.stream()
                                .filter(entry -> isBelow(entry.path(), folder))
                                .toList());
            }
        }
        wholeTrees.add(folder);
        return trees.computeIfAbsent(folder, name -> listing.list(name, true).cache());
    }

    private static boolean isBelow(String path, String folder) {
        return folder.isEmpty() || path.equals(folder) || path.startsWith(folder + "/");
    }
}
