package io.atomflux.artifact.evaluator;

import io.atomflux.value.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The registry of Evaluator: {@code {"object_keys": {"CLASS": ["key", …]}, "@type": …}}. What counts here are the files; the
 * registry only tells which odd ones belong to the store, and is written for Evaluator, which looks at nothing else.
 */
final class Registry {

    private Registry() {}

    /** Reads the keys by class, in their order; none if it is missing or damaged. */
    static Map<String, List<String>> read(Path file) throws IOException {
        Map<String, List<String>> sections = new LinkedHashMap<>();
        try {
            if (!Stamp.of(file).isFile()) {
                return sections;
            }
            Object keys =
                    EvaluatorJson.tree(Bytes.wrap(Files.readAllBytes(file))).get("object_keys");
            if (keys instanceof Map<?, ?> all) {
                all.forEach((section, several) -> {
                    List<String> found = new ArrayList<>();
                    if (several instanceof List<?> list) {
                        list.stream()
                                .filter(String.class::isInstance)
                                .map(String.class::cast)
                                .filter(Places::isKey)
                                .forEach(found::add);
                    }
                    sections.put((String) section, found);
                });
            }
        } catch (NoSuchFileException | IllegalArgumentException e) {
            sections.clear();
        }
        return sections;
    }

    /** Orders the keys of the store as they were in the registry, new ones behind. */
    static Map<String, List<String>> merged(Map<String, List<String>> before, Map<String, String> sectionByKey) {
        Map<String, Set<String>> merged = new LinkedHashMap<>();
        before.forEach((section, keys) -> keys.stream()
                .filter(key -> section.equals(sectionByKey.get(key)))
                .forEach(key -> merged.computeIfAbsent(section, name -> new LinkedHashSet<>())
                        .add(key)));
        sectionByKey.forEach((key, section) -> {
            if (!section.isEmpty()) {
                merged.computeIfAbsent(section, name -> new LinkedHashSet<>()).add(key);
            }
        });
        Map<String, List<String>> sections = new LinkedHashMap<>();
        merged.forEach((section, keys) -> sections.put(section, List.copyOf(keys)));
        return sections;
    }

    static void write(Places places, Map<String, List<String>> sections) throws IOException {
        Map<String, @Nullable Object> out = new LinkedHashMap<>();
        out.put("object_keys", sections);
        out.put(Typed.TYPE, Typed.REGISTRY);
        Path draft = places.scratch().resolve(UUID.randomUUID().toString());
        Disk.create(draft, EvaluatorJson.text(out).getBytes(StandardCharsets.UTF_8));
        Disk.move(draft, places.registry());
    }
}
