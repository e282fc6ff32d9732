package io.atomflux.statistics;

import io.atomflux.RowView;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * What is to be found about some rows; immutable, each method returns another one.
 *
 * <pre>{@code
 * Statistics.over(store).keys("calc.energy", "calc.forces").bins(100).range("calc.forces", -5, 5).run();
 * }</pre>
 */
public final class Survey {

    private static final int LEAST_BINS = 2;
    private static final int MOST_BINS = 1000;

    /** So few rows are taken ahead of the one looked at; the batches they lie in are bounded anyway. */
    private static final int AHEAD = 16;

    private final RowView<Row> rows;
    private final Choice choice;

    private record Range(double low, double high) {}

    private record Choice(
            Set<String> keys, int bins, Map<String, Range> ranges, Optional<String> energyKey, LongConsumer progress) {}

    Survey(RowView<Row> rows) {
        this(
                Objects.requireNonNull(rows, "rows"),
                new Choice(Set.of(), 50, Map.of(), Optional.of("calc.energy"), done -> {}));
    }

    private Survey(RowView<Row> rows, Choice choice) {
        this.rows = rows;
        this.choice = choice;
    }

    /**
     * Looks at some keys only, and reads no others; then not at compositions, unless {@link #elements} is called behind it.
     *
     * @throws IllegalArgumentException if there are more than 1000
     */
    public Survey keys(Collection<String> keys) {
        Set<String> chosen = new LinkedHashSet<>(keys);
        chosen.forEach(key -> Objects.requireNonNull(key, "key"));
        if (chosen.isEmpty() || chosen.size() > Gathering.MOST_KEYS) {
            throw new IllegalArgumentException(
                    "keys: %d (expected: 1 to %d)".formatted(chosen.size(), Gathering.MOST_KEYS));
        }
        return with(new Choice(chosen, choice.bins, choice.ranges, Optional.empty(), choice.progress));
    }

    /** Looks at some keys only; see {@link #keys(Collection)}. */
    public Survey keys(String key, String... more) {
        List<String> keys = new ArrayList<>(List.of(more));
        keys.add(0, Objects.requireNonNull(key, "key"));
        return keys(keys);
    }

    /**
     * Sets how many bins a histogram has at most; 50 unless called.
     *
     * @throws IllegalArgumentException if it is not from 2 to 1000
     */
    public Survey bins(int bins) {
        if (bins < LEAST_BINS || bins > MOST_BINS) {
            throw new IllegalArgumentException("bins: %d (expected: %d to %d)".formatted(bins, LEAST_BINS, MOST_BINS));
        }
        return with(new Choice(choice.keys, bins, choice.ranges, choice.energyKey, choice.progress));
    }

    /**
     * Sets the range of a key's histogram, which is cut into exactly as many bins as allowed.
     *
     * @throws IllegalArgumentException if {@code low} is not below {@code high}, or their distance is not finite
     */
    public Survey range(String key, double low, double high) {
        Objects.requireNonNull(key, "key");
        if (!(low < high) || !Double.isFinite(high - low)) {
            throw new IllegalArgumentException(
                    "range of %s: %s to %s (expected: two numbers, the lower one first)".formatted(key, low, high));
        }
        Map<String, Range> ranges = new LinkedHashMap<>(choice.ranges);
        ranges.put(key, new Range(low, high));
        return with(new Choice(choice.keys, choice.bins, ranges, choice.energyKey, choice.progress));
    }

    /** Also finds compositions, and the energies of elements from {@code calc.energy}; so unless keys were chosen. */
    public Survey elements() {
        return elements("calc.energy");
    }

    /** Also finds compositions, and the energies of elements from a key of one number per structure. */
    public Survey elements(String energyKey) {
        Objects.requireNonNull(energyKey, "energyKey");
        return with(new Choice(choice.keys, choice.bins, choice.ranges, Optional.of(energyKey), choice.progress));
    }

    /** Tells somebody after each row how many were looked at; calls come one after the other, on a thread that may wait. */
    public Survey progress(LongConsumer done) {
        Objects.requireNonNull(done, "done");
        return with(new Choice(choice.keys, choice.bins, choice.ranges, choice.energyKey, done));
    }

    private Survey with(Choice other) {
        return new Survey(rows, other);
    }

    /**
     * Reads the rows once.
     *
     * @return cold; one result, on a thread of {@code Schedulers.boundedElastic()}; without rows one of no keys, or of those
     *     asked for without values
     * @signals CorruptDataException if a value does not decode; names store, row and key. {@code
     *     UnsupportedDataException} if it is refused, e.g. a pickled array
     * @signals StoreChangedException if the store was changed so that reading cannot go on; retryable
     */
    public Mono<Statistics> run() {
        return Mono.defer(() -> {
            Gathering gathering = new Gathering(this);
            return read().publishOn(Schedulers.boundedElastic(), AHEAD)
                    .doOnNext(row -> {
                        gathering.add(row);
                        choice.progress.accept(gathering.rows());
                    })
                    .then(Mono.fromSupplier(gathering::result));
        });
    }

    private RowView<Row> read() {
        if (choice.keys.isEmpty()) {
            return rows;
        }
        Set<String> read = new LinkedHashSet<>(choice.keys);
        choice.energyKey.ifPresent(key -> {
            read.add(CompositionSums.NUMBERS);
            read.add(key);
        });
        return rows.columns(read);
    }

    Set<String> keys() {
        return choice.keys;
    }

    int bins() {
        return choice.bins;
    }

    Optional<String> energyKey() {
        return choice.energyKey;
    }

    KeySums sums(String key) {
        Range range = choice.ranges.get(key);
        return new KeySums(
                key, range == null ? new GrowingBins(choice.bins) : new FixedBins(range.low, range.high, choice.bins));
    }
}
