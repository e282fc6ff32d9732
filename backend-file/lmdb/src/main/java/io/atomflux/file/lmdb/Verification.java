package io.atomflux.file.lmdb;

import io.atomflux.codec.NumpyMsgpack;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One check of a whole group; walks over all keys once. */
final class Verification {

    private static final int MOST = 100;

    private final NativeCursor cursor;
    private final State state;
    private final Index.Loader loader;
    private final boolean values;
    private final List<String> problems = new ArrayList<>();

    Verification(NativeCursor cursor, State state, Index.Loader loader, boolean values) {
        this.values = values;
        this.cursor = cursor;
        this.state = state;
        this.loader = loader;
    }

    List<String> run() {
        long distinct = state.index().distinct(loader);
        if (distinct != state.size()) {
            problem("index: %d distinct sort keys (expected: %d, one for each row)".formatted(distinct, state.size()));
        }
        for (boolean more = cursor.first(); more && problems.size() < MOST; more = cursor.next()) {
            byte[] key = cursor.keyBytes();
            if (key.length > 0 && key[0] >= '0' && key[0] <= '9') {
                cell(key);
            } else if (startsWith(key, Layout.BLOCK)) {
                block(key);
            }
        }
        return problems;
    }

    private void cell(byte[] key) {
        int hyphen = 0;
        long sortKey = 0;
        while (hyphen < key.length && hyphen < 18 && key[hyphen] >= '0' && key[hyphen] <= '9') {
            sortKey = sortKey * 10 + key[hyphen] - '0';
            hyphen++;
        }
        String shown = new String(key, StandardCharsets.UTF_8);
        if (hyphen == key.length || key[hyphen] != '-' || hyphen > 1 && key[0] == '0') {
            problem("cell %s: not a sort key and a field name".formatted(shown));
            return;
        }
        if (!state.index().contains(sortKey, loader)) {
            problem("cell %s: no row has this sort key".formatted(shown));
        }
        byte[] field = Arrays.copyOfRange(key, hyphen + 1, key.length);
        if (state.fields().placeOf(field) < 0) {
            problem("cell %s: its field is not in the schema".formatted(shown));
        }
        if (values) {
            value(shown);
        }
    }

    private void value(String shown) {
        if (cursor.dataSize() > Integer.MAX_VALUE - 64) {
            problem("cell %s: %d bytes (expected: less than 2 GiB)".formatted(shown, cursor.dataSize()));
            return;
        }
        byte[] value = cursor.dataBytes();
        try {
            NumpyMsgpack.CODEC.decode(value, 0, value.length);
        } catch (IllegalArgumentException malformed) {
            problem("cell %s: %s".formatted(shown, malformed.getMessage()));
        } catch (UnsupportedOperationException refused) {
            problem("cell %s: refused, %s".formatted(shown, refused.getMessage()));
        }
    }

    private void block(byte[] key) {
        if (key.length != Layout.BLOCK.length + Integer.BYTES) {
            problem("index block: a key of %d bytes".formatted(key.length));
            return;
        }
        long number = 0;
        for (int b = Integer.BYTES - 1; b >= 0; b--) {
            number = number << 8 | key[Layout.BLOCK.length + b] & 0xff;
        }
        if (number >= state.index().blockCount()) {
            problem("index block %d: left over (expected: %d blocks)"
                    .formatted(number, state.index().blockCount()));
        }
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    private void problem(String line) {
        problems.add(line);
    }
}
