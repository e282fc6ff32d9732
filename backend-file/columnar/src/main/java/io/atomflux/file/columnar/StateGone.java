package io.atomflux.file.columnar;

/** The file is no longer in the state a batch was begun in; the batch is read once more. Never leaves this package. */
final class StateGone extends RuntimeException {

    private static final long serialVersionUID = 1;

    StateGone() {
        super("the file changed while a batch was read", null, false, false);
    }
}
