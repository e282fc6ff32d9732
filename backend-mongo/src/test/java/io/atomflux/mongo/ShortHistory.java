package io.atomflux.mongo;

import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Calls with begin and end, and whether some order of them explains what each was answered. */
final class ShortHistory {

    /** What a call does to the rows, and what it answers then. */
    record Effect(List<Row> rows, Object answer) {}

    /** One call. */
    static final class Call {
        final String text;
        final long begin;
        final Function<List<Row>, Effect> meaning;
        long end = Long.MAX_VALUE;

        @Nullable
        Object answer; // null: it may have happened, or may happen still

        boolean never;

        Call(String text, long begin, Function<List<Row>, Effect> meaning) {
            this.text = text;
            this.begin = begin;
            this.meaning = meaning;
        }

        @Override
        public String toString() {
            return "%s [%d, %s] -> %s"
                    .formatted(
                            text,
                            begin,
                            end == Long.MAX_VALUE ? "…" : end,
                            never ? "never" : answer == null ? "?" : answer);
        }
    }

    final List<Call> calls = new ArrayList<>();

    /** Tells whether an order exists after which the rows are those given. */
    boolean explains(List<Row> start, List<Row> end) {
        calls.removeIf(call -> call.never);
        return search(0, start, end, new HashSet<>());
    }

    private boolean search(long done, List<Row> rows, List<Row> end, Set<Object> dead) {
        if (!dead.add(List.of(done, rows))) {
            return false;
        }
        long firstEnd = Long.MAX_VALUE;
        boolean all = true;
        for (int i = 0; i < calls.size(); i++) {
            if ((done & 1L << i) == 0) {
                firstEnd = Math.min(firstEnd, calls.get(i).end);
                all &= calls.get(i).answer == null;
            }
        }
        if (all && rows.equals(end)) {
            return true;
        }
        for (int i = 0; i < calls.size(); i++) {
            Call call = calls.get(i);
            if ((done & 1L << i) != 0 || call.begin > firstEnd) {
                continue;
            }
            Effect effect = call.meaning.apply(rows);
            if ((call.answer == null || call.answer.equals(effect.answer))
                    && search(done | 1L << i, effect.rows, end, dead)) {
                return true;
            }
        }
        return false;
    }
}
