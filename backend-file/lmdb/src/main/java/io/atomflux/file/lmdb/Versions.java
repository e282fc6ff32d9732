package io.atomflux.file.lmdb;

import io.atomflux.value.Bytes;
import io.atomflux.value.Version;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Makes versions of rows: the sort key, and the SHA-256 of the cells in the order of their keys. */
final class Versions {

    private static final int CHUNK = 64 << 10;

    private Versions() {}

    /** Looks at a row as the transaction sees it. */
    static Version of(long sortKey, RowScanner scanner, Fields fields, NativeCursor cursor) {
        Fields.Shape shape = scanner.walk(sortKey, fields);
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        byte[] chunk = new byte[CHUNK];
        for (int i = 0; shape != null && i < scanner.cells(); i++) {
            byte[] name = fields.encoded(shape.fields()[i]);
            // lengths first, so that no two rows give the same bytes
            digest.update(ByteBuffer.allocate(8)
                    .putInt(name.length)
                    .putInt(scanner.length(i))
                    .array());
            digest.update(name);
            for (int at = 0; at < scanner.length(i); at += CHUNK) {
                int part = Math.min(CHUNK, scanner.length(i) - at);
                cursor.memory.read(scanner.address(i) + at, chunk, 0, part);
                digest.update(chunk, 0, part);
            }
        }
        ByteBuffer token = ByteBuffer.allocate(Long.BYTES + 32).putLong(sortKey).put(digest.digest());
        return new Version(Bytes.wrap(token.array()));
    }
}
