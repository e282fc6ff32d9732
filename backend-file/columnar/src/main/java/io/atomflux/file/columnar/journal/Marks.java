package io.atomflux.file.columnar.journal;

import java.io.IOException;

/** What the lock file remembers of the commits under it. */
interface Marks {

    /** No lock file: nothing is known, nothing can be told. */
    Marks NONE = new Marks() {
        @Override
        public long mark() {
            return 0;
        }

        @Override
        public long applied() {
            return 0;
        }

        @Override
        public void apply(long number) {
            throw new IllegalStateException("no lock file to tell of a commit");
        }

        @Override
        public void change() {
            throw new IllegalStateException("no lock file to tell of a change");
        }
    };

    /** Returns what tells this lock file from one made later; never 0 for a lock file. */
    long mark() throws IOException;

    /** Returns the number of the last journal that was applied. */
    long applied() throws IOException;

    /** Tells everybody that a journal was applied. */
    void apply(long number) throws IOException;

    /** Tells everybody that something changed. */
    void change() throws IOException;
}
