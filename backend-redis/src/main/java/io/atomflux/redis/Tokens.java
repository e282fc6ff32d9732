package io.atomflux.redis;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;

/** Names nobody else ever makes; drawn once for the process, as drawing may wait for the system. */
final class Tokens {

    private static final String PROCESS = drawn();
    private static final AtomicLong MADE = new AtomicLong();

    private Tokens() {}

    private static String drawn() {
        byte[] random = new byte[12];
        new SecureRandom().nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    /** Returns a new name: letters a to f and digits. */
    static String next() {
        return PROCESS + Long.toHexString(MADE.incrementAndGet());
    }
}
