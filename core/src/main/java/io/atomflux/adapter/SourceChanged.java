package io.atomflux.adapter;

/** The source of a cache is no longer what the cache is of; never leaves this package. */
final class SourceChanged extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SourceChanged() {
        super("the source of the cache changed", null, false, false);
    }
}
