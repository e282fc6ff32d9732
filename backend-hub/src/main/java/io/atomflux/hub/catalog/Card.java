package io.atomflux.hub.catalog;

import io.atomflux.error.CorruptDataException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the head of a card says of configurations and of their splits and columns.
 *
 * <p>Sources: {@code datasets}, {@code utils/metadata.py} (configs), {@code info.py} (dataset_info), {@code naming.py} (names
 * of splits).
 *
 * @param configurations by name, in the card's order; none if the card lists none
 * @param infos by name of the configuration
 */
record Card(Map<String, Configuration> configurations, Map<String, Info> infos) {

    /** The configuration of a repository whose card lists none. */
    static final String DEFAULT = "default";

    /** A card that says nothing. */
    static final Card EMPTY = new Card(Map.of(), Map.of());

    private static final Pattern SPLIT = Pattern.compile("\\w+(?:\\.\\w+)*", Pattern.UNICODE_CHARACTER_CLASS);
    private static final String SHAPES = "a text, a list of texts, or a list of {split: …, path: …}";

    /**
     * A configuration.
     *
     * @param splits patterns by name of the split, in the card's order; empty if they are inferred from the files
     * @param folder where patterns begin
     * @param isDefault whether the card says so
     */
    record Configuration(Optional<Map<String, List<String>>> splits, Optional<String> folder, boolean isDefault) {}

    /**
     * What {@code dataset_info} says.
     *
     * @param rows by split
     */
    record Info(Optional<Object> features, Map<String, Long> rows) {}

    /**
     * Reads the head of a card.
     *
     * @throws CorruptDataException if it is none
     */
    static Card read(Map<String, @Nullable Object> head, String store) {
        return new Card(configurations(head.get("configs"), store), infos(head.get("dataset_info")));
    }

    private static Map<String, Configuration> configurations(@Nullable Object configs, String store) {
        if (configs == null) {
            return Map.of();
        }
        List<@Nullable Object> list = JsonTree.list(configs);
        if (list == null) {
            throw bad(store, "configs: " + kind(configs), "a list");
        }
        Map<String, Configuration> configurations = new LinkedHashMap<>();
        for (Object item : list) {
            Map<String, @Nullable Object> map = JsonTree.map(item);
            String name = map == null ? null : name(map.get("config_name"));
            if (map == null || name == null) {
                throw bad(store, "configs: an item without config_name", "each with config_name");
            }
            String place = "configs: " + name;
            Object folder = map.get("data_dir");
            if (folder != null && !(folder instanceof String)) {
                throw bad(store, place + ": data_dir: " + kind(folder), "a text");
            }
            Object files = map.get("data_files");
            configurations.put(
                    name,
                    new Configuration(
                            files == null ? Optional.empty() : Optional.of(splits(files, place, store)),
                            Optional.ofNullable((String) folder).filter(text -> !text.isEmpty()),
                            isTrue(map.get("default"))));
        }
        return configurations;
    }

    private static Map<String, List<String>> splits(Object files, String place, String store) {
        List<@Nullable Object> list = JsonTree.list(files);
        if (list == null || list.stream().allMatch(String.class::isInstance)) {
            return Map.of("train", texts(files, place, store));
        }
        Map<String, List<String>> splits = new LinkedHashMap<>();
        for (Object item : list) {
            Map<String, @Nullable Object> map = JsonTree.map(item);
            String split = map == null || map.size() != 2 ? null : name(map.get("split"));
            Object path = map == null ? null : map.get("path");
            if (split == null || path == null) {
                throw bad(store, place + ": data_files: an item that has not exactly split and path", SHAPES);
            } else if (!isSplit(split)) {
                throw bad(store, place + ": split " + split, "letters, digits, '_', and '.' between them");
            } else if (splits.put(split, texts(path, place, store)) != null) {
                throw bad(store, place + ": split " + split + " twice", "once");
            }
        }
        return splits;
    }

    private static List<String> texts(Object value, String place, String store) {
        List<@Nullable Object> list = JsonTree.list(value);
        if (list == null) {
            if (value instanceof String text) {
                return List.of(text);
            }
            throw bad(store, place + ": data_files: " + kind(value), SHAPES);
        }
        List<String> texts = new ArrayList<>();
        for (Object item : list) {
            if (!(item instanceof String text)) {
                throw bad(store, place + ": data_files: a list with " + kind(item), SHAPES);
            }
            texts.add(text);
        }
        return texts;
    }

    private static Map<String, Info> infos(@Nullable Object datasetInfo) {
        Map<String, Info> infos = new LinkedHashMap<>();
        List<@Nullable Object> list = JsonTree.list(datasetInfo);
        Collection<@Nullable Object> items = list == null ? single(datasetInfo) : list;
        for (Object item : items) {
            Map<String, @Nullable Object> map = JsonTree.map(item);
            if (map != null) {
                String name = name(map.get("config_name"));
                infos.put(
                        name == null ? DEFAULT : name,
                        new Info(Optional.ofNullable(map.get("features")), rows(map.get("splits"))));
            }
        }
        return infos;
    }

    private static List<@Nullable Object> single(@Nullable Object value) {
        List<@Nullable Object> list = new ArrayList<>();
        list.add(value);
        return list;
    }

    /** Information only: what is of another shape is as if it were not there. */
    private static Map<String, Long> rows(@Nullable Object splits) {
        Map<String, Long> rows = new LinkedHashMap<>();
        List<@Nullable Object> list = JsonTree.list(splits);
        if (list != null) {
            for (Object item : list) {
                Map<String, @Nullable Object> split = JsonTree.map(item);
                String name = split == null ? null : name(split.get("name"));
                Long count = split == null ? null : JsonTree.integer(split.get("num_examples"));
                if (name != null && count != null && count > 0) {
                    rows.put(name, count);
                }
            }
        }
        return rows;
    }

    /** Tells whether a text can name a split. */
    static boolean isSplit(String name) {
        return SPLIT.matcher(name).matches();
    }

    private static @Nullable String name(@Nullable Object value) {
        return value instanceof String text ? text : value instanceof Long number ? number.toString() : null;
    }

    /** YAML 1.1, by which Python reads, knows more ways to say so than 1.2. */
    private static boolean isTrue(@Nullable Object value) {
        return Boolean.TRUE.equals(value)
                || value instanceof String text && List.of("yes", "on", "true").contains(text.toLowerCase(Locale.ROOT));
    }

    private static String kind(@Nullable Object value) {
        return value == null
                ? "nothing"
                : value instanceof Map ? "a map" : value instanceof List ? "a list" : String.valueOf(value);
    }

    private static CorruptDataException bad(String store, String problem, String expected) {
        return new CorruptDataException(store, "README.md", "%s (expected: %s)".formatted(problem, expected), null);
    }
}
