package io.atomflux.examples;

import io.atomflux.AtomsIO;
import io.atomflux.RowView;
import io.atomflux.atoms.Atoms;
import io.atomflux.value.Key;
import io.atomflux.value.NdArray;
import io.atomflux.value.Patch;
import java.nio.file.Path;
import java.util.List;

/** Reads columns as arrays, selects as in Python, and changes single keys of single rows. */
public final class ColumnsAndUpdates {

    private ColumnsAndUpdates() {}

    /** Works on {@code columns.lmdb} in the folder named, or in the current one. */
    public static void main(String[] args) {
        AtomsIO db = AtomsIO.open(Path.of(args.length > 0 ? args[0] : ".").resolve("columns.lmdb"));
        db.extend(ArgonSimulation.liquid(1).frames().take(50)).block();

        // One number of each row, as one array; positions and forces are not even read.
        NdArray energies = db.column(Key.ENERGY).toArray().block();
        System.out.println("energies: " + energies);

        // Every tenth row, backwards; a view loads nothing until somebody subscribes.
        RowView<Atoms> some = db.rows("::-10");
        System.out.println("some: " + some.size().block() + " rows, times "
                + some.column("info.time").collectList().block());

        // One key of one row, of a view, and of many rows each its own; each call is visible as a whole or not at all.
        db.update(0, Patch.info("tag", "crystal")).block();
        db.rows("-10:").update(Patch.info("tag", "liquid")).block();
        db.rowsAt(1, 2).column("info.tag").set(List.of("melting", "melting")).block();
        System.out.println("tags: "
                + db.column("info.tag", String.class).orElse("-").collectList().block());

        // Rows and keys go away.
        db.delete(-1).block();
        db.drop("info.tag").block();
        System.out.println(db.size().block() + " rows with keys " + db.keys(0).block());
        db.close().block();
    }
}
