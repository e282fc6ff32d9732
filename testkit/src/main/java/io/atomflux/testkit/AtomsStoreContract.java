package io.atomflux.testkit;

import io.atomflux.AtomsIO;
import io.atomflux.Store;
import io.atomflux.atoms.Atoms;
import io.atomflux.value.Row;
import org.junit.jupiter.api.Nested;

/** What every writable store must do as a store of structures; extend it in the backend's tests. */
public abstract non-sealed class AtomsStoreContract extends StoreContract<Atoms> {

    /** For subclasses. */
    protected AtomsStoreContract() {}

    /**
     * Opens a store; the contract closes it.
     *
     * @param place a name made of letters, digits and hyphens; the same name is the same place, another one a place
     *     where nothing is yet
     */
    protected abstract AtomsIO open(String place);

    /** Builds a structure this store can hold; those of {@link Samples#row}, unless overridden. */
    protected Atoms atoms(int seed) {
        return Atoms.fromRow(Samples.row(seed));
    }

    @Override
    final Store<Atoms> openStore(String place) {
        return open(place);
    }

    @Override
    final Atoms element(int seed) {
        return atoms(seed);
    }

    @Override
    final Row fields(Atoms element) {
        return element.toRow();
    }

    @Override
    final Atoms ofFields(Row fields) {
        return Atoms.fromRow(fields);
    }

    @Override
    final Store<Atoms> concat(Store<Atoms> first, Store<Atoms> second) {
        return AtomsIO.concat((AtomsIO) first, (AtomsIO) second);
    }

    @Override
    final boolean showsReserved() {
        return false;
    }

    /** Structures and what they are made of. */
    @Nested
    final class Structures extends StructureFacet {
        Structures() {
            super(AtomsStoreContract.this);
        }
    }
}
