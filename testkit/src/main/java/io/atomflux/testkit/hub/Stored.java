package io.atomflux.testkit.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * A file of a repository with its hashes.
 *
 * @param sha256 of the content
 * @param oid SHA-1 of its git blob: of the content, or of the pointer that stands for a large file
 * @param xet the hash of the storage, which is none of the content
 * @param large whether the storage has it, not git
 */
record Stored(String path, long size, String sha256, String oid, String xet, boolean large, Body body) {

    /** Length of a pointer file of Git LFS whose size has four digits; the value is only shown. */
    static final long POINTER_SIZE = 129;

    /** Files of these kinds are in git unless they are large: our choice, the hub lets repositories choose. */
    private static final List<String> SMALL =
            List.of(".md", ".json", ".jsonl", ".yaml", ".yml", ".txt", ".csv", ".py", ".gitattributes");

    private static final long LARGE = 10 << 20;

    static Stored of(String path, byte[] content) {
        byte[] copy = content.clone();
        return of(path, Body.of(copy), copy.length, digest(copy), content);
    }

    static Stored of(String path, Path file) {
        try {
            long size = Files.size(file);
            MessageDigest sha = sha("SHA-256");
            try (InputStream in = Files.newInputStream(file)) {
                byte[] buffer = new byte[1 << 16];
                for (int read; (read = in.read(buffer)) >= 0; ) {
                    sha.update(buffer, 0, read);
                }
            }
            byte[] small = isSmall(path, size) ? Files.readAllBytes(file) : new byte[0];
            return of(path, new Body.Region(file, 0, size), size, hex(sha.digest()), small);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stored of(String path, Body body, long size, String sha256, byte[] content) {
        boolean large = !isSmall(path, size);
        byte[] inGit = large
                ? "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n"
                        .formatted(sha256, size)
                        .getBytes(StandardCharsets.UTF_8)
                : content;
        MessageDigest blob = sha("SHA-1");
        blob.update(("blob " + inGit.length + "\0").getBytes(StandardCharsets.UTF_8));
        return new Stored(
                path,
                size,
                sha256,
                hex(blob.digest(inGit)),
                digest(("xet" + sha256).getBytes(StandardCharsets.UTF_8)),
                large,
                body);
    }

    private static boolean isSmall(String path, long size) {
        String name = path.toLowerCase(Locale.ROOT);
        return size < LARGE && SMALL.stream().anyMatch(name::endsWith);
    }

    private static String digest(byte[] bytes) {
        return hex(sha("SHA-256").digest(bytes));
    }

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    static MessageDigest sha(String algorithm) {
        try {
            return MessageDigest.getInstance(algorithm);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(algorithm + " is part of every Java platform", e);
        }
    }
}
