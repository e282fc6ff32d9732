package io.atomflux.file.columnar;

import io.atomflux.error.VersionConflictException;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Write;
import io.atomflux.value.Row;
import io.atomflux.value.Version;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Tells how each kind of change is made.
 *
 * <p>At the end rows are added, reserved and taken away in place, which costs the chunks concerned. So do set, update and drop
 * of few rows. All else writes the rows anew: insert, delete before the end, clear, a change of many rows, and whatever does
 * not fit the type a column has.
 */
final class Changes implements Write.Visitor<Row, Change> {

    /** Fewer rows are always changed in place, more only if they are a small part of all. */
    private static final int FEW = 4096;

    private static final int SMALL_PART = 16;

    private final String store;

    Changes(String store) {
        this.store = store;
    }

    private static RewriteNeeded anew(String why, OldRows old) {
        return new RewriteNeeded(why, old.types());
    }

    @Override
    public Change append(Write.Append<Row> write) {
        List<Row> rows = write.rows();
        return new Change() {
            @Override
            public long inPlace(OldRows old, GroupEdit group) throws IOException, RewriteNeeded {
                if (rows.isEmpty() && old.exist()) {
                    return old.size();
                }
                group.rows().append(rows);
                return group.commit("append of " + rows.size() + " rows");
            }

            @Override
            public long anew(OldRows old, GroupEdit group) throws IOException, RewriteNeeded {
                old.copy(0, old.size(), group);
                group.rows().append(rows);
                return group.commit("append of " + rows.size() + " rows");
            }
        };
    }

    @Override
    public Change insert(Write.Insert<Row> write) {
        Change append = append(new Write.Append<>(write.rows()));
        return new Change() {
            @Override
            public long inPlace(OldRows old, GroupEdit group) throws IOException, RewriteNeeded {
                if (write.rows().isEmpty()) {
                    return old.size();
                }
                if (write.position(old.size()) < old.size()) {
                    throw Changes.anew("insert", old);
                }
                return append.inPlace(old, group);
            }

            @Override
            public long anew(OldRows old, GroupEdit group) throws IOException, RewriteNeeded {
                long position = write.position(old.size());
                old.copy(0, position, group);
                group.rows().append(write.rows());
                old.copy(position, old.size(), group);
                return group.commit("insert of " + write.rows().size() + " rows at " + position);
            }
        };
    }

    @Override
    public Change put(Write.Put<Row> write) {
        return new Change() {
            @Override
            public long inPlace(OldRows old, GroupEdit group) throws IOException, RewriteNeeded {
                Targets targets = targets(old);
                if (targets.count() == 0) {
                    return old.size();
                }
                requireFew(targets, old, "set");
                Positions positions = targets.positions();
                for (long i = 0; i < positions.count(); i++) {
                    group.rows().put(positions.at(i), row(targets, positions.at(i)));
                }
                return group.commit("set of " + targets.count() + " rows");
            }

            private Targets targets(OldRows old) throws IOException {
                Positions where = old.resolve(write.where());
                requireOneFor(where, write.rows().size(), false);
                requireVersion(old, where, write.expected());
                return new Targets(where);
            }

            private Row row(Targets targets, long position) {
                int[] listed = targets.ordinals(position);
                return write.rows().get(listed[listed.length - 1]);
            }

            @Override
            public long anew(OldRows old, GroupEdit group) throws IOException, RewriteNeeded {
                Targets targets = targets(old);
                old.copy(
                        0,
                        old.size(),
                        (position, row) -> Optional.of(targets.contains(position) ? row(targets, position) : row),
                        group);
                return group.commit("set of " + targets.count() + " rows");
            }
        };
    }

    @Override
    public Change update(Write.Update<Row> write) {
        boolean shared = write.changes().size() == 1;
        return new MergingChange(
                "update",
                Columns.ALL,
                old -> {
                    Positions where = old.resolve(write.where());
                    requireOneFor(where, write.changes().size(), true);
                    requireVersion(old, where, write.expected());
                    return new Targets(where);
                },
                (targets, position, row) -> {
                    Row merged = row;
                    for (int listed : targets.ordinals(position)) {
                        merged = merged.merge(write.changes().get(shared ? 0 : listed));
                    }
                    return merged;
                });
    }

    @Override
    public Change delete(Write.Delete<Row> write) {
        return new Change() {
            @Override
            public long inPlace(OldRows old, GroupEdit group) throws IOException, RewriteNeeded {
                Targets targets = targets(old);
                if (targets.count() == 0) {
                    return old.size();
                }
                if (!targets.areTheLast(old.size())) {
                    throw Changes.anew("delete", old);
                }
                group.rows().truncate(old.size() - targets.count());
                return group.commit("delete of " + targets.count() + " rows");
            }

            private Targets targets(OldRows old) throws IOException {
                Positions where = old.resolve(write.where());
                requireVersion(old, where, write.expected());
                return new Targets(where);
            }

            @Override
            public long anew(OldRows old, GroupEdit group) throws IOException, RewriteNeeded {
                Targets targets = targets(old);
                old.copy(
                        0,
                        old.size(),
                        (position, row) -> targets.contains(position) ? Optional.empty() : Optional.of(row),
                        group);
                return group.commit("delete of " + targets.count() + " rows");
            }
        };
    }

    @Override
    public Change drop(Write.Drop<Row> write) {
        return new MergingChange(
                "drop of keys",
                Columns.of(write.keys()),
                old -> new Targets(old.resolve(write.where())),
                (targets, position, row) -> row.without(write.keys()));
    }

    @Override
    public Change reserve(Write.Reserve<Row> write) {
        return new Change() {
            @Override
            public long inPlace(OldRows old, GroupEdit group) throws IOException, RewriteNeeded {
                if (write.count() == 0 && old.exist()) {
                    return old.size();
                }
                group.rows().reserve(write.count());
                return group.commit("reserve of " + write.count() + " rows");
            }

            @Override
            public long anew(OldRows old, GroupEdit group) throws IOException, RewriteNeeded {
                old.copy(0, old.size(), group);
                group.rows().reserve(write.count());
                return group.commit("reserve of " + write.count() + " rows");
            }
        };
    }

    @Override
    public Change clear(Write.Clear<Row> write) {
        return new Change() {
            @Override
            public long inPlace(OldRows old, GroupEdit group) throws IOException, RewriteNeeded {
                if (old.exist()) {
                    throw new RewriteNeeded("clear", TypeHints.NONE);
                }
                return group.commit("clear");
            }

            @Override
            public long anew(OldRows old, GroupEdit group) throws IOException, RewriteNeeded {
                return group.commit("clear");
            }
        };
    }

    /** Changes rows by what they hold. */
    private final class MergingChange implements Change {

        private final String what;
        private final Columns wanted;
        private final Finding finding;
        private final Merging merging;

        /** Takes the keys without which a row stays as it is; all if it always changes. */
        MergingChange(String what, Columns wanted, Finding finding, Merging merging) {
            this.what = what;
            this.wanted = wanted;
            this.finding = finding;
            this.merging = merging;
        }

        @Override
        public long inPlace(OldRows old, GroupEdit group) throws IOException, RewriteNeeded {
            Targets targets = finding.in(old);
            if (targets.count() == 0 || !wanted.isAll() && !anyHas(old, targets)) {
                return old.size();
            }
            if (!wanted.isAll() && targets.count() == old.size()) {
                throw Changes.anew(what, old); // so that what nobody has any more goes
            }
            requireFew(targets, old, what);
            Positions positions = targets.positions();
            old.read(positions, Columns.ALL, (first, rows) -> {
                for (int i = 0; i < rows.size(); i++) {
                    long position = positions.at(first + i);
                    Row merged = merging.of(targets, position, rows.get(i));
                    if (merged != rows.get(i)) {
                        group.rows().put(position, merged);
                    }
                }
            });
            return group.commit(what + " of " + targets.count() + " rows");
        }

        private boolean anyHas(OldRows old, Targets targets) throws IOException, RewriteNeeded {
            boolean[] found = {wanted.keys().orElse(List.of()).isEmpty()};
            if (found[0]) {
                return false;
            }
            old.read(targets.positions(), wanted, (first, rows) -> {
                for (Row row : rows) {
                    found[0] |= row.size() > 0;
                }
            });
            return found[0];
        }

        @Override
        public long anew(OldRows old, GroupEdit group) throws IOException, RewriteNeeded {
            Targets targets = finding.in(old);
            old.copy(
                    0,
                    old.size(),
                    (position, row) ->
                            Optional.of(targets.contains(position) ? merging.of(targets, position, row) : row),
                    group);
            return group.commit(what + " of " + targets.count() + " rows");
        }
    }

    @FunctionalInterface
    private interface Finding {
        Targets in(OldRows old) throws IOException;
    }

    @FunctionalInterface
    private interface Merging {
        Row of(Targets targets, long position, Row row);
    }

    private static void requireFew(Targets targets, OldRows old, String what) throws RewriteNeeded {
        if (targets.count() > Math.max(FEW, old.size() / SMALL_PART)) {
            throw anew(what, old);
        }
    }

    private void requireVersion(OldRows old, Positions where, Optional<Version> expected) throws IOException {
        if (expected.isPresent()) {
            long position = where.at(0);
            if (!RowVersion.of(old.row(position)).equals(expected.get())) {
                throw new VersionConflictException(store, position);
            }
        }
    }

    private static void requireOneFor(Positions where, int given, boolean oneForAll) {
        if (given != where.count() && !(oneForAll && given == 1)) {
            throw new IllegalArgumentException(
                    "rows given: %d (expected: %d, one for each selected row)".formatted(given, where.count()));
        }
    }
}
