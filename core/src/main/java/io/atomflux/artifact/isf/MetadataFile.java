package io.atomflux.artifact.isf;

import io.atomflux.artifact.Provenance;
import io.atomflux.codec.Json;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The members of {@code metadata.json} as the In Silico Framework 0.5 writes them: dumper, time as nine integers, versions,
 * history, host, state of the working copy, and when the file came about.
 */
final class MetadataFile {

    static final String FILE = "metadata.json";

    static final String CREATION = "metadata_creation_time";
    static final String TOGETHER = "together_with_new_key";
    private static final String UNKNOWN = "unknown";

    private MetadataFile() {}

    /** Completes what a manifest tells to what the framework writes with a new key. */
    static Map<String, @Nullable Object> complete(Map<String, @Nullable Object> metadata, String dumper) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put(Provenance.CODEC, null);
        all.put(Provenance.TIME, time(Instant.now()));
        all.put("module_list", modules(metadata.get(Provenance.VERSIONS)));
        all.put(Provenance.VERSIONS, Map.of());
        all.put("history", null);
        all.put(Provenance.HOST, null);
        all.put(CREATION, TOGETHER);
        all.put("version", metadata.getOrDefault(Provenance.COMMIT, UNKNOWN));
        all.put(Provenance.COMMIT, null);
        all.put(Provenance.DIRTY, null);
        all.put("error", null);
        all.putAll(metadata);
        all.put(Provenance.CODEC, dumper);
        return all;
    }

    /** Returns the metadata of a key that has none: its format, and when its folder was changed last. */
    static Map<String, @Nullable Object> postHoc(String dumper, Instant changed) {
        Map<String, @Nullable Object> stub = new LinkedHashMap<>();
        stub.put(Provenance.CODEC, dumper);
        stub.put(Provenance.TIME, time(changed));
        stub.put("version", UNKNOWN);
        stub.put(CREATION, "post_hoc");
        return stub;
    }

    static String text(Map<String, @Nullable Object> metadata) {
        return Json.plain(metadata);
    }

    /** Returns year, month, day, hour, minute, second, weekday from Monday as 0, day of the year, and -1. */
    static List<Long> time(Instant instant) {
        OffsetDateTime t = instant.atOffset(ZoneOffset.UTC);
        return List.of(
                (long) t.getYear(),
                (long) t.getMonthValue(),
                (long) t.getDayOfMonth(),
                (long) t.getHour(),
                (long) t.getMinute(),
                (long) t.getSecond(),
                t.getDayOfWeek().getValue() - 1L,
                (long) t.getDayOfYear(),
                -1L);
    }

    private static String modules(@Nullable Object versions) {
        return versions instanceof Map<?, ?> map
                ? new TreeMap<>(map)
                        .entrySet().stream()
                                .map(entry -> entry.getKey() + " " + entry.getValue())
                                .collect(Collectors.joining("\n"))
                : "";
    }
}
