package io.atomflux.artifact.evaluator;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;

/**
 * The keys that were changed, one a line, in the order of the changes: by its length readers notice that there was a change,
 * by its end which keys it was about. A line is written after the journal of its change is there and before its steps.
 */
final class Commits {

    private static final long LONGEST = 1 << 20;

    private final Path file;

    Commits(Path file) {
        this.file = file;
    }

    /** A place in the file. */
    record Position(long length, String fileKey) {}

    Position now() throws IOException {
        Stamp stamp = Stamp.of(file);
        return new Position(stamp.size(), stamp.fileKey());
    }

    /** Returns the keys of the changes since; empty if they cannot be told. */
    Optional<Set<String>> since(Position from, Position to) throws IOException {
        if (!from.fileKey().equals(to.fileKey()) || to.length() < from.length()) {
            return Optional.empty();
        }
        Set<String> keys = new LinkedHashSet<>();
        if (to.length() == from.length()) {
            return Optional.of(keys);
        }
        ByteBuffer lines = ByteBuffer.allocate((int) Math.min(to.length() - from.length(), 2 * LONGEST));
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            long at = from.length();
            while (lines.hasRemaining()) {
                int read = in.read(lines, at);
                if (read < 0) {
                    return Optional.empty();
                }
                at += read;
            }
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        for (String line : new String(lines.array(), StandardCharsets.UTF_8).split("\n", -1)) {
            keys.add(line);
        }
        return Optional.of(keys);
    }

    /** Adds a line for each key; only under the lock. A file that grew long begins anew: readers look at everything then. */
    void add(Set<String> keys) throws IOException {
        if (now().length() > LONGEST) {
            Files.delete(file);
        }
        // begins with an end of line, in case whoever wrote last died in the middle
        byte[] lines = ("\n" + String.join("\n", keys) + "\n").getBytes(StandardCharsets.UTF_8);
        try (FileChannel out = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            out.write(ByteBuffer.wrap(lines));
        }
    }
}
