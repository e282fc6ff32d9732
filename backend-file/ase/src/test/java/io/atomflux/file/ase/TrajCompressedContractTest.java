package io.atomflux.file.ase;

import org.junit.jupiter.api.Tag;

/** A compressed trajectory does all that a plain one does; each change writes it anew, so this takes its time. */
@Tag("proof")
class TrajCompressedContractTest extends TrajContractTest {

    @Override
    String suffix() {
        return ".traj.gz";
    }
}
