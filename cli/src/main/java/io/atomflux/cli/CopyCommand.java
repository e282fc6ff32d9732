package io.atomflux.cli;

import io.atomflux.ObjectIO;
import io.atomflux.RowView;
import io.atomflux.codec.Json;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.spi.Capability;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** From one store to another. */
@Command(
        name = "copy",
        header = "Copy rows from one store to another, of whatever kind.",
        description = {
            "",
            "Memory stays constant. What TO cannot hold is refused; as in ASE, xyz text",
            "keeps eight decimals of what atoms have. Rows are written in whole batches;",
            "interrupted, the copy ends with one. With --cache-to, a slow source is asked for",
            "each row once: what was read is there the next time, also after a failure.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  atomflux copy frames.extxyz md.lmdb",
            "  atomflux copy 'md.lmdb@-100:' last.extxyz",
            "  atomflux copy 'run?/md.extxyz' all.lmdb",
            "  atomflux copy more.xyz md.lmdb --append",
            "  atomflux copy frames.xyz md.lmdb --json | jq .copied",
            "  atomflux copy all.lmdb split.lmdb --from-group raw --to-group train",
            "  atomflux copy md.lmdb small.lmdb --keys calc.energy,info.tag",
            "  atomflux copy md.lmdb other.lmdb --rename info.REF_energy=calc.energy",
            "  atomflux copy hf://org/molecules md.lmdb --cache-to cache.lmdb"
        })
final class CopyCommand implements Callable<Integer> {

    @ParentCommand
    @Nullable
    Cli cli;

    @Parameters(index = "0", paramLabel = "FROM", description = "The store to read, e.g. frames.xyz or 'md.lmdb@::10'.")
    String from = "";

    @Parameters(index = "1", paramLabel = "TO", description = "The store to write; made if it does not exist.")
    String to = "";

    @Option(names = "--from-group", paramLabel = "G", description = "The group to read.")
    @Nullable
    String fromGroup;

    @Option(names = "--to-group", paramLabel = "G", description = "The group to write.")
    @Nullable
    String toGroup;

    @Option(
            names = "--keys",
            paramLabel = "K,…",
            split = ",",
            hideParamSyntax = true,
            description = "Copy only these keys.")
    List<String> keys = new ArrayList<>();

    @Option(
            names = "--rename",
            paramLabel = "OLD=NEW",
            hideParamSyntax = true,
            split = ",",
            description = "Write a key under another name; may be repeated.")
    Map<String, String> renamed = new LinkedHashMap<>();

    @Option(names = "--append", description = "Add to the rows that are in TO already.")
    boolean append;

    @Option(
            names = "--cache-to",
            paramLabel = "STORE",
            description = "Keep the rows that are read in this store, and read from it those it has.")
    @Nullable
    String cacheTo;

    @Option(names = "--json", description = "Write what was copied as a JSON object.")
    boolean json;

    @Override
    public Integer call() {
        if (cli == null) {
            throw new IllegalStateException("not run as a subcommand");
        }
        Console console = cli.console;
        Source.requireOnePlace(to);
        Source source = Source.parse(from);
        ObjectIO reading = source.open(fromGroup, cacheTo);
        ObjectIO writing = target();
        Mono<Void> closing = Mono.whenDelayError(reading.close(), writing.close());
        try {
            if (!writing.capabilities().contains(Capability.APPEND)) {
                throw new RefusedException("%s is for reading only (expected: a store that rows can be appended to)"
                        .formatted(writing.name()));
            }
            copy(console, source.rowsOf(reading), reading, writing, closing);
            return 0;
        } finally {
            closing.block();
        }
    }

    private ObjectIO target() {
        return Source.writable(to, toGroup);
    }

    /** Stores of one layout pass bytes on as they are: what does not decode is refused here, not by a later reader. */
    private static void requireSound(Row row) {
        for (int i = 0; i < row.size(); i++) {
            row.valueAt(i);
        }
    }

    private void copy(Console console, RowView<Row> rows, ObjectIO reading, ObjectIO writing, Mono<Void> closing) {
        long total = StoreCommand.await(rows.size());
        refuseUnknownKeys(rows, total, reading.name());
        long before = StoreCommand.await(size(writing));
        if (before > 0 && !append) {
            throw new RefusedException("%s has %s already (expected: none); --append adds to them"
                    .formatted(writing.name(), Text.count(before, "row")));
        }
        try (Progress progress = new Progress(console, "copying", total)) {
            Flux<Row> chosen = keys.isEmpty() ? rows : rows.columns(keys);
            Flux<Row> counted = (renamed.isEmpty() ? chosen : chosen.map(this::renamed)).doOnNext(row -> {
                requireSound(row);
                progress.step();
            });
            // A batch that was being written when the work was cancelled still is; closing waits for it.
            Mono<Void> afterwards = closing.then(
                            Mono.usingWhen(Mono.fromSupplier(this::target), CopyCommand::size, ObjectIO::close))
                    .doOnNext(size -> {
                        progress.close();
                        console.note("interrupted; %s of %s copied to %s"
                                .formatted(Text.count(size - before), Text.count(total, "row"), writing.name()));
                    })
                    .then();
            long after = Interruptible.run(
                    writing.extend(counted),
                    afterwards,
                    failure -> console.note("not closed: " + failure.getMessage()));
            progress.close();
            double seconds = progress.seconds();
            console.note("copied %s to %s in %s"
                    .formatted(Text.count(after - before, "row"), writing.name(), Text.seconds(seconds)));
            if (json) {
                Map<String, Object> told = new LinkedHashMap<>();
                told.put("from", reading.name());
                told.put("to", writing.name());
                told.put("copied", after - before);
                told.put("rows", after);
                told.put("seconds", seconds);
                console.line(Json.plain(told));
            }
        }
    }

    private static Mono<Long> size(ObjectIO store) {
        return store.size().onErrorReturn(StoreNotFoundException.class, 0L);
    }

    /** Refuses a key that no row has, before anything is written: it is mistyped. */
    private void refuseUnknownKeys(RowView<Row> rows, long total, String store) {
        Collection<String> wanted = new ArrayList<>(keys);
        wanted.addAll(renamed.keySet());
        for (String key : wanted) {
            if (total > 0
                    && StoreCommand.await(rows.columns(key).any(row -> row.has(key)))
                            .equals(false)) {
                throw new RefusedException("key \"%s\": no row of %s has it (expected: one of %s)"
                        .formatted(key, store, String.join(", ", StoreCommand.await(keysOfFirst(rows)))));
            }
        }
    }

    private static Mono<List<String>> keysOfFirst(RowView<Row> rows) {
        return rows.get(0).map(Row::keys).defaultIfEmpty(List.of());
    }

    private Row renamed(Row row) {
        if (row.isReserved()) {
            return row;
        }
        Row.Builder builder = Row.builder();
        row.forEach((key, value) -> {
            String name = renamed.getOrDefault(key, key);
            if (!name.equals(key) && row.has(name) && !renamed.containsKey(name)) {
                throw new RefusedException(
                        "--rename %s=%s: a row has both keys (expected: only %s)".formatted(key, name, key));
            }
            builder.put(name, value);
        });
        return builder.build();
    }
}
