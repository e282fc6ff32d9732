package io.atomflux.file.ase;

/** What a frame cannot hold, before store and row are known; caught by {@link FrameWriter}. */
final class Unwritable extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private final String key;

    Unwritable(String key, String problem) {
        super(problem, null, false, false);
        this.key = key;
    }

    String key() {
        return key;
    }

    String problem() {
        return String.valueOf(getMessage());
    }
}
