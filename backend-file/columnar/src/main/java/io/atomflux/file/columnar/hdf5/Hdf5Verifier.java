package io.atomflux.file.columnar.hdf5;

import io.atomflux.error.AtomfluxException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Walks over all that a file holds and decodes every chunk. */
final class Hdf5Verifier {

    private static final int MOST_PROBLEMS = 100;
    private static final int MOST_DEPTH = 256;

    /** Tells objects from each other. */
    @FunctionalInterface
    interface Identity {
        /** Returns what is the same for all paths that lead to one object. */
        Object of(String path) throws IOException;
    }

    private final Tree tree;
    private final Identity identity;
    private final List<String> problems = new ArrayList<>();
    /** Objects may be reached by several paths, also by one that leads back to them. */
    private final Set<Object> seen = new HashSet<>();

    private Hdf5Verifier(Tree tree, Identity identity) {
        this.tree = tree;
        this.identity = identity;
    }

    /** Returns a sentence for each damage. */
    static List<String> problems(Tree tree, Identity identity) throws IOException {
        Hdf5Verifier verifier = new Hdf5Verifier(tree, identity);
        verifier.group("", 0);
        return verifier.problems;
    }

    private boolean isNew(String path) throws IOException {
        return seen.add(identity.of(path));
    }

    private void group(String path, int depth) throws IOException {
        List<String> names;
        try {
            if (!isNew(path)) {
                return;
            }
            tree.attributes(path);
            names = tree.names(path);
        } catch (AtomfluxException e) {
            add(e);
            return;
        }
        for (String name : names) {
            if (problems.size() >= MOST_PROBLEMS || depth > MOST_DEPTH) {
                return;
            }
            String child = path.isEmpty() ? name : path + "/" + name;
            try {
                if (tree.hasGroup(child)) {
                    group(child, depth + 1);
                } else {
                    array(child);
                }
            } catch (AtomfluxException e) {
                add(e);
            }
        }
    }

    private void array(String path) throws IOException {
        if (!isNew(path)) {
            return;
        }
        tree.attributes(path);
        ArrayInfo array = tree.array(path).orElse(null);
        if (array == null) {
            return;
        }
        if (!(tree instanceof Hdf5Tree open)) {
            parts(array);
            return;
        }
        Hdf5Dataset dataset = open.dataset(path);
        if (dataset.isChunked()) {
            for (long[] corner : open.call(path, () -> open.current(path).corners())) {
                if (problems.size() >= MOST_PROBLEMS) {
                    return;
                }
                chunk(array, corner);
            }
        } else if (!dataset.isContiguous() || dataset.offset() >= 0) {
            parts(array);
        }
    }

    private void chunk(ArrayInfo array, long[] corner) throws IOException {
        long[] index = new long[array.chunk().rank()];
        for (int axis = 0; axis < index.length; axis++) {
            index[axis] = corner[axis] / array.chunk().at(axis);
            if (corner[axis] >= array.shape().at(axis)) {
                return; // left over from when the array was longer; nobody reads it
            }
        }
        try {
            tree.chunk(array, Shape.of(index));
        } catch (AtomfluxException e) {
            add(e);
        }
    }

    /** Reads all parts of an array, which may claim to be of any length. */
    private void parts(ArrayInfo array) throws IOException {
        int rank = array.shape().rank();
        long[] index = new long[rank];
        for (int axis = 0; axis < rank; axis++) {
            if (array.shape().at(axis) == 0) {
                return;
            }
        }
        while (problems.size() < MOST_PROBLEMS) {
            try {
                tree.chunk(array, Shape.of(index));
            } catch (AtomfluxException e) {
                add(e);
            }
            int axis = rank - 1;
            while (axis >= 0 && ++index[axis] >= array.chunksAlong(axis)) {
                index[axis--] = 0;
            }
            if (axis < 0) {
                return;
            }
        }
    }

    private void add(AtomfluxException e) {
        problems.add(String.valueOf(e.getMessage()));
    }
}
