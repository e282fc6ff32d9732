package io.atomflux.file.columnar;

import java.io.IOException;

/** One change of a group; may be tried several times, each time against the rows there are then. */
interface Change {

    /**
     * Makes it where the rows are, and commits.
     *
     * @return the number of rows afterwards
     * @throws RewriteNeeded if that cannot be
     */
    long inPlace(OldRows old, GroupEdit group) throws IOException, RewriteNeeded;

    /**
     * Writes all rows to an empty group, changed, and commits.
     *
     * @return the number of rows afterwards
     * @throws RewriteNeeded if columns have to become of another type than hinted
     */
    long anew(OldRows old, GroupEdit group) throws IOException, RewriteNeeded;
}
