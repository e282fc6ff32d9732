package io.atomflux.file.columnar.tree;

import java.io.IOException;
import java.util.List;

/**
 * One file (or folder) with a tree in it; opened without any I/O, for many threads.
 *
 * <p>Readers see whole commits only. Writers of this library exclude each other, in this process and between processes.
 */
public interface TreeStore extends AutoCloseable {

    /** Reads while nobody of this library writes. */
    @FunctionalInterface
    interface Reading<T> {
        /** Reads; the tree is not used afterwards. */
        T of(Tree tree) throws IOException;
    }

    /** Changes while nobody else of this library writes or reads. */
    @FunctionalInterface
    interface Editing<T> {
        /** Changes, and commits if it shall be. */
        T of(TreeEdit edit) throws IOException;
    }

    /** Returns how messages name the place. */
    String name();

    /**
     * Returns what tells one state of the file from another: equal as long as nobody committed, as far as a look at the
     * file and its lock can tell; costs microseconds, waits for nobody.
     *
     * @throws io.atomflux.error.StoreNotFoundException if there is nothing
     */
    Object stamp() throws IOException;

    /**
     * Returns a text that differs whenever something of the file may have changed, the same in every process; waits for
     * writers, looks at every file a store is made of.
     *
     * @throws io.atomflux.error.StoreNotFoundException if there is nothing
     */
    String etag() throws IOException;

    /**
     * Returns a number that every commit of this library changes before it is answered; costs about one microsecond, waits for
     * nobody, sees nothing of other programs.
     */
    long generation() throws IOException;

    /**
     * Reads.
     *
     * @throws io.atomflux.error.StoreNotFoundException if there is nothing
     * @throws io.atomflux.error.StoreBusyException if somebody wrote for longer than the patience
     */
    <T> T read(Reading<T> reading) throws IOException;

    /** Changes what is there; the place is made with the first commit. */
    <T> T edit(Editing<T> editing) throws IOException;

    /**
     * Writes groups anew beside the file and puts them in place with the commit; all else in the file is kept.
     *
     * @param groups paths of what is written anew; the edit begins without them
     * @param editing is also given the tree as it was
     */
    <T> T rewrite(List<String> groups, Rewriting<T> editing) throws IOException;

    /** Writes anew what it reads. */
    @FunctionalInterface
    interface Rewriting<T> {
        /** Changes, and commits if it shall be. */
        T of(Tree before, TreeEdit edit) throws IOException;
    }

    /** Takes away the file with all that lies beside it for it. */
    void remove() throws IOException;

    /** Takes the file away if the generation is still this one; tells whether it did. */
    boolean removeIf(long generation) throws IOException;

    /** Looks for damage of the container itself; one sentence each. */
    List<String> verify() throws IOException;

    @Override
    void close() throws IOException;
}
