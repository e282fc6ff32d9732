package io.atomflux.file.columnar.journal;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256. */
final class Digests {

    private Digests() {}

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256 is missing (expected: every Java platform has it)", e);
        }
    }

    /** Stands where there is nothing to digest. */
    static final String NONE = "00".repeat(32);

    static String hex(MessageDigest digest) {
        return HexFormat.of().formatHex(digest.digest());
    }

    static void encode(DataOutput out, String digest) throws IOException {
        out.write(HexFormat.of().parseHex(digest));
    }

    static String decode(DataInput in) throws IOException {
        byte[] digest = new byte[32];
        in.readFully(digest);
        return HexFormat.of().formatHex(digest);
    }

    /** Returns the digest of a part of a file. */
    static String of(Disk.Handle file, long from, long to) throws IOException {
        MessageDigest digest = sha256();
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.max(1, Math.min(256 << 10, to - from)));
        for (long at = from; at < to; ) {
            buffer.clear().limit((int) Math.min(buffer.capacity(), to - at));
            int count = file.read(buffer, at);
            if (count <= 0) {
                break; // shorter than it was a moment ago: the digest tells
            }
            digest.update(buffer.flip());
            at += count;
        }
        return hex(digest);
    }
}
