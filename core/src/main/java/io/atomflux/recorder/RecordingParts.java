package io.atomflux.recorder;

import io.atomflux.value.NdArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.IntStream;
import reactor.core.publisher.Mono;

/**
 * Who of several workers records which trajectories of an ensemble where; each records its own part, and all are read as one.
 *
 * <p>Names, seeds and the split are PySDE's of February 2025: the part of rank r beside the target {@code run.zarr} is {@code
 * run_pr.zarr}, its seed the run's plus r, and of N trajectories for P workers each has {@code N / P}, the last one the rest. A
 * manifest beside them, {@code run_parts.json}, says what belongs together.
 *
 * <pre>{@code
 * RecordingParts parts = RecordingParts.of(Path.of("run.zarr"), world, 100_000).publish().block();  // every worker
 * Recorder.to(ZarrRecording.at(parts.path(rank)))…                                                  // frames (d, parts.range(rank).count())
 * Recording.of(RecordingParts.open(Path.of("run.zarr")).block().joined(ZarrRecording::at)).data()…  // (d, 100000, M)
 * }</pre>
 */
public final class RecordingParts {

    static final int MOST_PARTS = 100_000;

    /**
     * Trajectories next to each other.
     *
     * @param from the first one
     * @param to the one before which they stop
     */
    public record Range(long from, long to) {

        /** Returns how many they are. */
        public long count() {
            return to - from;
        }
    }

    private final Path target;
    private final int world;
    private final long trajectories;
    private final boolean even;

    private RecordingParts(Path target, int world, long trajectories, boolean even) {
        this.target = target;
        this.world = world;
        this.trajectories = trajectories;
        this.even = even;
        Objects.requireNonNull(target, "target");
        if (target.getFileName() == null || target.getFileName().toString().isEmpty()) {
            throw new IllegalArgumentException("target: %s (expected: a path with a name)".formatted(target));
        }
        if (world < 1 || world > MOST_PARTS) {
            throw new IllegalArgumentException("world: %d (expected: 1 to %d workers)".formatted(world, MOST_PARTS));
        }
        if (trajectories < 0) {
            throw new IllegalArgumentException("trajectories: %d (expected: 0 or more)".formatted(trajectories));
        }
    }

    /**
     * Splits as PySDE does: all parts have {@code trajectories / world}, and the last one also the rest. With more workers than
     * trajectories all parts but the last are empty.
     *
     * @param target what the parts are named after; nothing is written to it
     * @param world number of workers
     * @param trajectories number of trajectories of them all
     */
    public static RecordingParts of(Path target, int world, long trajectories) {
        return new RecordingParts(target, world, trajectories, false);
    }

    /** Splits so that no part has more than one trajectory more than another; the first ones have it. */
    public static RecordingParts evenly(Path target, int world, long trajectories) {
        return new RecordingParts(target, world, trajectories, true);
    }

    /**
     * Reads the manifest beside a target.
     *
     * @return cold; one
     * @signals {@link io.atomflux.error.StoreNotFoundException} if there is none; {@link
     *     io.atomflux.error.CorruptDataException} if it is not one that {@link #publish} writes
     */
    public static Mono<RecordingParts> open(Path target) {
        RecordingParts named = of(target, 1, 0);
        return PartsManifest.read(named);
    }

    /** Returns the number of workers. */
    public int world() {
        return world;
    }

    /** Returns the number of trajectories of all parts. */
    public long trajectories() {
        return trajectories;
    }

    /** Returns which trajectories a worker records. */
    public Range range(int rank) {
        Objects.checkIndex(rank, world);
        long each = trajectories / world;
        long rest = trajectories % world;
        if (even) {
            long from = rank * each + Math.min(rank, rest);
            return new Range(from, from + each + (rank < rest ? 1 : 0));
        }
        return new Range(rank * each, rank == world - 1 ? trajectories : (rank + 1) * each);
    }

    /** Returns where a worker records. */
    public Path path(int rank) {
        return target.resolveSibling(name(Objects.checkIndex(rank, world)));
    }

    String name(int rank) {
        return stem() + "_p" + rank + suffix();
    }

    /** Returns the seed of a worker's random numbers: the run's and its rank. */
    public static long seed(long seed, int rank) {
        return Math.addExact(seed, rank);
    }

    Path target() {
        return target;
    }

    boolean isEven() {
        return even;
    }

    Path manifest() {
        return target.resolveSibling(stem() + "_parts.json");
    }

    // As pathlib's stem and suffix: a dot at the begin or the end of a name begins no suffix.
    private int dot() {
        String name = target.getFileName().toString();
        int dot = name.lastIndexOf('.');
        return dot > 0 && dot < name.length() - 1 ? dot : name.length();
    }

    private String stem() {
        return target.getFileName().toString().substring(0, dot());
    }

    private String suffix() {
        return target.getFileName().toString().substring(dot());
    }

    /**
     * Writes the manifest, and makes the folder it is in. All workers may do so at once, and again.
     *
     * @return cold; this, once the manifest is safely there
     * @signals {@link io.atomflux.error.ForeignDataException} if there is another one; it is left as it is
     */
    public Mono<RecordingParts> publish() {
        return PartsManifest.write(this).thenReturn(this);
    }

    /**
     * Returns all parts as one recording, for reading: trajectories in the order of ranks, along the last axis of the frames.
     *
     * <p>It has the samples that all parts have; one that does not exist yet has none. Parts without trajectories are not
     * looked at. Its progress is {@link RecordingStatus#OPEN} while one of them is.
     *
     * @param places makes the storage of a part's path
     * @return no I/O; reading signals {@link io.atomflux.error.ForeignDataException} naming rank and position if parts have
     *     different times, iterations or layouts
     */
    public RecordingStorage<NdArray> joined(Function<Path, RecordingStorage<NdArray>> places) {
        List<JoinedRecording.Member> members = new ArrayList<>();
        for (int rank = 0; rank < world; rank++) {
            long count = range(rank).count();
            if (count > 0 || (trajectories == 0 && rank == 0)) {
                members.add(new JoinedRecording.Member(rank, count, places.apply(path(rank))));
            }
        }
        return new JoinedRecording(target.toString(), members);
    }

    /**
     * Returns parts that are somewhere else, e.g. groups of one store, as one recording; as {@link #joined(Function)}.
     *
     * @param parts in the order of ranks, at least one
     */
    public static RecordingStorage<NdArray> joined(List<RecordingStorage<NdArray>> parts) {
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("no parts (expected: at least one)");
        }
        String name = "%s and %d more".formatted(parts.get(0).name(), parts.size() - 1);
        return new JoinedRecording(
                name,
                IntStream.range(0, parts.size())
                        .mapToObj(rank -> new JoinedRecording.Member(rank, -1, parts.get(rank)))
                        .toList());
    }

    /**
     * Returns recordings of any kind of frames as one, for reading: samples by iteration, those of one iteration by rank.
     *
     * <p>While one of them may still grow, it has the samples up to the iteration that all have reached, so that no sample
     * comes before one that was read already; once all have ended it has all.
     *
     * @param parts in the order of ranks, at least one, all of one kind
     */
    public static <F> RecordingStorage<F> merged(List<RecordingStorage<F>> parts) {
        return new MergedRecording<>(parts);
    }

    @Override
    public String toString() {
        return "RecordingParts[%s: %d trajectories, %d parts]".formatted(target, trajectories, world);
    }
}
