package io.atomflux.loader;

import io.atomflux.value.DType;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Batches made of rows at hand, of a store named {@code data.lmdb}, at positions 100, 101, … */
final class RowBatches {

    static final List<SourcePlan> SOURCES = List.of(new SourcePlan("data.lmdb", 1000, "", 0, 1, 0, 0, 0, 1));
    static final Collation PLAIN = how(null, null);

    private RowBatches() {}

    static Collation how(@Nullable List<String> keys, @Nullable DType floats) {
        return new Collation(keys, floats, false, Set.of(), Set.of(), Set.of(), Map.of());
    }

    static List<Sample> samples(List<Row> rows) {
        List<Sample> samples = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            samples.add(new Sample(rows.get(i), 0, 100 + i, 10 + i));
        }
        return samples;
    }

    static Batch of(Collation how, List<Row> rows) {
        return ofSamples(how, samples(rows));
    }

    static Batch of(Collation how, Row... rows) {
        return of(how, List.of(rows));
    }

    static Batch ofSamples(Collation how, List<Sample> samples) {
        LoaderState state = new LoaderState(new EpochPlan(0, 0, SOURCES, MixtureEnd.FIRST_ENDS, 0), 1000, 0);
        return Batch.of(samples, how, state, new LoaderProgress(0, 0, 1000), 0, List.of());
    }
}
