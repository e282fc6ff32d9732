package io.atomflux.testkit.history;

import java.util.Objects;

/**
 * One call with its reply.
 *
 * @param client who called
 * @param invoked a moment before the call, in nanoseconds of a clock that all clients share
 * @param returned a moment after its reply; if that is unknown, a moment after which the call surely does nothing any
 *     more, or {@code Long.MAX_VALUE} if there is none
 * @param call what was asked
 * @param reply what was answered; {@link Reply#unknown()} if there was nothing
 */
public record Event(String client, long invoked, long returned, Call call, Reply reply) {
    public Event {
        Objects.requireNonNull(client, "client");
        Objects.requireNonNull(call, "call");
        Objects.requireNonNull(reply, "reply");
        if (returned < invoked) {
            throw new IllegalArgumentException(
                    "returned: %d (expected: not before %d, when it was invoked)".formatted(returned, invoked));
        }
    }

    /** Shows client, call, reply and times in one line; long lists of rows by their beginning. */
    @Override
    public String toString() {
        String answer = reply.toString();
        return "%s: %s -> %s [%d, %s]"
                .formatted(
                        client,
                        call,
                        answer.length() > 300
                                ? answer.substring(0, 300) + "\u2026 ("
                                        + reply.rows().size() + " rows)"
                                : answer,
                        invoked,
                        returned == Long.MAX_VALUE ? "never" : "" + returned);
    }
}
