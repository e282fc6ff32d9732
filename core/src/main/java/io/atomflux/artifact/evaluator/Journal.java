package io.atomflux.artifact.evaluator;

import io.atomflux.codec.Json;
import io.atomflux.error.CorruptDataException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One change as steps that may be repeated: an object, its folder and the registry are renamed one after the other, so the
 * change is written down before. It is made once the journal has its name; who finds one left by a process that died does
 * the steps.
 */
final class Journal {

    private static final String STEP = "step";
    private static final String KEY = "key";
    private static final String SET = "set";

    private final List<Map<String, Object>> steps;

    private Journal(List<Map<String, Object>> steps) {
        this.steps = steps;
    }

    static Journal empty() {
        return new Journal(new ArrayList<>());
    }

    private Journal add(String step, String key, String name, Object value, String name2, Object value2) {
        Map<String, Object> one = new LinkedHashMap<>();
        one.put(STEP, step);
        one.put(KEY, key);
        one.put(name, value);
        one.put(name2, value2);
        steps.add(one);
        return this;
    }

    /** Puts an object and what stands beside it. */
    Journal text(String key, byte[] json, byte[] sidecar) {
        return add(
                "text",
                key,
                "json",
                new String(json, StandardCharsets.UTF_8),
                "sidecar",
                new String(sidecar, StandardCharsets.UTF_8));
    }

    /** Moves the folder of a key away, to become a set. */
    Journal out(String key, String set) {
        return add("out", key, SET, set, SET, set);
    }

    /** Moves a set to be the folder of a key. */
    Journal in(String key, String set) {
        return add("in", key, SET, set, SET, set);
    }

    /** Removes an object. */
    Journal drop(String key) {
        return add("drop", key, KEY, key, KEY, key);
    }

    Set<String> keys() {
        Set<String> keys = new LinkedHashSet<>();
        steps.forEach(step -> keys.add(value(step, KEY)));
        return keys;
    }

    /** Returns the last step that decides about the object of a key: {@code text} or {@code drop}; null if none does. */
    private @Nullable Map<String, Object> deciding(String key) {
        Map<String, Object> last = null;
        for (Map<String, Object> step : steps) {
            if (value(step, KEY).equals(key) && Set.of("text", "drop").contains(value(step, STEP))) {
                last = step;
            }
        }
        return last;
    }

    boolean decides(String key) {
        return deciding(key) != null;
    }

    /** Returns the text of an object and of what stands beside it, after this change; empty if it is gone. */
    Optional<byte[][]> after(String key) {
        Map<String, Object> step = deciding(key);
        if (step == null || value(step, STEP).equals("drop")) {
            return Optional.empty();
        }
        return Optional.of(new byte[][] {
            value(step, "json").getBytes(StandardCharsets.UTF_8),
            value(step, "sidecar").getBytes(StandardCharsets.UTF_8)
        });
    }

    /** Tells whether a set is moved out of the folder of a key. */
    boolean movesAway(String key, String set) {
        return steps.stream()
                .anyMatch(step -> value(step, STEP).equals("out")
                        && value(step, KEY).equals(key)
                        && value(step, SET).equals(set));
    }

    private static String value(Map<String, Object> step, String name) {
        return (String) Required.field(name, step.get(name));
    }

    /** Makes the change: from here on it stands, whatever happens. */
    void publish(Places places) throws IOException {
        Path draft = places.scratch().resolve(UUID.randomUUID().toString());
        Disk.create(draft, Json.write(Map.of("version", 1L, "steps", steps)).getBytes(StandardCharsets.UTF_8));
        Disk.move(draft, places.journal());
        Disk.sync(places.hidden);
    }

    /** Reads the journal; empty if no change is being made. */
    static Optional<Journal> read(Places places) throws IOException {
        byte[] text;
        try {
            text = Files.readAllBytes(places.journal());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        try {
            Map<?, ?> in = (Map<?, ?>) Required.field("journal", Json.read(new String(text, StandardCharsets.UTF_8)));
            List<Map<String, Object>> steps = new ArrayList<>();
            for (Object item : (List<?>) Required.field("steps", in.get("steps"))) {
                Map<String, Object> step = new LinkedHashMap<>();
                ((Map<?, ?>) Required.field(STEP, item))
                        .forEach((name, value) -> step.put((String) name, Required.field("value", value)));
                value(step, STEP);
                value(step, KEY);
                steps.add(step);
            }
            return Optional.of(new Journal(steps));
        } catch (IllegalArgumentException | ClassCastException e) {
            throw new CorruptDataException(
                    places.root.toString(), Places.HIDDEN + "/journal", String.valueOf(e.getMessage()), e);
        }
    }

    /** Does the steps; those that are done already are passed over. Only under the lock. */
    void apply(Places places) throws IOException {
        apply(places, steps.size());
        Disk.sync(places.root);
        Disk.sync(places.sets());
        Files.deleteIfExists(places.journal());
        Disk.sync(places.hidden);
    }

    int length() {
        return steps.size();
    }

    /** Does the first steps, and nothing to end the change. */
    void apply(Places places, int count) throws IOException {
        for (Map<String, Object> step : steps.subList(0, count)) {
            String key = value(step, KEY);
            switch (value(step, STEP)) {
                case "text" -> {
                    put(places, value(step, "sidecar"), places.sidecar(key));
                    put(places, value(step, "json"), places.json(key));
                }
                case "out" -> {
                    Path set = places.set(value(step, SET));
                    if (!Disk.exists(set) && Disk.exists(places.folder(key))) {
                        if (Disk.isFolder(places.folder(key))) {
                            // the age of what was replaced counts from now on
                            Files.setLastModifiedTime(
                                    places.folder(key), FileTime.fromMillis(System.currentTimeMillis()));
                        }
                        Disk.move(places.folder(key), set);
                    }
                }
                case "in" -> {
                    Path set = places.set(value(step, SET));
                    if (Disk.exists(set)) {
                        if (Disk.exists(places.folder(key))) { // of nobody known; never mixed with ours
                            Disk.move(places.folder(key), places.set(EntryReader.random()));
                        }
                        Disk.move(set, places.folder(key));
                    }
                }
                case "drop" -> {
                    Files.deleteIfExists(places.json(key));
                    Files.deleteIfExists(places.sidecar(key));
                }
                default ->
                    throw new CorruptDataException(
                            places.root.toString(),
                            Places.HIDDEN + "/journal",
                            "step " + value(step, STEP)
                                    + " (expected: text, out, in or drop; a newer Atomflux wrote it)",
                            null);
            }
        }
    }

    private static void put(Places places, String text, Path file) throws IOException {
        Path draft = places.scratch().resolve(UUID.randomUUID().toString());
        Disk.create(draft, text.getBytes(StandardCharsets.UTF_8));
        Disk.move(draft, file);
    }
}
