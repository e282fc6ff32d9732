package io.atomflux.loader;

/**
 * Numbers that look random and are the same everywhere: the generator SplitMix64, whose n-th output is reached at once.
 *
 * <p>Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014, with the finaliser of its
 * reference code (variant 13 of Stafford).
 */
final class Mixing {

    private static final long STEP = 0x9e3779b97f4a7c15L; // 2^64 divided by the golden ratio, odd

    private Mixing() {}

    /** Makes a number of which each bit depends on each bit of another; no two give the same. */
    static long mix(long number) {
        long z = (number ^ (number >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** Makes one key of several numbers, in their order. */
    static long key(long... numbers) {
        long key = 0;
        for (long number : numbers) {
            key = mix((key ^ number) + STEP);
        }
        return key;
    }

    /** Returns output {@code index}, from 0, of the generator that began with a key. */
    static long output(long key, int index) {
        return mix(key + (index + 1) * STEP);
    }

    /** Makes a number from 0 to {@code bound - 1} of a random one; the bound is at most 2^31. */
    static long below(long random, long bound) {
        return (random >>> 32) * bound >>> 32;
    }

    /**
     * Shuffles the numbers 0 to {@code count - 1}: in step s from 0 on, the number at place {@code i = count - 1 - s} changes places with
     * that at place {@code below(output(key, s), i + 1)}. So after some steps as many last places are as after all.
     *
     * <p>Source: Durstenfeld, "Algorithm 235: Random permutation", Communications of the ACM 7 (1964), 420.
     *
     * @param count at most 65536
     */
    static char[] shuffled(int count, long key, int steps) {
        char[] order = new char[count];
        for (int i = 0; i < count; i++) {
            order[i] = (char) i;
        }
        for (int s = 0; s < steps; s++) {
            int i = count - 1 - s;
            int other = (int) below(output(key, s), i + 1);
            char swapped = order[i];
            order[i] = order[other];
            order[other] = swapped;
        }
        return order;
    }
}
