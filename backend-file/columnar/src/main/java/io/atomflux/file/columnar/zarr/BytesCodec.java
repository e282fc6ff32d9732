package io.atomflux.file.columnar.zarr;

/** One step of a chunk's way from bytes to bytes; immutable, for many threads. */
interface BytesCodec {

    /**
     * Decodes.
     *
     * @param stored not changed
     * @param size how many bytes come out, never more
     * @param exact whether fewer are damage, too
     * @return may be a part of what was given
     * @throws IllegalArgumentException if it is damaged, or would be more (or fewer, if exact); says what is wrong
     */
    Span decode(Span stored, int size, boolean exact);

    /**
     * Encodes.
     *
     * @param plain not changed
     * @return may be a part of what was given
     */
    Span encode(Span plain);

    /** Returns its name with what matters. */
    String name();

    /** Returns the most bytes that so many become, with what foreign encoders waste; bounds what steps before may produce. */
    default long most(long plain) {
        return plain + (plain >> 3) + 65536;
    }
}
