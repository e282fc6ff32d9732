package io.atomflux.cli.system;

/** How much a test does: enough to notice in the quick run, the full numbers in the proof. */
final class Tier {

    private Tier() {}

    static boolean isProof() {
        return Boolean.getBoolean("atomflux.proof");
    }
}
