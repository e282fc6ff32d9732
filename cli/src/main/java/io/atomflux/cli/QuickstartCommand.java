package io.atomflux.cli;

import io.atomflux.AtomsIO;
import io.atomflux.RowView;
import io.atomflux.atoms.Atoms;
import io.atomflux.examples.ArgonSimulation;
import io.atomflux.examples.StoreAndPlot;
import io.atomflux.value.Key;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import reactor.core.publisher.Mono;

/** A first store, from simulation to plot. */
@Command(
        name = "quickstart",
        header = "Make a first store: simulate argon, store, read back, plot.",
        description = {
            "",
            "Stores every frame in quickstart.lmdb, reads rows and a column back, and plots",
            "the energies to quickstart.png. Run again, it replaces what it wrote.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  atomflux quickstart",
            "  atomflux quickstart --dir /tmp/first-steps",
            "  atomflux quickstart --frames 2000"
        })
final class QuickstartCommand implements Callable<Integer> {

    private static final long SEED = 7;
    private static final String MADE_BY = "atomflux quickstart";

    @ParentCommand
    @Nullable
    Cli cli;

    @Option(names = "--dir", paramLabel = "D", description = "Where to write; the current folder if not told.")
    Path folder = Path.of("");

    @Option(
            names = "--frames",
            paramLabel = "N",
            defaultValue = "400",
            description = "How many frames of 50 fs each; 400 if not told.")
    int frames = 400;

    @Override
    public Integer call() throws IOException {
        if (cli == null) {
            throw new IllegalStateException("not run as a subcommand");
        }
        if (frames < 2) {
            throw new IllegalArgumentException("--frames: %d (expected: 2 or more)".formatted(frames));
        }
        Files.createDirectories(folder);
        Path place = folder.resolve("quickstart.lmdb");
        Path png = folder.resolve("quickstart.png");
        AtomsIO db = AtomsIO.open(place);
        try {
            clear(db, place);
            simulate(cli.console, db, place);
            readBack(cli.console, db);
            StoreAndPlot.plot(db, png);
        } finally {
            db.close().block();
        }
        farewell(cli.console, place, png);
        return 0;
    }

    /** Empties a store that this command made before; any other one is left alone. */
    private static void clear(AtomsIO db, Path place) {
        if (!Files.exists(place)) {
            return;
        }
        long rows = StoreCommand.await(db.size());
        Object maker = rows == 0
                ? MADE_BY
                : db.column("info.made_by").rows(":1").orElse("").blockFirst();
        if (!MADE_BY.equals(maker)) {
            throw new RefusedException(
                    "%s was not made by this command (expected: nothing there, or its own earlier output); use another --dir"
                            .formatted(place));
        }
        db.clear().block();
    }

    private void simulate(Console console, AtomsIO db, Path place) {
        try (Progress progress = new Progress(console, "simulating", frames)) {
            long size = Interruptible.run(
                    db.extend(ArgonSimulation.liquid(SEED)
                            .frames()
                            .take(frames)
                            .map(frame -> frame.withInfo("made_by", MADE_BY))
                            .doOnNext(frame -> progress.step())),
                    db.close(),
                    failure -> console.note("not closed: " + failure.getMessage()));
            progress.close();
            console.line("Simulated and stored %s of 108 argon atoms in %s, in %s."
                    .formatted(Text.count(size, "frame"), place, Text.seconds(progress.seconds())));
            console.line("");
        }
    }

    /** Streams some rows, and one column without the rest of the rows. */
    private void readBack(Console console, AtomsIO db) {
        Table table = new Table(console)
                .columns(
                        List.of("row", "formula", "time [ps]", "T [K]", "energy [eV]", "total [eV]"),
                        Table.aligns(
                                Table.Align.RIGHT,
                                Table.Align.LEFT,
                                Table.Align.RIGHT,
                                Table.Align.RIGHT,
                                Table.Align.RIGHT,
                                Table.Align.RIGHT));
        RowView<Atoms> some = db.rows("::" + Math.max(1, frames / 8));
        StoreCommand.forEach(some.indexed(), found -> {
            Atoms frame = found.value();
            table.row(List.of(
                    String.valueOf(found.position()),
                    frame.formula(),
                    fixed("%.2f", info(frame, "time")),
                    fixed("%.1f", info(frame, "temperature")),
                    fixed("%.4f", frame.energy().orElse(Double.NaN)),
                    fixed("%.5f", info(frame, "total_energy"))));
        });
        table.end();
        Mono<NdArray> column = db.column(Key.ENERGY).toArray();
        double[] energies = StoreCommand.await(column).toDoubleArray();
        double sum = 0;
        for (double energy : energies) {
            sum += energy;
        }
        console.line("");
        console.line("Column calc.energy: %s, mean %s eV."
                .formatted(Text.count(energies.length, "value"), fixed("%.4f", sum / energies.length)));
    }

    private static double info(Atoms frame, String name) {
        return frame.info(name)
                .filter(Double.class::isInstance)
                .map(Double.class::cast)
                .orElse(Double.NaN);
    }

    private static String fixed(String format, double number) {
        return String.format(java.util.Locale.ROOT, format, number);
    }

    private static void farewell(Console console, Path place, Path png) {
        console.line("Plot of the energies: " + png);
        console.line("");
        console.line("Go on with:");
        console.line("  atomflux info " + place);
        console.line("  atomflux head '%s@-3:'".formatted(place));
        console.line("  atomflux copy %s %s".formatted(place, place.resolveSibling("quickstart.extxyz")));
    }
}
