package io.atomflux;

import org.jspecify.annotations.Nullable;

/**
 * What a view does where an element has no value.
 *
 * @param kind fail, skip, or emit a substitute
 * @param substitute the substitute
 * @param <T> elements of the view
 */
record Missing<T>(Kind kind, @Nullable T substitute) {

    enum Kind {
        FAIL,
        SKIP,
        SUBSTITUTE
    }

    static <T> Missing<T> fail() {
        return new Missing<>(Kind.FAIL, null);
    }

    static <T> Missing<T> skip() {
        return new Missing<>(Kind.SKIP, null);
    }

    static <T> Missing<T> substitute(T value) {
        return new Missing<>(Kind.SUBSTITUTE, value);
    }
}
