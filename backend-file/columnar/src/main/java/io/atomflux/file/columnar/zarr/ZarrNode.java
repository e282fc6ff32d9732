package io.atomflux.file.columnar.zarr;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.file.columnar.journal.StoreFiles;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the documents of a group or an array say; whatever else than is asked for is kept as it is. Immutable.
 *
 * @param path where it is
 * @param version 2 or 3
 * @param isArray whether it is an array
 * @param document {@code zarr.json}, {@code .zgroup} or {@code .zarray}
 * @param attributes those of {@code zarr.json}, whatever the document itself has there, or {@code .zattrs}
 */
record ZarrNode(
        String path,
        int version,
        boolean isArray,
        Map<String, @Nullable Object> document,
        Map<String, @Nullable Object> attributes) {

    static final String V3 = "zarr.json";
    static final String V2_ARRAY = ".zarray";
    static final String V2_GROUP = ".zgroup";
    static final String V2_ATTRIBUTES = ".zattrs";
    static final String V2_CONSOLIDATED = ".zmetadata";
    static final long MOST_BYTES = 16L << 20;

    static final String CONSOLIDATED = "consolidated_metadata";
    static final String ATTRIBUTES = "attributes";
    private static final Set<String> DOCUMENTS = Set.of(V3, V2_ARRAY, V2_GROUP, V2_ATTRIBUTES, V2_CONSOLIDATED);
    private static final int LONGEST_SHOWN = 100;

    /** Reads a file of a store, or says that there is none. */
    @FunctionalInterface
    interface Reader {
        byte @Nullable [] read(String path) throws IOException;
    }

    /** Returns a reader of documents in files. */
    static Reader reader(StoreFiles files) {
        return path -> {
            try {
                return files.read(path, MOST_BYTES);
            } catch (NoSuchFileException e) {
                return null;
            }
        };
    }

    /**
     * Reads what is at a path; version 3 goes first if there are documents of both.
     *
     * @param store for messages
     * @return empty if there is neither group nor array
     */
    static Optional<ZarrNode> read(Reader files, String store, String path) throws IOException {
        byte[] v3 = files.read(ZarrPaths.in(path, V3));
        if (v3 != null) {
            return Optional.of(v3(store, path, parsed(store, ZarrPaths.in(path, V3), v3)));
        }
        for (String name : new String[] {V2_ARRAY, V2_GROUP}) {
            String place = ZarrPaths.in(path, name);
            byte[] v2 = files.read(place);
            if (v2 != null) {
                Map<String, @Nullable Object> document = parsed(store, place, v2);
                if (!Long.valueOf(2).equals(document.get("zarr_format"))) {
                    throw corrupt(store, place, "zarr_format " + shown(document.get("zarr_format")) + " (expected: 2)");
                }
                String beside = ZarrPaths.in(path, V2_ATTRIBUTES);
                byte[] attributes = files.read(beside);
                return Optional.of(new ZarrNode(
                        path,
                        2,
                        name.equals(V2_ARRAY),
                        document,
                        attributes == null ? Map.of() : parsed(store, beside, attributes)));
            }
        }
        return Optional.empty();
    }

    private static ZarrNode v3(String store, String path, Map<String, @Nullable Object> document) {
        String place = ZarrPaths.in(path, V3);
        if (!Long.valueOf(3).equals(document.get("zarr_format"))) {
            throw corrupt(store, place, "zarr_format " + shown(document.get("zarr_format")) + " (expected: 3)");
        }
        Object type = document.get("node_type");
        if (!"group".equals(type) && !"array".equals(type)) {
            throw corrupt(store, place, "node_type " + shown(type) + " (expected: group or array)");
        }
        Map<String, @Nullable Object> attributes = new LinkedHashMap<>();
        Object found = document.get(ATTRIBUTES);
        if (found instanceof Map<?, ?> map) {
            map.forEach((name, value) -> attributes.put((String) name, value));
        } else if (found != null) {
            throw corrupt(store, place, "attributes " + shown(found) + " (expected: an object)");
        }
        return new ZarrNode(path, 3, "array".equals(type), document, attributes);
    }

    private static Map<String, @Nullable Object> parsed(String store, String place, byte[] document) {
        try {
            return ZarrJson.read(document);
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException(store, place, String.valueOf(e.getMessage()), e);
        }
    }

    private static CorruptDataException corrupt(String store, String place, String problem) {
        return new CorruptDataException(store, place, problem, null);
    }

    /** Returns the same with other attributes. */
    ZarrNode withAttributes(Map<String, ? extends @Nullable Object> changed) {
        return new ZarrNode(path, version, isArray, document, new LinkedHashMap<>(changed));
    }

    /** Returns the same with a member of its document changed. */
    ZarrNode with(String member, @Nullable Object value) {
        Map<String, @Nullable Object> changed = new LinkedHashMap<>(document);
        changed.put(member, value);
        return new ZarrNode(path, version, isArray, changed, attributes);
    }

    /** Returns the same without a copy of what the nodes below say, which would be out of date. */
    ZarrNode withoutConsolidated() {
        Map<String, @Nullable Object> changed = new LinkedHashMap<>(document);
        changed.remove(CONSOLIDATED);
        return new ZarrNode(path, version, isArray, changed, attributes);
    }

    /**
     * Returns the files that say this, by path, in the order to write them.
     *
     * @throws LimitExceededException if one is larger than is read
     */
    Map<String, byte[]> files() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        if (version == 3) {
            Map<String, @Nullable Object> whole = new LinkedHashMap<>(document);
            whole.put(ATTRIBUTES, attributes); // stays at its place if it has one
            files.put(ZarrPaths.in(path, V3), ZarrJson.write(whole));
        } else {
            files.put(ZarrPaths.in(path, isArray ? V2_ARRAY : V2_GROUP), ZarrJson.write(document));
            files.put(ZarrPaths.in(path, V2_ATTRIBUTES), ZarrJson.write(attributes));
        }
        files.forEach((place, content) -> {
            if (content.length > MOST_BYTES) {
                throw new LimitExceededException(
                        "bytes of " + place, content.length, MOST_BYTES, "keep fewer or shorter attributes");
            }
        });
        return files;
    }

    /** Returns the name of the file whose change shows that this changed, where it is a group. */
    String attributesFile() {
        return version == 3 ? V3 : V2_ATTRIBUTES;
    }

    /** Tells whether a file of this name describes something, and holds no data. */
    static boolean isDocument(String name) {
        return DOCUMENTS.contains(name);
    }

    /** Shows a part of a document in a message. */
    static String shown(@Nullable Object part) {
        String text = part instanceof String ? "\"" + part + "\"" : String.valueOf(part);
        return text.length() > LONGEST_SHOWN ? text.substring(0, LONGEST_SHOWN) + "…" : text;
    }

    @Override
    public Map<String, @Nullable Object> document() {
        return Collections.unmodifiableMap(document);
    }

    @Override
    public Map<String, @Nullable Object> attributes() {
        return Collections.unmodifiableMap(attributes);
    }
}
