package io.atomflux.registry;

import io.atomflux.error.LimitExceededException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.error.StoreIoException;
import io.atomflux.error.StoreNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Finds the files that a pattern names; blocks.
 *
 * <p>Folders that end in the suffix of a store are stores: they are found, but not looked into. {@code **} does not follow
 * symbolic links to folders, so no loop of them matters; the other wildcards do, to a depth that the pattern sets.
 */
final class GlobWalk {

    /** Paths in the order of their code points, as ASE and Python sort them; not as UTF-16, which Java does. */
    private static final Comparator<String> BY_CODE_POINTS = GlobWalk::compare;

    private static final int MOST_MATCHED = 100_000;
    private static final int MOST_VISITED = 1_000_000;

    private final GlobPattern pattern;
    private final Predicate<Path> isStore;
    private final int mostVisited;
    private final TreeMap<String, Path> found = new TreeMap<>(BY_CODE_POINTS);
    private final Map<Path, FileStamp> folders = new LinkedHashMap<>();
    private boolean settled = true;
    private int visited;

    private GlobWalk(GlobPattern pattern, Predicate<Path> isStore, int mostVisited) {
        this.pattern = pattern;
        this.isStore = isStore;
        this.mostVisited = mostVisited;
    }

    /**
     * What was found, and how to tell whether it would be found again.
     *
     * @param files in order, at least one
     * @param folders those looked into, as they were before
     * @param settled whether a later change of any of them shows in its stamp
     * @param literal the file of the pattern's own name, which wins; null if the pattern cannot be one
     */
    record Expansion(
            List<Path> files,
            Map<Path, FileStamp> folders,
            boolean settled,
            @Nullable Path literal,
            boolean isLiteral) {

        /** Tells whether the same would be found now. */
        boolean isCurrent() {
            if (literal != null && Files.exists(literal) != isLiteral) {
                return false;
            }
            for (Map.Entry<Path, FileStamp> folder : folders.entrySet()) {
                if (!folder.getValue().isSameAs(FileStamp.of(folder.getKey()))) {
                    return false;
                }
            }
            return settled;
        }
    }

    /**
     * Finds all files.
     *
     * @param isStore tells by its name whether a backend serves a path; nothing else is found
     * @throws StoreNotFoundException if there is none
     * @throws StoreAccessException if a folder may not be looked into
     * @throws LimitExceededException if there are too many
     */
    static Expansion of(GlobPattern pattern, Predicate<Path> isStore) {
        return of(pattern, isStore, MOST_VISITED);
    }

    static Expansion of(GlobPattern pattern, Predicate<Path> isStore, int mostVisited) {
        Path literal = literal(pattern.text());
        if (literal != null && Files.exists(literal)) {
            return new Expansion(List.of(literal), Map.of(), true, literal, true);
        }
        GlobWalk walk = new GlobWalk(pattern, isStore, mostVisited);
        for (GlobPattern.Alternative alternative : pattern.alternatives()) {
            walk.into(alternative.base(), alternative.parts(), 0);
        }
        if (walk.found.isEmpty()) {
            throw walk.nothing();
        }
        return new Expansion(List.copyOf(walk.found.values()), Map.copyOf(walk.folders), walk.settled, literal, false);
    }

    private static @Nullable Path literal(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            return null; // as on Windows, where no name has an asterisk
        }
    }

    private StoreNotFoundException nothing() {
        String base = pattern.alternatives().get(0).base();
        Path folder = folder(base);
        return new StoreNotFoundException(
                pattern.text(),
                Files.isDirectory(folder)
                        ? "at least one file that fits this pattern in "
                                + folder.toAbsolutePath().normalize()
                        : "the folder " + folder.toAbsolutePath().normalize());
    }

    private static Path folder(String prefix) {
        return Path.of(prefix.isEmpty() ? "." : prefix);
    }

    /**
     * Looks into a folder for the parts of the pattern from one on.
     *
     * @param prefix the folder as text, with its last slash
     */
    private void into(String prefix, List<GlobPattern.Part> parts, int at) {
        GlobPattern.Part part = parts.get(at);
        Path folder = folder(prefix);
        if (part.isRecursive()) {
            into(prefix, parts, at + 1);
            for (String name : entries(folder)) {
                Path entry = folder.resolve(name);
                if (!name.startsWith(".")
                        && !isStore.test(entry)
                        && Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    into(prefix + name + "/", parts, at);
                }
            }
        } else if (part.isLiteral()) {
            watch(folder);
            String name = part.literal();
            Path entry = folder.resolve(name);
            count();
            if (at == parts.size() - 1 ? entry.toFile().exists() : Files.isDirectory(entry)) {
                enter(prefix, name, entry, parts, at);
            }
        } else {
            for (String name : entries(folder)) {
                Path entry = folder.resolve(name);
                if (part.fits(name) && (at == parts.size() - 1 || !isStore.test(entry) && Files.isDirectory(entry))) {
                    enter(prefix, name, entry, parts, at);
                }
            }
        }
    }

    private void enter(String prefix, String name, Path entry, List<GlobPattern.Part> parts, int at) {
        if (at < parts.size() - 1) {
            into(prefix + name + "/", parts, at + 1);
        } else if (isStore.test(entry)) {
            found.put(prefix + name, entry);
            if (found.size() > MOST_MATCHED) {
                throw new LimitExceededException(
                        "files that fit " + pattern,
                        found.size(),
                        MOST_MATCHED,
                        "use several patterns and put the stores together by concat, or fewer and larger files");
            }
        }
    }

    /** Remembers what a folder was like before it was looked into. */
    private void watch(Path folder) {
        if (!folders.containsKey(folder)) {
            FileStamp stamp = FileStamp.of(folder);
            if (stamp == null) {
                settled = false; // nothing to tell by whether it comes
            } else {
                settled &= stamp.settled();
                folders.put(folder, stamp);
            }
        }
    }

    private void count() {
        if (++visited > mostVisited) {
            throw new LimitExceededException(
                    "entries of folders looked at for " + pattern,
                    visited,
                    mostVisited,
                    "name the folders more closely");
        }
    }

    private List<String> entries(Path folder) {
        watch(folder);
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                count();
                names.add(entry.getFileName().toString());
            }
            return names;
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of(); // gone meanwhile, or never there: nothing fits
        } catch (DirectoryIteratorException e) {
            throw failed(folder, Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw failed(folder, e);
        }
    }

    private RuntimeException failed(Path folder, IOException failure) {
        return failure instanceof AccessDeniedException
                ? new StoreAccessException(
                        pattern.text(),
                        "the folder %s may not be listed, so it is unknown what is in it"
                                .formatted(folder.toAbsolutePath()),
                        failure)
                : new StoreIoException(pattern.text(), "listing " + folder.toAbsolutePath(), failure);
    }

    static int compare(String left, String right) {
        int a = 0;
        int b = 0;
        while (a < left.length() && b < right.length()) {
            int order = Integer.compare(left.codePointAt(a), right.codePointAt(b));
            if (order != 0) {
                return order;
            }
            a += Character.charCount(left.codePointAt(a));
            b += Character.charCount(right.codePointAt(b));
        }
        return Integer.compare(left.length() - a, right.length() - b);
    }
}
