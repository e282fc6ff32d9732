package io.atomflux.cli.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.ObjectIO;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.Patch;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

/** Python and we take turns writing one LMDB store; after each step both read what a model says. */
@Tag("live")
class HistoryTest {

    private static final List<String> GROUPS = List.of("default", "train", "test.2");

    @TempDir
    Path directory;

    private PythonSteps python;
    private final Map<String, HistoryModel> models = new TreeMap<>();
    private final Map<String, ObjectIO> opened = new TreeMap<>();

    @BeforeEach
    void start() throws Exception {
        python = new PythonSteps(directory);
    }

    @AfterEach
    void stop() throws Exception {
        opened.values().forEach(db -> db.close().block());
        python.close();
    }

    private Path store() {
        return directory.resolve("shared.lmdb");
    }

    private ObjectIO db(String group) {
        return opened.computeIfAbsent(group, name -> ObjectIO.open(store(), OpenOptions.ofGroup(name)));
    }

    private HistoryModel model(String group) {
        return models.computeIfAbsent(group, name -> new HistoryModel());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    @DisplayName("rows written by either, in turns, are read alike by both after each step")
    void turnsOfBothAreReadAlike(long seed) {
        Random random = new Random(seed);
        List<String> done = new ArrayList<>();
        for (int step = 0; step < 60 * Live.scale(); step++) {
            String group = GROUPS.get(random.nextInt(GROUPS.size()));
            boolean byPython = random.nextBoolean();
            done.add(byPython ? pythonStep(random, group) : javaStep(random, group));
            check(group, done);
            if (step % 20 == 19) {
                reopenAndCheckAll(done);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12})
    @DisplayName("rows in blocks of the index that split and vanish are read alike by both after each step")
    void rowsBeyondOneBlockAreReadAlike(long seed) {
        Random random = new Random(seed);
        String group = "default";
        boolean pythonFirst = seed % 2 == 0;
        List<Row> many = new ArrayList<>();
        for (int i = 0; i < 2060; i++) {
            many.add(new RandomRows(random).small());
        }
        List<String> done = new ArrayList<>(List.of("2060 rows, by Python: " + pythonFirst));
        if (pythonFirst) {
            extendByPython(group, Map.of("rows", 2060, "small", true, "seed", seed));
        } else {
            db(group).extend(many).block();
            many.forEach(row -> model(group).add(model(group).size(), HistoryModel.canonical(row)));
        }
        check(group, done);
        for (int step = 0; step < 25 * Live.scale(); step++) {
            HistoryModel model = model(group);
            int around = random.nextInt(3) == 0 ? 1024 : random.nextInt(model.size());
            int at = Math.min(around, model.size() - 1);
            boolean byPython = random.nextBoolean();
            switch (random.nextInt(3)) {
                case 0, 1 -> done.add(byPython ? insertByPython(random, group, at) : insert(random, group, at));
                default -> {
                    int to = Math.min(model.size(), at + random.nextInt(400));
                    done.add(byPython ? deleteByPython(group, at, to) : delete(group, at, to));
                }
            }
            check(group, done);
        }
        reopenAndCheckAll(done);
    }

    private void check(String group, List<String> done) {
        String what = "group " + group + " after " + done.size() + " steps, last " + done.get(done.size() - 1);
        List<String> expected = model(group).lines();
        Live.assertSame("ours, " + what, Live.digest(db(group)), expected);
        Live.assertSame("Python's, " + what, python.digest(store(), group), expected);
    }

    private void reopenAndCheckAll(List<String> done) {
        opened.values().forEach(db -> db.close().block());
        opened.clear();
        for (String group : models.keySet()) {
            check(group, done);
            assertThat(db(group).verify().collectList().block())
                    .as("problems of group %s", group)
                    .isEmpty();
        }
        assertThat(db("default").groups().collectList().block()).containsAll(models.keySet());
    }

    // Steps of ours

    private String javaStep(Random random, String group) {
        ObjectIO db = db(group);
        HistoryModel model = model(group);
        RandomRows rows = new RandomRows(random);
        int size = model.size();
        int kind = size == 0 ? random.nextInt(3) : random.nextInt(13);
        int at = size == 0 ? 0 : random.nextInt(size);
        switch (kind) {
            case 0, 1 -> {
                List<Row> many = new ArrayList<>();
                for (int i = random.nextInt(5); i >= 0; i--) {
                    many.add(random.nextInt(5) == 0 ? Row.reserved() : rows.row());
                }
                if (kind == 0) {
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
        Row row = new RandomRows(random).row();
        db(group).insert(at, row).block();
        model(group).add(at, HistoryModel.canonical(row));
        return "we insert at " + at;
    }

    private String delete(String group, int from, int to) {
        db(group).rows(from, to).delete().block();
        model(group).delete(from, to);
        return "we delete " + from + " to " + to;
    }

    // Steps of Python

    private List<Map<String, String>> python(String group, String op, Map<String, ?> arguments) {
        Map<String, Object> step = new LinkedHashMap<>(arguments);
        step.put("op", op);
        step.put("store", store().toString());
        step.put("group", group);
        return python.step(step).written();
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
                        python(group, "update", Map.of("at", at, "seed", seed)).get(0));
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
                String key = RandomRows.KEYS.get(random.nextInt(RandomRows.KEYS.size()));
                python(group, "drop", Map.of("keys", List.of(key)));
                model.drop(List.of(key));
                return "Python drops " + key;
            }
            default -> {
                String key = RandomRows.KEYS.get(random.nextInt(RandomRows.KEYS.size()));
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
