package io.atomflux.file.columnar.zarr;

import io.atomflux.error.AtomfluxException;
import io.atomflux.file.columnar.journal.StoreFiles;
import io.atomflux.file.columnar.tree.Shape;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Looks at every document and decodes every chunk of a store. */
final class ZarrVerification {

    private static final int MOST_FINDINGS = 1000;
    private static final int DEEPEST = 64;

    private final StoreFiles files;
    private final ZarrTree tree;
    private final List<String> findings = new ArrayList<>();
    private long unsaid;

    ZarrVerification(StoreFiles files, ZarrPlace place) {
        this.files = files;
        this.tree = new ZarrTree(files, place);
    }

    /** Returns what is wrong, one sentence each. */
    List<String> findings() throws IOException {
        folder("", 0);
        if (unsaid > 0) {
            findings.add("and %d more of the kind".formatted(unsaid));
        }
        return List.copyOf(findings);
    }

    private void add(String finding) {
        if (findings.size() < MOST_FINDINGS) {
            findings.add(finding);
        } else {
            unsaid++;
        }
    }

    private void folder(String path, int depth) throws IOException {
        if (depth > DEEPEST) {
            add("%s: folders nested deeper than %d are not looked at".formatted(path, DEEPEST));
            return;
        }
        Optional<ZarrPlace.Entry> entry;
        try {
            entry = path.isEmpty() || namesFit(path) ? tree.entry(path) : Optional.empty();
        } catch (AtomfluxException e) {
            add("%s: %s".formatted(shown(path), e.getMessage()));
            return;
        }
        if (entry.isPresent() && entry.get().node().isArray()) {
            array(path, entry.get());
            return;
        }
        if (entry.isEmpty() && !path.isEmpty()) {
            if (holdsFiles(path, depth)) {
                add(
                        "%s: files, but neither %s nor a document of version 2 says what they are (left by a writer that died?)"
                                .formatted(shown(path), ZarrNode.V3));
            }
            return;
        }
        for (String name : files.names(path)) {
            String inside = ZarrPaths.in(path, name);
            if (files.isFolder(inside)) {
                folder(inside, depth + 1);
            } else if (!ZarrNode.isDocument(name)) {
                other(inside);
            }
        }
    }

    private static boolean namesFit(String path) {
        for (String part : path.split("/", -1)) {
            if (!ZarrPaths.fits(part)) {
                return false;
            }
        }
        return true;
    }

    private static String shown(String path) {
        return path.isEmpty() ? "the root" : path;
    }

    private boolean holdsFiles(String path, int depth) throws IOException {
        for (String name : files.names(path)) {
            String inside = ZarrPaths.in(path, name);
            if (!files.isFolder(inside) || depth > DEEPEST || holdsFiles(inside, depth + 1)) {
                return true;
            }
        }
        return false;
    }

    private void other(String path) {
        if (path.endsWith(".partial")) {
            add("%s: left by a writer that died before it renamed the file".formatted(path));
        } else {
            add("%s: neither a document nor a chunk".formatted(path));
        }
    }

    private void array(String path, ZarrPlace.Entry entry) throws IOException {
        ZarrArray array;
        try {
            array = entry.array();
        } catch (AtomfluxException e) {
            add("%s: %s".formatted(shown(path), e.getMessage()));
            return;
        }
        array.keys().visit(files, path, array.info().shape().rank(), new ChunkKeys.Visitor() {
            @Override
            public void chunk(long[] index, String file) throws IOException {
                if (array.isInside(index, index.length)) {
                    decode(array, index, file);
                } else {
                    add("%s: a chunk beyond shape %s (left by a writer that died, or when the array was cut)"
                            .formatted(file, array.info().shape()));
                }
            }

            @Override
            public void other(String file) {
                ZarrVerification.this.other(file);
            }
        });
    }

    private void decode(ZarrArray array, long[] index, String file) throws IOException {
        try {
            if (array.sharding().isEmpty()) {
                tree.chunk(array.info(), Shape.of(index));
                return;
            }
            Shape perShard = array.sharding().get().perShard();
            long count = perShard.count();
            for (long number = 0; number < count; number++) {
                long[] inner = new long[index.length];
                long rest = number;
                boolean inside = true;
                for (int i = inner.length - 1; i >= 0; i--) {
                    inner[i] = index[i] * perShard.at(i) + rest % perShard.at(i);
                    rest /= perShard.at(i);
                    inside &= inner[i]
                            < ZarrArray.along(array.info().shape(), array.info().chunk(), i);
                }
                if (inside) {
                    tree.chunk(array.info(), Shape.of(inner));
                }
            }
        } catch (AtomfluxException e) {
            add("%s: %s".formatted(file, e.getMessage()));
        }
    }
}
