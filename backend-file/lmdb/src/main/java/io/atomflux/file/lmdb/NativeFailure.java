package io.atomflux.file.lmdb;

/** A return code of LMDB other than success; never leaves this package, see {@link LmdbErrors}. */
final class NativeFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private final int code;
    private final String call;

    NativeFailure(int code, String call) {
        super(call + ": " + LmdbErrors.text(code) + " (" + code + ")");
        this.code = code;
        this.call = call;
    }

    int code() {
        return code;
    }

    String call() {
        return call;
    }
}
