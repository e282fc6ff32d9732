package io.atomflux.cli;

/** What a command will not do, said so that the user can help it. */
final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
        super(message);
    }
}
