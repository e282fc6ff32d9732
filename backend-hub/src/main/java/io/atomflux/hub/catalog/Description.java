package io.atomflux.hub.catalog;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.StoreAccessException;
import io.atomflux.hub.net.HubAnswer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the hub says of a dataset at one revision. Only the id is certain to be there: {@code huggingface_hub}, {@code
 * hf_api.py}, {@code DatasetInfo}.
 *
 * @param id after renames
 * @param commit of the revision
 * @param files the paths of all files as far as the hub lists them here; empty if it lists none
 * @param card the head of the card; null if it is not told
 */
record Description(
        String id,
        String commit,
        Optional<Set<String>> files,
        @Nullable Map<String, @Nullable Object> card) {

    /** From how many files on the list is not trusted to be whole; whether the hub cuts it is not documented. */
    private static final int CERTAIN = 10_000;

    /** Reads the answer to {@link Addresses#info}. */
    static Description read(HubAnswer answer, String asked, String revision, String store) {
        String place = "description of the repository";
        Map<String, @Nullable Object> json = JsonTree.object(answer.body(), store, place);
        if (Boolean.TRUE.equals(json.get("disabled"))) {
            throw new StoreAccessException(store, "the hub has disabled this dataset", null);
        }
        String commit = JsonTree.text(json.get("sha"));
        if (commit == null) {
            commit = answer.commit().orElse(revision);
        }
        if (!RepositoryNames.isCommit(commit)) {
            throw new CorruptDataException(
                    store, place, "commit %s (expected: 40 hexadecimal digits)".formatted(commit), null);
        }
        String id = JsonTree.text(json.get("id"));
        return new Description(
                id == null ? asked : RepositoryNames.dataset(id),
                commit,
                Optional.ofNullable(JsonTree.list(json.get("siblings"))).map(Description::paths),
                JsonTree.map(json.get("cardData")));
    }

    private static Set<String> paths(List<@Nullable Object> siblings) {
        Set<String> paths = new HashSet<>();
        for (Object sibling : siblings) {
            Map<String, @Nullable Object> file = JsonTree.map(sibling);
            String path = file == null ? null : JsonTree.text(file.get("rfilename"));
            if (path != null) {
                paths.add(path);
            }
        }
        return paths;
    }

    /** Tells whether a file may be there: the list may be missing, or cut. */
    boolean mayHave(String path) {
        return files.map(paths -> paths.size() >= CERTAIN || paths.contains(path))
                .orElse(true);
    }

    /** Tells whether a folder may be there. */
    boolean mayHaveFolder(String path) {
        return files.map(paths ->
                        paths.size() >= CERTAIN || paths.stream().anyMatch(file -> file.startsWith(path + "/")))
                .orElse(true);
    }
}
