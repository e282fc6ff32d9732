package io.atomflux.artifact.mltraq;

import io.atomflux.error.CorruptDataException;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the rows of the group {@code experiments} say, read in their order.
 *
 * <p>Each row is one thing that happened: an experiment was put, or deleted. Appending it is the one instant at which it
 * happens, and whether it took effect follows from the rows before it, so all readers agree: a put in mode FAIL is void if
 * an experiment of its name or id stands; one in mode REPLACE ends those; a deletion ends the put it names, if that stands.
 *
 * <p>Rows that have had their effect may be taken away: the void ones first, as without what made them void they would
 * stand.
 */
final class Ledger {

    static final String OP = "op";
    static final String PUT = "put";
    static final String DELETE = "delete";
    static final String ID = "id_experiment";
    static final String NAME = "name";
    static final String VERSION = "version";
    static final String MODE = "mode";
    static final String FIELDS = "fields";
    static final String RUNS = "runs";
    static final String PAYLOADS = "payloads";

    private final Map<UUID, Entry> live = new LinkedHashMap<>();
    private final List<Entry> voided = new ArrayList<>();
    private final List<Entry> ended = new ArrayList<>();
    private final List<Entry> deletions = new ArrayList<>();

    /**
     * A row.
     *
     * @param position in the group, when it was read
     */
    record Entry(long position, String op, UUID id, String name, String version, boolean replaces, Row row) {

        static Entry of(long position, Row row, String store) {
            try {
                return new Entry(
                        position,
                        text(row, OP),
                        UUID.fromString(text(row, ID)),
                        text(row, NAME),
                        text(row, VERSION),
                        IfExists.REPLACE.name().equals(row.get(MODE)),
                        row);
            } catch (IllegalArgumentException e) {
                throw new CorruptDataException(
                        store, "row " + position, "it is no record of an experiment: " + e.getMessage(), e);
            }
        }

        private static String text(Row row, String key) {
            if (row.get(key) instanceof String text) {
                return text;
            }
            throw new IllegalArgumentException("no text in key " + key);
        }

        long runs() {
            return row.get(RUNS) instanceof Long count ? count : 0;
        }

        @Nullable
        Object fields() {
            return row.get(FIELDS);
        }

        List<String> payloads() {
            return row.get(PAYLOADS) instanceof List<?> list
                    ? list.stream().map(String::valueOf).toList()
                    : List.of();
        }
    }

    /** Takes the next row. */
    void add(Entry entry) {
        if (entry.op().equals(PUT)) {
            put(entry);
        } else {
            deletions.add(entry);
            Entry standing = live.get(entry.id());
            if (standing != null && standing.version().equals(entry.version())) {
                live.remove(entry.id());
                ended.add(standing);
            }
        }
    }

    private void put(Entry entry) {
        List<Entry> inTheWay = live.values().stream()
                .filter(one -> one.id().equals(entry.id()) || one.name().equals(entry.name()))
                .toList();
        if (!inTheWay.isEmpty() && !entry.replaces()) {
            voided.add(entry);
            return;
        }
        inTheWay.forEach(one -> live.remove(one.id()));
        ended.addAll(inTheWay);
        live.put(entry.id(), entry);
    }

    /** Returns the experiments that stand. */
    Collection<Entry> live() {
        return live.values();
    }

    Optional<Entry> byName(String name) {
        return live.values().stream().filter(one -> one.name().equals(name)).findFirst();
    }

    Optional<Entry> byId(UUID id) {
        return Optional.ofNullable(live.get(id));
    }

    /** Returns what never took effect. */
    List<Entry> voided() {
        return voided;
    }

    boolean isVoid(String version) {
        return voided.stream().anyMatch(one -> one.version().equals(version));
    }

    /** Returns what was replaced or deleted. */
    List<Entry> ended() {
        return ended;
    }

    List<Entry> deletions() {
        return deletions;
    }
}
