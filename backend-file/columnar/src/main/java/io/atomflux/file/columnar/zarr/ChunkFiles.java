package io.atomflux.file.columnar.zarr;

import io.atomflux.file.columnar.journal.StoreEdit;
import io.atomflux.file.columnar.tree.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The files of one array's chunks during an edit: which are new, and which are left over from somebody.
 *
 * <p>Beyond the grid that was committed nobody looks, so chunks are put there at once; whatever lies there and was not
 * written in this edit is taken away before it comes into view.
 */
final class ChunkFiles {

    private static final int MOST_PROBES = 1024; // beyond, listing folders costs less than asking for each file

    private final StoreEdit files;
    private final ChunkKeys keys;
    private final String array;
    private final long[] committed;
    private final boolean made;
    private final boolean journalled;
    private final Set<Shape> written = new HashSet<>();
    private final Set<Shape> removed = new HashSet<>();

    private ChunkFiles(
            StoreEdit files, ChunkKeys keys, String array, long[] committed, boolean made, boolean journalled) {
        this.files = files;
        this.keys = keys;
        this.array = array;
        this.committed = committed;
        this.made = made;
        this.journalled = journalled;
    }

    /** Begins with an array as it is. */
    static ChunkFiles of(StoreEdit files, ZarrArray array) {
        long[] grid = new long[array.info().shape().rank()];
        for (int i = 0; i < grid.length; i++) {
            grid[i] = array.filesAlong(i);
        }
        return new ChunkFiles(files, array.keys(), array.info().path(), grid, false, false);
    }

    /**
     * Begins with an array that is made.
     *
     * @param journalled whether files may lie there that somebody refers to until the commit
     */
    static ChunkFiles ofNew(StoreEdit files, ZarrArray array, boolean journalled) {
        long[] nothing = new long[array.info().shape().rank()];
        return new ChunkFiles(files, array.keys(), array.info().path(), nothing, true, journalled);
    }

    private boolean isCommitted(Shape index) {
        boolean inside = !made;
        for (int i = 0; inside && i < committed.length; i++) {
            inside = index.at(i) < committed[i];
        }
        return inside;
    }

    /** Tells whether a chunk is new and holds nothing but the fill, whatever a file there says. */
    boolean isUnwritten(Shape index) {
        return !isCommitted(index) && !written.contains(index);
    }

    void write(Shape index, ByteBuffer content) throws IOException {
        String path = keys.path(array, index);
        if (isCommitted(index)) {
            files.replace(path, content);
        } else {
            if (journalled || removed.contains(index)) {
                files.replace(path, content);
            } else {
                files.fresh(path, content);
            }
            written.add(index);
        }
    }

    /** Makes a chunk the fill. */
    void clear(Shape index) throws IOException {
        String path = keys.path(array, index);
        if (isCommitted(index) ? files.length(path).isPresent() : written.remove(index)) {
            files.delete(path);
            removed.add(index);
        }
    }

    /** Takes away the chunks beyond a new end. */
    void resize(ZarrArray before, ZarrArray after) throws IOException {
        boolean shrinks = false;
        for (int i = 0; i < committed.length; i++) {
            shrinks |= after.filesAlong(i) < before.filesAlong(i);
        }
        if (!shrinks) {
            return;
        }
        List<String> gone = new ArrayList<>();
        keys.visit(files, array, committed.length, new ChunkKeys.Visitor() {
            @Override
            public boolean folder(long[] begin, int axes, String path) {
                if (!after.isInside(begin, axes)) {
                    gone.add(path);
                    return false;
                }
                return true;
            }

            @Override
            public void chunk(long[] index, String path) {
                if (!after.isInside(index, index.length)) {
                    gone.add(path);
                }
            }
        });
        for (String path : gone) {
            files.delete(path);
        }
        written.removeIf(index -> {
            boolean out = !after.isInside(index.toArray(), index.rank());
            if (out) {
                removed.add(index);
            }
            return out;
        });
    }

    /** Takes away what somebody has left where the array has grown. */
    void clean(ZarrArray array) throws IOException {
        long fresh = 1;
        long old = 1;
        boolean grown = false;
        try {
            for (int i = 0; i < committed.length; i++) {
                fresh = Math.multiplyExact(fresh, array.filesAlong(i));
                old = Math.multiplyExact(old, Math.min(committed[i], array.filesAlong(i)));
                grown |= array.filesAlong(i) > committed[i];
            }
        } catch (ArithmeticException e) {
            fresh = Long.MAX_VALUE;
            grown = true;
        }
        if (!grown || fresh - old - written.size() <= 0) {
            return; // the usual append: all that is new was written
        }
        List<String> gone = new ArrayList<>();
        if (fresh - old <= MOST_PROBES) {
            probe(array, new long[committed.length], 0, false, gone);
        } else {
            list(array, gone);
        }
        for (String path : gone) {
            files.delete(path);
        }
    }

    private void probe(ZarrArray array, long[] index, int axis, boolean beyond, List<String> gone) throws IOException {
        if (axis == index.length) {
            Shape place = Shape.of(index);
            if (isUnwritten(place)) {
                String path = keys.path(this.array, place);
                if (files.length(path).isPresent()) {
                    gone.add(path);
                }
            }
            return;
        }
        boolean laterGrow = false;
        for (int i = axis + 1; i < index.length; i++) {
            laterGrow |= array.filesAlong(i) > committed[i];
        }
        long begin = beyond || laterGrow ? 0 : committed[axis];
        for (long i = begin; i < array.filesAlong(axis); i++) {
            index[axis] = i;
            probe(array, index, axis + 1, beyond || i >= committed[axis], gone);
        }
    }

    private void list(ZarrArray array, List<String> gone) throws IOException {
        keys.visit(files, this.array, committed.length, new ChunkKeys.Visitor() {
            @Override
            public boolean wants(long[] begin, int axes) {
                return array.isInside(begin, axes);
            }

            @Override
            public void chunk(long[] index, String path) {
                if (isUnwritten(Shape.of(index))) {
                    gone.add(path);
                }
            }
        });
    }
}
