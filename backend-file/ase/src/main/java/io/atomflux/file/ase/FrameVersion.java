package io.atomflux.file.ase;

import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.value.Bytes;
import io.atomflux.value.Row;
import io.atomflux.value.Version;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The version of a frame: the SHA-256 of its text, without its last line end, or of its row where there is no text. */
final class FrameVersion {

    private FrameVersion() {}

    static Version of(byte[] text) {
        int length = text.length;
        while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r')) {
            length--;
        }
        return of(text, length);
    }

    static Version of(Row row) {
        byte[] packed = NumpyMsgpack.packMap(NumpyMsgpack.encode(row)).toArray();
        return of(packed, packed.length);
    }

    private static Version of(byte[] bytes, int length) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(bytes, 0, length);
            return new Version(Bytes.wrap(digest.digest()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is missing (expected: every Java platform has it)", e);
        }
    }
}
