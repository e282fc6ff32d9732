package io.atomflux.hub.catalog;

import io.atomflux.error.InvalidNameException;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * The one guard for what names a repository, a revision or a file in one: all three become parts of addresses and of paths
 * below the cache folder.
 */
final class RepositoryNames {

    /** As the hub's own library checks it: {@code huggingface_hub}, {@code utils/_validators.py}. */
    private static final Pattern PART = Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?");

    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private static final int LONGEST_PATH = 4096;
    private static final int LONGEST_STEP = 255;

    private RepositoryNames() {}

    /**
     * Accepts the id of a dataset, or refuses it.
     *
     * @return the id
     * @throws InvalidNameException if it is not {@code namespace/name}
     */
    static String dataset(String id) {
        int slash = id.indexOf('/');
        if (slash < 0
                || !PART.matcher(id.substring(0, slash)).matches()
                || !PART.matcher(id.substring(slash + 1)).matches()
                || id.contains("--")
                || id.contains("..")
                || id.endsWith(".git")) {
            throw new InvalidNameException(
                    "dataset",
                    id,
                    "namespace/name, each of at most 96 letters, digits, '_', '-' and '.', without '--' and '..'");
        }
        return id;
    }

    /**
     * Accepts a revision, or refuses it.
     *
     * @return the revision
     * @throws InvalidNameException if it cannot be a branch, tag, commit or reference
     */
    static String revision(String revision) {
        if (!isPath(revision)) {
            throw new InvalidNameException(
                    "revision", revision, "a branch, tag, commit or reference such as refs/pr/1");
        }
        return revision;
    }

    /** Tells whether a revision is a commit. */
    static boolean isCommit(String revision) {
        return COMMIT.matcher(revision).matches();
    }

    /** Tells whether a text is a SHA-1 in lower-case hexadecimal digits. */
    static boolean isSha1(String text) {
        return COMMIT.matcher(text).matches();
    }

    /** Tells whether a text is a SHA-256 in lower-case hexadecimal digits. */
    static boolean isSha256(String text) {
        return SHA256.matcher(text).matches();
    }

    /** Tells whether a text is a path inside a repository: relative, of plain steps. */
    static boolean isPath(String path) {
        if (path.isEmpty()
                || path.length() > LONGEST_PATH
                || path.codePoints().anyMatch(RepositoryNames::isForbidden)) {
            return false;
        }
        for (String step : path.split("/", -1)) {
            if (step.isEmpty()
                    || step.equals(".")
                    || step.equals("..")
                    || step.getBytes(StandardCharsets.UTF_8).length > LONGEST_STEP) {
                return false;
            }
        }
        return path.length() < 2 || path.charAt(1) != ':'; // a drive where there are drives
    }

    private static boolean isForbidden(int point) {
        return point == '\\' || Character.isISOControl(point) || Character.getType(point) == Character.SURROGATE;
    }
}
