package io.atomflux.file.ase;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.testkit.AtomsStoreContract;
import io.atomflux.value.Row;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class ExtxyzAtomsContractTest extends AtomsStoreContract {

    @TempDir
    static Path folder;

    @Override
    protected AtomsIO open(String place) {
        return AtomsIO.open(folder.resolve(place + ".extxyz"));
    }

    @Override
    protected boolean representable(Atoms atoms) {
        Row row = atoms.toRow();
        try {
            TextBuffer text = new TextBuffer();
            new FrameWriter("contract", ExtxyzOptions.defaults()).write(row, 0, text);
            return atoms.equals(Atoms.fromRow(new FrameParser().parse(text.toArray(), 0, text.length())));
        } catch (UnsupportedDataException e) {
            return false;
        }
    }
}
