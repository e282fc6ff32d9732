package io.atomflux.adapter;

import io.atomflux.error.StoreIoException;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Translates what blocking backends throw; the one place that does. */
final class Failures {

    private Failures() {}

    /** Returns an I/O failure as a typed error naming store and action; typed errors and defects stay as they are. */
    static Throwable of(String store, String action, Throwable failure) {
        if (failure instanceof IOException) {
            return new StoreIoException(store, action, failure);
        }
        if (failure instanceof UncheckedIOException) {
            return new StoreIoException(store, action, failure.getCause());
        }
        return failure;
    }
}
