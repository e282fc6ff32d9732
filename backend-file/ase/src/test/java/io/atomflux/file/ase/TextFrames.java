package io.atomflux.file.ase;

import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.value.Row;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads the frames of a text. */
final class TextFrames {

    private TextFrames() {}

    static List<Row> rows(byte[] text) {
        try {
            Path file = Files.createTempFile("frames", ".xyz");
            try (ExtxyzStore store = new ExtxyzStore(Files.write(file, text), ExtxyzOptions.defaults())) {
                return store.read(Positions.range(0, store.size()), Columns.ALL);
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
