package io.atomflux.artifact.folder;

import io.atomflux.error.CorruptDataException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * What the file {@code CURRENT} says: which log and which runs, newest first, make up the index.
 *
 * <p>Lines of text: {@code atomflux-index 1}, {@code store ID}, {@code log NAME}, any number of {@code run NAME BYTES}, and
 * {@code crc} with the CRC-32C of what stands before it. Names are 16 hexadecimal digits, never used twice.
 *
 * @param store id of the store
 * @param log name of the log; what it holds is newer than all runs
 */
record Current(String store, String log, List<Run> runs) {

    static final String FILE = "CURRENT";
    static final String COPY = "CURRENT.copy";
    static final int MOST_BYTES = 1 << 20;

    private static final String FIRST = "atomflux-index 1";
    private static final SecureRandom RANDOM = new SecureRandom();

    Current {
        runs = List.copyOf(runs);
    }

    /** A run and how long its file is. */
    record Run(String name, long bytes) {}

    static String newName() {
        return random(8);
    }

    /** Returns random bytes as hexadecimal digits. */
    static String random(int bytes) {
        byte[] random = new byte[bytes];
        RANDOM.nextBytes(random);
        return HexFormat.of().formatHex(random);
    }

    byte[] encoded() {
        StringBuilder text = new StringBuilder();
        text.append(FIRST).append("\nstore ").append(store).append("\nlog ").append(log);
        for (Run run : runs) {
            text.append("\nrun ").append(run.name()).append(' ').append(run.bytes());
        }
        text.append('\n');
        return (text + "crc " + crc(text.toString()) + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    private static String crc(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.ISO_8859_1));
        return "%08x".formatted(crc.getValue());
    }

    /**
     * Reads the content of the file.
     *
     * @throws CorruptDataException if it is damaged
     */
    static Current decoded(String index, byte[] content) {
        String text = new String(content, StandardCharsets.ISO_8859_1);
        int end = text.lastIndexOf("crc ");
        if (end < 0 || !text.substring(end).equals("crc " + crc(text.substring(0, end)) + "\n")) {
            throw damaged(index, "it does not match its checksum");
        }
        String[] lines = text.substring(0, end).split("\n", -1);
        if (!lines[0].equals(FIRST) || lines.length < 4) {
            throw damaged(index, "\"%s\" (expected: \"%s\")".formatted(lines[0], FIRST));
        }
        List<Run> runs = new ArrayList<>();
        try {
            for (String line : List.of(lines).subList(3, lines.length - 1)) {
                String[] words = line.split(" ", -1);
                runs.add(new Run(words[1], Long.parseLong(words[2])));
            }
            return new Current(lines[1].split(" ", -1)[1], lines[2].split(" ", -1)[1], runs);
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            throw damaged(index, "it does not say what it should");
        }
    }

    private static CorruptDataException damaged(String index, String problem) {
        return new CorruptDataException(index, FILE, problem + "; rebuild the index of the store", null);
    }
}
