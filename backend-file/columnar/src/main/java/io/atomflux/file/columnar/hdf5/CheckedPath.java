package io.atomflux.file.columnar.hdf5;

import org.jspecify.annotations.Nullable;

/** The way from the root to an object, made into words only if something is wrong there. */
record CheckedPath(@Nullable CheckedPath parent, String name) {

    static final CheckedPath ROOT = new CheckedPath(null, "");

    private static final int MOST_PARTS = 64;

    CheckedPath child(String child) {
        return new CheckedPath(this, child);
    }

    @Override
    public String toString() {
        StringBuilder whole = new StringBuilder();
        CheckedPath at = this;
        for (int parts = 0; at.parent != null; parts++) {
            if (parts == MOST_PARTS) {
                return "/..." + whole;
            }
            whole.insert(0, "/" + at.name);
            at = at.parent;
        }
        return whole.isEmpty() ? "/" : whole.toString();
    }
}
