package io.atomflux.loader;

import org.jspecify.annotations.Nullable;

/**
 * A permutation of the numbers 0 to n - 1, decided by a key: where a number goes, and where it comes from, is known without a
 * table of all.
 *
 * <p>Up to {@value #LARGEST_TABLE} numbers are shuffled as {@link Mixing#shuffled} says: x goes to what then stands at place x. (So few would be permuted
 * unevenly by what follows: where a and b are odd, only half of all permutations could come; and a table is swifter.)
 *
 * <p>Of more numbers, a is the least integer whose square is at least n, b = ceil(n / a), and a number x is the pair (x / b, x mod b).
 * Eight rounds change one half by what the other gives: in round i, the first half, or the second if i is odd, is
 * increased by {@code below(mix(output(key, i) + other half), modulus)} modulo a, or b. That is a Feistel network over mixed
 * radices (Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA 2002, section 5); what comes out at n or beyond,
 * seldom, goes in again (section 4, cycle walking). {@link Mixing} has the functions named.
 *
 * <p>Immutable.
 */
final class Permutation {

    /** The most numbers that can be permuted. */
    static final long MOST = 1L << 62;

    static final int LARGEST_TABLE = 1 << 16;
    private static final int ROUNDS = 8;

    private final long size;
    private final long high;
    private final long low;
    private final long[] keys;
    private final char @Nullable [] table;

    /**
     * Keeps what decides it.
     *
     * @param size how many numbers, 1 to {@link #MOST}
     */
    Permutation(long size, long key) {
        this(size, key, LARGEST_TABLE);
    }

    /** Keeps what decides it, with a table of at most so many numbers. */
    Permutation(long size, long key, int largestTable) {
        this.size = size;
        this.high = root(size);
        this.low = (size - 1) / high + 1;
        this.table = size > largestTable ? null : Mixing.shuffled((int) size, key, (int) size);
        this.keys = new long[ROUNDS];
        for (int i = 0; i < ROUNDS; i++) {
            keys[i] = Mixing.output(key, i);
        }
    }

    /** Returns the least number whose square is at least another. */
    private static long root(long square) {
        long root = (long) Math.sqrt((double) square);
        while (root * root >= square) {
            root--;
        }
        while (root * root < square) {
            root++;
        }
        return root;
    }

    /** Tells whether it is so small that all of it is kept anyway. */
    boolean hasTable() {
        return table != null;
    }

    /** Returns where a number goes. */
    long apply(long number) {
        if (table != null) {
            return table[(int) number];
        }
        long at = number;
        do {
            long a = at / low;
            long b = at - a * low;
            for (int i = 0; i < ROUNDS; i += 2) {
                a += Mixing.below(Mixing.mix(keys[i] + b), high);
                a -= a >= high ? high : 0;
                b += Mixing.below(Mixing.mix(keys[i + 1] + a), low);
                b -= b >= low ? low : 0;
            }
            at = a * low + b;
        } while (at >= size);
        return at;
    }

    /** Returns which number goes to a place. */
    long invert(long place) {
        if (table != null) {
            int number = 0;
            while (table[number] != place) {
                number++;
            }
            return number;
        }
        long at = place;
        do {
            long a = at / low;
            long b = at - a * low;
            for (int i = ROUNDS - 2; i >= 0; i -= 2) {
                b -= Mixing.below(Mixing.mix(keys[i + 1] + a), low);
                b += b < 0 ? low : 0;
                a -= Mixing.below(Mixing.mix(keys[i] + b), high);
                a += a < 0 ? high : 0;
            }
            at = a * low + b;
        } while (at >= size);
        return at;
    }
}
