package io.atomflux.file.columnar.recording;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.zarr.ZarrJson;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.RecordingStatus;
import io.atomflux.value.DType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a recording is at one instant: the file {@code time/.recording.json}.
 *
 * <p>Its size does not grow with the run: iterations and the checksums of full chunks are in {@code .samples}, here are only
 * those of the chunks that are not full.
 *
 * @param progress what users see of it
 * @param reason why it was given up
 * @param stride every how many iterations a sample is kept
 * @param layout its arrays; null as long as it has no samples
 * @param tail checksums of the last stretch of times, if that is not full; else empty
 */
record Commit(
        Progress progress,
        String reason,
        int stride,
        @Nullable Layout layout,
        long[] tail) {

    static final String FILE = ".recording.json";
    private static final String FORMAT = "atomflux-recording";
    private static final long VERSION = 1;

    long committed() {
        return progress.committed();
    }

    /** Tells whether what was read of one may be put together with what is read of the other. */
    boolean continues(Commit earlier) {
        return progress.id().equals(earlier.progress.id()) && committed() >= earlier.committed();
    }

    Commit withCommitted(long samples) {
        Progress p = progress;
        return new Commit(
                new Progress(
                        p.id(),
                        samples,
                        p.generation(),
                        p.status(),
                        p.lastIteration(),
                        p.lastTime(),
                        p.layout(),
                        p.attributes()),
                reason,
                stride,
                layout,
                tail);
    }

    byte[] toJson() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("format", FORMAT);
        json.put("version", VERSION);
        json.put("id", progress.id());
        json.put("committed", progress.committed());
        json.put("generation", progress.generation());
        json.put("status", progress.status().name().toLowerCase(Locale.ROOT));
        json.put("reason", reason);
        json.put("stride", stride);
        json.put(
                "last_iteration",
                progress.lastIteration().isPresent() ? progress.lastIteration().getAsLong() : null);
        json.put(
                "last_time",
                progress.lastTime().isPresent() ? progress.lastTime().getAsDouble() : null);
        json.put("attributes", progress.attributes());
        if (layout != null) {
            json.put("chunk", layout.chunk());
            json.put("layout", layout.text());
            json.put("time", layout.time().dtype().code());
            json.put("arrays", layout.data().stream().map(Commit::json).toList());
        }
        ByteBuffer checksums = ByteBuffer.allocate(tail.length * Long.BYTES);
        checksums.asLongBuffer().put(tail);
        json.put("tail", Base64.getEncoder().encodeToString(checksums.array()));
        return ZarrJson.write(json);
    }

    private static Map<String, Object> json(Series series) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("name", series.name());
        json.put("dtype", series.dtype().code());
        json.put("frame", series.frame());
        json.put("split", series.split());
        return json;
    }

    /**
     * Reads the file.
     *
     * @throws CorruptDataException if it contradicts itself
     * @throws UnsupportedDataException if a later version wrote it
     */
    static Commit read(byte[] file, String store) {
        try {
            Map<String, @Nullable Object> json = ZarrJson.read(file);
            if (!FORMAT.equals(json.get("format"))) {
                throw new IllegalArgumentException("format %s (expected: %s)".formatted(json.get("format"), FORMAT));
            }
            if (!Long.valueOf(VERSION).equals(json.get("version"))) {
                throw new UnsupportedDataException(
                        store, FILE, "version %s (expected: %d)".formatted(json.get("version"), VERSION), null);
            }
            return read(json);
        } catch (ClassCastException | NullPointerException | IllegalArgumentException | ArithmeticException e) {
            throw new CorruptDataException(store, FILE, String.valueOf(e.getMessage()), e);
        }
    }

    private static Commit read(Map<String, @Nullable Object> json) {
        Layout layout = null;
        if (json.get("arrays") instanceof List<?> arrays) {
            List<Series> data = new ArrayList<>();
            for (Object array : arrays) {
                data.add(series((Map<?, ?>) Objects.requireNonNull(array)));
            }
            layout = Layout.of(
                    data,
                    DType.of(text(json.get("time"))),
                    Math.toIntExact(positive(json.get("chunk"))),
                    text(json.get("layout")));
        }
        long committed = count(json.get("committed"));
        if (committed > 0 && layout == null) {
            throw new IllegalArgumentException("samples without arrays");
        }
        ByteBuffer tail = ByteBuffer.wrap(Base64.getDecoder().decode(text(json.get("tail"))));
        long[] checksums = new long[tail.remaining() / Long.BYTES];
        tail.asLongBuffer().get(checksums);
        if (layout != null && committed % layout.chunk() != 0 && checksums.length != layout.checksums()) {
            throw new IllegalArgumentException(
                    "%d checksums (expected: %d)".formatted(checksums.length, layout.checksums()));
        }
        Map<String, Object> attributes = new LinkedHashMap<>();
        ((Map<?, ?>) Objects.requireNonNull(json.get("attributes")))
                .forEach((name, value) -> attributes.put((String) name, Objects.requireNonNull(value)));
        Progress progress = new Progress(
                text(json.get("id")),
                committed,
                count(json.get("generation")),
                RecordingStatus.valueOf(text(json.get("status")).toUpperCase(Locale.ROOT)),
                json.get("last_iteration") == null
                        ? OptionalLong.empty()
                        : OptionalLong.of(count(json.get("last_iteration"))),
                json.get("last_time") == null
                        ? OptionalDouble.empty()
                        : OptionalDouble.of((Double) Objects.requireNonNull(json.get("last_time"))),
                layout == null ? "" : layout.text(),
                attributes);
        return new Commit(
                progress, text(json.get("reason")), Math.toIntExact(count(json.get("stride"))), layout, checksums);
    }

    private static Series series(Map<?, ?> json) {
        List<Integer> frame = new ArrayList<>();
        for (Object length : (List<?>) Objects.requireNonNull(json.get("frame"))) {
            frame.add(Math.toIntExact(count(length)));
        }
        String name = text(json.get("name"));
        if (name.isEmpty() || name.contains("/") || name.contains("\\") || name.startsWith(".")) {
            throw new IllegalArgumentException("array \"%s\" (expected: a plain name)".formatted(name));
        }
        return new Series(name, DType.of(text(json.get("dtype"))), frame, Math.toIntExact(positive(json.get("split"))));
    }

    private static String text(@Nullable Object json) {
        return (String) Objects.requireNonNull(json);
    }

    private static long count(@Nullable Object json) {
        long count = (Long) Objects.requireNonNull(json);
        if (count < 0) {
            throw new IllegalArgumentException("%d (expected: 0 or more)".formatted(count));
        }
        return count;
    }

    private static long positive(@Nullable Object json) {
        return Math.max(1, count(json));
    }
}
