package io.atomflux.cli;

import io.atomflux.ObjectIO;
import io.atomflux.codec.Json;
import picocli.CommandLine.Command;

/** The groups of a location. */
@Command(
        name = "groups",
        header = "List the groups of a store.",
        description = {"", "A group is an independent collection of rows.", ""},
        footer = {
            "",
            "Examples:",
            "  atomflux groups md.lmdb",
            "  atomflux groups md.lmdb --json",
            "  atomflux groups md.lmdb --group train     as well: all groups beside it"
        })
final class GroupsCommand extends StoreCommand {

    @Override
    int look(Source source, ObjectIO store) {
        source.whole("groups");
        if (json) {
            jsonArray(store.groups(), Json::plain);
        } else {
            forEach(store.groups(), console()::line);
        }
        return 0;
    }
}
