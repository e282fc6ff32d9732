package io.atomflux.artifact.catalog;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Makes ids no two of which are the same: 32 random hexadecimal digits. */
final class Ids {

    private static final SecureRandom RANDOM = new SecureRandom();

    private Ids() {}

    static String random() {
        byte[] bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }
}
