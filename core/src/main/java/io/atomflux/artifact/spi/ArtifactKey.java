package io.atomflux.artifact.spi;

import io.atomflux.error.InvalidNameException;
import io.atomflux.spi.Names;
import io.atomflux.value.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The key of an artifact: one or more parts, outermost first, written with {@code /} between them.
 *
 * <p>A part has 1 to 200 bytes of UTF-8 without separators, colons, control or formatting characters, is not {@code .} or
 * {@code ..}, and has no blank at its ends. A key has at most 32 parts and 400 bytes. Keys are compared exactly, and never
 * decoded: {@code %2e%2e} is an ordinary name.
 */
public final class ArtifactKey implements Comparable<ArtifactKey> {

    private static final int MOST_PARTS = 32;
    private static final int LONGEST = 400;

    private final List<String> parts;

    private ArtifactKey(List<String> parts) {
        this.parts = parts;
    }

    /** Makes a key of its parts.
     *
     * @throws InvalidNameException if one is refused, or there are none or too many
     */
    public static ArtifactKey of(String first, String... more) {
        ArrayList<String> parts = new ArrayList<>(more.length + 1);
        parts.add(first);
        parts.addAll(List.of(more));
        return of(parts);
    }

    /** Makes a key of its parts. */
    public static ArtifactKey of(List<String> parts) {
        parts.forEach(part -> guarded("key", part));
        String text = String.join("/", parts);
        if (parts.isEmpty() || parts.size() > MOST_PARTS || text.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
            throw new InvalidNameException("key", text, "1 to 32 parts, at most 400 bytes together");
        }
        return new ArtifactKey(List.copyOf(parts));
    }

    /** Reads a key as {@link #toString} writes it; parts between slashes. */
    public static ArtifactKey parse(String text) {
        return of(List.of(text.split("/", -1)));
    }

    /**
     * Guards the name of a file inside an artifact: parts as of a key, between slashes.
     *
     * @return the name
     * @throws InvalidNameException if it is refused
     */
    public static String fileName(String name) {
        for (String part : name.split("/", -1)) {
            guarded("file", part);
        }
        if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST) {
            throw new InvalidNameException("file", name, "at most 400 bytes");
        }
        return name;
    }

    private static void guarded(String kind, String part) {
        try {
            Names.file(part);
        } catch (InvalidNameException e) {
            throw new InvalidNameException(
                    kind,
                    part,
                    "parts of 1 to 200 bytes without \\ : or control characters, not . or .., no blank at either end");
        }
    }

    /** Returns the parts, outermost first. */
    public List<String> parts() {
        return parts;
    }

    /** Returns the last part. */
    public String name() {
        return parts.get(parts.size() - 1);
    }

    /** Returns this key below another. */
    public ArtifactKey below(ArtifactKey parent) {
        return parse(parent + "/" + this);
    }

    @Override
    public int compareTo(ArtifactKey other) {
        return Bytes.ofKey(toString()).compareTo(Bytes.ofKey(other.toString()));
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof ArtifactKey other && parts.equals(other.parts);
    }

    @Override
    public int hashCode() {
        return parts.hashCode();
    }

    /** Returns the parts with {@code /} between them. */
    @Override
    public String toString() {
        return String.join("/", parts);
    }
}
