package io.atomflux.file.lmdb;

import java.nio.charset.StandardCharsets;

/** Names and limits of the asebytes 0.3 LMDB layout, and of the keys Atomflux adds to it. */
final class Layout {

    /** Name of the group that is opened when none is asked for. */
    static final String DEFAULT_GROUP = "default";

    static final String DATA_FILE = "data.mdb";
    static final String LOCK_FILE = "lock.mdb";

    /** Number of rows, ASCII decimal. */
    static final byte[] COUNT = ascii("__meta__count");
    /** Next unused sort key, ASCII decimal; never goes back. */
    static final byte[] NEXT = ascii("__meta__next_sort_key");
    /** Number of index blocks, u32. */
    static final byte[] BLOCKS = ascii("__blk_count__");
    /** Entries of each block, u32 each; absent if there are no blocks. */
    static final byte[] SIZES = ascii("__blk_sizes__");
    /** With a u32 block number behind it: the sort keys of a block, u64 each, in row order. */
    static final byte[] BLOCK = ascii("__blk__");
    /** All field names ever written, sorted by bytes, joined by newlines. */
    static final byte[] SCHEMA = ascii("__schema__");

    /** Head of the change log; Python ignores it, because it looks only for its own keys. */
    static final byte[] LOG_HEAD = ascii("__atomflux__");
    /** With a u64 slot behind it: one entry of the change log. */
    static final byte[] LOG_ENTRY = ascii("__atomflux_log__");

    /** Most entries a block may have. */
    static final int BLOCK_ENTRIES = 1024;
    /** Longest key of LMDB as it is built by default, also in Python's package. */
    static final int LONGEST_KEY = 511;
    /** Sort keys stay below this, so that they always have at most 18 digits. */
    static final long KEY_LIMIT = 1_000_000_000_000_000_000L;

    private Layout() {}

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Counts the decimal digits of a number that is not negative. */
    static int digits(long number) {
        int digits = 1;
        for (long rest = number; rest >= 10; rest /= 10) {
            digits++;
        }
        return digits;
    }

    /**
     * Compares sort keys as the bytes of their cells' keys compare.
     *
     * <p>The hyphen after the digits sorts before every digit, so a key sorts before those it is a prefix of.
     */
    static int compareAsText(long a, long b) {
        int digitsA = digits(a);
        int digitsB = digits(b);
        long left = a;
        long right = b;
        for (int i = digitsA; i < digitsB; i++) {
            left *= 10;
        }
        for (int i = digitsB; i < digitsA; i++) {
            right *= 10;
        }
        return left != right ? Long.compare(left, right) : Integer.compare(digitsA, digitsB);
    }
}
