package io.atomflux.file.columnar.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/** Stores and their content, for tests. */
final class Stores {

    private Stores() {}

    static StoreAccess open(Path store) {
        return StoreAccess.of(store, false, Duration.ofSeconds(20), StoreAccess.Fence.NONE, "the store");
    }

    static StoreAccess readOnly(Path store) {
        return StoreAccess.of(store, true, Duration.ofSeconds(20), StoreAccess.Fence.NONE, "the store");
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    static String text(StoreFiles files, String path) throws IOException {
        return new String(files.read(path, 1 << 24), StandardCharsets.UTF_8);
    }

    static String text(StoreAccess store, String path) throws IOException {
        return store.reading(files -> text(files, path));
    }
}
