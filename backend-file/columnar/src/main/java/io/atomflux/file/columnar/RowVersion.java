package io.atomflux.file.columnar;

import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.value.Bytes;
import io.atomflux.value.Row;
import io.atomflux.value.Version;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/** The version of a row: the SHA-256 of its keys and exact values. */
final class RowVersion {

    private static final byte[] RESERVED = "reserved".getBytes(StandardCharsets.US_ASCII);

    private RowVersion() {}

    static Version of(Row row) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        if (row.isReserved()) {
            digest.update(RESERVED);
        }
        List<String> keys = row.keys().stream().sorted().toList();
        for (String key : keys) {
            byte[] name = key.getBytes(StandardCharsets.UTF_8);
            byte[] value = NumpyMsgpack.CODEC.encode(row.get(key)).toArray();
            // lengths first, so that no two rows give the same bytes
            digest.update(ByteBuffer.allocate(8)
                    .putInt(name.length)
                    .putInt(value.length)
                    .array());
            digest.update(name);
            digest.update(value);
        }
        return new Version(Bytes.wrap(digest.digest()));
    }
}
