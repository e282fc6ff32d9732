package io.atomflux.examples;

import io.atomflux.recorder.Sample;
import io.atomflux.value.Row;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.FileReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** The lines of a {@link CsvRecording}: step, time, then the measurements in the order of their names. */
final class CsvLines implements Closeable {

    private final BufferedReader reader;
    private final String[] names;
    private long left;

    /** Opens a file that has at least as many samples as where to stop. */
    CsvLines(Path file, long from, long to) throws IOException {
        this.reader = new BufferedReader(new FileReader(file.toFile(), StandardCharsets.UTF_8));
        this.names = read().split(",");
        for (long i = 0; i < from; i++) {
            read();
        }
        this.left = to - from;
    }

    static void check(Row frame) {
        frame.forEach((name, value) -> {
            if (!(value instanceof Double || value instanceof Long || value instanceof Boolean)) {
                throw new IllegalArgumentException(
                        "measurement \"%s\": %s (expected: a number or boolean)".formatted(name, value));
            } else if (name.matches("(?s).*[,\\r\\n].*")) {
                throw new IllegalArgumentException("name \"%s\" (expected: no comma or line break)".formatted(name));
            }
        });
    }

    static String header(Row frame) {
        return "step,time," + String.join(",", new TreeSet<>(frame.keys())) + "\n";
    }

    static String text(Sample<Row> sample) {
        StringBuilder line =
                new StringBuilder().append(sample.iteration()).append(',').append(sample.time());
        for (String name : new TreeSet<>(sample.frame().keys())) {
            line.append(',').append(sample.frame().get(name));
        }
        return line.append('\n').toString();
    }

    /** Reads the next sample; empty after the last one. */
    Optional<Sample<Row>> next() throws IOException {
        if (left == 0) {
            return Optional.empty();
        }
        left--;
        String[] cells = read().split(",");
        if (cells.length != names.length) {
            throw new IOException("line of %d values (expected: %d)".formatted(cells.length, names.length));
        }
        Map<String, Object> frame = new HashMap<>();
        for (int i = 2; i < cells.length; i++) {
            frame.put(names[i], value(cells[i]));
        }
        return Optional.of(new Sample<>(Long.parseLong(cells[0]), Double.parseDouble(cells[1]), Row.of(frame)));
    }

    private static Object value(String cell) {
        if (cell.equals("true") || cell.equals("false")) {
            return Boolean.valueOf(cell);
        }
        return cell.matches("-?\\d+") ? (Object) Long.valueOf(cell) : Double.valueOf(cell);
    }

    private String read() throws IOException {
        String line = reader.readLine();
        if (line == null) {
            throw new IOException("the file has fewer lines than were committed");
        }
        return line;
    }

    @Override
    public void close() {
        try {
            reader.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
