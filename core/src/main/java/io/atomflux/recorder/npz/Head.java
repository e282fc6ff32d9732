package io.atomflux.recorder.npz;

import io.atomflux.codec.Json;
import io.atomflux.error.CorruptDataException;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.RecordingStatus;
import io.atomflux.value.DType;
import io.atomflux.value.Values;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How far a recording is: the commit file of a running one, {@code commit.json}, and the comment of a finished file, where
 * NumPy does not see it. A JSON object: {@code format}, {@code version}, {@code id}, {@code files}, {@code committed}, {@code
 * generation}, {@code status}, {@code reason}, {@code dtype} and {@code shape} of a frame, {@code stride}, {@code chunk},
 * {@code lastIteration}, {@code lastTime}, {@code attributes}; in a finished file {@code iterations} as well.
 *
 * @param id tells this run from others
 * @param files how the names of its files begin
 * @param layout of the frames; null before the first
 * @param chunk how many times a block of its data has
 * @param lastIteration meaningful with samples only, as is the time
 */
record Head(
        String id,
        String files,
        long committed,
        long generation,
        RecordingStatus status,
        String reason,
        @Nullable Layout layout,
        int stride,
        int chunk,
        long lastIteration,
        double lastTime,
        Map<String, Object> attributes) {

    static final String FORMAT = "atomflux-npz-recording";
    static final int VERSION = 1;
    private static final Pattern FILES = Pattern.compile("[0-9a-f]{16}");

    Head {
        attributes = plain(attributes);
    }

    /** Returns attributes as those values that come back from JSON; null ones are not possible. */
    static Map<String, Object> plain(Map<String, Object> attributes) {
        Map<String, Object> plain = new HashMap<>();
        attributes.forEach((key, value) -> plain.put(key, need(Values.of(key, value), key)));
        return Map.copyOf(plain);
    }

    static Head fresh(int stride, Map<String, Object> attributes) {
        return new Head(token(), token(), 0, 0, RecordingStatus.OPEN, "", null, stride, 1, 0, 0, attributes);
    }

    /** Takes what is known of a recording elsewhere, without its samples. */
    static Head of(Progress other) {
        return new Head(
                other.id(), token(), 0, other.generation(), other.status(), "", null, 1, 1, 0, 0, other.attributes());
    }

    /** Makes a name that no other has. */
    static String token() {
        return "%016x".formatted(UUID.randomUUID().getLeastSignificantBits());
    }

    /** Returns the same state as that of another run. */
    Head forked() {
        return new Head(
                token(),
                files,
                committed,
                generation,
                status,
                reason,
                layout,
                stride,
                chunk,
                lastIteration,
                lastTime,
                attributes);
    }

    /** Returns the same state for new files, with a name of its own if it had none. */
    Head renewed() {
        return new Head(
                id.isEmpty() ? token() : id,
                token(),
                committed,
                generation,
                status,
                reason,
                layout,
                stride,
                chunk,
                lastIteration,
                lastTime,
                attributes);
    }

    Head with(Layout newLayout, int newChunk) {
        return new Head(
                id,
                files,
                committed,
                generation,
                status,
                reason,
                newLayout,
                stride,
                newChunk,
                lastIteration,
                lastTime,
                attributes);
    }

    /** Returns the next commit, at another length. */
    Head next(long length, long iteration, double time) {
        return at(length, generation + 1, iteration, time);
    }

    /** Returns the same state at another length. */
    Head at(long length, long iteration, double time) {
        return at(length, generation, iteration, time);
    }

    private Head at(long length, long number, long iteration, double time) {
        return new Head(
                id,
                files,
                length,
                number,
                status,
                reason,
                length == 0 ? null : layout,
                stride,
                chunk,
                iteration,
                time,
                attributes);
    }

    /** Returns the next commit, in another state. */
    Head next(RecordingStatus newStatus, String newReason) {
        return new Head(
                id,
                files,
                committed,
                generation + 1,
                newStatus,
                newReason,
                layout,
                stride,
                chunk,
                lastIteration,
                lastTime,
                attributes);
    }

    /** Returns the next commit, by a recorder that goes on. */
    Head resumed(int newStride, Map<String, Object> more) {
        Map<String, Object> all = new HashMap<>(attributes);
        all.putAll(more);
        return new Head(
                id,
                files,
                committed,
                generation + 1,
                RecordingStatus.OPEN,
                "",
                layout,
                newStride,
                chunk,
                lastIteration,
                lastTime,
                all);
    }

    Layout frames() {
        if (layout == null) {
            throw new IllegalStateException("no samples yet");
        }
        return layout;
    }

    Progress progress() {
        return new Progress(
                id,
                committed,
                generation,
                status,
                committed == 0 ? OptionalLong.empty() : OptionalLong.of(lastIteration),
                committed == 0 ? OptionalDouble.empty() : OptionalDouble.of(lastTime),
                layout == null ? "" : layout.toString(),
                attributes);
    }

    Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("format", FORMAT);
        map.put("version", (long) VERSION);
        map.put("id", id);
        map.put("files", files);
        map.put("committed", committed);
        map.put("generation", generation);
        map.put("status", status.name());
        map.put("reason", reason);
        if (layout != null) {
            map.put("dtype", layout.dtype().code());
            map.put("shape", layout.shape().stream().map(Integer::longValue).toList());
        }
        map.put("stride", (long) stride);
        map.put("chunk", (long) chunk);
        map.put("lastIteration", lastIteration);
        map.put("lastTime", lastTime);
        map.put("attributes", attributes);
        return map;
    }

    byte[] toJson() {
        return Json.write(toMap()).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Reads one.
     *
     * @throws CorruptDataException if it is not what a recorder wrote
     */
    static Head of(String store, String place, @Nullable Object json) {
        try {
            Map<?, ?> map = (Map<?, ?>) need(json, "an object");
            if (!FORMAT.equals(map.get("format")) || integer(map, "version") != VERSION) {
                throw new IllegalArgumentException("format %s version %s (expected: %s version %d)"
                        .formatted(map.get("format"), map.get("version"), FORMAT, VERSION));
            }
            Layout layout = map.get("dtype") == null ? null : layout(map);
            Head head = new Head(
                    text(map, "id"),
                    text(map, "files"),
                    integer(map, "committed"),
                    integer(map, "generation"),
                    RecordingStatus.valueOf(text(map, "status")),
                    text(map, "reason"),
                    layout,
                    Math.toIntExact(integer(map, "stride")),
                    Math.toIntExact(integer(map, "chunk")),
                    integer(map, "lastIteration"),
                    ((Number) need(map.get("lastTime"), "lastTime")).doubleValue(),
                    attributes((Map<?, ?>) need(map.get("attributes"), "attributes")));
            if (head.committed < 0 || head.chunk < 1 || (layout == null) != (head.committed == 0)) {
                throw new IllegalArgumentException(
                        "committed %d, chunk %d, layout %s".formatted(head.committed, head.chunk, layout));
            } else if (!FILES.matcher(head.files).matches()) { // names of files are made of it
                throw new IllegalArgumentException(
                        "files \"%s\" (expected: 16 hexadecimal digits)".formatted(head.files));
            } else if (layout != null) {
                Math.toIntExact(Math.multiplyExact(layout.frameBytes(), (long) head.chunk));
            }
            return head;
        } catch (ClassCastException | IllegalArgumentException | ArithmeticException e) {
            throw new CorruptDataException(store, place, String.valueOf(e.getMessage()), e);
        }
    }

    private static Layout layout(Map<?, ?> map) {
        List<?> axes = (List<?>) need(map.get("shape"), "shape");
        List<Integer> shape = axes.stream()
                .map(axis -> {
                    int length = Math.toIntExact(((Number) axis).longValue());
                    if (length < 0) {
                        throw new IllegalArgumentException("shape %s".formatted(axes));
                    }
                    return length;
                })
                .toList();
        return new Layout(DType.of(text(map, "dtype")), shape);
    }

    private static Map<String, Object> attributes(Map<?, ?> map) {
        Map<String, Object> attributes = new HashMap<>();
        map.forEach((key, value) -> attributes.put((String) key, need(value, "attributes")));
        return attributes;
    }

    private static String text(Map<?, ?> map, String key) {
        return (String) need(map.get(key), key);
    }

    private static long integer(Map<?, ?> map, String key) {
        Object number = need(map.get(key), key);
        if (!(number instanceof Long || number instanceof Integer)) {
            throw new IllegalArgumentException("%s: %s (expected: an integer)".formatted(key, number));
        }
        return ((Number) number).longValue();
    }

    private static Object need(@Nullable Object value, String what) {
        if (value == null) {
            throw new IllegalArgumentException("no %s (expected: one)".formatted(what));
        }
        return value;
    }
}
