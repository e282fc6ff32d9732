package io.atomflux.file.ase;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;

/** The text of a file of frames, however the file holds it. Reading is safe for several threads. */
interface FrameText {

    /** Reads bytes from a place on, some at least; -1 if there are none. */
    int read(ByteBuffer room, long at) throws IOException;

    /** Copies bytes that were read before; as {@link java.nio.channels.FileChannel#transferTo}. */
    long transferTo(long at, long count, WritableByteChannel target) throws IOException;

    /** Returns up to where the text counts; more than it holds as long as its end was not reached. */
    long limit();

    /**
     * Tells whether the text known of one state of the file is the beginning of that of another.
     *
     * @param index what was found in the text
     */
    boolean continues(FileState seen, FileState now, FrameIndex index) throws IOException;

    /**
     * Goes on to the text of another state, which {@link #continues}.
     *
     * @param streams how many streams read the text of the state before
     * @return false if only a new text can
     */
    boolean grow(FileState now, int streams) throws IOException;

    void close() throws IOException;
}
