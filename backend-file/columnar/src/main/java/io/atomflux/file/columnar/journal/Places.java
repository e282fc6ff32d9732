package io.atomflux.file.columnar.journal;

import java.nio.file.Path;

/**
 * Where the files of a store and those beside it are.
 *
 * @param root the store itself, links resolved
 */
record Places(Path root) {

    private static final String TEMPORARY = ".atomflux-new";

    Path folder() {
        Path parent = root.getParent();
        if (parent == null) {
            throw new IllegalStateException("%s has no folder (expected: a file or folder in one)".formatted(root));
        }
        return parent;
    }

    Path lock() {
        return beside("%s.lock");
    }

    Path journal() {
        return beside("%s.journal");
    }

    /** A journal before its commit. */
    Path draft() {
        return beside(".%s.atomflux-journal");
    }

    Path rewrite() {
        return beside(".%s.atomflux-rewrite");
    }

    Path trash() {
        return beside(".%s.atomflux-trash");
    }

    /** The store, where it is one file, before it is there. */
    Path created() {
        return temporary(root);
    }

    /** A journal that was not applied, the first of them, or a later one. */
    Path conflict(int number) {
        return beside("%s.journal.conflict" + (number == 1 ? "" : "-" + number));
    }

    /** What such a journal would have adopted or put in place. */
    Path conflictData(int number) {
        return beside("%s.journal.conflict-data" + (number == 1 ? "" : "-" + number));
    }

    /** Returns where a file is written before it is renamed. */
    static Path temporary(Path file) {
        return file.resolveSibling("." + file.getFileName() + TEMPORARY);
    }

    static boolean isTemporary(String name) {
        return name.startsWith(".") && name.endsWith(TEMPORARY);
    }

    private Path beside(String pattern) {
        return folder().resolve(pattern.replace("%s", String.valueOf(root.getFileName())));
    }

    /** Returns where a file of the store is. */
    Path of(String path) {
        return path.isEmpty() ? root : root.resolve(path);
    }

    /** Tells whether a path is one, or below one, whatever the other. */
    static boolean within(String path, String above) {
        return above.isEmpty()
                || path.equals(above)
                || path.length() > above.length() && path.charAt(above.length()) == '/' && path.startsWith(above);
    }

    /** Returns the folder a path is in, or the empty path. */
    static String parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? "" : path.substring(0, slash);
    }

    /**
     * Returns what is wrong with a path, or an empty text.
     *
     * <p>Paths in a journal come from outside: none may lead out of the store.
     */
    static String flaw(String path) {
        if (path.isEmpty()) {
            return "";
        }
        if (path.length() > 4096) {
            return "longer than 4096 characters";
        }
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c < 0x20 || c == 0x7f || c == '\\') {
                return "a control character or a backslash";
            }
        }
        for (String part : path.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return "an empty part, '.' or '..'";
            }
            if (isTemporary(part)) {
                return "a name of a temporary file";
            }
            if (java.io.File.separatorChar == '\\' && part.indexOf(':') >= 0) {
                return "a colon";
            }
        }
        return "";
    }
}
