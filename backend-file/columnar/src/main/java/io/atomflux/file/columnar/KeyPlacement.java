package io.atomflux.file.columnar;

import io.atomflux.error.InvalidNameException;
import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.spi.Names;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Arrays named by their keys in one group of the tree (asebytes 0.3, ragged and padded layouts). */
enum KeyPlacement implements Placement {
    /** Atoms of all frames behind each other: {@code *.zarr}, {@code *.h5}. */
    RAGGED("ragged", false),
    /** Frames of equal length: {@code *.zarrp}, {@code *.h5p}. */
    PADDED("padded", true);

    private static final String DEFAULT_GROUP = "default";
    private static final int LONGEST_KEY = 200;
    private static final Set<String> ZARR_FILES = Set.of("zarr.json", ".zarray", ".zgroup", ".zattrs", ".zmetadata");

    private final String shown;
    private final boolean padded;

    KeyPlacement(String shown, boolean padded) {
        this.shown = shown;
        this.padded = padded;
    }

    @Override
    public String layout() {
        return shown;
    }

    @Override
    public boolean padded() {
        return padded;
    }

    @Override
    public String defaultGroup(Tree tree) {
        return DEFAULT_GROUP;
    }

    @Override
    public List<String> groups(Tree tree) throws IOException {
        List<String> groups = new ArrayList<>();
        for (String name : tree.names("")) {
            if (tree.hasGroup(name)
                    && (tree.attributes(name).containsKey("n_frames") || Described.isUnfinished(tree, name))) {
                groups.add(name);
            }
        }
        return groups;
    }

    @Override
    public List<String> paths(String group) {
        return List.of(group);
    }

    @Override
    public String holder(String group) {
        return group;
    }

    @Override
    public String internal(String group, String name) {
        return group + "/" + name;
    }

    @Override
    public String array(String group, String column) {
        return group + "/" + column;
    }

    @Override
    public Optional<String> refusal(String key) {
        return nameRefusal(key);
    }

    /** Tells why a key cannot be the name of an array. */
    static Optional<String> nameRefusal(String key) {
        if (key.startsWith("_")) {
            return Optional.of(
                    "a key that begins with _ (expected: another; those are the arrays that keep a file together)");
        }
        if (ZARR_FILES.contains(key)) {
            return Optional.of("a key that is the name of a file of Zarr (expected: another)");
        }
        if (key.getBytes(StandardCharsets.UTF_8).length > LONGEST_KEY) {
            return Optional.of("a key of more than 200 bytes (expected: at most 200 in UTF-8)");
        }
        try {
            Names.file(key);
        } catch (InvalidNameException e) {
            return Optional.of("a key that cannot name an array (expected: 1 to 200 bytes without / \\ : or control"
                    + " characters, not . or .., no blank at either end)");
        }
        return Optional.empty();
    }

    @Override
    public boolean perAtom(String column) {
        return PerAtom.declared(column);
    }

    @Override
    public Optional<Described> find(Tree tree, String group, String store) throws IOException {
        return Described.of(this, tree, group, store);
    }
}
