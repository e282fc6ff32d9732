package io.atomflux.artifact.isf;

/** Told of each step of a change after it was made; tests die here. */
@FunctionalInterface
interface Steps {

    Steps NONE = step -> {};

    void made(String step);
}
