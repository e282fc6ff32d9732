package io.atomflux.spi;

import io.atomflux.error.InvalidNameException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The one guard for names that come from outside and end up as parts of a path. */
public final class Names {

    private static final int LONGEST = 200;

    private Names() {}

    /**
     * Accepts a group's name, or refuses it.
     *
     * @return the name
     * @throws InvalidNameException if it is empty, longer than 200 bytes of UTF-8, {@code .} or {@code ..}, begins or
     *     ends with a blank, or holds a separator, a colon, a control character or a lone surrogate
     */
    public static String group(String name) {
        return guarded("group", name);
    }

    /** Accepts a file's name without directories, or refuses it; the same rules as for a group. */
    public static String file(String name) {
        return guarded("file", name);
    }

    private static String guarded(String kind, String name) {
        boolean fits = !name.isEmpty()
                && name.equals(name.strip())
                && !name.equals(".")
                && !name.equals("..")
                && name.getBytes(StandardCharsets.UTF_8).length <= LONGEST
                && name.codePoints().noneMatch(Names::isForbidden);
        if (!fits) {
            throw new InvalidNameException(
                    kind,
                    name,
                    "1 to 200 bytes without / \\ : or control characters, not . or .., no blank at either end");
        }
        return name;
    }

    private static boolean isForbidden(int point) {
        return point == '/'
                || point == '\\'
                || point == ':'
                || Character.isISOControl(point)
                || Character.getType(point) == Character.SURROGATE
                || Character.getType(point) == Character.FORMAT
                || Character.getType(point) == Character.LINE_SEPARATOR
                || Character.getType(point) == Character.PARAGRAPH_SEPARATOR;
    }

    /**
     * Resolves an accepted name inside a folder.
     *
     * @throws InvalidNameException if the result would lie outside
     */
    public static Path inside(Path folder, String name) {
        Path root = folder.toAbsolutePath().normalize();
        Path resolved = root.resolve(guarded("file", name)).normalize();
        if (!root.equals(resolved.getParent())) {
            throw new InvalidNameException("file", name, "a name inside its folder");
        }
        return resolved;
    }
}
