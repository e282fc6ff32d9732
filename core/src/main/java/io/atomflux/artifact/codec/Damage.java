package io.atomflux.artifact.codec;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.UnsupportedDataException;
import org.jspecify.annotations.Nullable;

/** How codecs tell what is wrong with a file. */
final class Damage {

    /** What stands for the store, whose name a codec does not know. */
    static final String STORE = "an artifact";

    private Damage() {}

    interface Decoding {
        @Nullable
        Object decode();
    }

    static CorruptDataException in(String file, String problem) {
        return new CorruptDataException(STORE, "file " + file, problem, null);
    }

    static UnsupportedDataException refused(String file, String problem) {
        return new UnsupportedDataException(STORE, "file " + file, problem, null);
    }

    /** Names the file in what a decoder of bytes throws. */
    static @Nullable Object named(String file, Decoding decoding) {
        try {
            return decoding.decode();
        } catch (AtomfluxException e) {
            throw e;
        } catch (UnsupportedOperationException e) {
            throw new UnsupportedDataException(STORE, "file " + file, String.valueOf(e.getMessage()), e);
        } catch (IllegalArgumentException | ArithmeticException e) {
            throw new CorruptDataException(STORE, "file " + file, String.valueOf(e.getMessage()), e);
        }
    }
}
