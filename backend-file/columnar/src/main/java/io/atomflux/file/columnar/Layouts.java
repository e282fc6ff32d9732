package io.atomflux.file.columnar;

import io.atomflux.file.columnar.tree.Tree;
import java.io.IOException;

/** Tells by a look at a file which layout its rows have. */
@FunctionalInterface
interface Layouts {

    /** Returns the layout; where nothing is there yet, the one to begin with. */
    Layout of(Tree tree) throws IOException;
}
