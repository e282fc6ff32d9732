package io.atomflux.cli;

import io.atomflux.ObjectIO;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A command that reads one store: opens it, lets the command look, and closes it. */
abstract class StoreCommand implements Callable<Integer> {

    /** So few rows at a time are handed over to the printing thread; what is read ahead is bounded in bytes anyway. */
    private static final int HANDED_OVER = 16;

    @ParentCommand
    @Nullable
    Cli cli;

    @Parameters(
            index = "0",
            paramLabel = "STORE",
            description = "The store, e.g. md.lmdb, 'frames.xyz@::10' or 'data/*.xyz'.")
    String location = "";

    @Option(names = "--group", paramLabel = "G", description = "The group within the store.")
    @Nullable
    String group;

    @Option(names = "--json", description = "Write JSON, in full precision.")
    boolean json;

    final Console console() {
        if (cli == null) {
            throw new IllegalStateException("not run as a subcommand");
        }
        return cli.console;
    }

    @Override
    public final Integer call() {
        Source source = Source.parse(location);
        ObjectIO store = opened(source);
        try {
            return look(source, store);
        } finally {
            store.close().block();
        }
    }

    /** Opens the store, for reading unless overridden; does no I/O. */
    ObjectIO opened(Source source) {
        return source.open(group);
    }

    /** Does the command's work and returns the exit code. */
    abstract int look(Source source, ObjectIO store);

    /** Shows every element to this thread, in order. */
    static <T> void forEach(Flux<T> elements, Consumer<? super T> action) {
        try (Stream<T> stream = elements.toStream(HANDED_OVER)) { // closing cancels, also after a broken pipe
            stream.forEach(action);
        }
    }

    /** Waits for a result that is never empty. */
    static <T> T await(Mono<T> result) {
        return result.blockOptional().orElseThrow(() -> new IllegalStateException("completed without a result"));
    }

    /** Writes a JSON array element by element, each on a line of its own. */
    final <T> void jsonArray(Flux<T> elements, java.util.function.Function<? super T, String> text) {
        Console console = console();
        console.print("[");
        String[] separator = {"\n"};
        forEach(elements, element -> {
            console.print(separator[0]);
            console.print(text.apply(element));
            separator[0] = ",\n";
        });
        console.line("\n]");
    }
}
