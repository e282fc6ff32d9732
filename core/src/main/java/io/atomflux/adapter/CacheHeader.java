package io.atomflux.adapter;

import io.atomflux.codec.Json;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a cache holds the rows of: the text in row 0 of its store.
 *
 * @param source the name of the source
 * @param etag which content of it; empty if it could not tell
 * @param size how many rows that has
 */
record CacheHeader(String source, String etag, long size) {

    private static final long FORMAT = 1;
    private static final long FIRST_EPOCH = 1L << 48;

    String text() {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("format", FORMAT);
        fields.put("source", source);
        fields.put("etag", etag);
        fields.put("size", size);
        return Json.plain(fields);
    }

    /**
     * Reads a header.
     *
     * @param store the name of the cache's store
     * @throws ForeignDataException if a later release wrote it
     */
    static CacheHeader parse(String text, String store) {
        try {
            if (Json.read(text) instanceof Map<?, ?> fields
                    && fields.get("format") instanceof Long format
                    && fields.get("source") instanceof String source
                    && fields.get("etag") instanceof String etag
                    && fields.get("size") instanceof Long size
                    && size >= 0) {
                if (format != FORMAT) {
                    throw new ForeignDataException(
                            store, "a cache of format " + format, "format %d, or a later release".formatted(FORMAT));
                }
                return new CacheHeader(source, etag, size);
            }
        } catch (IllegalArgumentException malformed) {
            throw corrupt(text, store, malformed);
        }
        throw corrupt(text, store, null);
    }

    private static CorruptDataException corrupt(String text, String store, @Nullable Throwable cause) {
        return new CorruptDataException(
                store,
                "row 0, key " + CacheRows.HEADER,
                "\"%s\" (expected: what a cache is of)".formatted(text),
                cause);
    }

    /**
     * Returns the number that rows of this content are marked with: 48 bits of a hash, so that neither refreshing nor a writer
     * that comes late can pass rows of one content for those of another; a whole number that floats hold exactly.
     */
    long epoch() {
        return FIRST_EPOCH + Long.parseLong(Hashes.sha256(text()).substring(0, 12), 16);
    }
}
