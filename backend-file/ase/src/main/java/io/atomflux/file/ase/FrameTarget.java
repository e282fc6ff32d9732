package io.atomflux.file.ase;

import io.atomflux.value.Row;
import io.atomflux.value.Version;
import java.io.IOException;
import java.util.List;
import java.util.OptionalInt;

/** One file of frames while it is changed, whatever its format; the caller holds its {@link WriteGuard}. */
interface FrameTarget {

    /** Counts the frames; none if there is no file. */
    long size() throws IOException;

    Row row(int frame) throws IOException;

    Version version(int frame) throws IOException;

    /** Makes a file without frames if there is none. */
    void create() throws IOException;

    /** Adds frames behind the last one, all or none. */
    void append(List<Row> rows) throws IOException;

    /** Replaces the file by one with other content, or leaves it alone if that fails. */
    void rewrite(Content content) throws IOException;

    /** Leaves a file without frames. */
    void clear() throws IOException;

    /** Tells what the new file holds, in order. */
    interface Content {
        void writeTo(Pieces out) throws IOException;
    }

    /** Takes the frames of the new file. */
    interface Pieces {

        /** Copies the old file's frames {@code from} to before {@code to} as they are. */
        void copy(int from, int to) throws IOException;

        /**
         * Writes a row.
         *
         * @param position named in errors
         * @param changed the frame of which this is a changed copy, if it is one: what a row does not tell of it stays
         */
        void put(Row row, int position, OptionalInt changed) throws IOException;
    }
}
