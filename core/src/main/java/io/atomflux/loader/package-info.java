/**
 * The training loader: epochs of batches out of any store, shuffled by formula, split over ranks and workers, resumed exactly.
 *
 * <p>Start at {@link io.atomflux.loader.Loader}; what it emits is a {@link io.atomflux.loader.Batch}, which carries the {@link
 * io.atomflux.loader.LoaderState} to go on from.
 *
 * <p>May import the facades, {@code io.atomflux.spi}, {@code io.atomflux.adapter}, {@code io.atomflux.codec}, {@code
 * io.atomflux.atoms}, {@code io.atomflux.value} and {@code io.atomflux.error}; no driver, no native code.
 *
 * <h2>The order of samples</h2>
 *
 * <p>It never changes: saved states depend on it. In Python, with integers of 64 bits (each result {@code & (2**64 - 1)}, negative
 * numbers too), the building blocks are
 *
 * <pre>{@code
 * STEP = 0x9e3779b97f4a7c15
 * def mix(z):                                    # the finaliser of SplitMix64
 *     z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9
 *     z = (z ^ z >> 27) * 0x94d049bb133111eb
 *     return z ^ z >> 31
 * def key(*numbers):
 *     k = 0
 *     for n in numbers: k = mix((k ^ n) + STEP)
 *     return k
 * def output(k, i): return mix(k + (i + 1) * STEP)
 * def below(random, bound): return (random >> 32) * bound >> 32
 * def shuffled(n, k):                            # for n <= 65536
 *     order = list(range(n))
 *     for s in range(n):
 *         i = n - 1 - s; j = below(output(k, s), i + 1)
 *         order[i], order[j] = order[j], order[i]
 *     return order
 * def permutation(n, k, x):                      # where x goes; up to 65536 numbers: shuffled(n, k)[x]
 *     a = ceil(sqrt(n)); b = ceil(n / a)         # exact, in integers
 *     while True:
 *         p, q = divmod(x, b)
 *         for i in range(0, 8, 2):
 *             p = (p + below(mix(output(k, i) + q), a)) % a
 *             q = (q + below(mix(output(k, i + 1) + p), b)) % b
 *         x = p * b + q
 *         if x < n: return x
 * }</pre>
 *
 * <ol>
 *   <li>A part from f to t (train of 0.9 is 0 to 0.9, validation of 0.1 is 0.9 to 1) of a store of {@code size} rows: of window v, the
 *       rows {@code 1000 * v} to {@code 1000 * v + 999} as far as there are such, w of them, it has
 *       <pre>{@code
 * order = [r for r in shuffled(1000, key(split_seed, -1, v)) if r < w]
 * rows = sorted(order[floor(f * w + 0.5 + 1e-9) : floor(t * w + 0.5 + 1e-9)])
 * }</pre>
 *       with bounds rounded to twelve decimals before. The rows of all windows behind each other are rows 0 to n - 1 of the part. Without a split they are
 *       those of the store.
 *   <li>Shuffled, source s (from 0) gives in pass p (0 unless samples are repeated) block after block, the rows {@code blockRows * m} to {@code
 *       blockRows * m + blockRows - 1} of the part as far as there are such, where with N blocks the one at place j is {@code m = permutation(N,
 *       key(seed, epoch, s, p, 0), j)}. Places are divided into {@code ceil(N / blocks)} groups as {@code numpy.array_split} does. If the rows of
 *       group g behind each other are the list l of c rows, its samples are {@code l[permutation(c, key(seed, epoch, s, p, 1 + g), u)]} for u
 *       from 0 to c - 1. Rows that are not shuffled come as they stand in every pass.
 *   <li>A mixture deals slots out to its m sources by a pattern of D slots that repeats, of which source i has n(i). D is the least number up to
 *       65536 for which each share times D is within 1e-9 D of an integer, which is n(i), and not below 1/2. If there is none, D is 65536: each
 *       source has the integer below its share of it, but at least 1; what is left goes to those that lost most, of equal ones to the first, one
 *       each; what is too much is taken from the largest, of equal ones from the first, one at a time. With x(i) slots dealt to it so
 *       far, slot t (from 1) goes to a source with {@code (n(i) t / D - x(i)) (2 m - 2) >= 1}, of these to that with the least {@code (1 -
 *       1 / (2 m - 2) - n(i) t / D + x(i)) / n(i)}, of equal ones the first (R. Tijdeman, "The chairman assignment problem", Discrete
 *       Mathematics 32 (1980), 323–330). The slots that a source has take its samples in order, pass after pass.
 * </ol>
 */
@NullMarked
package io.atomflux.loader;

import org.jspecify.annotations.NullMarked;
