package io.atomflux.file.lmdb;

import io.atomflux.ObjectIO;
import io.atomflux.error.AtomfluxException;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.Row;

/** Reads a store in a process of its own and says what it saw; then tries to write. */
final class ReadingProcess {

    private ReadingProcess() {}

    public static void main(String[] arguments) {
        ObjectIO db = ObjectIO.open(arguments[0], OpenOptions.none().with("map_size", "16M"));
        System.out.println("size " + db.size().block());
        System.out.println(
                "sum " + db.column("i", Long.class).reduce(0L, Long::sum).block());
        System.out.println("snapshot " + db.rows().snapshot().count().block());
        try {
            db.append(Row.of("i", 1)).block();
            System.out.println("written");
        } catch (AtomfluxException refused) {
            System.out.println("refused " + refused.getMessage());
        }
        System.out.println("readonly "
                + ObjectIO.open(
                                arguments[0],
                                OpenOptions.none().with("map_size", "16M").withReadOnly())
                        .size()
                        .block());
        db.close().block();
    }
}
