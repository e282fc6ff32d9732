package io.atomflux.testkit.net;

/** Bytes that are not of the protocol a proxy was told to expect. */
final class BadFrameException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BadFrameException(String problem) {
        super(problem);
    }
}
