package io.atomflux.cli;

import io.atomflux.ObjectIO;
import io.atomflux.RowView;
import io.atomflux.codec.Json;
import io.atomflux.registry.Registry;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Location;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.StoredColumn;
import io.atomflux.value.KeyedRow;
import io.atomflux.value.Row;
import io.atomflux.value.Schema;
import io.atomflux.value.SchemaBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What a store is. */
@Command(
        name = "info",
        header = "Tell what a store is: rows, columns, groups, size, abilities.",
        description = {
            "",
            "Columns are those of at most 1000 rows, evenly spread; 'atomflux schema' reads",
            "all rows. A letter in a shape is a length that differs between rows. Of columnar",
            "files it also tells chunks, codecs and how much they save.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  atomflux info md.lmdb",
            "  atomflux info md.lmdb --group train",
            "  atomflux info 'frames.extxyz@:100'",
            "  atomflux info md.zarr",
            "  atomflux info md.lmdb --json | jq .columns",
            "  atomflux info hf://org/molecules --cache-to cache.lmdb"
        })
final class InfoCommand extends RowsCommand {

    private static final int LOOKED_AT = 1000;

    @Override
    int look(Source source, ObjectIO store) {
        RowView<Row> rows = source.rowsOf(store);
        long count = await(rows.size());
        Schema schema = await(spread(rows, count).collect(SchemaBuilder::new, SchemaBuilder::add))
                .build();
        List<String> groups = await(store.groups().collectList());
        List<String> capabilities = await(capabilities(source));
        OptionalLong bytes = size(source);
        List<StoredColumn> storage = await(store.storage().collectList());
        if (json) {
            Map<String, @Nullable Object> facts = new LinkedHashMap<>();
            facts.put("store", store.name());
            facts.put("rows", count);
            facts.put("group", group);
            facts.put("groups", groups);
            facts.put("size_on_disk", bytes.isPresent() ? bytes.getAsLong() : null);
            facts.put("capabilities", capabilities);
            facts.put("rows_looked_at", Math.min(count, LOOKED_AT));
            facts.put("columns", SchemaTable.json(schema));
            if (!storage.isEmpty()) {
                facts.put("storage", StorageTable.json(storage));
            }
            console().line(Json.plain(facts));
            return 0;
        }
        fact("store", store.name());
        fact("rows", Text.count(count));
        if (!groups.isEmpty()) {
            fact("groups", String.join(", ", groups));
        }
        if (bytes.isPresent()) {
            fact("on disk", Text.bytes(bytes.getAsLong()));
        }
        fact("can", capabilities.isEmpty() ? "be read" : "be read, " + String.join(", ", capabilities));
        console().line("");
        if (count > LOOKED_AT) {
            console().line("columns of %s, evenly spread".formatted(Text.count(LOOKED_AT, "row")));
        }
        SchemaTable.print(console(), schema);
        if (!storage.isEmpty()) {
            console().line("");
            StorageTable.print(console(), storage);
        }
        return 0;
    }

    private void fact(String name, String value) {
        console().line("%-8s  %s".formatted(name, value));
    }

    private static RowView<Row> spread(RowView<Row> rows, long count) {
        if (count <= LOOKED_AT) {
            return rows;
        }
        long[] some = LongStream.range(0, LOOKED_AT)
                .map(i -> Math.multiplyHigh(i, count - 1) == 0 ? i * (count - 1) / (LOOKED_AT - 1) : i)
                .toArray();
        return rows.rowsAt(some);
    }

    /** Asks the store as a writer would see it; opening does nothing, so this writes nothing. */
    private Mono<List<String>> capabilities(Source source) {
        ObjectIO writable = Source.writable(source.location(), group);
        List<String> names = writable.capabilities().stream()
                .sorted()
                .map(Capability::name)
                .map(name -> name.toLowerCase(java.util.Locale.ROOT).replace('_', ' '))
                .toList();
        return writable.close().thenReturn(names);
    }

    /** Sums up what lies on this machine's disks; empty if not all of it does. */
    private OptionalLong size(Source source) {
        Path one = source.path().orElse(null);
        if (one != null) {
            return size(List.of(one));
        }
        Location location = Location.parse(source.location());
        if (!location.isPattern()) {
            return OptionalLong.empty();
        }
        return size(await(files(Registry.open(location, Source.options(group).withReadOnly()))));
    }

    private static <R extends KeyedRow<R>> Mono<List<Path>> files(RowBackend<R> pattern) {
        return Flux.usingWhen(
                        Mono.just(pattern),
                        opened -> opened.parts().map(RowBackend::name).map(Path::of),
                        RowBackend::close)
                .collectList();
    }

    private static OptionalLong size(List<Path> paths) {
        long bytes = 0;
        for (Path path : paths) {
            if (!Files.exists(path)) {
                return OptionalLong.empty();
            }
            try (Stream<Path> files = Files.walk(path)) {
                bytes += files.filter(Files::isRegularFile)
                        .mapToLong(file -> file.toFile().length())
                        .sum();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return OptionalLong.of(bytes);
    }
}
