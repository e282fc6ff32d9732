package io.atomflux.file.aselmdb;

import io.atomflux.error.ForeignDataException;
import io.atomflux.file.lmdb.SingleFile;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Tells a database of ASE that has no rows yet from one of another program, where a change would mix two layouts. */
final class Foreign {

    private static final int PICKLE = 0x80;
    private static final int SHOWN = 40;

    private Foreign() {}

    /** Fails if a database without {@code nextid} holds anything but what ASE writes before the first row. */
    static void requireNone(SingleFile.Snapshot snapshot, String store) {
        byte[] key = snapshot.keyFrom(new byte[0]);
        while (key != null) {
            if (!Arrays.equals(key, Ids.METADATA) && !Arrays.equals(key, Ids.DELETED)) {
                byte[] value = snapshot.value(key, Zlib.MOST_STORED);
                boolean pickled = value != null && value.length > 0 && (value[0] & 0xff) == PICKLE;
                throw new ForeignDataException(
                        store,
                        "a database with the key \"%s\"%s and without nextid"
                                .formatted(
                                        new String(key, 0, Math.min(key.length, SHOWN), StandardCharsets.UTF_8),
                                        pickled ? ", a pickled Python object as in OCP's databases," : ""),
                        "one of ASE; convert it with fairchem");
            }
            key = key.length < 500 ? snapshot.keyFrom(Arrays.copyOf(key, key.length + 1)) : null;
        }
    }
}
