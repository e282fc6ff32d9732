package io.atomflux.cli;

import io.atomflux.ObjectIO;
import io.atomflux.codec.Json;
import picocli.CommandLine.Command;

/** Whether a store is whole. */
@Command(
        name = "verify",
        header = "Look for damage.",
        description = {
            "",
            "Finds contradictions of the layout, and values that do not decode. Prints one",
            "sentence for each problem and exits with 1; all well, it exits with 0.",
            ""
        },
        footer = {
            "",
            "Examples:",
            "  atomflux verify md.lmdb && echo fine",
            "  atomflux verify md.lmdb --json            problems as an array",
            "  atomflux verify md.lmdb --group train"
        })
final class VerifyCommand extends StoreCommand {

    @Override
    int look(Source source, ObjectIO store) {
        source.whole("verify");
        long[] problems = {0};
        long rows = await(store.size());
        if (json) {
            jsonArray(store.verify().doOnNext(problem -> problems[0]++), Json::plain);
        } else {
            forEach(store.verify(), problem -> {
                problems[0]++;
                console().line(problem);
            });
        }
        console()
                .note("%s, %s in %s"
                        .formatted(
                                problems[0] == 0 ? "no problem" : Text.count(problems[0], "problem"),
                                Text.count(rows, "row"),
                                store.name()));
        return problems[0] == 0 ? 0 : Cli.FOUND_WRONG;
    }
}
