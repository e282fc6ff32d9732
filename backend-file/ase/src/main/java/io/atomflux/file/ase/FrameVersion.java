package io.atomflux.file.ase;

import io.atomflux.value.Bytes;
import io.atomflux.value.Version;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The version of a frame: the SHA-256 of its text, without its last line end. */
final class FrameVersion {

    private FrameVersion() {}

    static Version of(byte[] text) {
        int length = text.length;
        while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r')) {
            length--;
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(text, 0, length);
            return new Version(Bytes.wrap(digest.digest()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is missing (expected: every Java platform has it)", e);
        }
    }
}
