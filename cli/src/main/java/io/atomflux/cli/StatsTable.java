package io.atomflux.cli;

import io.atomflux.statistics.Composition;
import io.atomflux.statistics.KeyStatistics;
import io.atomflux.statistics.Moments;
import io.atomflux.statistics.ReferenceEnergies;
import io.atomflux.statistics.Statistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Statistics for people. */
final class StatsTable {

    private StatsTable() {}

    static void print(Console console, Statistics found, String energyKey) {
        console.line(Text.count(found.rows(), "row")
                + (found.reserved() == 0 ? "" : ", %s of them reserved".formatted(Text.count(found.reserved()))));
        if (!found.keys().isEmpty()) {
            console.line("");
            keys(console, found, energyKey);
        }
        found.composition().ifPresent(composition -> {
            console.line("");
            elements(console, composition, found.references());
        });
        found.references().ifPresent(references -> references(console, references));
    }

    private static void keys(Console console, Statistics found, String energyKey) {
        Table table = new Table(console)
                .columns(
                        List.of("key", "unit", "rows", "values", "mean", "std", "least", "greatest", "not finite"),
                        Table.aligns(
                                Table.Align.LEFT,
                                Table.Align.LEFT,
                                Table.Align.RIGHT,
                                Table.Align.RIGHT,
                                Table.Align.RIGHT,
                                Table.Align.RIGHT,
                                Table.Align.RIGHT,
                                Table.Align.RIGHT,
                                Table.Align.RIGHT));
        found.keys().forEach((key, values) -> {
            row(table, Text.shortened(key), Text.unit(key), values);
            if (key.equals(energyKey)) {
                found.composition()
                        .flatMap(Composition::energyPerAtom)
                        .ifPresent(energies -> numbers(
                                table,
                                key + " per atom",
                                Text.unit(key),
                                energies.moments().count(),
                                energies.moments()));
            }
        });
        table.end();
    }

    private static void row(Table table, String key, String unit, KeyStatistics values) {
        if (values.rows() > 0) {
            numbers(table, key, unit, values.rows(), values.values().moments());
        } else {
            String what = values.types().isEmpty() ? "null" : String.join("|", values.types());
            table.row(List.of(key, unit, Text.count(values.others() + values.nulls()), what, "", "", "", "", ""));
        }
    }

    private static void numbers(Table table, String key, String unit, long rows, Moments moments) {
        List<String> cells = new ArrayList<>(List.of(key, unit, Text.count(rows), Text.count(moments.count())));
        for (double number :
                new double[] {moments.mean(), moments.standardDeviation(), moments.least(), moments.greatest()}) {
            cells.add(moments.count() == 0 ? "" : Text.number(number));
        }
        cells.add(moments.notFinite() == 0 ? "" : Text.count(moments.notFinite()));
        table.row(cells);
    }

    private static String head(ReferenceEnergies references) {
        String unit = Text.unit(references.key());
        return unit.isEmpty() ? "energy" : "energy [" + unit + "]";
    }

    private static void elements(Console console, Composition composition, Optional<ReferenceEnergies> references) {
        console.line(structures(composition));
        if (composition.elements().isEmpty()) {
            return;
        }
        Table table = new Table(console)
                .columns(
                        List.of(
                                "element",
                                "atoms",
                                "structures",
                                references.map(StatsTable::head).orElse(""),
                                ""),
                        Table.aligns(
                                Table.Align.LEFT,
                                Table.Align.RIGHT,
                                Table.Align.RIGHT,
                                Table.Align.RIGHT,
                                Table.Align.LEFT));
        composition.elements().forEach((symbol, element) -> {
            Double energy = references.map(fit -> fit.energies().get(symbol)).orElse(null);
            boolean open =
                    energy != null && !references.orElseThrow().determined().contains(symbol);
            table.row(List.of(
                    symbol,
                    Text.count(element.atoms()),
                    Text.count(element.structures()),
                    energy == null ? "" : Text.number(energy),
                    open ? "not determined" : ""));
        });
        table.end();
    }

    private static String structures(Composition composition) {
        StringBuilder line = new StringBuilder(Text.count(composition.structures(), "structure"));
        Moments atoms = composition.atoms().moments();
        if (atoms.count() > 0) {
            long least = (long) atoms.least();
            long most = (long) atoms.greatest();
            line.append(" of ")
                    .append(
                            least == most
                                    ? Text.count(most, "atom")
                                    : "%s to %s, on average %s, atoms"
                                            .formatted(Text.count(least), Text.count(most), Text.number(atoms.mean())));
        }
        if (composition.unknown() > 0) {
            line.append("; %s with numbers that are no elements"
                    .formatted(Text.count(composition.unknown(), "further row")));
        }
        return line.toString();
    }

    private static void references(Console console, ReferenceEnergies references) {
        String unit = Text.unit(references.key());
        console.line("");
        console.line("residual of %s as sums of these energies: RMSE %s%s over %s"
                .formatted(
                        references.key(),
                        Text.number(references.rmse()),
                        unit.isEmpty() ? "" : " " + unit,
                        Text.count(references.structures(), "structure")));
        if (!references.isDetermined()) {
            console.line(
                    "rank %d of %d: the compositions do not determine all energies; those shown have the least norm"
                            .formatted(references.rank(), references.energies().size()));
        }
    }
}
