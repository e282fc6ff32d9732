package io.atomflux.hub.catalog;

import io.atomflux.error.CorruptDataException;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a folder of a repository.
 *
 * @param path from the root, checked
 * @param folder whether it is one; its size and hashes say nothing then
 * @param size of the content
 * @param sha256 of the content, if it is kept as a large file
 * @param oid SHA-1 of the git blob, which is a pointer if there is a SHA-256
 */
record TreeEntry(String path, boolean folder, long size, Optional<String> sha256, Optional<String> oid) {

    /** By path, in the order of code points, as Python sorts. */
    static final Comparator<TreeEntry> BY_PATH = (a, b) -> comparePaths(a.path(), b.path());

    private static final String SHA256_PREFIX = "sha256:";

    /** Reads an element of a listing; empty for what is neither a file nor a folder. */
    static Optional<TreeEntry> read(Map<String, @Nullable Object> json, String store, String place) {
        String type = JsonTree.text(json.get("type"));
        String path = JsonTree.text(json.get("path"));
        if (type == null || !type.equals("file") && !type.equals("directory")) {
            return Optional.empty();
        } else if (path == null || !RepositoryNames.isPath(path)) {
            throw new CorruptDataException(
                    store,
                    place,
                    "path " + path + " (expected: one inside the repository, without .., \\ or NUL)",
                    null);
        } else if (type.equals("directory")) {
            return Optional.of(new TreeEntry(path, true, 0, Optional.empty(), Optional.empty()));
        }
        Long size = JsonTree.integer(json.get("size"));
        if (size == null || size < 0) {
            throw new CorruptDataException(store, place, "size " + json.get("size") + " of " + path, null);
        }
        Map<String, @Nullable Object> large = JsonTree.map(json.get("lfs"));
        String sha256 = large == null ? null : JsonTree.text(large.get("oid"));
        return Optional.of(new TreeEntry(
                path,
                false,
                size,
                Optional.ofNullable(sha256).map(TreeEntry::bareSha256).filter(RepositoryNames::isSha256),
                Optional.ofNullable(JsonTree.text(json.get("oid"))).filter(RepositoryNames::isSha1)));
    }

    private static String bareSha256(String hash) {
        String bare = hash.startsWith(SHA256_PREFIX) ? hash.substring(SHA256_PREFIX.length()) : hash;
        return bare.toLowerCase(Locale.ROOT);
    }

    /** Compares by code points; {@link String#compareTo} would put what is beyond U+FFFF before U+E000. */
    static int comparePaths(String a, String b) {
        int common = Math.min(a.length(), b.length());
        for (int i = 0; i < common; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                boolean surrogates = Character.isSurrogate(x) != Character.isSurrogate(y);
                return surrogates ? (Character.isSurrogate(x) ? 1 : -1) : Character.compare(x, y);
            }
        }
        return Integer.compare(a.length(), b.length());
    }

    /** Returns the last step of the path. */
    String name() {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
