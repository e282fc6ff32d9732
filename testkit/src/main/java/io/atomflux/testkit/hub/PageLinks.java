package io.atomflux.testkit.hub;

/** How a page of a listing names the next one. */
public enum PageLinks {
    /** By its whole address. */
    ABSOLUTE,
    /** By path and query. */
    RELATIVE,
    /** By its whole address, after another link in the same header. */
    SECOND_OF_TWO,
    /** By an address at {@code huggingface.co}, as seen behind mirrors. */
    PUBLIC_HOST
}
