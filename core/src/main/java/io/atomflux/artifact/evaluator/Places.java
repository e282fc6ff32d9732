package io.atomflux.artifact.evaluator;

import io.atomflux.artifact.spi.ArtifactKey;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.InvalidNameException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Where things are in the folder of a store, and the one guard of names on the way there.
 *
 * <pre>
 * object_keys.json           the registry, an export: keys by class
 * KEY.json                   an object
 * KEY/                       its files
 * .atomflux/id               the id of the store
 * .atomflux/lock             locked by the operating system while a process changes the store
 * .atomflux/journal          the change that is being made; it is made once this file is there
 * .atomflux/commits          the keys that were changed, one a line; what readers notice changes by
 * .atomflux/records/KEY.json what Evaluator has no place for: revision, metadata, sizes and hashes of files
 * .atomflux/sets/SET/        files that are being written, were replaced or deleted
 * .atomflux/held/SET/        links to the files of a set that somebody reads by path
 * .atomflux/holds/SET.HOLD   until when he does
 * .atomflux/locks/           locks by name
 * </pre>
 */
final class Places {

    static final String REGISTRY = "object_keys.json";
    static final String HIDDEN = ".atomflux";
    static final String JSON = ".json";

    private static final Pattern SET = Pattern.compile("[0-9a-f]{32}");
    private static final int LONGEST = 180; // a name has 255 bytes, and gets some more

    final Path root;
    final Path hidden;

    Places(Path root) {
        this.root = root.toAbsolutePath().normalize();
        this.hidden = this.root.resolve(HIDDEN);
    }

    static boolean isKey(String key) {
        try {
            guarded(key);
            return true;
        } catch (InvalidNameException e) {
            return false;
        }
    }

    /** Accepts a key that this layout can hold: one part, whose files are no other key's and nothing of the store's own. */
    private static String guarded(String key) {
        String lower = key.toLowerCase(Locale.ROOT);
        boolean fits = ArtifactKey.parse(key).parts().size() == 1
                && !key.startsWith(".")
                && !lower.equals("object_keys")
                && !lower.endsWith(JSON)
                && key.length() <= LONGEST;
        if (!fits) {
            throw new InvalidNameException(
                    "key",
                    key,
                    "one part, not object_keys, no dot in front, no .json at the end; this layout has no sub-stores");
        }
        return key;
    }

    Path registry() {
        return root.resolve(REGISTRY);
    }

    Path json(String key) {
        return root.resolve(guarded(key) + JSON);
    }

    Path folder(String key) {
        return root.resolve(guarded(key));
    }

    Path sidecar(String key) {
        return hidden.resolve("records").resolve(guarded(key) + JSON);
    }

    Path journal() {
        return hidden.resolve("journal");
    }

    Path commits() {
        return hidden.resolve("commits");
    }

    Path id() {
        return hidden.resolve("id");
    }

    Path lock() {
        return hidden.resolve("lock");
    }

    Path sets() {
        return hidden.resolve("sets");
    }

    Path set(String set) {
        return sets().resolve(checked(set));
    }

    Path held(String set) {
        return hidden.resolve("held").resolve(checked(set));
    }

    Path holds() {
        return hidden.resolve("holds");
    }

    Path locks() {
        return hidden.resolve("locks");
    }

    Path scratch() {
        return hidden.resolve("tmp");
    }

    static String checked(String id) {
        if (!SET.matcher(id).matches()) {
            throw new IllegalArgumentException("id: \"%s\" (expected: 32 hexadecimal digits)".formatted(id));
        }
        return id;
    }

    /** Tells whether there is a store. */
    boolean exist() {
        return Disk.exists(registry()) || Disk.isFolder(hidden.resolve("records"));
    }

    /** Makes the folders; refuses a link in the place of ours, and a folder that is something else already. */
    void make() throws IOException {
        if (Disk.exists(root) && !exist()) {
            try (DirectoryStream<Path> others = Files.newDirectoryStream(
                    root, path -> !path.getFileName().toString().startsWith("."))) {
                Iterator<Path> first = others.iterator();
                if (first.hasNext() && !exist()) { // another process may just have made it
                    throw new ForeignDataException(
                            root.toString(),
                            first.next().getFileName().toString(),
                            "a missing or empty folder, or one with " + REGISTRY);
                }
            }
        }
        Files.createDirectories(root);
        if (Files.isSymbolicLink(hidden)) {
            throw new CorruptDataException(
                    root.toString(), HIDDEN, "it is a link (expected: a folder); remove it", null);
        }
        Files.createDirectories(hidden);
        for (String name : new String[] {"records", "sets", "held", "holds", "locks", "tmp"}) {
            Path folder = hidden.resolve(name);
            try {
                Files.createDirectory(folder);
            } catch (FileAlreadyExistsException e) {
                if (!Disk.isFolder(folder)) {
                    throw e;
                }
            }
        }
    }

    /** Resolves a file of a set; nothing on the way may be a link. */
    Path file(Path folder, String name) {
        Path file = folder;
        for (String part : ArtifactKey.fileName(name).split("/", -1)) {
            file = file.resolve(part);
            if (Files.isSymbolicLink(file)) {
                throw new CorruptDataException(
                        root.toString(),
                        "file " + name,
                        "it is a link, or in a linked folder; links are not followed",
                        null);
            }
        }
        return file;
    }
}
