package io.atomflux.artifact;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The commit of a working copy of Git, read from its files (gitrepository-layout of Git 2), and whether it has changes,
 * which only {@code git} can tell.
 *
 * @param commit 40 or 64 hexadecimal digits
 * @param dirty whether tracked files differ from it; empty if {@code git} is missing or slow
 */
record GitState(String commit, Optional<Boolean> dirty) {

    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}|[0-9a-f]{64}");
    private static final long LARGEST = 16 << 20;

    /** Looks at a folder and those around it; empty if none is a working copy with a commit. Blocks. */
    static Optional<GitState> of(Path folder) {
        try {
            for (Path at = folder.toAbsolutePath().normalize(); at != null; at = at.getParent()) {
                if (Files.exists(at.resolve(".git"))) {
                    Path top = at;
                    return commit(top).map(commit -> new GitState(commit, dirty(top)));
                }
            }
            return Optional.empty();
        } catch (IOException | SecurityException e) {
            return Optional.empty(); // a repository that cannot be read tells nothing; it must not fail a put
        }
    }

    private static Optional<String> commit(Path top) throws IOException {
        Path git = top.resolve(".git");
        if (Files.isRegularFile(git)) { // of a further working copy, or a submodule
            String line = text(git).strip();
            if (!line.startsWith("gitdir: ")) {
                return Optional.empty();
            }
            git = top.resolve(line.substring("gitdir: ".length()));
        }
        Path common = git.resolve("commondir");
        Path shared = Files.exists(common) ? git.resolve(text(common).strip()) : git;
        String head = text(git.resolve("HEAD")).strip();
        if (!head.startsWith("ref: ")) {
            return valid(head);
        }
        String ref = head.substring("ref: ".length());
        for (Path place : new Path[] {git, shared}) {
            Path file = place.resolve(ref).normalize();
            if (file.startsWith(place.normalize()) && Files.isRegularFile(file)) {
                return valid(text(file).strip());
            }
        }
        Path packed = shared.resolve("packed-refs");
        return Files.exists(packed)
                ? text(packed)
                        .lines()
                        .filter(line -> line.endsWith(" " + ref))
                        .findFirst()
                        .flatMap(line -> valid(line.substring(0, line.indexOf(' '))))
                : Optional.empty();
    }

    private static Optional<String> valid(@Nullable String commit) {
        return Optional.ofNullable(commit).filter(text -> COMMIT.matcher(text).matches());
    }

    private static String text(Path file) throws IOException {
        if (Files.size(file) > LARGEST) {
            return "";
        }
        try {
            return Files.readString(file);
        } catch (MalformedInputException e) {
            return ""; // nothing of Git's
        }
    }

    private static Optional<Boolean> dirty(Path top) {
        try {
            return Commands.output(
                            top, "git", "-c", "core.fsmonitor=false", "status", "--porcelain", "--untracked-files=no")
                    .map(lines -> !lines.isBlank());
        } catch (IOException e) {
            return Optional.empty(); // there is no such program here
        }
    }
}
