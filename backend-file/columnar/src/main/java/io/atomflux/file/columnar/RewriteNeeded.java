package io.atomflux.file.columnar;

/** A change cannot be made in place: all rows of the group have to be written anew. */
final class RewriteNeeded extends Exception {

    private static final long serialVersionUID = 1;

    private final transient TypeHints hints;

    /**
     * Says so.
     *
     * @param why for people
     * @param hints what types columns shall have in what is written anew, those of all columns there are among them
     */
    RewriteNeeded(String why, TypeHints hints) {
        super(why, null, false, false);
        this.hints = hints;
    }

    TypeHints hints() {
        return hints;
    }
}
