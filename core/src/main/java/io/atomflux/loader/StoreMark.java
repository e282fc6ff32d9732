package io.atomflux.loader;

import io.atomflux.ObjectIO;
import io.atomflux.codec.Digest;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.value.Row;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import reactor.core.publisher.Mono;

/**
 * Recognises a store by what its first and last row hold: the same wherever it lies, in any layout that keeps values as they are
 * (extended XYZ, e.g., rounds them).
 *
 * <p>The first 16 hexadecimal digits of the SHA-256 of the two lines, as {@link Digest} makes them, each with a line end; in place of a row
 * that does not decode, the line is its number and {@code unreadable}. Empty for no rows.
 */
final class StoreMark {

    private static final int DIGITS = 16;

    private StoreMark() {}

    /**
     * Returns the mark of the first rows of a store.
     *
     * @param rows how many rows; the store has as many
     * @return cold; one text
     */
    static Mono<String> of(ObjectIO store, long rows) {
        return rows == 0
                ? Mono.just("")
                : Mono.zip(line(store, 0), line(store, rows - 1), (first, last) -> hash(first + '\n' + last + '\n'));
    }

    private static Mono<String> line(ObjectIO store, long position) {
        return store.get(position)
                .defaultIfEmpty(Row.reserved())
                .map(row -> Digest.line(position, row))
                .onErrorResume(StoreMark::isUnreadable, failure -> Mono.just(position + " unreadable"));
    }

    /** Tells whether a row will never be read; the epoch, not its beginning, says what becomes of it. */
    private static boolean isUnreadable(Throwable failure) {
        return failure instanceof CorruptDataException
                || failure instanceof UnsupportedDataException
                || failure instanceof ValueTypeException;
    }

    private static String hash(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest).substring(0, DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is part of every Java platform", e);
        }
    }
}
