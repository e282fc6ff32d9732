package io.atomflux.artifact.payload;

import java.util.List;

/**
 * What a deletion found and did.
 *
 * @param deleted payloads removed
 * @param missing payloads that were asked for and not there
 * @param problems what could not be removed and why, in words; it is still there
 */
public record DeleteReport(long deleted, long missing, List<String> problems) {

    static final DeleteReport NOTHING = new DeleteReport(0, 0, List.of());

    public DeleteReport {
        problems = List.copyOf(problems);
    }

    DeleteReport plus(DeleteReport other) {
        List<String> all = new java.util.ArrayList<>(problems);
        all.addAll(other.problems);
        return new DeleteReport(deleted + other.deleted, missing + other.missing, all);
    }
}
