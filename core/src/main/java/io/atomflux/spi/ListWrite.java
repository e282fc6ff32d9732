package io.atomflux.spi;

import io.atomflux.value.KeyedRow;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeSet;
import java.util.function.UnaryOperator;

/** Applies changes to a copy of a list. */
final class ListWrite<R extends KeyedRow<R>> implements Write.Visitor<R, List<R>> {

    private final List<R> rows;
    private final R reserved;
    private final String store;

    ListWrite(List<R> rows, R reserved, String store) {
        this.rows = new ArrayList<>(rows);
        this.reserved = reserved;
        this.store = store;
    }

    private Positions resolve(Selection where) {
        return where.resolve(rows.size(), store);
    }

    @Override
    public List<R> append(Write.Append<R> write) {
        rows.addAll(write.rows());
        return rows;
    }

    @Override
    public List<R> insert(Write.Insert<R> write) {
        rows.addAll((int) write.position(rows.size()), write.rows());
        return rows;
    }

    @Override
    public List<R> put(Write.Put<R> write) {
        Positions where = resolve(write.where());
        requireOneFor(where, write.rows().size(), false);
        for (int i = 0; i < where.count(); i++) {
            rows.set((int) where.at(i), write.rows().get(i));
        }
        return rows;
    }

    @Override
    public List<R> update(Write.Update<R> write) {
        Positions where = resolve(write.where());
        requireOneFor(where, write.changes().size(), true);
        boolean shared = write.changes().size() == 1;
        for (int i = 0; i < where.count(); i++) {
            R changes = write.changes().get(shared ? 0 : i);
            change(where.at(i), row -> row.merge(changes));
        }
        return rows;
    }

    @Override
    public List<R> delete(Write.Delete<R> write) {
        Positions where = resolve(write.where());
        TreeSet<Long> gone = new TreeSet<>(Collections.reverseOrder());
        for (long position : where.toArray()) {
            gone.add(position);
        }
        for (long position : gone) {
            rows.remove((int) position);
        }
        return rows;
    }

    @Override
    public List<R> drop(Write.Drop<R> write) {
        for (long position : resolve(write.where()).toArray()) {
            change(position, row -> row.without(write.keys()));
        }
        return rows;
    }

    private void change(long position, UnaryOperator<R> change) {
        rows.set((int) position, change.apply(rows.get((int) position)));
    }

    @Override
    public List<R> reserve(Write.Reserve<R> write) {
        rows.addAll(Collections.nCopies(Math.toIntExact(write.count()), reserved));
        return rows;
    }

    @Override
    public List<R> clear(Write.Clear<R> write) {
        return List.of();
    }

    private static void requireOneFor(Positions where, int given, boolean oneForAll) {
        if (given != where.count() && !(oneForAll && given == 1)) {
            throw new IllegalArgumentException(
                    "rows given: %d (expected: %d, one for each selected row)".formatted(given, where.count()));
        }
    }
}
