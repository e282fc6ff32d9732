package io.atomflux.examples;

import io.atomflux.AtomsIO;
import io.atomflux.BlobIO;
import io.atomflux.ObjectIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.value.Key;
import io.atomflux.value.Patch;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.util.List;

/**
 * A store of one's own: {@link JsonLinesBackend} says how rows are read and changed, all else is there.
 *
 * <p>The three kinds of facades take any backend of either kind of rows. {@link JsonLinesProvider} makes it open by name.
 */
public final class WriteYourOwnBackend {

    private WriteYourOwnBackend() {}

    /** Writes {@code water.example.jsonl} into the folder named, or into the current one. */
    public static void main(String[] args) {
        Path file = Path.of(args.length > 0 ? args[0] : ".").resolve("water.example.jsonl");

        AtomsIO atoms = AtomsIO.of(new JsonLinesBackend(file));
        Atoms water =
                Atoms.of(List.of("O", "H", "H"), new double[][] {{0, 0, 0.12}, {0, 0.76, -0.48}, {0, -0.76, -0.48}});
        atoms.extend(List.of(water.withResult("energy", -14.2), water.withResult("energy", -14.1)))
                .block();
        atoms.update(1, Patch.info("tag", "stretched")).block();
        System.out.println(atoms.column(Key.ENERGY).collectList().block());

        ObjectIO records = atoms.objects(); // the same file as records …
        records.append(Row.of("note", "no structure at all")).block();
        System.out.println(records.get(-1).block());

        BlobIO blobs = atoms.blobs(); // … and as bytes
        System.out.println(blobs.keys(0).block() + " as bytes: " + blobs.get(0).block());
        atoms.close().block();

        ObjectIO byName = ObjectIO.open(file); // found by its suffix
        System.out.println(byName.size().block() + " rows in " + byName.name());
        byName.close().block();
    }
}
