package io.atomflux.testkit.recorder;

import io.atomflux.recorder.BlockingRecording;
import io.atomflux.recorder.FrameKind;
import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.Sample;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;

/** Recordings in a place of four blocking calls. */
class BlockingRecordingContractTest extends RecordingStorageContract<Row> {

    @TempDir
    private Path folder;

    @Override
    protected RecordingStorage<Row> storage(String name) {
        return RecordingStorage.of(new Lines(folder.resolve(name)));
    }

    @Override
    protected Set<Keeps> keeps() {
        return EnumSet.of(Keeps.ITERATIONS);
    }

    @Override
    protected Row frame(int seed) {
        return Row.of("value", seed * 0.125);
    }

    /** One line for each sample; those that are not ended do not count. */
    private record Lines(Path file) implements BlockingRecording<Row> {

        @Override
        public String name() {
            return file.toString();
        }

        @Override
        public FrameKind<Row> kind() {
            return FrameKind.SCALARS;
        }

        private List<String> whole() throws IOException {
            String text = Files.exists(file) ? Files.readString(file) : "";
            return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
        }

        @Override
        public long size() throws IOException {
            return whole().size();
        }

        @Override
        public void append(List<Sample<Row>> samples) throws IOException {
            String lines = samples.stream()
                    .map(sample -> "%d %s %s%n"
                            .formatted(
                                    sample.iteration(),
                                    sample.time(),
                                    sample.frame().get("value")))
                    .collect(Collectors.joining());
            Files.write(
                    file,
                    lines.getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND,
                    StandardOpenOption.SYNC);
        }

        @Override
        public List<Sample<Row>> read(long from, long to) throws IOException {
            return whole().subList((int) from, (int) to).stream()
                    .map(line -> line.split(" "))
                    .map(words -> new Sample<>(
                            Long.parseLong(words[0]),
                            Double.parseDouble(words[1]),
                            Row.of("value", Double.parseDouble(words[2]))))
                    .toList();
        }

        @Override
        public void truncate(long size) throws IOException {
            if (Files.exists(file)) {
                Files.writeString(
                        file,
                        whole().stream().limit(size).map(line -> line + "\n").collect(Collectors.joining()));
            }
        }
    }
}
