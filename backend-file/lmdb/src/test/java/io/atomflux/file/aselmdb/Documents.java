package io.atomflux.file.aselmdb;

import io.atomflux.codec.AseJson;
import io.atomflux.error.AtomfluxException;
import io.atomflux.file.lmdb.SingleFile;
import io.atomflux.spi.Columns;
import io.atomflux.spi.WriteResult;
import io.atomflux.value.Row;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Golden files, what is stored in a file, and ways past all checks, as a broken program would take them. */
final class Documents {

    static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1_700_000_000), ZoneOffset.UTC);
    static final SingleFile.Access ACCESS = new SingleFile.Access(64 << 20, 126, true, true);

    private Documents() {}

    static byte[] golden(String name) throws IOException {
        try (InputStream in = Documents.class.getResourceAsStream("/aselmdb/" + name)) {
            return Objects.requireNonNull(in, name).readAllBytes();
        }
    }

    static Path copy(String name, Path folder) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.write(file, golden(name));
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> sidecar(String name) throws IOException {
        return (Map<String, Object>) Objects.requireNonNull(
                AseJson.read(new String(golden(name + ".json"), StandardCharsets.UTF_8).strip()));
    }

    static AseLmdbStore open(Path file) {
        return open(file, AseLmdbOptions.defaults());
    }

    static AseLmdbStore open(Path file, AseLmdbOptions options) {
        return new AseLmdbStore(file, !options.lock(), options);
    }

    /** Tells whether a row comes back as it was written. */
    static boolean isKept(Row row) {
        try {
            byte[] stored = new StructureWriter("contract", List.of(), CLOCK)
                    .document(row, null, "row", "append")
                    .stored();
            Zlib zlib = new Zlib("contract", 1 << 30);
            Row read = new StructureReader(Columns.ALL)
                    .row(RowDocument.read(zlib.inflate(stored, "row"), name -> true, "row", "contract"));
            return row.equals(read);
        } catch (AtomfluxException refused) {
            return false;
        }
    }

    /** Returns the JSON stored under a key, or null. */
    static @Nullable String json(Path file, String key) throws IOException {
        byte[] stored = bytes(file, key);
        return stored == null
                ? null
                : new String(new Zlib("test", 1 << 30).inflate(stored, key), StandardCharsets.UTF_8);
    }

    static byte @Nullable [] bytes(Path file, String key) throws IOException {
        try (SingleFile open = new SingleFile(file, "test", ACCESS, "a file")) {
            return open.read(snapshot -> new byte @Nullable [][] {snapshot.value(ascii(key), 1 << 30)})[0];
        }
    }

    static void putJson(Path file, String key, String json) throws IOException {
        put(file, key, Zlib.deflate(json.getBytes(StandardCharsets.UTF_8)));
    }

    static void put(Path file, String key, byte[] value) throws IOException {
        change(file, changes -> changes.put(ascii(key), value));
    }

    static void delete(Path file, String key) throws IOException {
        change(file, changes -> changes.delete(ascii(key)));
    }

    private static void change(Path file, Consumer<SingleFile.Changes> change) throws IOException {
        try (SingleFile open = new SingleFile(file, "test", ACCESS, "a file")) {
            List<WriteResult> results = open.write(List.of(change), Broken::new);
            if (results.get(0).failure() != null) {
                throw new IOException(results.get(0).failure());
            }
        }
    }

    private record Broken(SingleFile.Changes changes) implements SingleFile.Editor<Consumer<SingleFile.Changes>> {
        @Override
        public long apply(Consumer<SingleFile.Changes> write) {
            write.accept(changes);
            return 0;
        }

        @Override
        public boolean isMutating() {
            return true;
        }

        @Override
        public boolean isChanged() {
            return true;
        }

        @Override
        public void flush() {
            // all was written at once
        }
    }

    static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
