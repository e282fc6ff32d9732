package io.atomflux.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PagesTest {

    private final AtomicLong versions = new AtomicLong();

    private static Row row(long n) {
        return Row.of("n", n);
    }

    private static List<Row> rows(Random random, int count) {
        return random.longs(count).mapToObj(PagesTest::row).toList();
    }

    private static List<Row> all(Pages<Row> pages) {
        List<Row> all = new ArrayList<>();
        for (long i = 0; i < pages.size(); i++) {
            all.add(pages.row(i));
        }
        return all;
    }

    @Test
    @DisplayName("random changes do to the pages what they do to a list, and leave every older state alone")
    void behavesAsList() {
        Random random = new Random(20);
        Pages<Row> pages = Pages.empty();
        List<Row> list = new ArrayList<>();
        List<Pages<Row>> states = new ArrayList<>();
        List<List<Row>> expected = new ArrayList<>();
        for (int step = 0; step < 400; step++) {
            int size = list.size();
            switch (size == 0 ? 0 : random.nextInt(5)) {
                case 0 -> {
                    List<Row> more = rows(random, random.nextInt(random.nextInt(8) == 0 ? 2000 : 4));
                    pages = pages.append(more, versions::incrementAndGet);
                    list.addAll(more);
                }
                case 1 -> {
                    List<Row> more = rows(random, random.nextInt(random.nextInt(8) == 0 ? 1500 : 4));
                    int at = random.nextInt(size + 1);
                    pages = pages.insert(at, more, versions::incrementAndGet);
                    list.addAll(at, more);
                }
                case 2, 3 -> {
                    Pages.Edit<Row> edit = pages.edit();
                    for (int i = random.nextInt(20); i >= 0; i--) {
                        int at = random.nextInt(size);
                        edit.set(at, row(i), versions.incrementAndGet());
                        list.set(at, row(i));
                    }
                    pages = edit.build();
                }
                default -> {
                    Set<Long> gone = new TreeSet<>();
                    int start = random.nextInt(size);
                    int step2 = 1 + random.nextInt(3);
                    for (int i = start; i < size && gone.size() < random.nextInt(900); i += step2) {
                        gone.add((long) i);
                    }
                    long[] positions = gone.stream().mapToLong(i -> i).toArray();
                    pages = pages.delete(positions);
                    for (int i = positions.length - 1; i >= 0; i--) {
                        list.remove((int) positions[i]);
                    }
                }
            }
            if (step % 20 == 0) {
                states.add(pages);
                expected.add(List.copyOf(list));
            }
        }
        for (int i = 0; i < states.size(); i++) {
            assertThat(all(states.get(i))).isEqualTo(expected.get(i));
        }
        assertThat(all(pages)).isEqualTo(list);
        Set<Long> seen = new HashSet<>();
        for (long i = 0; i < pages.size(); i++) {
            assertThat(seen.add(pages.version(i))).as("version %d is unique", i).isTrue();
        }
    }

    @Test
    @DisplayName("two appends to one state do not see each other")
    void appendsFork() {
        Pages<Row> one = Pages.<Row>empty().append(List.of(row(1)), versions::incrementAndGet);
        Pages<Row> left = one.append(List.of(row(2)), versions::incrementAndGet);
        Pages<Row> right = one.append(List.of(row(3)), versions::incrementAndGet);
        assertThat(all(left)).containsExactly(row(1), row(2));
        assertThat(all(right)).containsExactly(row(1), row(3));
        assertThat(all(one)).containsExactly(row(1));
    }

    @Test
    @DisplayName("a million appends one by one take seconds at most, a thousand inserts into them too")
    void manyAppends() {
        Pages<Row> pages = Pages.empty();
        List<Row> single = List.of(row(1));
        for (int i = 0; i < 1_000_000; i++) {
            pages = pages.append(single, versions::incrementAndGet);
        }
        for (int i = 0; i < 1_000; i++) {
            pages = pages.insert(pages.size() / 2, single, versions::incrementAndGet);
        }
        assertThat(pages.size()).isEqualTo(1_001_000);
    }
}
