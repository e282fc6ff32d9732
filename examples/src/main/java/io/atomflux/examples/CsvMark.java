package io.atomflux.examples;

import io.atomflux.codec.Json;
import io.atomflux.error.CorruptDataException;
import io.atomflux.recorder.FrameKind;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.RecordingStatus;
import io.atomflux.recorder.Sample;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * What {@code committed.json} of a {@link CsvRecording} says.
 *
 * @param file name of the file with the lines
 * @param bytes how much of it counts
 * @param reason why the run was given up, else empty
 * @param progress of the recording
 */
record CsvMark(String file, long bytes, String reason, Progress progress) {

    static final String NAME = "committed.json";

    /** Begins a run; nothing is written. */
    static CsvMark fresh(Map<String, Object> attributes) {
        String id = UUID.randomUUID().toString();
        Progress begun = new Progress(
                id, 0, 0, RecordingStatus.OPEN, OptionalLong.empty(), OptionalDouble.empty(), "", attributes);
        return new CsvMark("values-%s.csv".formatted(id), 0, "", begun);
    }

    /** Returns this open again, with further attributes. */
    CsvMark resumed(Map<String, Object> further) {
        Map<String, Object> all = new HashMap<>(progress.attributes());
        all.putAll(further);
        return new CsvMark(file, bytes, "", changed(RecordingStatus.OPEN, all));
    }

    /** Returns this with more samples. */
    CsvMark with(long moreBytes, List<Sample<Row>> more) {
        return upTo(more.get(more.size() - 1), bytes + moreBytes, progress.committed() + more.size());
    }

    /** Returns the first samples of this, in another file and under another identity: who follows this is told. */
    CsvMark cut(Optional<Sample<Row>> last, long keptBytes, long kept) {
        CsvMark fresh = fresh(progress.attributes());
        return last.map(sample -> fresh.upTo(sample, keptBytes, kept)).orElse(fresh);
    }

    private CsvMark upTo(Sample<Row> last, long allBytes, long committed) {
        Progress grown = new Progress(
                progress.id(),
                committed,
                progress.generation() + 1,
                RecordingStatus.OPEN,
                OptionalLong.of(last.iteration()),
                OptionalDouble.of(last.time()),
                FrameKind.SCALARS.layout(last.frame()),
                progress.attributes());
        return new CsvMark(file, allBytes, "", grown);
    }

    /** Returns this with an end. */
    CsvMark ended(RecordingStatus status, String why) {
        return new CsvMark(file, bytes, why, changed(status, progress.attributes()));
    }

    private Progress changed(RecordingStatus status, Map<String, Object> attributes) {
        return new Progress(
                progress.id(),
                progress.committed(),
                progress.generation() + 1,
                status,
                progress.lastIteration(),
                progress.lastTime(),
                progress.layout(),
                attributes);
    }

    /** Publishes this at one instant: whoever looks finds what was there before, or this. */
    void publish(Path folder) throws IOException {
        Path beside = folder.resolve(NAME + ".new");
        Files.writeString(beside, Json.write(toRow()));
        try (FileChannel channel = FileChannel.open(beside, StandardOpenOption.WRITE)) {
            channel.force(true); // on the disk before it gets its name
        }
        Files.move(beside, folder.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Looks what was published last. */
    static Optional<CsvMark> find(Path folder) throws IOException {
        String text;
        try {
            text = Files.readString(folder.resolve(NAME));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
        try {
            return Optional.of(of(Json.readRow(text)));
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException(folder.toString(), NAME, "is not what a recorder wrote", e);
        }
    }

    private Row toRow() {
        Row.Builder row = Row.builder()
                .put("file", file)
                .put("bytes", bytes)
                .put("reason", reason)
                .put("id", progress.id())
                .put("committed", progress.committed())
                .put("generation", progress.generation())
                .put("status", progress.status().name())
                .put("layout", progress.layout())
                .put("attributes", progress.attributes());
        progress.lastIteration().ifPresent(iteration -> row.put("last_iteration", iteration));
        progress.lastTime().ifPresent(time -> row.put("last_time", time));
        return row.build();
    }

    private static CsvMark of(Row row) {
        Long iteration = row.get("last_iteration", Long.class);
        Double time = row.get("last_time", Double.class);
        Map<String, Object> attributes = new HashMap<>();
        Map<?, ?> stored = need(row, "attributes", Map.class);
        stored.forEach((name, value) -> attributes.put(String.valueOf(name), Objects.requireNonNull(value)));
        Progress progress = new Progress(
                need(row, "id", String.class),
                need(row, "committed", Long.class),
                need(row, "generation", Long.class),
                RecordingStatus.valueOf(need(row, "status", String.class)),
                iteration == null ? OptionalLong.empty() : OptionalLong.of(iteration),
                time == null ? OptionalDouble.empty() : OptionalDouble.of(time),
                need(row, "layout", String.class),
                attributes);
        return new CsvMark(
                need(row, "file", String.class),
                need(row, "bytes", Long.class),
                need(row, "reason", String.class),
                progress);
    }

    private static <V> V need(Row row, String key, Class<V> type) {
        V value = row.get(key, type);
        if (value == null) {
            throw new IllegalArgumentException("no \"%s\"".formatted(key));
        }
        return value;
    }
}
