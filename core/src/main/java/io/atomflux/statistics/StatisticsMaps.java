package io.atomflux.statistics;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Statistics as plain maps, to be written as JSON. */
final class StatisticsMaps {

    private StatisticsMaps() {}

    static Map<String, @Nullable Object> of(Statistics all) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("rows", all.rows());
        map.put("reserved", all.reserved());
        map.put("left_out", all.leftOut());
        Map<String, @Nullable Object> keys = new LinkedHashMap<>();
        all.keys().forEach((key, found) -> keys.put(key, of(found)));
        map.put("keys", keys);
        all.composition().ifPresent(found -> map.put("composition", of(found)));
        all.references().ifPresent(found -> map.put("references", of(found)));
        return map;
    }

    private static Map<String, @Nullable Object> of(KeyStatistics key) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("types", List.copyOf(key.types()));
        map.put("rows", key.rows());
        map.put("missing", key.missing());
        map.put("nulls", key.nulls());
        map.put("others", key.others());
        if (key.rows() > 0) {
            map.put("values", of(key.values()));
        }
        if (!key.components().isEmpty()) {
            List<@Nullable Object> components = new ArrayList<>();
            key.components().forEach(component -> components.add(of(component)));
            map.put(
                    "component_shape",
                    key.componentShape().stream().map(axis -> (long) axis).toList());
            map.put("components", components);
        }
        if (key.lengths().count() > 0) {
            map.put("lengths", of(key.lengths()));
        }
        return map;
    }

    private static Map<String, @Nullable Object> of(Distribution values) {
        Map<String, @Nullable Object> map = of(values.moments());
        Map<String, @Nullable Object> histogram = new LinkedHashMap<>();
        histogram.put("edges", values.histogram().edges());
        histogram.put("counts", values.histogram().counts());
        histogram.put("below", values.histogram().below());
        histogram.put("above", values.histogram().above());
        map.put("histogram", histogram);
        return map;
    }

    private static Map<String, @Nullable Object> of(Moments moments) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("count", moments.count());
        map.put("mean", number(moments.mean()));
        map.put("variance", number(moments.variance()));
        map.put("standard_deviation", number(moments.standardDeviation()));
        map.put("least", number(moments.least()));
        map.put("greatest", number(moments.greatest()));
        map.put("nans", moments.nans());
        map.put("infinities", moments.infinities());
        map.put("negative_infinities", moments.negativeInfinities());
        return map;
    }

    private static @Nullable Object number(double number) {
        return Double.isFinite(number) ? number : null;
    }

    private static Map<String, @Nullable Object> of(Composition composition) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("structures", composition.structures());
        map.put("unknown", composition.unknown());
        map.put("atoms", of(composition.atoms()));
        Map<String, @Nullable Object> elements = new LinkedHashMap<>();
        composition.elements().forEach((symbol, element) -> {
            Map<String, @Nullable Object> counts = new LinkedHashMap<>();
            counts.put("atoms", element.atoms());
            counts.put("structures", element.structures());
            elements.put(symbol, counts);
        });
        map.put("elements", elements);
        composition.energyPerAtom().ifPresent(energies -> map.put("energy_per_atom", of(energies)));
        return map;
    }

    private static Map<String, @Nullable Object> of(ReferenceEnergies references) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("key", references.key());
        map.put("structures", references.structures());
        map.put("rank", (long) references.rank());
        map.put("is_determined", references.isDetermined());
        Map<String, @Nullable Object> energies = new LinkedHashMap<>();
        references.energies().forEach((symbol, energy) -> energies.put(symbol, number(energy)));
        map.put("energies", energies);
        map.put("determined", List.copyOf(references.determined()));
        map.put("rmse", number(references.rmse()));
        return map;
    }
}
