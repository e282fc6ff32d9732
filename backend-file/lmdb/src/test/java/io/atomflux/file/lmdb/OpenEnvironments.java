package io.atomflux.file.lmdb;

/** Shows tests of other packages whether anything is still open. */
public final class OpenEnvironments {

    private OpenEnvironments() {}

    /** Counts the environments open in this process. */
    public static int count() {
        return Environments.count();
    }
}
