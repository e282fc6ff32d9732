package io.atomflux.statistics;

import io.atomflux.value.KeySet;
import io.atomflux.value.Row;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Gathers the statistics of rows; for one thread. */
final class Gathering {

    /** So many keys are looked at; a store with a key for each row would else fill the memory. */
    static final int MOST_KEYS = 1000;

    /** Longer keys are left out. */
    static final int LONGEST_KEY = 1000;

    private final Survey survey;
    private final Map<String, KeySums> keys = new LinkedHashMap<>();
    private final @Nullable CompositionSums structures;
    private KeySet lastKeys = KeySet.EMPTY;
    private @Nullable KeySums[] lastSums = {};
    private long written;
    private long reserved;
    private long leftOut;

    Gathering(Survey survey) {
        this.survey = survey;
        this.structures = survey.energyKey()
                .map(key -> new CompositionSums(key, survey.bins()))
                .orElse(null);
        survey.keys().forEach(key -> keys.put(key, survey.sums(key)));
    }

    void add(Row row) {
        if (row.isReserved()) {
            reserved++;
            return;
        }
        written++;
        if (row.keySet() != lastKeys) {
            lastKeys = row.keySet();
            lastSums = sumsOf(lastKeys);
        }
        for (int i = 0; i < lastSums.length; i++) {
            KeySums sums = lastSums[i];
            if (sums != null) {
                sums.add(row.valueAt(i));
            } else if (survey.keys().isEmpty()) {
                leftOut++;
            }
        }
        if (structures != null) {
            structures.add(row);
        }
    }

    private @Nullable KeySums[] sumsOf(KeySet names) {
        @Nullable KeySums[] sums = new KeySums[names.size()];
        for (int i = 0; i < sums.length; i++) {
            String name = names.name(i);
            sums[i] = keys.get(name);
            if (sums[i] == null && survey.keys().isEmpty() && keys.size() < MOST_KEYS && name.length() <= LONGEST_KEY) {
                sums[i] = survey.sums(name);
                keys.put(name, sums[i]);
            }
        }
        return sums;
    }

    long rows() {
        return written + reserved;
    }

    Statistics result() {
        Map<String, KeyStatistics> found = new LinkedHashMap<>();
        keys.forEach((key, sums) -> found.put(key, sums.result(written)));
        return new Statistics(
                rows(),
                reserved,
                found,
                leftOut,
                structures == null ? Optional.empty() : structures.composition(),
                structures == null ? Optional.empty() : structures.references());
    }
}
