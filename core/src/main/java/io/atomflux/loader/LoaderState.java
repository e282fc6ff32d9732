package io.atomflux.loader;

import io.atomflux.error.StateMismatchException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where an epoch stands: enough to go on exactly, with as many ranks, workers and samples in a batch as one likes.
 *
 * <p>Immutable, small, the same in the batches of all ranks of a step. Kept as text it stays good: the order that it stands for never
 * changes. It holds the names of the stores, for messages, but recognises a store by its first and last row, so that a store may be
 * moved, and may have grown.
 */
public final class LoaderState {

    private final EpochPlan plan;
    private final long length;
    private final long position;
    private final String text; // all but the position, which is what changes from batch to batch

    LoaderState(EpochPlan plan, long length, long position) {
        this(plan, length, position, StateJson.beginning(plan, length));
    }

    private LoaderState(EpochPlan plan, long length, long position, String text) {
        this.plan = plan;
        this.length = length;
        this.position = position;
        this.text = text;
    }

    /**
     * Reads what {@link #toJson} wrote.
     *
     * @throws StateMismatchException if it is anything else, or of a later version
     */
    public static LoaderState parse(String json) {
        return StateJson.read(Objects.requireNonNull(json, "json"));
    }

    /** Returns this state as a JSON object, of a few hundred characters for each store. */
    public String toJson() {
        return StateJson.whole(text, position);
    }

    EpochPlan plan() {
        return plan;
    }

    /** Returns this state at another position of the same epoch. */
    LoaderState at(long other) {
        return new LoaderState(plan, length, other, text);
    }

    /** Returns how many rows decide the mark by which a store is compared with the one of this state. */
    long markedRows(int source, long rows) {
        return source < plan.sources().size()
                ? Math.min(rows, plan.sources().get(source).size())
                : rows;
    }

    /**
     * Checks that an epoch may go on from here.
     *
     * @param now what the epoch would be if it began now, but with marks of {@link #markedRows} rows
     * @throws StateMismatchException if the samples would be others, or their order; a store may have grown
     */
    void check(EpochPlan now) {
        same("seed", plan.seed(), now.seed());
        List<SourcePlan> before = plan.sources();
        same("number of stores", before.size(), now.sources().size());
        for (int i = 0; i < before.size(); i++) {
            check(before.get(i), now.sources().get(i), before.size() == 1 ? "" : " of store " + i);
        }
        same("end of the mixture", end(plan), end(now));
    }

    private static void check(SourcePlan before, SourcePlan now, String which) {
        if (now.size() < before.size()) {
            throw new StateMismatchException(
                    "rows of " + before.store(),
                    before.size(),
                    "at most %d, which %s has".formatted(now.size(), now.store()));
        }
        if (!before.mark().equals(now.mark())) {
            throw new StateMismatchException(
                    "first and last row",
                    "mark %s, of %d rows of %s".formatted(before.mark(), before.size(), before.store()),
                    "mark %s, of as many rows of %s".formatted(now.mark(), now.store()));
        }
        same("split" + which, split(before), split(now));
        same("shuffling" + which, shuffling(before), shuffling(now));
        same("weight" + which, before.weight(), now.weight());
    }

    private static void same(String what, Object before, Object now) {
        if (!before.equals(now)) {
            throw new StateMismatchException(what, before, now + ", as the loader has it");
        }
    }

    private static String split(SourcePlan plan) {
        return plan.from() == 0 && plan.to() == 1
                ? "none"
                : "%s to %s by seed %d".formatted(plan.from(), plan.to(), plan.splitSeed());
    }

    private static String shuffling(SourcePlan plan) {
        return plan.blockRows() == 0
                ? "none"
                : "blocks of %d rows, %d at once".formatted(plan.blockRows(), plan.blocks());
    }

    private static String end(EpochPlan plan) {
        return switch (plan.end()) {
            case FIRST_ENDS -> "when the first store ends";
            case ALL_SEEN -> "when all is seen";
            case COUNT -> "after %d samples".formatted(plan.samples());
        };
    }

    /** Returns the number of the epoch. */
    public long epoch() {
        return plan.epoch();
    }

    /** Returns how many samples of the epoch are used up, on all ranks together. */
    public long position() {
        return position;
    }

    /** Returns the number of samples of the epoch. */
    public long length() {
        return length;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LoaderState state
                && position == state.position
                && length == state.length
                && plan.equals(state.plan);
    }

    @Override
    public int hashCode() {
        return Objects.hash(plan, length, position);
    }

    /** Returns {@link #toJson}. */
    @Override
    public String toString() {
        return toJson();
    }
}
