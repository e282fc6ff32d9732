package io.atomflux.hub.catalog;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What a file's content must hash to: SHA-256 of a large file, else the SHA-1 of its git blob, which is that of {@code blob
 * <size>\0} and the content. It is also the name of the blob in the cache folder.
 *
 * <p>Sources: {@code huggingface_hub}, {@code hf_api.py}, {@code RepoFile}; "Git Objects" in <a
 * href="https://git-scm.com/book/en/v2/Git-Internals-Git-Objects">Pro Git</a>.
 */
final class BlobHash {

    private final String expected;
    private final MessageDigest digest;

    private BlobHash(String expected, MessageDigest digest) {
        this.expected = expected;
        this.digest = digest;
    }

    /** Begins to hash the content of a file of a size. */
    static BlobHash of(String etag, long size) {
        try {
            MessageDigest digest = MessageDigest.getInstance(RepositoryNames.isSha256(etag) ? "SHA-256" : "SHA-1");
            if (RepositoryNames.isSha1(etag)) {
                digest.update(("blob " + size + "\0").getBytes(StandardCharsets.US_ASCII));
            }
            return new BlobHash(etag, digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1 and SHA-256", e);
        }
    }

    void update(ByteBuffer content) {
        digest.update(content.duplicate());
    }

    /** Ends it, and tells whether it is what was expected. */
    boolean isRight() {
        return HexFormat.of().formatHex(digest.digest()).equals(expected);
    }
}
