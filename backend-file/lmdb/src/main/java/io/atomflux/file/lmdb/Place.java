package io.atomflux.file.lmdb;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Where an environment is: a folder that holds {@code data.mdb}, or a single file ({@code MDB_NOSUBDIR}).
 *
 * @param path the folder or the file
 * @param isFolder which of both
 */
record Place(Path path, boolean isFolder) {

    static Place folder(Path folder) {
        return new Place(folder, true);
    }

    static Place file(Path file) {
        return new Place(file, false);
    }

    /** Returns the file with the pages. */
    Path data() {
        return isFolder ? path.resolve(Layout.DATA_FILE) : path;
    }

    /** Returns the folder the files are in. */
    Path folder() {
        return isFolder ? path : path.resolveSibling(".");
    }

    /** Returns the same place without symbolic links; it has to be there. */
    Place real() throws IOException {
        return new Place(path.toRealPath(), isFolder);
    }
}
