package io.atomflux.file.columnar;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.Outcome;
import io.atomflux.error.StoreClosedException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.WriteFailedException;
import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.file.columnar.tree.TreeEdit;
import io.atomflux.file.columnar.tree.TreeStore;
import io.atomflux.spi.Names;
import io.atomflux.spi.StoredColumn;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One group of one file: its state, looked at before every use, and its decoded chunks; for many threads.
 *
 * <p>Locks are taken in one order: that of the file, then those of this object and of the cache, none of which is held
 * while something is read.
 */
final class ColumnarFile implements AutoCloseable {

    /** Reads a batch. */
    @FunctionalInterface
    interface Reading<T> {
        T of(State state, BatchChunks chunks) throws IOException;
    }

    /** Changes the group, or writes it anew. */
    @FunctionalInterface
    interface Editing<T> {
        T of(OldRows old, GroupEdit group) throws IOException, RewriteNeeded;
    }

    /** The state the chunks in the cache belong to. */
    private record Known(long number, Object stamp) {}

    /** A state that was found in the file, at which generation of it, and the time of the last look at the file itself. */
    private record Seen(State state, long generation, long at) {}

    /** How long a state is believed in that only other programs can have changed, those that know no generations. */
    private static final long BELIEVED_NANOS = 20_000_000;

    /** A file that changes more often while a batch is read is read under its lock. */
    private static final int TRIES = 3;

    private final TreeStore tree;
    private final Layouts layouts;
    private final Optional<String> chosen;
    private final String name;
    private final ChunkCache cache;
    private final Object states = new Object();
    private @Nullable Known known; // guarded by states
    private long number; // guarded by states
    private volatile @Nullable Seen current;
    private volatile boolean closed;

    /**
     * Takes a file that was opened; it is closed with this object.
     *
     * @param chosen the group, or empty for the one the layout thinks of
     * @param name of file and group, for messages
     * @param cacheBytes how many bytes of decoded chunks are kept
     */
    ColumnarFile(TreeStore tree, Layouts layouts, Optional<String> chosen, String name, long cacheBytes) {
        this.tree = tree;
        this.layouts = layouts;
        this.chosen = chosen;
        this.name = name;
        this.cache = new ChunkCache(cacheBytes);
    }

    String name() {
        return name;
    }

    ChunkCache cache() {
        return cache;
    }

    private void requireOpen() {
        if (closed) {
            throw new StoreClosedException(name);
        }
    }

    /** Returns the group as it is now. */
    State state() throws IOException {
        requireOpen();
        Seen seen = current;
        if (seen != null) {
            long now = System.nanoTime();
            boolean believed = now - seen.at < BELIEVED_NANOS;
            if (believed && tree.generation() == seen.generation) {
                return seen.state;
            } else if (!believed && seen.state.stamp().equals(tree.stamp())) {
                synchronized (states) {
                    if (current == seen) {
                        current = new Seen(seen.state, seen.generation, now);
                    }
                }
                return seen.state;
            }
        }
        return tree.read(this::look);
    }

    /** Returns a text that differs whenever something of the file may have changed. */
    String etag() throws IOException {
        requireOpen();
        return tree.etag();
    }

    /** Looks at the group; to be called where nobody writes. */
    private State look(Tree at) throws IOException {
        long now = System.nanoTime();
        long generation = tree.generation();
        Object stamp = tree.stamp();
        Seen seen = current;
        if (seen != null && seen.state.stamp().equals(stamp)) {
            return seen.state; // somebody else was faster
        }
        Layout layout = layouts.of(at);
        String group = group(layout, at);
        Optional<Frames> frames = layout.open(at, group, name);
        if (frames.isEmpty()) {
            throw notFound(group, layout.groups(at));
        }
        synchronized (states) {
            Known before = known;
            if (before == null || !before.stamp.equals(stamp)) {
                cache.clear();
                before = new Known(++number, stamp);
                known = before;
            }
            State found = new State(before.number, stamp, layout, group, frames.get());
            current = new Seen(found, generation, now);
            return found;
        }
    }

    private String group(Layout layout, Tree at) throws IOException {
        return chosen.isPresent() ? Names.group(chosen.get()) : layout.defaultGroup(at);
    }

    private StoreNotFoundException notFound(String group, List<String> there) {
        return new StoreNotFoundException(
                chosen.isPresent() ? name : name + ", group " + group,
                there.isEmpty()
                        ? "a group with rows, as asebytes or this library write it; none is there"
                        : "one of the groups " + String.join(", ", there));
    }

    /** Reads a batch of one state, anew if the file changed meanwhile. */
    <T> T reading(long mostKept, Reading<T> reading) throws IOException {
        for (int attempt = 0; attempt < TRIES; attempt++) {
            State state = state();
            BatchChunks chunks = new BatchChunks(use -> lockedIn(state, use), false, cache, state.number(), mostKept);
            try {
                return reading.of(state, chunks);
            } catch (StateGone gone) {
                current = null;
                requireOpen();
            }
        }
        return tree.read(at -> {
            State state = look(at);
            return reading.of(state, new BatchChunks(use -> use.of(at), true, cache, state.number(), mostKept));
        });
    }

    private void lockedIn(State state, BatchChunks.Source.Use use) throws IOException {
        tree.<Boolean>read(at -> {
            if (!state.stamp().equals(tree.stamp())) {
                throw new StateGone();
            }
            use.of(at);
            return true;
        });
    }

    /** Tells how the columns are stored. */
    List<StoredColumn> storage() throws IOException {
        requireOpen();
        return tree.read(at -> look(at).frames().columns(at));
    }

    /** Lists the groups of the file; none if there is no file. */
    List<String> groups() throws IOException {
        requireOpen();
        try {
            return tree.read(at -> layouts.of(at).groups(at));
        } catch (StoreNotFoundException none) {
            return List.of();
        }
    }

    /** Looks for damage in the file itself, whatever is in memory. */
    List<String> verify() throws IOException {
        requireOpen();
        List<String> problems = new ArrayList<>(tree.verify());
        ChunkCache passing = new ChunkCache(cache.most());
        problems.addAll(tree.read(at ->
                look(at).frames().problems(new BatchChunks(use -> use.of(at), true, passing, 0, passing.most()))));
        return problems;
    }

    // changing

    /** Changes the group in place. */
    <T> T editing(TypeHints hints, Editing<T> editing) throws IOException, RewriteNeeded {
        requireOpen();
        return unwrapped(() -> tree.edit(edit -> watched(edit, (at, watched) -> {
            Layout layout = layouts.of(watched);
            GroupEdit group = new GroupEdit(watched, layout, group(layout, watched), name, hints, null);
            return editing.of(group.old(), group);
        })));
    }

    /** Writes the group anew beside the file. */
    <T> T rewriting(TypeHints hints, Editing<T> rewriting) throws IOException, RewriteNeeded {
        requireOpen();
        List<String> paths = paths();
        return unwrapped(() -> tree.rewrite(
                paths,
                (before, edit) -> watched(edit, (at, watched) -> {
                    Layout layout = layouts.of(before);
                    String group = group(layout, before);
                    if (!layout.paths(group).equals(paths)) {
                        throw new StateGone(); // somebody gave the file another layout since the paths were asked for
                    }
                    for (String path : paths) {
                        watched.touchAll(path);
                    }
                    Optional<Frames> frames = layout.open(before, group, name);
                    ChunkCache passing = new ChunkCache(cache.most());
                    OldRows old = new OldRows(
                            frames, () -> new BatchChunks(use -> use.of(before), true, passing, 0, 0), name);
                    return rewriting.of(old, new GroupEdit(watched, layout, group, name, hints, before));
                })));
    }

    private List<String> paths() throws IOException {
        Seen seen = current;
        if (seen != null) {
            return seen.state.layout().paths(seen.state.group());
        }
        return tree.read(at -> {
            Layout layout = layouts.of(at);
            return layout.paths(group(layout, at));
        });
    }

    private interface Watching<T> {
        T of(TreeEdit edit, WatchedEdit watched) throws IOException, RewriteNeeded;
    }

    /** Carries a checked exception through interfaces that know nothing of it. */
    private static final class Carried extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final transient RewriteNeeded needed;

        Carried(RewriteNeeded needed) {
            super("carried to the caller", needed, false, false);
            this.needed = needed;
        }
    }

    private interface Call<T> {
        T run() throws IOException;
    }

    private static <T> T unwrapped(Call<T> call) throws IOException, RewriteNeeded {
        try {
            return call.run();
        } catch (Carried carried) {
            throw carried.needed;
        }
    }

    private <T> T watched(TreeEdit edit, Watching<T> work) throws IOException {
        Known before = stillKnown();
        WatchedEdit watched =
                new WatchedEdit(edit, cache, before == null ? OptionalLong.empty() : OptionalLong.of(before.number));
        try {
            return work.of(edit, watched);
        } catch (RewriteNeeded needed) {
            throw new Carried(needed);
        } catch (IOException failure) {
            if (watched.begun() && !watched.committed()) {
                throw new WriteFailedException(name, Outcome.UNKNOWN, failure);
            }
            throw failure;
        } finally {
            if (watched.begun()) {
                noteCommit(before, watched);
            }
        }
    }

    /** Returns what the cache holds of the state the file is in. */
    private @Nullable Known stillKnown() throws IOException {
        Known before;
        synchronized (states) {
            before = known;
        }
        try {
            return before != null && before.stamp.equals(tree.stamp()) ? before : null;
        } catch (StoreNotFoundException none) {
            return null;
        }
    }

    /** Lets the cache hold what the commit left as it was, and what it wrote; while the file is locked. */
    private void noteCommit(@Nullable Known before, WatchedEdit edit) {
        current = null;
        Object stamp = null;
        if (edit.committed()) {
            try {
                stamp = tree.stamp();
            } catch (IOException | AtomfluxException unseen) {
                stamp = null; // the change was made all the same; the cache begins anew
            }
        }
        synchronized (states) {
            if (stamp == null) {
                known = null;
                return;
            }
            long next = ++number;
            if (before != null && known == before) {
                cache.advance(before.number, next, edit::touched);
            } else {
                cache.clear();
            }
            edit.cacheWritten(next);
            known = new Known(next, stamp);
        }
    }

    /** Takes the group away, with the whole file if nothing else is in it. */
    void remove() throws IOException {
        requireOpen();
        while (true) {
            long[] looked = {0};
            boolean alone;
            try {
                alone = tree.edit(edit -> {
                    looked[0] = tree.generation();
                    return watched(edit, (at, watched) -> removeBeside(watched));
                });
            } catch (StoreNotFoundException none) {
                return;
            }
            if (!alone) {
                return;
            }
            current = null;
            if (tree.removeIf(looked[0])) {
                return;
            } // else somebody wrote in between, perhaps another group
        }
    }

    /** Takes the group away if there are others; tells whether there are none. */
    private boolean removeBeside(WatchedEdit edit) throws IOException {
        Layout layout = layouts.of(edit);
        String group = group(layout, edit);
        List<String> groups = layout.groups(edit);
        Optional<String> other =
                groups.stream().filter(one -> !one.equals(group)).findFirst();
        if (other.isEmpty()) {
            return true;
        }
        if (!groups.contains(group)) {
            return false;
        }
        String holder = layout.edit(edit, other.get(), name, TypeHints.NONE).holder();
        for (String path : layout.paths(group)) {
            if (edit.hasGroup(path) || edit.array(path).isPresent()) {
                edit.delete(path);
            }
        }
        edit.commit("remove of group " + group, holder);
        return false;
    }

    /** Tells whether a failure says that nothing was changed. */
    static boolean leftNothing(Throwable failure) {
        return !(failure instanceof AtomfluxException known) || known.outcome() == Outcome.NOT_APPLIED;
    }

    @Override
    public void close() throws IOException {
        closed = true;
        current = null;
        cache.clear();
        tree.close();
    }
}
