package io.atomflux.artifact.folder;

import io.atomflux.value.Bytes;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Walks entries in the order of their keys; for one thread. */
interface Cursor {

    /** Returns the key of the entry it is at; null behind the last. */
    @Nullable
    Bytes key();

    /** Returns the value there; null for a deleted key. */
    @Nullable
    Bytes value() throws IOException;

    /** Goes to the next entry. */
    void advance() throws IOException;
}
