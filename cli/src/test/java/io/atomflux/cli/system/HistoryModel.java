package io.atomflux.cli.system;

import io.atomflux.codec.Digest;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What a group must hold after each step: for each row the canonical text of each value; none where it is reserved. */
final class HistoryModel {

    private final List<Map<String, String>> rows = new ArrayList<>();

    int size() {
        return rows.size();
    }

    void add(int at, Map<String, String> row) {
        rows.add(at, copy(row));
    }

    void set(int at, Map<String, String> row) {
        rows.set(at, copy(row));
    }

    void update(int at, Map<String, String> changes) {
        rows.get(at).putAll(changes);
    }

    void delete(int from, int to) {
        rows.subList(from, to).clear();
    }

    void drop(Collection<String> keys) {
        rows.forEach(row -> row.keySet().removeAll(keys));
    }

    void reserve(int count) {
        for (int i = 0; i < count; i++) {
            rows.add(new TreeMap<>());
        }
    }

    private static Map<String, String> copy(Map<String, String> row) {
        return row == null ? new TreeMap<>() : new TreeMap<>(row);
    }

    /** Returns the canonical texts of a row of ours. */
    static Map<String, String> canonical(Row row) {
        Map<String, String> texts = new LinkedHashMap<>();
        if (!row.isReserved()) {
            row.forEach((key, value) -> {
                String whole = Digest.line(0, Row.of("k", value));
                String prefix = "{\"row\": 0, \"value\": {\"k\": ";
                texts.put(key, whole.substring(prefix.length(), whole.length() - 2));
            });
        }
        return texts;
    }

    private static String quoted(String key) {
        String whole = Digest.line(0, Row.of(key, null));
        return whole.substring("{\"row\": 0, \"value\": {".length(), whole.length() - ": null}}".length());
    }

    /** Returns the digest lines; a row without keys cannot be told from a reserved one in LMDB. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < rows.size(); i++) {
            StringBuilder line = new StringBuilder("{\"row\": ").append(i).append(", \"value\": ");
            if (rows.get(i).isEmpty()) {
                line.append("null");
            } else {
                line.append('{');
                String separator = "";
                for (Map.Entry<String, String> cell : rows.get(i).entrySet()) {
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
