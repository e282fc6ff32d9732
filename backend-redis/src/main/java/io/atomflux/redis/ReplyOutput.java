package io.atomflux.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds a reply of any shape from the driver's parser: {@code Long}, {@code byte[]}, lists of replies, null for nil.
 *
 * <p>Each string is copied once, out of the socket's buffer. For the thread of one connection.
 */
final class ReplyOutput extends CommandOutput<byte[], byte[], Object> {

    private static final byte[] TRUE = {'1'};
    private static final byte[] FALSE = {'0'};

    // A length is announced before its elements arrive; a broken one must not cost memory by itself.
    private static final int LARGEST_GUESS = 1024;

    private final Deque<Level> open = new ArrayDeque<>();
    private @Nullable Object reply;
    private long bytes;
    private volatile boolean begun;
    private volatile boolean discarding;
    private volatile boolean redirected;

    ReplyOutput() {
        super(ByteArrayCodec.INSTANCE, null);
    }

    private record Level(List<@Nullable Object> elements, int expected) {}

    /** Returns how many bytes of strings the reply holds. */
    long bytes() {
        return bytes;
    }

    /** Tells whether any part of it arrived. */
    boolean begun() {
        return begun;
    }

    /** Stops keeping what arrives: nobody waits for it. */
    void discard() {
        discarding = true;
    }

    /** Tells whether the server said that another one owns the key, and the command was not sent there yet. */
    boolean redirected() {
        return redirected;
    }

    /** Tells, once, whether the server said another one owns the key: the command was not run, and is sent again. */
    boolean takeRedirection() {
        boolean was = redirected;
        redirected = false;
        return was;
    }

    @Override
    public @Nullable Object get() {
        return reply;
    }

    @Override
    public void set(@Nullable ByteBuffer string) {
        if (string == null || discarding) {
            add(null);
            return;
        }
        byte[] copy = new byte[string.remaining()];
        string.get(copy);
        bytes += copy.length;
        add(copy);
    }

    @Override
    public void set(long integer) {
        add(integer);
    }

    @Override
    public void set(double number) {
        add(Double.toString(number).getBytes(StandardCharsets.US_ASCII)); // as RESP2 has it: text
    }

    @Override
    public void set(boolean value) {
        add(value ? TRUE.clone() : FALSE.clone());
    }

    @Override
    public void multi(int count) {
        begun = true;
        if (count < 0) {
            add(null);
        } else if (count == 0) {
            add(Collections.emptyList());
        } else {
            open.push(new Level(new ArrayList<>(Math.min(count, LARGEST_GUESS)), count));
        }
    }

    @Override
    public void setError(@Nullable ByteBuffer message) {
        super.setError(message);
        String text = getError();
        redirected = open.isEmpty() && text != null && (text.startsWith("MOVED ") || text.startsWith("ASK "));
        if (!open.isEmpty()) {
            add(null); // one element of a list failed: the whole reply counts as failed, but is read to its end
        }
    }

    private void add(@Nullable Object element) {
        begun = true;
        @Nullable Object complete = element;
        for (Level level = open.peek(); level != null; level = open.peek()) {
            level.elements.add(complete);
            if (level.elements.size() < level.expected) {
                return;
            }
            open.pop();
            complete = level.elements;
        }
        reply = complete;
    }
}
