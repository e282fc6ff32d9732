package io.atomflux.file.aselmdb;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.ForeignDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.file.lmdb.SingleFile;
import io.atomflux.spi.Columns;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One check of a whole database: its pages, its ids, every row, and keys that belong to nothing. */
final class Verification {

    private static final int MOST = 100;
    private static final int LONGEST_KEY = 511;
    private static final Pattern ID = Pattern.compile("[1-9][0-9]{0,15}");

    private final SingleFile file;
    private final AseLmdbStore store;
    private final RowDecoder decoder;
    private final List<String> problems = new ArrayList<>();

    Verification(SingleFile file, AseLmdbStore store) {
        this.file = file;
        this.store = store;
        this.decoder = new RowDecoder(store.source(), Columns.ALL);
    }

    List<String> run() throws IOException {
        try {
            file.checkPages();
            try (SingleFile.Held held = file.hold()) {
                Ids ids = held.read(0, store::ids);
                for (long position = 0; position < ids.size() && problems.size() < MOST; position++) {
                    row(held, ids, position);
                }
                byte[] key = new byte[0];
                while (key != null && problems.size() < MOST) {
                    byte[] least = key;
                    key = held.read(0, view -> view.keyFrom(least));
                    key = key == null ? null : after(key, ids);
                }
            }
        } catch (CorruptDataException corrupt) {
            problems.add(corrupt.place() + ": " + corrupt.problem());
        } catch (ForeignDataException | LimitExceededException refused) {
            problems.add(String.valueOf(refused.getMessage()));
        }
        return problems;
    }

    private void row(SingleFile.Held held, Ids ids, long position) throws IOException {
        long id = ids.at(position);
        try {
            decoder.row(held.read(
                    0,
                    view -> new RowDecoder.Stored(id, position, store.source().stored(view, id, position))));
        } catch (CorruptDataException corrupt) {
            problems.add(corrupt.place() + ": " + corrupt.problem());
        } catch (ForeignDataException | LimitExceededException refused) {
            problems.add(String.valueOf(refused.getMessage()));
        }
    }

    /** Looks at a key; returns the least one that can come after it, or null if none can. */
    private byte @Nullable [] after(byte[] key, Ids ids) {
        String shown = new String(key, StandardCharsets.UTF_8);
        if (ID.matcher(shown).matches()) {
            if (!ids.contains(Long.parseLong(shown))) {
                problems.add("key %s: a row whose id is deleted or not below nextid".formatted(shown));
            }
        } else if (!Arrays.equals(key, Ids.NEXT)
                && !Arrays.equals(key, Ids.DELETED)
                && !Arrays.equals(key, Ids.METADATA)) {
            problems.add(
                    "key %s: not one of ASE".formatted(shown.length() > 40 ? shown.substring(0, 40) + "…" : shown));
        }
        if (key.length < LONGEST_KEY) {
            return Arrays.copyOf(key, key.length + 1);
        }
        int last = key.length - 1;
        while (last >= 0 && key[last] == -1) {
            last--;
        }
        byte[] next = Arrays.copyOf(key, last + 1);
        if (last >= 0) {
            next[last]++;
        }
        return last < 0 ? null : next;
    }
}
