package io.atomflux.file.columnar.zarr;

import io.atomflux.error.InvalidNameException;
import java.io.File;
import java.nio.charset.StandardCharsets;

/** Paths of groups and arrays: the one guard between names from outside and the file system. */
final class ZarrPaths {

    static final String TEMPORARY = ".atomflux-new"; // what the journal calls files before it renames them
    private static final int LONGEST_NAME = 255; // bytes; what file systems take
    private static final int LONGEST_PATH = 3000; // with a chunk's name behind it below what the journal takes
    private static final int DEEPEST = 64;

    private ZarrPaths() {}

    /**
     * Accepts a path, or refuses it.
     *
     * @return the path
     * @throws InvalidNameException if a part of it is empty, {@code .} or {@code ..}, longer than 255 bytes, holds a
     *     separator or a control character, or is what Zarr calls its own files
     */
    static String checked(String path) {
        if (path.isEmpty()) {
            return path;
        }
        String[] parts = path.split("/", -1);
        if (parts.length > DEEPEST || path.length() > LONGEST_PATH) {
            throw new InvalidNameException(
                    "array or group", path, "at most %d parts and %d characters".formatted(DEEPEST, LONGEST_PATH));
        }
        for (String part : parts) {
            if (!fits(part)) {
                throw new InvalidNameException(
                        "array or group",
                        path,
                        "parts of 1 to 255 bytes without \\ or control characters, not . or .., no name of Zarr's own files");
            }
        }
        return path;
    }

    /** Tells whether a name from outside can be that of a group or an array. */
    static boolean fits(String name) {
        return !name.isEmpty()
                && !name.equals(".")
                && !name.equals("..")
                && !isOwn(name)
                && !(name.startsWith(".") && name.endsWith(TEMPORARY))
                && name.codePoints().noneMatch(ZarrPaths::isForbidden)
                && name.getBytes(StandardCharsets.UTF_8).length <= LONGEST_NAME;
    }

    private static boolean isOwn(String name) {
        return name.equals(ZarrNode.V3)
                || name.equals(ZarrNode.V2_ARRAY)
                || name.equals(ZarrNode.V2_GROUP)
                || name.equals(ZarrNode.V2_ATTRIBUTES)
                || name.equals(ZarrNode.V2_CONSOLIDATED);
    }

    private static boolean isForbidden(int point) {
        return point == '/'
                || point == '\\'
                || (point == ':' && File.separatorChar == '\\')
                || Character.isISOControl(point)
                || Character.getType(point) == Character.SURROGATE;
    }

    /** Returns the path of what lies in a group. */
    static String in(String group, String name) {
        return group.isEmpty() ? name : group + "/" + name;
    }

    /** Returns the path above, the empty one for those of one part. */
    static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    /** Tells whether a path is another one or lies below it. */
    static boolean covers(String above, String path) {
        return above.isEmpty() || path.equals(above) || path.startsWith(above + "/");
    }
}
