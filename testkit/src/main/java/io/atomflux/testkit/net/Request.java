package io.atomflux.testkit.net;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** One message of a client, as faults look at it; immutable. */
public final class Request {

    private static final int OP_MSG = 2013;
    private static final int OP_QUERY = 2004;
    private static final int HEADER = 16;

    private final Framing framing;
    private final byte[] bytes;
    private final long connection;
    private final long number;
    private final String command;

    Request(Framing framing, byte[] bytes, long connection, long number) {
        this.framing = framing;
        this.bytes = bytes;
        this.connection = connection;
        this.number = number;
        this.command = switch (framing) {
            case RAW -> "";
            case RESP -> redisCommand(bytes);
            case MONGO -> mongoCommand(bytes);
        };
    }

    /** Returns the whole message; a copy. */
    public byte[] bytes() {
        return bytes.clone();
    }

    /** Returns the size of the message. */
    public int size() {
        return bytes.length;
    }

    /** Returns the number of its connection, from 0 in the order they were accepted. */
    public long connection() {
        return connection;
    }

    /** Returns its number in its connection, from 0. */
    public long number() {
        return number;
    }

    /**
     * Returns the command: for Redis its first word in capitals, for MongoDB the first key of the command document, such
     * as {@code findAndModify}; empty for {@link Framing#RAW} and where it cannot be seen.
     */
    public String command() {
        return command;
    }

    /** Returns MongoDB's {@code requestID}, which the reply repeats as {@code responseTo}. */
    public int requestId() {
        if (framing != Framing.MONGO) {
            throw new IllegalStateException("requestId of a message framed as %s (expected: MONGO)".formatted(framing));
        }
        return LittleEndian.intAt(bytes, 4);
    }

    /** Tells whether the message holds these bytes somewhere, the text taken as UTF-8. */
    public boolean contains(String text) {
        byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; at + wanted.length <= bytes.length; at++) {
            if (java.util.Arrays.equals(bytes, at, at + wanted.length, wanted, 0, wanted.length)) {
                return true;
            }
        }
        return false;
    }

    Framing framing() {
        return framing;
    }

    byte[] shared() {
        return bytes;
    }

    boolean isOldQuery() {
        return framing == Framing.MONGO && LittleEndian.intAt(bytes, 12) == OP_QUERY;
    }

    /** Tells whether the server will answer it with a message of its own that is not a push. */
    boolean isAnswered() {
        return switch (framing) {
            case RAW -> false; // nothing is known
            case RESP -> !command.isEmpty() && !isSubscription();
            // flag 1 is moreToCome: the client waits for no reply; OP_QUERY and OP_COMPRESSED are answered
            case MONGO -> LittleEndian.intAt(bytes, 12) != OP_MSG || (LittleEndian.intAt(bytes, HEADER) & 2) == 0;
        };
    }

    boolean isSubscription() {
        return command.endsWith("SUBSCRIBE");
    }

    private static String redisCommand(byte[] bytes) {
        int from = 0;
        if (bytes[0] == '*') {
            from = lineEnd(bytes, lineEnd(bytes, 0)); // behind the count, and behind the length of the first word
        }
        int to = from;
        while (to < bytes.length && bytes[to] > ' ') {
            to++;
        }
        return new String(bytes, from, to - from, StandardCharsets.ISO_8859_1).toUpperCase(Locale.ROOT);
    }

    private static int lineEnd(byte[] bytes, int from) {
        int at = from;
        while (at < bytes.length && bytes[at] != '\n') {
            at++;
        }
        return Math.min(bytes.length, at + 1);
    }

    private static String mongoCommand(byte[] bytes) {
        int operation = LittleEndian.intAt(bytes, 12);
        int at = HEADER + 4; // behind the flags
        if (operation == OP_QUERY) {
            return key(bytes, textEnd(bytes, at) + 8);
        }
        if (operation != OP_MSG) {
            return "";
        }
        while (at + 5 < bytes.length && bytes[at] == 1) { // a sequence of documents before the command
            at += 1 + Math.max(4, LittleEndian.intAt(bytes, at + 1));
        }
        return at < bytes.length && bytes[at] == 0 ? key(bytes, at + 1) : "";
    }

    /** Returns the first key of a BSON document: length, type, key. */
    private static String key(byte[] bytes, int document) {
        int from = document + 5;
        return from >= bytes.length
                ? ""
                : new String(bytes, from, textEnd(bytes, from) - 1 - from, StandardCharsets.UTF_8);
    }

    /** Returns the offset behind the NUL that ends a text. */
    private static int textEnd(byte[] bytes, int from) {
        int at = from;
        while (at < bytes.length && bytes[at] != 0) {
            at++;
        }
        return at + 1;
    }

    @Override
    public String toString() {
        return "%s request %d of connection %d: %s, %d bytes"
                .formatted(framing, number, connection, command, bytes.length);
    }
}
