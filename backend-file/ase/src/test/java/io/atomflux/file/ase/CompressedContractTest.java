package io.atomflux.file.ase;

/** A compressed file does all that a plain one does. */
class CompressedContractTest extends ExtxyzContractTest {

    @Override
    String suffix() {
        return ".xyz.gz";
    }
}
