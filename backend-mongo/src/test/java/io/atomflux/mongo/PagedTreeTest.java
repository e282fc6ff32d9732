package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.bson.BsonDocument;
import org.bson.BsonInt64;
import org.bson.BsonString;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PagedTreeTest {

    /** Pages as a server keeps them, and the list the tree must be equal to. */
    private static final class Bench {
        final Map<Long, Page> written = new HashMap<>();
        final Map<Long, Page> cache = new HashMap<>();
        final int fanOut;
        final Set<Long> goneRows = new HashSet<>();
        long next = 1L << 32;
        long nextRow = 1;

        @Nullable
        Ref top;

        List<Long> model = new ArrayList<>();
        int fetched;

        Bench(int fanOut) {
            this.fanOut = fanOut;
        }

        interface Edit {
            @Nullable
            Ref apply(TreeEdit edit, @Nullable Ref top);
        }

        void apply(Edit change) {
            fetched = 0;
            cache.clear();
            while (true) {
                TreeEdit edit = new TreeEdit(cache::get, fanOut, Math.max(2, fanOut / 4));
                try {
                    Ref changed = change.apply(edit, top);
                    top = changed == null ? null : stored(changed);
                    settle(edit);
                    return;
                } catch (Pages.Needed needed) {
                    for (long id : needed.ids()) {
                        assertThat(written).as("page that is still there").containsKey(id);
                        assertThat(cache.put(id, written.get(id)))
                                .as("page asked for twice")
                                .isNull();
                        fetched++;
                    }
                }
            }
        }

        private Ref stored(Ref ref) {
            if (ref.fresh() == null) {
                return ref;
            }
            Page page = ref.fresh();
            if (page instanceof Page.Inner inner) {
                List<Ref> kids = new ArrayList<>();
                for (int k = 0; k < inner.entries(); k++) {
                    kids.add(stored(inner.kid(k)));
                }
                page = Page.Inner.of(kids);
            }
            assertThat(page.entries()).isBetween(1, fanOut);
            written.put(next, Page.fromBson(Page.toBson(next, page)));
            return Ref.stored(next++, page.rows());
        }

        private void settle(TreeEdit edit) {
            for (long id : edit.goneRows().toArray()) {
                assertThat(goneRows.add(id)).as("row %d goes once", id).isTrue();
            }
            for (long id : edit.gonePages().toArray()) {
                assertThat(written.remove(id)).as("page %d goes once", id).isNotNull();
            }
            for (long id : edit.goneTrees().toArray()) {
                forget(id);
            }
        }

        private void forget(long id) {
            Page page = written.remove(id);
            assertThat(page).as("page %d goes once", id).isNotNull();
            if (page instanceof Page.Leaf leaf) {
                Arrays.stream(leaf.ids())
                        .filter(row -> row != 0)
                        .forEach(row -> assertThat(goneRows.add(row)).isTrue());
            } else {
                Page.Inner inner = (Page.Inner) page;
                for (int k = 0; k < inner.entries(); k++) {
                    if (!inner.kid(k).isRun()) {
                        forget(inner.kid(k).id());
                    }
                }
            }
        }

        /** Compares all, and counts what can be reached: no page may be lost or left over. */
        int check() {
            List<Long> rows = new ArrayList<>();
            Set<Long> seen = new HashSet<>();
            int depth = top == null ? 0 : walk(top, rows, seen);
            assertThat(rows).isEqualTo(model);
            assertThat(written.keySet()).as("pages that can be reached").isEqualTo(seen);
            assertThat(model.stream().filter(goneRows::contains))
                    .as("rows given up that are there")
                    .isEmpty();
            return depth;
        }

        private int walk(Ref ref, List<Long> rows, Set<Long> seen) {
            if (ref.isRun()) {
                LongStream.range(0, ref.rows()).forEach(i -> rows.add(0L));
                return 0;
            }
            assertThat(seen.add(ref.id()))
                    .as("page %d is listed once", ref.id())
                    .isTrue();
            Page page = written.get(ref.id());
            assertThat(page.rows()).isEqualTo(ref.rows());
            if (page instanceof Page.Leaf leaf) {
                Arrays.stream(leaf.ids()).forEach(rows::add);
                return 1;
            }
            Page.Inner inner = (Page.Inner) page;
            int depth = 0;
            for (int k = 0; k < inner.entries(); k++) {
                depth = Math.max(depth, walk(inner.kid(k), rows, seen));
            }
            return depth + 1;
        }

        long[] freshRows(int count) {
            long[] rows = LongStream.range(nextRow, nextRow + count).toArray();
            nextRow += count;
            return rows;
        }
    }

    private static void change(Bench bench, SplittableRandom random, boolean growing) {
        int size = bench.model.size();
        int kind = random.nextInt(10);
        if (size == 0 || kind < (growing ? 3 : 1)) {
            append(bench, random);
        } else if (kind < (growing ? 6 : 3)) {
            int at = random.nextInt(size + 1);
            long[] ids = bench.freshRows(1 + random.nextInt(random.nextInt(4) == 0 ? 6 * bench.fanOut : 3));
            if (random.nextInt(5) == 0) {
                ids[0] = 0;
            }
            bench.apply((edit, top) -> edit.insert(top, at, ids));
            bench.model.addAll(at, Arrays.stream(ids).boxed().toList());
        } else if (kind < 8) {
            long[] at = random.ints(1 + random.nextInt(8), 0, size)
                    .sorted()
                    .distinct()
                    .asLongStream()
                    .toArray();
            long[] ids = bench.freshRows(at.length);
            if (random.nextInt(4) == 0) {
                ids[0] = 0;
            }
            bench.apply((edit, top) -> edit.replace(top, at, ids));
            for (int i = 0; i < at.length; i++) {
                bench.model.set((int) at[i], ids[i]);
            }
        } else {
            remove(bench, random, size);
        }
    }

    private static void append(Bench bench, SplittableRandom random) {
        List<long[]> parts = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            parts.add(
                    random.nextInt(5) == 0
                            ? new long[1 + random.nextInt(3 * bench.fanOut)]
                            : bench.freshRows(
                                    1 + random.nextInt(random.nextInt(3) == 0 ? bench.fanOut * bench.fanOut * 2 : 4)));
        }
        List<Ref> stored = new ArrayList<>(); // as batches in the open list are: written before
        for (long[] part : parts) {
            if (part[0] == 0) {
                stored.add(Ref.run(part.length));
            } else {
                TreeEdit edit = new TreeEdit(id -> null, bench.fanOut, Math.max(2, bench.fanOut / 4));
                Ref built = edit.join(edit.build(part));
                stored.add(random.nextBoolean() || !(built.fresh() instanceof Page.Leaf) ? bench.stored(built) : built);
            }
            Arrays.stream(part).forEach(bench.model::add);
        }
        bench.apply((edit, top) -> edit.append(top, stored));
    }

    private static void remove(Bench bench, SplittableRandom random, int size) {
        TreeSet<Integer> cuts = new TreeSet<>();
        for (int i = 2 * (1 + random.nextInt(3)); i > 0; i--) {
            cuts.add(random.nextInt(size + 1));
        }
        List<Integer> list = new ArrayList<>(cuts);
        int ranges = list.size() / 2;
        long[] froms = new long[ranges];
        long[] tos = new long[ranges];
        for (int i = 0; i < ranges; i++) {
            froms[i] = list.get(2 * i);
            tos[i] = random.nextInt(3) == 0 ? list.get(2 * i + 1) : list.get(2 * i) + 1;
        }
        bench.apply((edit, top) -> edit.remove(top, froms, tos));
        for (int i = ranges - 1; i >= 0; i--) {
            bench.model.subList((int) froms[i], (int) tos[i]).clear();
        }
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    @DisplayName("random changes leave what they leave in a list, lose no page and keep none that is of no use")
    void isAList(int seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Bench bench = new Bench(4 + seed % 5);
        int deepest = 0;
        int steps = Boolean.getBoolean("atomflux.proof") ? 20_000 : 800;
        for (int step = 0; step < steps; step++) {
            boolean growing = bench.model.size() < 3_000 && step / 100 % 2 == 0;
            change(bench, random, growing);
            if (step % 10 == 0 || bench.model.size() < 100) {
                deepest = Math.max(deepest, bench.check());
            }
        }
        assertThat(deepest).as("levels").isGreaterThanOrEqualTo(4);
        bench.apply((edit, top) -> edit.remove(top, new long[] {0}, new long[] {bench.model.size()}));
        bench.model.clear();
        bench.check();
        assertThat(bench.written).isEmpty();
    }

    @Test
    @DisplayName("a tree that only grows stays level and full: depth by the logarithm, pages by the rows")
    void growsLevel() {
        Bench bench = new Bench(8);
        for (int seal = 0; seal < 2_000; seal++) {
            long[] ids = bench.freshRows(8);
            bench.apply((edit, top) -> edit.append(top, edit.build(ids)));
            Arrays.stream(ids).forEach(bench.model::add);
        }
        assertThat(bench.check()).as("levels of 16000 rows at a fan-out of 8").isLessThanOrEqualTo(6);
        assertThat(bench.written.size()).isLessThan(2_000 + 2_000 / 7 + 10);
    }

    @Test
    @DisplayName("a change in the middle reads a path of pages and writes it, split once for each level at most")
    void replacesPathsOnly() {
        Bench bench = new Bench(16);
        long[] many = bench.freshRows(16 * 16 * 16);
        bench.apply((edit, top) -> edit.join(edit.build(many)));
        Arrays.stream(many).forEach(bench.model::add);
        assertThat(bench.check()).isEqualTo(3);
        int before = bench.written.size();
        long nextPage = bench.next;
        bench.apply((edit, top) -> edit.insert(top, 2_000, bench.freshRows(1)));
        bench.model.add(2_000, bench.nextRow - 1);
        bench.check();
        assertThat(bench.next - nextPage)
                .as("pages written by an insert in the middle of full pages")
                .isLessThanOrEqualTo(7);
        assertThat(bench.fetched).as("pages read for it").isLessThanOrEqualTo(3);
        assertThat(bench.written.size() - before).isLessThanOrEqualTo(4);
    }

    @Test
    @DisplayName("rows written here and there into many reserved ones take pages by what was written")
    void carvesRuns() {
        Bench bench = new Bench(64);
        bench.apply((edit, top) -> edit.append(top, List.of(Ref.run(1L << 40))));
        for (long at : new long[] {0, 1, 2, 1L << 39, (1L << 39) + 1, (1L << 40) - 1}) {
            long[] id = bench.freshRows(1);
            bench.apply((edit, top) -> edit.replace(top, new long[] {at}, id));
        }
        assertThat(bench.written).hasSizeLessThanOrEqualTo(5);
        assertThat(bench.top.rows()).isEqualTo(1L << 40);
        bench.apply((edit, top) -> edit.remove(top, new long[] {0}, new long[] {1L << 39}));
        assertThat(bench.top.rows()).isEqualTo(1L << 39);
        assertThat(bench.goneRows).hasSize(3);
    }

    @Test
    @Tag("proof")
    @DisplayName("ten million rows: three levels, and a change in the middle reads and writes a path")
    void tenMillionRows() {
        Bench bench = new Bench(1024);
        for (int part = 0; part < 10_000; part++) {
            long[] ids = bench.freshRows(1_000);
            bench.apply((edit, top) -> edit.append(top, edit.build(ids)));
        }
        assertThat(bench.top.rows()).isEqualTo(10_000_000);
        SplittableRandom random = new SplittableRandom(9);
        for (int i = 0; i < 200; i++) {
            long before = bench.next;
            long at = random.nextLong(bench.top.rows());
            if (i % 2 == 0) {
                bench.apply((edit, top) -> edit.insert(top, at, bench.freshRows(1)));
            } else {
                bench.apply((edit, top) -> edit.remove(top, new long[] {at}, new long[] {at + 1}));
            }
            assertThat(bench.fetched).isLessThanOrEqualTo(5);
            assertThat(bench.next - before).isLessThanOrEqualTo(6);
        }
    }

    @Test
    @DisplayName("documents that are no pages are refused, saying what is wrong")
    void refusesDamage() {
        BsonDocument page = Page.toBson(5, new Page.Leaf(new long[] {7, 0, -1 >>> 1}));
        assertThat(Page.fromBson(page)).isEqualTo(new Page.Leaf(new long[] {7, 0, -1 >>> 1}));
        for (BsonDocument damaged : List.of(
                new BsonDocument("_id", new BsonInt64(5)),
                page.clone().append("k", new BsonString("x")),
                page.clone().append("ids", new BsonString("x")),
                page.clone().append("ids", new org.bson.BsonBinary(new byte[7])),
                new BsonDocument("k", new BsonString("i")).append("kids", Page.Longs.toBson(new long[] {1, 2, 3})),
                new BsonDocument("k", new BsonString("i")).append("kids", Page.Longs.toBson(new long[] {1, 0})),
                new BsonDocument("k", new BsonString("i"))
                        .append("kids", Page.Longs.toBson(new long[] {1, 1L << 60, 2, 1L << 60})))) {
            assertThatThrownBy(() -> Page.fromBson(damaged)).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
