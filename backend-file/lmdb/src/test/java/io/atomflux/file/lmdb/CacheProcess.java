package io.atomflux.file.lmdb;

import io.atomflux.ObjectIO;
import io.atomflux.error.StoreChangedException;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * A process that reads a store through a cache until it is done or killed, and says on standard output what it read.
 *
 * <p>Every row tells its position and the version of the store: {@code wrong} is printed where a position is another, or where
 * one stream gives two versions; else {@code read} for each read.
 */
public final class CacheProcess {

    private CacheProcess() {}

    static Row row(int position, int version) {
        return Row.of("info.i", position, "info.version", version).merge(Row.of("info.text", "x".repeat(200)));
    }

    /** Takes the source, the cache, a seed, and how many reads to make. */
    public static void main(String[] arguments) {
        ObjectIO store = ObjectIO.open(Path.of(arguments[0]), OpenOptions.ofReadOnly())
                .cached(ObjectIO.open(Path.of(arguments[1])));
        Random random = new Random(Integer.parseInt(arguments[2]));
        int reads = Integer.parseInt(arguments[3]);
        for (int i = 0; i < reads; i++) {
            try {
                System.out.println(read(store, random) ? "read" : "wrong");
            } catch (StoreChangedException changed) {
                System.out.println("changed");
            }
        }
        store.close().block();
        System.out.println("finished");
    }

    private static boolean read(ObjectIO store, Random random) {
        int size = store.size().blockOptional().orElseThrow().intValue();
        if (random.nextInt(4) == 0) {
            return rowsAre(store.rows().collectList().block(), 0, size, size);
        }
        int from = random.nextInt(size);
        if (random.nextBoolean()) {
            return rowsAre(List.of(store.get(from).blockOptional().orElseThrow()), from, from + 1, size);
        }
        int to = Math.min(size, from + 1 + random.nextInt(50));
        return rowsAre(store.rows(from, to).collectList().block(), from, to, size);
    }

    private static boolean rowsAre(List<Row> rows, int from, int to, int size) {
        if (rows.size() != to - from) {
            return false;
        }
        for (int i = 0; i < rows.size(); i++) {
            Row row = rows.get(i);
            Long version = row.get("info.version", Long.class);
            if (version == null
                    || !version.equals(rows.get(0).get("info.version"))
                    || !row.equals(row(from + i, version.intValue()))) {
                System.out.println("row %d of %d: %s".formatted(from + i, size, row));
                return false;
            }
        }
        return true;
    }
}
