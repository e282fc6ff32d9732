package io.atomflux.cli;

import io.atomflux.ObjectIO;
import io.atomflux.codec.Json;
import io.atomflux.error.CorruptDataException;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import reactor.core.publisher.Flux;

/** Whether a store is whole. */
@Command(
        name = "verify",
        header = "Look for damage.",
        description = {
            "",
            "Finds contradictions of the layout, and values that do not decode. Prints one",
            "sentence for each problem and exits with 1; all well, it exits with 0.",
            "",
            "--repair first mends what can be mended without losing anything whole, such as",
            "what a writer of another program left when it was killed, and tells what it did.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  atomflux verify md.lmdb && echo fine",
            "  atomflux verify md.lmdb --json            problems as an array",
            "  atomflux verify md.lmdb --group train",
            "  atomflux verify md.h5 --repair            mend, then look"
        })
final class VerifyCommand extends StoreCommand {

    /** The advice at the end of every message about damage, which whoever reads this has followed. */
    private static final String ADVICE = " (run 'atomflux verify' to see the extent)";

    @Option(names = "--repair", description = "Mend what can be mended first.")
    boolean repair;

    @Override
    ObjectIO opened(Source source) {
        return repair ? Source.writable(source.location(), group) : super.opened(source);
    }

    @Override
    int look(Source source, ObjectIO store) {
        source.whole("verify");
        if (repair) {
            forEach(store.repair(), mended -> console().note("mended: " + mended));
        }
        long[] problems = {0};
        Optional<Long> rows =
                await(store.size().map(Optional::of).onErrorReturn(CorruptDataException.class, Optional.empty()));
        Flux<String> found =
                store.verify().map(problem -> problem.replace(ADVICE, "")).doOnNext(problem -> problems[0]++);
        if (json) {
            jsonArray(found, Json::plain);
        } else {
            forEach(found, console()::line);
        }
        console()
                .note((problems[0] == 0 ? "no problem" : Text.count(problems[0], "problem"))
                        + rows.map(count -> ", " + Text.count(count, "row")).orElse("")
                        + " in "
                        + store.name());
        return problems[0] == 0 ? 0 : Cli.FOUND_WRONG;
    }
}
