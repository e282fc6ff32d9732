package io.atomflux.cli;

import io.atomflux.ColumnView;
import io.atomflux.Indexed;
import io.atomflux.ObjectIO;
import io.atomflux.codec.Json;
import io.atomflux.value.NdArray;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One key of all rows. */
@Command(
        name = "column",
        header = "Show the values of one key, row by row.",
        description = "",
        footer = {
            "",
            "Examples:",
            "  atomflux column md.lmdb calc.energy",
            "  atomflux column md.lmdb calc.energy --json | jq 'min'",
            "  atomflux column md.lmdb info.tag --missing null",
            "  atomflux column 'md.lmdb@-1' arrays.positions --group train",
            "  atomflux column hf://org/molecules calc.energy --cache-to cache.lmdb"
        })
final class ColumnCommand extends RowsCommand {

    /** What to do about rows without a value. */
    enum Gaps {
        fail,
        nulls {
            @Override
            public String toString() {
                return "null";
            }
        },
        skip
    }

    @Parameters(index = "1", paramLabel = "KEY", description = "The key, e.g. calc.energy.")
    String key = "";

    @Option(
            names = "--missing",
            paramLabel = "fail|null|skip",
            defaultValue = "fail",
            converter = GapsConverter.class,
            description = "What to do about rows without a value: stop (the default), show null, or leave them out.")
    Gaps missing = Gaps.fail;

    static final class GapsConverter implements picocli.CommandLine.ITypeConverter<Gaps> {
        @Override
        public Gaps convert(String value) {
            for (Gaps gaps : Gaps.values()) {
                if (gaps.toString().equals(value)) {
                    return gaps;
                }
            }
            throw new picocli.CommandLine.TypeConversionException("%s (expected: fail, null or skip)".formatted(value));
        }
    }

    @Override
    int look(Source source, ObjectIO store) {
        ColumnView<Object> whole = source.rowsOf(store).column(key);
        ColumnView<Object> column = missing == Gaps.skip ? whole.skipMissing() : whole;
        if (json && missing == Gaps.nulls) {
            jsonArray(column.optional(), value -> Json.plain(value.orElse(null)));
        } else if (json) {
            jsonArray(column, Json::plain);
        } else if (missing == Gaps.nulls) {
            Table table = table(false);
            long[] row = {0};
            forEach(column.optional(), value -> row(table, row[0]++, value));
            table.end();
        } else {
            printed(column);
        }
        return 0;
    }

    private void printed(ColumnView<Object> column) {
        AtomicReference<@Nullable Table> table = new AtomicReference<>();
        forEach(column.indexed(), (Indexed<Object> found) -> {
            Table begun = table.get();
            if (begun == null) {
                begun = table(found.value() instanceof String || found.value() instanceof NdArray);
                table.set(begun);
            }
            row(begun, found.position(), Optional.of(found.value()));
        });
        Table begun = table.get();
        (begun == null ? table(false) : begun).end();
    }

    private Table table(boolean texts) {
        return new Table(console())
                .columns(
                        List.of("row", Text.withUnit(key)),
                        Table.aligns(Table.Align.RIGHT, texts ? Table.Align.LEFT : Table.Align.RIGHT));
    }

    private static void row(Table table, long position, Optional<Object> value) {
        String text = value.isEmpty()
                ? "-"
                : value.get() instanceof String shown ? Text.shortened(shown) : Json.plain(value.get());
        table.row(List.of(Text.count(position), text));
    }
}
