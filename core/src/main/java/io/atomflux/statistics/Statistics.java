package io.atomflux.statistics;

import io.atomflux.RowView;
import io.atomflux.Store;
import io.atomflux.codec.Json;
import io.atomflux.value.Row;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * What the rows of a store look like.
 *
 * <pre>{@code
 * Statistics found = Statistics.of(AtomsIO.open("md.lmdb")).block();
 * Moments energy = found.keys().get("calc.energy").values().moments();
 * double standardised = (e - energy.mean()) / energy.standardDeviation();
 * }</pre>
 *
 * @param rows looked at, reserved ones included
 * @param reserved rows that were never written
 * @param keys by name, in the order met; if keys were asked for exactly these, in that order
 * @param leftOut values under keys that were not looked at, because 1000 other keys came before them or the key has more
 *     than 1000 characters; 0 if keys were asked for
 * @param composition of the structures; empty if there are none or they were not asked for
 * @param references energies of elements; empty if no structure has an energy or they were not asked for
 */
public record Statistics(
        long rows,
        long reserved,
        Map<String, KeyStatistics> keys,
        long leftOut,
        Optional<Composition> composition,
        Optional<ReferenceEnergies> references) {

    public Statistics {
        keys = Collections.unmodifiableMap(new LinkedHashMap<>(keys));
        Objects.requireNonNull(composition, "composition");
        Objects.requireNonNull(references, "references");
    }

    /**
     * Looks at all keys of all rows; the same as {@code over(store).run()}.
     *
     * @return cold; one result
     * @signals CorruptDataException if a value does not decode; names store, row and key
     */
    public static Mono<Statistics> of(Store<?> store) {
        return over(store).run();
    }

    /** Starts to say what is to be found about a store; of raw rows the values are decoded. */
    public static Survey over(Store<?> store) {
        return over(store.objects().rows());
    }

    /** Starts to say what is to be found about some rows, e.g. {@code store.rows("::10")}. */
    public static Survey over(RowView<Row> rows) {
        return new Survey(rows);
    }

    /** Returns all of it as maps, lists and numbers; numbers that are none are null. Fields as in {@link #toJson}. */
    public Map<String, @Nullable Object> toMap() {
        return StatisticsMaps.of(this);
    }

    /**
     * Returns all of it as a JSON object: {@code rows}, {@code reserved}, {@code left_out}, {@code keys}, and where there are
     * structures {@code composition} and {@code references}, each with the fields of its type in snake case.
     */
    public String toJson() {
        return Json.plain(toMap());
    }
}
