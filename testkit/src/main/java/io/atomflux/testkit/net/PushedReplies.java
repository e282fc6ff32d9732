package io.atomflux.testkit.net;

import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Tells messages of subscriptions from replies where RESP 2 sends both as arrays. */
final class PushedReplies {

    private static final Set<String> KINDS = Set.of(
            "message",
            "pmessage",
            "smessage",
            "subscribe",
            "psubscribe",
            "ssubscribe",
            "unsubscribe",
            "punsubscribe",
            "sunsubscribe");
    private static final int LONGEST = 40; // the two lines before the kind, and the kind

    private PushedReplies() {}

    static boolean isOne(byte[] reply) {
        String[] lines =
                new String(reply, 0, Math.min(LONGEST, reply.length), StandardCharsets.ISO_8859_1).split("\r\n", -1);
        return lines.length > 3 && lines[1].startsWith("$") && KINDS.contains(lines[2]);
    }
}
