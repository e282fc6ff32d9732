package io.atomflux.hub.parquet;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.UnsupportedDataException;
import org.jspecify.annotations.Nullable;

/**
 * Where something was found, for messages.
 *
 * @param file how messages name the file
 * @param part what part of it, e.g. {@code row group 3, column positions.list.element}
 */
record Place(String file, String part) {

    CorruptDataException corrupt(String problem) {
        return new CorruptDataException(file, part, problem, null);
    }

    CorruptDataException corrupt(String problem, @Nullable Throwable cause) {
        return new CorruptDataException(file, part, problem, cause);
    }

    UnsupportedDataException unsupported(String problem) {
        return new UnsupportedDataException(file, part, problem, null);
    }

    /** Returns what the format requires to be there. */
    <T> T there(@Nullable T value, String name) {
        if (value == null) {
            throw corrupt("no " + name);
        }
        return value;
    }

    String text() {
        return file + ", " + part;
    }
}
