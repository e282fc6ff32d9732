package io.atomflux.redis;

import java.nio.charset.StandardCharsets;

/** Scripts of the tests. */
final class Scripts {

    private Scripts() {}

    static Script of(String text, boolean writes) {
        return Script.of("a test's script", text.getBytes(StandardCharsets.UTF_8), writes);
    }
}
