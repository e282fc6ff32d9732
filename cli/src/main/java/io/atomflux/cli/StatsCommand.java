package io.atomflux.cli;

import io.atomflux.ObjectIO;
import io.atomflux.RowView;
import io.atomflux.statistics.KeyStatistics;
import io.atomflux.statistics.Statistics;
import io.atomflux.statistics.Survey;
import io.atomflux.value.Row;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What the values look like, as numbers and as a picture. */
@Command(
        name = "stats",
        header = "Show mean, spread and range of each key, and energies of elements.",
        description = {
            "",
            "Every row is read once. NaN and infinite values are counted apart, texts and",
            "the like only counted. Energies of elements are those whose sums come nearest",
            "to the energies of the structures. --json has also histograms, and moments of",
            "each component of vectors.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  atomflux stats md.lmdb",
            "  atomflux stats md.lmdb --plot md.png        a histogram of each key",
            "  atomflux stats 'md.lmdb@::10' --keys calc.energy,calc.forces",
            "  atomflux stats md.lmdb --energy calc.free_energy",
            "  atomflux stats md.lmdb --json --bins 200 > md.json",
            "  atomflux stats md.lmdb --group train",
            "  atomflux stats hf://org/molecules --cache-to cache.lmdb"
        })
final class StatsCommand extends RowsCommand {

    @Option(
            names = "--keys",
            paramLabel = "KEY",
            split = ",",
            description = "Look at these keys only, separated by commas.")
    List<String> keys = new ArrayList<>();

    @Option(
            names = "--bins",
            paramLabel = "N",
            defaultValue = "50",
            description = "Bins of a histogram, at most; 50 if not told.")
    int bins = 50;

    @Option(
            names = "--energy",
            paramLabel = "KEY",
            description = "The key of the structures' energies; calc.energy if not told.")
    @Nullable
    String energy;

    @Option(names = "--plot", paramLabel = "FILE.png", description = "Draw a histogram of each key into this file.")
    @Nullable
    Path plot;

    @Override
    int look(Source source, ObjectIO store) {
        if (plot != null) {
            requireWritable(plot);
        }
        RowView<Row> rows = source.rowsOf(store);
        Survey survey = survey(rows);
        long total = console().isInteractive() ? await(rows.size()) : 0;
        Statistics found;
        try (Progress progress = new Progress(console(), "reading", total)) {
            found = await(survey.progress(done -> progress.step()).run());
        }
        requireFound(found, store.name());
        if (plot != null) {
            draw(found, plot, store.name());
        }
        if (json) {
            console().line(found.toJson());
        } else {
            StatsTable.print(console(), found, energyKey());
        }
        if (found.leftOut() > 0) {
            console()
                    .note(
                            "%s of further keys not looked at (at most 1000 keys are, none of them longer than 1000 characters; --keys names others)"
                                    .formatted(Text.count(found.leftOut(), "value")));
        }
        return 0;
    }

    private String energyKey() {
        return energy == null ? "calc.energy" : energy;
    }

    private Survey survey(RowView<Row> rows) {
        Survey survey = Statistics.over(rows).bins(bins);
        if (!keys.isEmpty()) {
            survey = survey.keys(keys);
        }
        return keys.isEmpty() || energy != null || keys.contains(energyKey()) ? survey.elements(energyKey()) : survey;
    }

    private void requireFound(Statistics found, String store) {
        if (found.rows() == found.reserved()) {
            return; // that there is nothing to look at is an answer
        }
        for (String key : keys) {
            KeyStatistics values = found.keys().get(key);
            if (values != null && values.missing() == found.rows() - found.reserved()) {
                throw new RefusedException(
                        "no row of %s has the key \"%s\" (expected: one that 'atomflux schema' lists)"
                                .formatted(store, key));
            }
        }
        if (energy != null && found.references().isEmpty()) {
            throw new RefusedException("no structure of %s has a number under \"%s\" (expected: the key of an energy)"
                    .formatted(store, energy));
        }
    }

    private static void requireWritable(Path png) {
        if (!png.toString().toLowerCase(Locale.ROOT).endsWith(".png")) {
            throw new RefusedException("--plot: %s (expected: a file name that ends with .png)".formatted(png));
        }
        Path folder = png.toAbsolutePath().getParent();
        if (folder == null || !Files.isDirectory(folder) || Files.isDirectory(png)) {
            throw new RefusedException("--plot: %s (expected: a file in a folder that exists)".formatted(png));
        }
    }

    private void draw(Statistics found, Path png, String store) {
        List<StatsPlot.Panel> panels = StatsPlot.panels(found, energyKey());
        if (panels.isEmpty()) {
            throw new RefusedException(
                    "--plot: nothing to draw in %s (expected: a key with finite numbers)".formatted(store));
        }
        try {
            StatsPlot.write(panels.subList(0, Math.min(panels.size(), StatsPlot.MOST_PANELS)), png);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        console()
                .note("histograms in %s%s"
                        .formatted(
                                png,
                                panels.size() <= StatsPlot.MOST_PANELS
                                        ? ""
                                        : ", of the first %d of %d keys; --keys chooses others"
                                                .formatted(StatsPlot.MOST_PANELS, panels.size())));
    }
}
