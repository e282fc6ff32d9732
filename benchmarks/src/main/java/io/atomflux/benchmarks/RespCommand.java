package io.atomflux.benchmarks;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A command as it was sent to Redis.
 *
 * @param name in capitals, e.g. {@code EVALSHA}
 * @param arguments behind the name
 */
record RespCommand(String name, List<byte[]> arguments) {

    /** Reads an array of bulk strings, which is how every driver sends commands. */
    static RespCommand of(byte[] message) {
        int[] at = {1};
        int count = number(message, at);
        List<byte[]> words = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            at[0]++; // the dollar sign
            int length = number(message, at);
            byte[] word = new byte[length];
            System.arraycopy(message, at[0], word, 0, length);
            words.add(word);
            at[0] += length + 2;
        }
        return new RespCommand(
                new String(words.get(0), StandardCharsets.US_ASCII).toUpperCase(java.util.Locale.ROOT),
                words.subList(1, count));
    }

    private static int number(byte[] message, int[] at) {
        int number = 0;
        while (message[at[0]] != '\r') {
            number = 10 * number + message[at[0]++] - '0';
        }
        at[0] += 2;
        return number;
    }
}
