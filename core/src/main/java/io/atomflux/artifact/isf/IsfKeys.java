package io.atomflux.artifact.isf;

import io.atomflux.error.InvalidNameException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which keys a database takes, and which folder each one is: {@code a/b/c} is {@code a/db/b/db/c} below the database.
 *
 * <p>The In Silico Framework 0.5 allows letters, digits, {@code - _ .}, at most 120 characters. It takes {@code ""}, {@code
 * .}, {@code ..} and the names of its own files as well, which destroys databases; those are refused here.
 */
final class IsfKeys {

    /** What keys of the layout cannot hold, also written in another case, as file systems may not tell them apart. */
    private static final Set<String> RESERVED = Set.of(
            "db_state.json",
            "loader.json",
            "loader.pickle",
            "metadata.json",
            "metadata.db",
            "metadata.db.lock",
            "dbcore.pickle",
            "sqlitedict.db");

    private static final Pattern SEGMENT = Pattern.compile("[A-Za-z0-9._-]{1,120}");
    private static final Pattern DOTS = Pattern.compile("\\.+");
    private static final String EXPECTED =
            "parts of 1 to 120 characters a-z A-Z 0-9 - _ . that are neither only dots nor"
                    + " the name of a file of the database";

    /** What the names of folders on their way out contain; the framework hides all that do. */
    static final String DELETING = ".deleting.";

    private IsfKeys() {}

    /**
     * Checks the parts of a key.
     *
     * @return the key as text, parts between slashes
     * @throws InvalidNameException if there is none, or one is refused
     */
    static String key(String... parts) {
        if (parts.length == 0) {
            throw new InvalidNameException("key", "", EXPECTED);
        }
        for (String part : parts) {
            if (!isPart(part)) {
                throw new InvalidNameException("key", part, EXPECTED);
            }
        }
        return String.join("/", parts);
    }

    /** Splits a key into parts, each of which is checked. */
    static List<String> parts(String key) {
        String[] parts = key.split("/", -1);
        key(parts);
        return List.of(parts);
    }

    /** Tells whether all parts of a key are allowed. */
    static boolean isKey(String key) {
        return Arrays.stream(key.split("/", -1)).allMatch(IsfKeys::isPart);
    }

    static boolean isPart(String part) {
        String lower = part.toLowerCase(Locale.ROOT);
        return SEGMENT.matcher(part).matches()
                && !DOTS.matcher(part).matches()
                && !RESERVED.contains(lower)
                && !lower.contains(DELETING)
                && !lower.startsWith(".atomflux");
    }

    /** Returns the folder of a key whose parts were checked. */
    static Path folder(Path base, List<String> parts) {
        Path folder = base;
        for (int i = 0; i < parts.size(); i++) {
            folder =
                    i == 0 ? folder.resolve(parts.get(i)) : folder.resolve("db").resolve(parts.get(i));
        }
        return folder;
    }
}
