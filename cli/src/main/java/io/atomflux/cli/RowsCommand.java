package io.atomflux.cli;

import io.atomflux.ObjectIO;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command that reads the rows of one store, which may be kept on the way. */
abstract class RowsCommand extends StoreCommand {

    @Option(
            names = "--cache-to",
            paramLabel = "STORE",
            description = "Keep the rows that are read in this store, and read from it those it has.")
    @Nullable
    String cacheTo;

    @Override
    ObjectIO opened(Source source) {
        return source.open(group, cacheTo);
    }
}
