package io.atomflux.file.columnar.journal;

import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** What a journal says of one file: the bytes are in the journal, only where they are is here. */
sealed interface Content permits ReplacedContent, PagedContent, CreatedContent {

    /** Returns the length of the file after the change. */
    long length();

    /**
     * Reads the file as it is after the change; the caller keeps within its length.
     *
     * @param file what is in the place now
     */
    int read(Disk.Handle journal, FileSource file, long position, ByteBuffer target) throws IOException;

    /** Opens what is in the place of the file now, when it is needed. */
    @FunctionalInterface
    interface FileSource {
        Disk.Handle open() throws IOException;
    }

    /** Writes what {@link JournalFile} reads. */
    void encode(DataOutput out) throws IOException;

    /**
     * Tells whether what is in the place is, byte for byte, what was there before or what shall be there.
     *
     * @param vanishes whether the change removes what was in the place first
     */
    boolean fits(Disk disk, Path file, Disk.Handle journal, boolean vanishes) throws IOException;

    /** Puts the content in place, synced but for the folder; as often as need be. */
    void apply(Disk disk, Path file, Disk.Handle journal) throws IOException;
}
