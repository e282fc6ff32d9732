package io.atomflux.cli.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.ObjectIO;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.Patch;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import reactor.core.publisher.Flux;

/** Python and we take turns writing one store of some groups; after each step both must read what a model says. */
final class History implements AutoCloseable {

    private final PythonSteps python;
    private final SharedStore store;
    private final List<String> groups;
    private final List<String> done = new ArrayList<>();
    private final Map<String, HistoryModel> models = new TreeMap<>();
    private final Map<String, ObjectIO> opened = new TreeMap<>();
    private int pythonSteps;

    History(PythonSteps python, SharedStore store, List<String> groups) {
        this.python = python;
        this.store = store;
        this.groups = groups;
    }

    private ObjectIO db(String group) {
        return opened.computeIfAbsent(group, name -> ObjectIO.open(store.ours(), OpenOptions.ofGroup(name)));
    }

    private HistoryModel model(String group) {
        return models.computeIfAbsent(group, name -> new HistoryModel(store.tellsEmpty()));
    }

    private RandomRows rows(Random random) {
        return new RandomRows(random, store.isBson());
    }

    /** Does a step of any kind by either side in one of the groups, and checks it. */
    void step(Random random) {
        String group = groups.get(random.nextInt(groups.size()));
        boolean byPython = random.nextBoolean();
        if (random.nextInt(30) == 0) {
            did(group, byPython ? clearByPython(group) : clear(group));
        } else {
            did(group, byPython ? pythonStep(random, group) : javaStep(random, group));
        }
    }

    /** Adds rows of one number each by either side, and checks them. */
    void fill(int count, boolean byPython, long seed) {
        String group = groups.get(0);
        if (byPython) {
            extendByPython(group, Map.of("rows", count, "small", true, "seed", seed));
        } else {
            RandomRows rows = rows(new Random(seed));
            List<Row> many = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                many.add(rows.small());
            }
            db(group).extend(many).block();
            many.forEach(row -> model(group).add(model(group).size(), HistoryModel.canonical(row)));
        }
        did(group, count + " rows, by Python: " + byPython);
    }

    /** Inserts a row at a position, or deletes some from there on, by either side, and checks it. */
    void insertOrDelete(Random random, int at) {
        String group = groups.get(0);
        boolean byPython = random.nextBoolean();
        if (random.nextInt(3) < 2) {
            did(group, byPython ? insertByPython(random, group, at) : insert(random, group, at));
        } else {
            int to = Math.min(size(), at + random.nextInt(400));
            did(group, byPython ? deleteByPython(group, at, to) : delete(group, at, to));
        }
    }

    /** Returns how many rows the first group has. */
    int size() {
        return model(groups.get(0)).size();
    }

    private void did(String group, String step) {
        done.add(step);
        check(group);
    }

    private void check(String group) {
        String what = "group " + group + " after " + done.size() + " steps, last " + done.get(done.size() - 1);
        List<String> expected = model(group).lines();
        Live.assertSame("ours, " + what, Live.digest(db(group)), expected);
        Live.assertSame(
                "Python's, " + what,
                python.step(step(group, "digest", Map.of())).digest(),
                expected);
    }

    /** Takes away each group, one by us and the next by Python, and checks that neither finds it any more. */
    void removeAll() {
        boolean byPython = false;
        for (String group : models.keySet()) {
            if (byPython) {
                python(group, "remove", Map.of());
            } else {
                db(group).remove().block();
            }
            byPython = !byPython;
        }
        for (String group : models.keySet()) {
            assertThat(python.step(step(group, "digest", Map.of())).digest())
                    .as("Python's rows of group %s", group)
                    .isEmpty();
        }
        if (store.layout()
                == SharedStore.Layout.REDIS) { // the stand-in for MongoDB makes a collection when asked for a row
            assertThat(python.step(step(groups.get(0), "groups", Map.of())).digest())
                    .as("Python's groups")
                    .doesNotContainAnyElementsOf(models.keySet());
        }
        List<String> ours = db(groups.get(0)).groups().collectList().block();
        assertThat(ours).as("our groups").doesNotContainAnyElementsOf(models.keySet());
        models.clear();
    }

    /** Opens all anew, and checks also what stands beside the rows. */
    void reopenAndCheckAll() {
        close();
        for (String group : models.keySet()) {
            check(group);
            assertThat(db(group).verify().collectList().block())
                    .as("problems of group %s after %s", group, done)
                    .isEmpty();
        }
        assertThat(db(groups.get(0)).groups().collectList().block()).containsAll(models.keySet());
    }

    @Override
    public void close() {
        opened.values().forEach(db -> db.close().block());
        opened.clear();
    }

    // Steps of ours

    private String javaStep(Random random, String group) {
        ObjectIO db = db(group);
        HistoryModel model = model(group);
        RandomRows rows = rows(random);
        int size = model.size();
        int kind = size == 0 ? random.nextInt(3) : random.nextInt(13);
        int at = size == 0 ? 0 : random.nextInt(size);
        switch (kind) {
            case 0, 1 -> {
                List<Row> many = new ArrayList<>();
                for (int i = random.nextInt(5); i >= 0; i--) {
                    many.add(rows.any());
                }
                if (many.size() == 1) {
                    db.append(many.get(0)).block();
                } else if (kind == 0) {
                    db.extend(many).block();
                } else {
                    db.extend(Flux.fromIterable(many)).block();
                }
                many.forEach(row -> model.add(model.size(), HistoryModel.canonical(row)));
                return "we extend by " + many.size();
            }
            case 2 -> {
                int count = random.nextInt(4);
                db.reserve(count).block();
                model.reserve(count);
                return "we reserve " + count;
            }
            case 3, 4 -> {
                return insert(random, group, random.nextInt(size + 1));
            }
            case 5 -> {
                Row row = rows.row();
                db.set(at - size, row).block();
                model.set(at, HistoryModel.canonical(row));
                return "we set " + at;
            }
            case 6 -> {
                Row row = rows.row();
                db.update(at, Patch.of(row.toMap())).block();
                model.update(at, HistoryModel.canonical(row));
                return "we update " + at;
            }
            case 7 -> {
                db.delete(at).block();
                model.delete(at, at + 1);
                return "we delete " + at;
            }
            case 8 -> {
                return delete(group, at, Math.min(size, at + random.nextInt(4)));
            }
            case 9 -> {
                String key = RandomRows.KEYS.get(random.nextInt(RandomRows.KEYS.size()));
                if (!store.tellsEmpty() && model.hasOnly(key)) {
                    assertThatThrownBy(() -> db.drop(key).block())
                            .isInstanceOf(UnsupportedStoreOperationException.class);
                    return "we are refused to drop " + key;
                }
                db.drop(key, "info.nowhere").block();
                model.drop(List.of(key));
                return "we drop " + key;
            }
            case 10 -> {
                String key = RandomRows.KEYS.get(random.nextInt(RandomRows.KEYS.size()));
                int to = Math.min(size, at + 1 + random.nextInt(5));
                List<Object> values = new ArrayList<>();
                for (int i = at; i < to; i++) {
                    Object value = rows.value();
                    values.add(value);
                    model.update(i, HistoryModel.canonical(Row.of(key, value)));
                }
                db.column(key).rows(at, to).set(values).block();
                return "we set column " + key + " of " + at + " to " + to;
            }
            case 11 -> {
                Row row = rows.row();
                db.rows("::3").update(Patch.of(row.toMap())).block();
                for (int i = 0; i < size; i += 3) {
                    model.update(i, HistoryModel.canonical(row));
                }
                return "we update every third";
            }
            default -> {
                int other = random.nextInt(size);
                List<Row> two = List.of(rows.row(), Row.reserved());
                long[] positions = at == other ? new long[] {at} : new long[] {other, at};
                db.rowsAt(positions).set(two.subList(0, positions.length)).block();
                for (int i = 0; i < positions.length; i++) {
                    model.set((int) positions[i], HistoryModel.canonical(two.get(i)));
                }
                return "we set rows " + other + " and " + at;
            }
        }
    }

    private String insert(Random random, String group, int at) {
        Row row = rows(random).row();
        db(group).insert(at, row).block();
        model(group).add(at, HistoryModel.canonical(row));
        return "we insert at " + at;
    }

    private String delete(String group, int from, int to) {
        db(group).rows(from, to).delete().block();
        model(group).delete(from, to);
        return "we delete " + from + " to " + to;
    }

    private String clear(String group) {
        db(group).clear().block();
        model(group).delete(0, model(group).size());
        return "we clear";
    }

    // Steps of Python

    private Map<String, Object> step(String group, String op, Map<String, ?> arguments) {
        Map<String, Object> step = new LinkedHashMap<>(arguments);
        step.put("op", op);
        step.put("store", store.theirs());
        step.put("group", group);
        step.put("bson", store.isBson());
        step.put("async", store.hasAsync() && !op.equals("groups") && pythonSteps++ % 3 == 0);
        return step;
    }

    private List<Map<String, String>> python(String group, String op, Map<String, ?> arguments) {
        return python.step(step(group, op, arguments)).written();
    }

    /** Returns a key; of those that Python can change in place. */
    private String keyOfPython(Random random) {
        List<String> keys = RandomRows.KEYS.stream()
                .filter(key -> !store.isBson() || key.indexOf('.') < 0)
                .toList();
        return keys.get(random.nextInt(keys.size()));
    }

    private String clearByPython(String group) {
        python(group, "clear", Map.of());
        model(group).delete(0, model(group).size());
        return "Python clears";
    }

    private String extendByPython(String group, Map<String, ?> arguments) {
        List<Map<String, String>> written = python(group, "extend", arguments);
        written.forEach(row -> model(group).add(model(group).size(), row));
        return "Python extends by " + written.size();
    }

    private String insertByPython(Random random, String group, int at) {
        model(group)
                .add(
                        at,
                        python(group, "insert", Map.of("at", at, "seed", random.nextInt(1 << 30)))
                                .get(0));
        return "Python inserts at " + at;
    }

    private String deleteByPython(String group, int from, int to) {
        python(group, "deleteRange", Map.of("from", from, "to", to));
        model(group).delete(from, to);
        return "Python deletes " + from + " to " + to;
    }

    private String pythonStep(Random random, String group) {
        HistoryModel model = model(group);
        int size = model.size();
        int kind = size == 0 ? random.nextInt(2) : random.nextInt(10);
        int at = size == 0 ? 0 : random.nextInt(size);
        int seed = random.nextInt(1 << 30);
        switch (kind) {
            case 0 -> {
                return extendByPython(group, Map.of("rows", 1 + random.nextInt(5), "seed", seed, "reserved", true));
            }
            case 1 -> {
                int count = 1 + random.nextInt(3);
                python(group, "reserve", Map.of("rows", count));
                model.reserve(count);
                return "Python reserves " + count;
            }
            case 2, 3 -> {
                return insertByPython(random, group, random.nextInt(size + 1));
            }
            case 4 -> {
                model.set(
                        at, python(group, "set", Map.of("at", at, "seed", seed)).get(0));
                return "Python sets " + at;
            }
            case 5 -> {
                model.update(
                        at,
                        python(group, "update", Map.of("at", at, "seed", seed, "plain", store.isBson()))
                                .get(0));
                return "Python updates " + at;
            }
            case 6 -> {
                python(group, "delete", Map.of("at", at));
                model.delete(at, at + 1);
                return "Python deletes " + at;
            }
            case 7 -> {
                int to = Math.min(size, at + 1 + random.nextInt(3));
                return deleteByPython(group, at, to);
            }
            case 8 -> {
                String key = keyOfPython(random);
                python(group, "drop", Map.of("keys", List.of(key)));
                model.drop(List.of(key));
                return "Python drops " + key;
            }
            default -> {
                String key = keyOfPython(random);
                int to = Math.min(size, at + 1 + random.nextInt(5));
                List<Map<String, String>> written =
                        python(group, "column", Map.of("from", at, "to", to, "key", key, "seed", seed));
                for (int i = at; i < to; i++) {
                    model.update(i, written.get(i - at));
                }
                return "Python sets column " + key + " of " + at + " to " + to;
            }
        }
    }
}
