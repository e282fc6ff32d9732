package io.atomflux.cli.system;

import io.atomflux.codec.Digest;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a group must hold after each step: for each row the canonical text of each value, or null where it is reserved. */
final class HistoryModel {

    private final List<@Nullable Map<String, String>> rows = new ArrayList<>();
    private final boolean tellsEmpty;

    /** Takes whether the layout tells a row without keys from a reserved one. */
    HistoryModel(boolean tellsEmpty) {
        this.tellsEmpty = tellsEmpty;
    }

    int size() {
        return rows.size();
    }

    void add(int at, @Nullable Map<String, String> row) {
        rows.add(at, copy(row));
    }

    void set(int at, @Nullable Map<String, String> row) {
        rows.set(at, copy(row));
    }

    void update(int at, Map<String, String> changes) {
        Map<String, String> row = rows.get(at);
        if (row == null) {
            rows.set(at, new TreeMap<>(changes));
        } else {
            row.putAll(changes);
        }
    }

    void delete(int from, int to) {
        rows.subList(from, to).clear();
    }

    void drop(Collection<String> keys) {
        for (Map<String, String> row : rows) {
            if (row != null) {
                row.keySet().removeAll(keys);
            }
        }
    }

    /** Whether some row has this key and no other. */
    boolean hasOnly(String key) {
        return rows.stream().anyMatch(row -> row != null && row.keySet().equals(Set.of(key)));
    }

    void reserve(int count) {
        for (int i = 0; i < count; i++) {
            rows.add(null);
        }
    }

    private static @Nullable Map<String, String> copy(@Nullable Map<String, String> row) {
        return row == null ? null : new TreeMap<>(row);
    }

    /** Returns the canonical texts of a row of ours. */
    static @Nullable Map<String, String> canonical(Row row) {
        if (row.isReserved()) {
            return null;
        }
        Map<String, String> texts = new LinkedHashMap<>();
        row.forEach((key, value) -> {
            String whole = Digest.line(0, Row.of("k", value));
            String prefix = "{\"row\": 0, \"value\": {\"k\": ";
            texts.put(key, whole.substring(prefix.length(), whole.length() - 2));
        });
        return texts;
    }

    private static String quoted(String key) {
        String whole = Digest.line(0, Row.of(key, null));
        return whole.substring("{\"row\": 0, \"value\": {".length(), whole.length() - ": null}}".length());
    }

    /** Returns the digest lines. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            StringBuilder line = new StringBuilder("{\"row\": ").append(i).append(", \"value\": ");
            Map<String, String> row = rows.get(i);
            if (row == null || row.isEmpty() && !tellsEmpty) {
                line.append("null");
            } else {
                line.append('{');
                String separator = "";
                for (Map.Entry<String, String> cell : row.entrySet()) {
                    line.append(separator)
                            .append(quoted(cell.getKey()))
                            .append(": ")
                            .append(cell.getValue());
                    separator = ", ";
                }
                line.append('}');
            }
            lines.add(line.append('}').toString());
        }
        return lines;
    }
}
