package io.atomflux.file.columnar.zarr;

import io.atomflux.file.columnar.journal.StoreFiles;
import io.atomflux.file.columnar.tree.Shape;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the files of an array's chunks are named.
 *
 * <p>Source: "Chunk key encoding" of the Zarr core specification 3.1, "Chunks" of the storage specification 2.
 *
 * @param prefixed whether names begin with {@code c}, as in the encoding {@code default} of version 3
 * @param separator {@code /} or {@code .}
 */
record ChunkKeys(boolean prefixed, char separator) {

    /** That of arrays made here. */
    static final ChunkKeys DEFAULT = new ChunkKeys(true, '/');

    /** What is done with the chunk files found. */
    interface Visitor {
        /** Tells whether chunks whose places begin so are of interest. */
        default boolean wants(long[] begin, int axes) {
            return true;
        }

        /** Is told of a file. */
        void chunk(long[] index, String path) throws IOException;

        /** Is told of a file or folder that is neither a chunk nor a document. */
        default void other(String path) throws IOException {}

        /**
         * Is told of a folder of chunks whose places begin so, before they are visited.
         *
         * @return whether they are visited
         */
        default boolean folder(long[] begin, int axes, String path) throws IOException {
            return wants(begin, axes);
        }
    }

    /**
     * Reads a {@code chunk_key_encoding} of version 3.
     *
     * @throws UnsupportedOperationException if it is not known
     * @throws IllegalArgumentException if it is none
     */
    static ChunkKeys v3(@Nullable Object encoding) {
        Object name = encoding instanceof Map<?, ?> map ? map.get("name") : encoding;
        Object separator = null;
        if (encoding instanceof Map<?, ?> map && map.get("configuration") instanceof Map<?, ?> configuration) {
            separator = configuration.get("separator");
        }
        if ("default".equals(name)) {
            return new ChunkKeys(true, separator(separator, '/'));
        } else if ("v2".equals(name)) {
            return new ChunkKeys(false, separator(separator, '.'));
        } else if (name instanceof String other) {
            throw new UnsupportedOperationException(
                    "chunk_key_encoding %s (known: default, v2)".formatted(ZarrNode.shown(other)));
        }
        throw new IllegalArgumentException(
                "chunk_key_encoding %s (expected: an object with a name)".formatted(ZarrNode.shown(encoding)));
    }

    /** Reads a {@code dimension_separator} of version 2. */
    static ChunkKeys v2(@Nullable Object separator) {
        return new ChunkKeys(false, separator(separator, '.'));
    }

    private static char separator(@Nullable Object found, char otherwise) {
        if (found == null) {
            return otherwise;
        } else if (found.equals("/") || found.equals(".")) {
            return found.equals("/") ? '/' : '.';
        }
        throw new IllegalArgumentException(
                "separator of chunk keys: %s (expected: / or .)".formatted(ZarrNode.shown(found)));
    }

    /** Returns the path of a chunk's file. */
    String path(String array, Shape index) {
        StringBuilder path = new StringBuilder(array.length() + 8 * index.rank() + 2).append(array);
        if (!array.isEmpty()) {
            path.append('/');
        }
        if (prefixed) {
            path.append('c');
        } else if (index.rank() == 0) {
            path.append('0');
        }
        for (int i = 0; i < index.rank(); i++) {
            if (prefixed || i > 0) {
                path.append(separator);
            }
            path.append(index.at(i));
        }
        return path.toString();
    }

    /** Visits the chunk files of an array, in the order of their names. */
    void visit(StoreFiles files, String array, int rank, Visitor visitor) throws IOException {
        for (String name : files.names(array)) {
            String path = ZarrPaths.in(array, name);
            if (ZarrNode.isDocument(name)) {
                continue;
            }
            if (rank == 0) {
                if (name.equals(prefixed ? "c" : "0") && !files.isFolder(path)) {
                    visitor.chunk(new long[0], path);
                } else {
                    visitor.other(path);
                }
            } else if (separator == '/' && prefixed) {
                if (name.equals("c") && files.isFolder(path)) {
                    for (String first : files.names(path)) {
                        descend(files, path, first, new long[rank], 0, visitor);
                    }
                } else {
                    visitor.other(path);
                }
            } else if (separator == '/') {
                descend(files, array, name, new long[rank], 0, visitor);
            } else {
                flat(files, path, name, new long[rank], visitor);
            }
        }
    }

    private static void descend(StoreFiles files, String folder, String name, long[] index, int axis, Visitor visitor)
            throws IOException {
        String path = ZarrPaths.in(folder, name);
        index[axis] = number(name);
        boolean last = axis == index.length - 1;
        if (index[axis] < 0 || files.isFolder(path) == last) {
            visitor.other(path);
        } else if (last) {
            if (visitor.wants(index, index.length)) {
                visitor.chunk(index.clone(), path);
            }
        } else if (visitor.folder(index, axis + 1, path)) {
            for (String next : files.names(path)) {
                descend(files, path, next, index, axis + 1, visitor);
            }
        }
    }

    private void flat(StoreFiles files, String path, String name, long[] index, Visitor visitor) throws IOException {
        String numbers = name;
        if (prefixed) {
            numbers = name.startsWith("c.") ? name.substring(2) : "";
        }
        String[] parts = numbers.split("\\.", -1);
        boolean fits = parts.length == index.length;
        for (int i = 0; fits && i < parts.length; i++) {
            index[i] = number(parts[i]);
            fits = index[i] >= 0;
        }
        if (!fits || files.isFolder(path)) {
            visitor.other(path);
        } else if (visitor.wants(index, index.length)) {
            visitor.chunk(index.clone(), path);
        }
    }

    /** Returns a number as keys have it, or -1. */
    private static long number(String text) {
        if (text.isEmpty() || text.length() > 18 || (text.length() > 1 && text.charAt(0) == '0')) {
            return -1;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return -1;
            }
        }
        return Long.parseLong(text);
    }
}
