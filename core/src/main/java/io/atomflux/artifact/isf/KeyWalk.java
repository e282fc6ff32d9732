package io.atomflux.artifact.isf;

import io.atomflux.artifact.isf.KeyFolder.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

/**
 * Walks all keys of a database in the order of their texts, a page at a time; holds the names of the databases it is in.
 *
 * <p>{@code a/b} comes behind {@code a-b} and {@code a.b}, so names of databases are ordered with a slash behind them.
 */
final class KeyWalk {

    private record Level(String prefix, Iterator<Entry> entries) {}

    private record Entry(String name, boolean database) {}

    /** A key and what stands there; never absent. */
    record Found(String key, State state) {}

    private final OpenedDatabase database;
    private final String prefix;
    private final String after;
    private final Deque<Level> levels = new ArrayDeque<>();
    private boolean begun;

    /** Takes what keys begin with, and the key they lie behind. */
    KeyWalk(OpenedDatabase database, String prefix, String after) {
        this.database = database;
        this.prefix = prefix;
        this.after = after;
    }

    /** Returns the next keys, at least one; none at the end. */
    List<Found> page(int limit) throws Exception {
        if (!begun) {
            begun = true;
            levels.push(level(""));
        }
        List<Found> page = new ArrayList<>();
        while (page.size() < limit) {
            Level level = levels.peek();
            if (level == null) {
                break;
            }
            if (!level.entries.hasNext()) {
                levels.pop();
                continue;
            }
            Entry entry = level.entries.next();
            String key = level.prefix + entry.name;
            boolean wanted = key.startsWith(prefix) && key.compareTo(after) > 0;
            boolean above = mayHold(key + "/");
            if (!wanted && !(entry.database && above)) {
                continue;
            }
            State state = database.find(key);
            if (state instanceof State.Database) {
                if (wanted) {
                    page.add(new Found(key, state));
                }
                if (above) {
                    levels.push(level(key + "/"));
                }
            } else if (wanted && state instanceof State.Value) {
                page.add(new Found(key, state));
            }
        }
        return page;
    }

    private boolean mayHold(String path) {
        return (path.startsWith(prefix) || prefix.startsWith(path))
                && (after.startsWith(path) || path.compareTo(after) > 0);
    }

    private Level level(String above) throws Exception {
        String holder = above.isEmpty() ? "" : above.substring(0, above.length() - 1);
        List<Entry> entries = new ArrayList<>();
        for (String name : database.names(holder)) {
            boolean inner = Disk.isFolder(database.folder(above + name).resolve("db"))
                    && database.find(above + name) instanceof State.Database;
            entries.add(new Entry(name, inner));
        }
        entries.sort((one, other) -> ordered(one).compareTo(ordered(other)));
        return new Level(above, entries.iterator());
    }

    private static String ordered(Entry entry) {
        return entry.database ? entry.name + "/" : entry.name;
    }
}
