package io.atomflux.testkit.hub;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** All that was published under one name; old commits stay readable. */
final class Repository {

    static final String MAIN = "main";
    static final String CONVERTED = "refs/convert/parquet";

    /** Files at a commit. */
    record Snapshot(String commit, Map<String, Stored> files) {}

    private final Map<String, Snapshot> commits = new ConcurrentHashMap<>();
    private volatile ImitatedDataset current;

    Repository(ImitatedDataset first) {
        current = first;
        publish(first);
    }

    void publish(ImitatedDataset next) {
        commits.put(next.commit(), new Snapshot(next.commit(), next.files()));
        commits.put(next.convertedCommit(), new Snapshot(next.convertedCommit(), next.converted()));
        current = next;
    }

    ImitatedDataset current() {
        return current;
    }

    /** Finds a branch or commit, decoded. */
    Optional<Snapshot> revision(String revision) {
        ImitatedDataset now = current;
        return switch (revision) {
            case MAIN, "refs/heads/main", "HEAD" -> Optional.ofNullable(commits.get(now.commit()));
            case CONVERTED ->
                now.converted().isEmpty() ? Optional.empty() : Optional.ofNullable(commits.get(now.convertedCommit()));
            default -> Optional.ofNullable(commits.get(revision));
        };
    }
}
