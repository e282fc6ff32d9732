package io.atomflux.adapter;

import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.spi.Columns;
import io.atomflux.value.BlobRow;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Row;
import io.atomflux.value.Values;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How rows lie in the store of a cache.
 *
 * <p>Row 0 is the header; row i of the source lies at i + 1, with the key {@value #MARK} added, whose number tells of which
 * content of the source it is: a position that is reserved, or holds a row of another content, is missing. So that reserved
 * rows and rows without keys can be told from missing ones, in stores too that know no rows without keys, their mark is the
 * number plus a half or a quarter.
 *
 * @param <R> the kind of rows
 */
final class CacheRows<R extends KeyedRow<R>> {

    static final String MARK = "info.atomflux_cache";
    static final String HEADER = "info.atomflux_cache_of";

    private static final double EMPTY = 0.25;
    private static final double RESERVED = 0.5;
    private static final List<String> OURS = List.of(MARK, HEADER);

    private final Class<R> type;
    private final String source;
    private final String store;

    /**
     * @param source the source, for errors
     * @param store the cache's store, for errors
     */
    CacheRows(Class<R> type, String source, String store) {
        this.type = type;
        this.source = source;
        this.store = store;
    }

    @SuppressWarnings("unchecked") // there are two kinds of rows, and the type says which
    private R of(String key, Object value) {
        Row row = Row.of(key, value);
        return (R) (type == Row.class ? row : NumpyMsgpack.encode(row));
    }

    @SuppressWarnings("unchecked")
    R reserved() {
        return (R) (type == Row.class ? Row.reserved() : BlobRow.reserved());
    }

    @SuppressWarnings("unchecked")
    private R empty() {
        return (R) (type == Row.class ? Row.empty() : BlobRow.empty());
    }

    private @Nullable Object value(R row, String key) {
        Row values = row instanceof BlobRow cells ? NumpyMsgpack.decode(cells, store, -1) : (Row) (KeyedRow<?>) row;
        return values.get(key);
    }

    R header(CacheHeader header) {
        return of(HEADER, header.text());
    }

    /** Reads the header; null if the row is none. */
    @Nullable
    CacheHeader header(R row) {
        return value(row, HEADER) instanceof String text ? CacheHeader.parse(text, store) : null;
    }

    /** Tells whether a key is none of the source. */
    static boolean isOurs(String key) {
        return OURS.contains(key);
    }

    /** Tells whether a cache wrote a row, or nobody. */
    static boolean isOfCache(KeyedRow<?> row) {
        return row.isReserved() || row.has(MARK) || row.has(HEADER);
    }

    /** Returns a row of the source as it is kept. */
    R kept(R row, long position, long epoch) {
        if (row.has(MARK) || row.has(HEADER)) {
            throw new UnsupportedDataException(
                    source,
                    "row " + position,
                    "the keys %s and %s are those of a cache (expected: the store that was cached)"
                            .formatted(MARK, HEADER),
                    null);
        }
        if (row.isReserved()) {
            return of(MARK, epoch + RESERVED);
        }
        return row.size() == 0 ? of(MARK, epoch + EMPTY) : row.merge(of(MARK, (double) epoch));
    }

    /** Returns a row of the source from what is kept; null if that is none of this content. */
    @Nullable
    R opened(R kept, long epoch) {
        Object value = kept instanceof Row || kept.has(MARK) ? value(kept, MARK) : null;
        Double mark = value == null ? null : Values.as(value, Double.class);
        if (mark == null) {
            return null;
        } else if (mark == epoch) {
            return kept.without(OURS);
        } else if (mark == epoch + EMPTY) {
            return empty();
        }
        return mark == epoch + RESERVED ? reserved() : null;
    }

    /** Returns what to read for some columns. */
    static Columns columns(Columns wanted) {
        return wanted.keys()
                .map(keys -> {
                    Collection<String> more = new ArrayList<>(keys);
                    more.add(MARK);
                    return Columns.of(more);
                })
                .orElse(wanted);
    }
}
