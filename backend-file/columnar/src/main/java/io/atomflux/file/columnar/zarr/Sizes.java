package io.atomflux.file.columnar.zarr;

/** Checks of sizes that stored bytes claim, before anything is made of them. */
final class Sizes {

    private Sizes() {}

    /**
     * Checks how many bytes something decodes to.
     *
     * @throws IllegalArgumentException if it is none, or more than allowed, or not exactly as many if that is asked for
     */
    static void check(String what, long claimed, int size, boolean exact) {
        if (claimed < 0 || claimed > size || (exact && claimed != size)) {
            throw wrong(what, claimed, size, exact);
        }
    }

    static IllegalArgumentException wrong(String what, long claimed, int size, boolean exact) {
        return new IllegalArgumentException(
                "%s: decodes to %d bytes (expected: %s%d)".formatted(what, claimed, exact ? "" : "at most ", size));
    }
}
