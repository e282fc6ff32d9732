package io.atomflux.loader;

import io.atomflux.Store;
import io.atomflux.value.DType;
import io.atomflux.value.Row;
import io.atomflux.value.Values;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Epochs of batches for training, out of any store.
 *
 * <pre>{@code
 * Loader train = Loader.over(AtomsIO.open("train.lmdb")).split("train", 0.9).seed(7).rank(r, world).batch(32).float32();
 * for (Batch b : train.batches(0)) {
 *     step(b.array("arrays.positions"), b.array("calc.energy"));
 *     save(b.state().toJson());
 * }
 * }</pre>
 *
 * <p>The order of an epoch is a formula of seed, number of the epoch, and sizes of the stores, so it is the same on all ranks and costs
 * no memory. Ranks share it: they all get the same number of batches. {@link Batch#state} tells how to go on, with any number of
 * ranks, workers and samples in a batch.
 *
 * <p>A sample is a position. Rows appended while an epoch runs are not part of it; a row that is replaced comes as it is when it is read;
 * and where a store loses rows, every rank signals {@code StoreChangedException} with its next window. If a store may grow while ranks begin,
 * they would not agree on its size: let one of them ask {@link #start} for the state before the first batch, and all {@link #resume} from it.
 *
 * <p>Immutable: each method returns another loader. Bad arguments are refused at the call with {@link IllegalArgumentException}, all else is signalled when an epoch runs.
 * Stores are never closed. Longer than most files because all that can be chosen belongs to one type.
 */
public final class Loader {

    private static final int MOST_AT_ONCE = 1 << 10;

    private final Settings settings;

    private Loader(Settings settings) {
        this.settings = settings;
    }

    /** Loads the rows of one store, each once in an epoch; by default shuffled, in batches of 32, on one rank. */
    public static Loader over(Store<?> store) {
        return new Loader(new Settings(List.of(Feed.of(Objects.requireNonNull(store, "store"))), List.of(1.0)));
    }

    /** Loads samples of several stores, each with its share. */
    public static Loader over(Mixture mixture) {
        List<Feed> feeds = mixture.sources().stream()
                .map(source -> Feed.of(source.store()))
                .toList();
        List<Double> weights =
                mixture.sources().stream().map(Mixture.Source::weight).toList();
        Settings settings = new Settings(feeds, weights);
        settings.end = mixture.end();
        settings.samples = mixture.count();
        return new Loader(settings);
    }

    private Loader with(Consumer<Settings> change) {
        Settings copy = settings.copy();
        change.accept(copy);
        return new Loader(copy);
    }

    private static void check(boolean valid, String what, Object found, String expected) {
        if (!valid) {
            throw new IllegalArgumentException("%s: %s (expected: %s)".formatted(what, found, expected));
        }
    }

    /**
     * Uses only a part of the rows: {@code "train"} and {@code "validation"} share no row if their fractions add up to 1 at most, whatever
     * the seed of the loader; {@link #split(Splits, String)} has further names.
     *
     * @param part {@code "train"} or {@code "validation"}
     * @param fraction of the rows, 0.001 to 1
     */
    public Loader split(String part, double fraction) {
        Splits.Part chosen = Splits.named(part, fraction);
        return with(s -> s.part = chosen);
    }

    /**
     * Uses only one part of the rows, of each store if there are several.
     *
     * @throws IllegalArgumentException if there is no such part
     */
    public Loader split(Splits splits, String part) {
        Splits.Part chosen = splits.part(part);
        return with(s -> s.part = chosen);
    }

    /** Decides the order of the samples, and augmentations; 0 by default. */
    public Loader seed(long seed) {
        return with(s -> s.seed = seed);
    }

    /**
     * Shuffles blocks of neighbouring rows, and the samples of several blocks with each other. Reads are swifter the longer the blocks
     * are; the mixing is better the more blocks there are. Left to the loader, blocks suit each store, see {@link Store#blockRows}, or have
     * 64 rows; 4096 samples or four blocks are mixed.
     *
     * @param blockRows rows of a block; 1 shuffles all rows with each other
     * @param blocks blocks whose samples are mixed
     */
    public Loader shuffle(int blockRows, int blocks) {
        check(blockRows > 0, "blockRows", blockRows, "1 or more");
        check(blocks > 0, "blocks", blocks, "1 or more");
        return with(s -> s.shuffle = new Shuffle(blockRows, blocks));
    }

    /** Leaves rows in the order of the store. */
    public Loader ordered() {
        return with(s -> s.shuffle = Shuffle.NONE);
    }

    /**
     * Makes this one of several processes that train together; each gets other samples, and all the same number of batches.
     *
     * @param rank number of this process, from 0
     * @param world how many there are
     */
    public Loader rank(int rank, int world) {
        check(world > 0, "world", world, "1 or more");
        check(rank >= 0 && rank < world, "rank", rank, "0 to world - 1, " + (world - 1));
        return with(s -> s.turn = new Turn(rank, world, s.turn.worker(), s.turn.workers()));
    }

    /**
     * Makes this one of several loaders of one rank, which take its batches by turns: worker i has batch i, i + workers, … So dealing
     * theirs out in turn gives the batches that one loader would give.
     *
     * @param worker number of this loader, from 0
     * @param workers how many there are
     */
    public Loader worker(int worker, int workers) {
        check(workers > 0, "workers", workers, "1 or more");
        check(worker >= 0 && worker < workers, "worker", worker, "0 to workers - 1, " + (workers - 1));
        return with(s -> s.turn = new Turn(s.turn.rank(), s.turn.world(), worker, workers));
    }

    /** Chooses what becomes of samples that do not fill a whole batch on every rank; {@link Remainder#SHORT} by default. */
    public Loader remainder(Remainder remainder) {
        Objects.requireNonNull(remainder, "remainder");
        return with(s -> s.remainder = remainder);
    }

    /** Makes batches of so many samples; 32 by default. */
    public Loader batch(int samples) {
        check(samples > 0, "batch", samples, "1 or more");
        return with(s -> {
            s.batch = samples;
            s.atoms = 0;
        });
    }

    /**
     * Makes batches of as many samples as have together at most so many atoms; a sample that has more is a batch by itself, and one without
     * atoms counts as one. With {@link Remainder#SHORT} the last step is not divided evenly, as that might make batches too large: some
     * ranks have an empty one. A batch of which nobody knows whether a further sample would have fitted, the last one, is not full.
     *
     * <p>Ranks look at {@code arrays.numbers} of all samples to know where their batches are; see {@link #filter}.
     */
    public Loader batchAtoms(int atoms) {
        check(atoms > 0, "atoms", atoms, "1 or more");
        return with(s -> s.atoms = atoms);
    }

    /**
     * Leaves out rows for which the function is false, after the filters given before. It looks at rows as they are stored, before all maps; not at rows that are
     * reserved or whose keys here do not decode, which keep their places as bad rows. Called on several threads at once.
     *
     * <p>A step is as many batches in a row as there are ranks. With several ranks or workers each looks at these keys of all samples
     * to know where its batches are, and reads its own rows whole.
     *
     * @param keys those it looks at; it sees no others. None for whole rows, of which then every rank reads all
     */
    public Loader filter(Predicate<Row> keep, String... keys) {
        Objects.requireNonNull(keep, "keep");
        Settings.Filter filter = new Settings.Filter(keep, keys.length == 0 ? null : List.of(keys));
        return with(s -> s.filters = Settings.longer(s.filters, filter));
    }

    /**
     * Reads and collates only these keys, in the pipeline, so that what is wrong with them is an error of the epoch or a row left out.
     * Without, whole rows are read, and collated when asked for. Maps see these keys; what a map computes is listed too.
     */
    public Loader keys(String key, String... more) {
        return keys(listed(key, more));
    }

    /** Reads and collates only these keys; see {@link #keys(String, String...)}. */
    public Loader keys(Collection<String> keys) {
        List<String> distinct = List.copyOf(new LinkedHashSet<>(keys));
        check(!distinct.isEmpty(), "keys", distinct, "at least one");
        return with(s -> s.keys = distinct);
    }

    private static Set<String> listed(String key, String... more) {
        Set<String> all = new LinkedHashSet<>();
        all.add(Objects.requireNonNull(key, "key"));
        Arrays.asList(more).forEach(each -> all.add(Objects.requireNonNull(each, "key")));
        return all;
    }

    /**
     * Changes each row before it is collated, after the maps given before. Called on several threads at once; not for rows that are
     * reserved.
     */
    public Loader map(UnaryOperator<Row> map) {
        Objects.requireNonNull(map, "map");
        return with(s -> s.stages = Settings.longer(s.stages, Stage.map(map)));
    }

    /**
     * Changes each row at random, as {@link #map} does. The generator depends on seed, epoch and the sample's place in the epoch alone:
     * the same on any rank and after however many interruptions.
     */
    public Loader augment(BiFunction<Row, RandomGenerator, Row> augmentation) {
        Objects.requireNonNull(augmentation, "augmentation");
        return with(s -> s.stages = Settings.longer(s.stages, Stage.augment(augmentation)));
    }

    /**
     * Converts arrays and numbers of floats to 32 bits, which are 24 of precision: an energy of -17 660 eV is kept to 1 meV. Integers,
     * booleans and complex numbers stay as they are.
     */
    public Loader float32() {
        return with(s -> s.floats = DType.FLOAT32);
    }

    /** Converts arrays and numbers of floats to 64 bits. */
    public Loader float64() {
        return with(s -> s.floats = DType.FLOAT64);
    }

    /** Pads all keys that are per-atom with zeros to the longest sample of the batch. */
    public Loader padded() {
        return with(s -> s.allPadded = true);
    }

    /** Pads keys whose first axis differs from sample to sample with zeros to the longest of the batch. */
    public Loader padded(String key, String... more) {
        Set<String> keys = listed(key, more);
        return with(s -> s.padded = Settings.union(s.padded, keys));
    }

    /** Declares keys whose arrays are put behind each other along their first axis; see {@link Batch#ragged}. */
    public Loader ragged(String key, String... more) {
        Set<String> keys = listed(key, more);
        return with(s -> s.ragged = Settings.union(s.ragged, keys));
    }

    /**
     * Declares keys whose values are numbers of atoms, of shape (2, E) or (E, 2): they are joined along E and shifted by the first atom of
     * their sample.
     */
    public Loader edges(String key, String... more) {
        Set<String> keys = listed(key, more);
        return with(s -> s.edges = Settings.union(s.edges, keys));
    }

    /**
     * Puts a value where a row lacks a key or has null there; for a per-atom key the value of one atom.
     *
     * @throws IllegalArgumentException if the value is of no type a store can hold
     */
    public Loader orElse(String key, Object value) {
        Objects.requireNonNull(key, "key");
        Object held = Objects.requireNonNull(Values.of(key, Objects.requireNonNull(value, "value")), "value");
        return with(s -> s.substitutes = Settings.with(s.substitutes, key, held));
    }

    /** Chooses what becomes of rows that cannot be used; {@link BadRows#FAIL} by default. */
    public Loader badRows(BadRows policy) {
        Objects.requireNonNull(policy, "policy");
        return with(s -> s.badRows = policy);
    }

    /** Has so many batches made ahead of those asked for, side by side; 2 by default. */
    public Loader prefetch(int batches) {
        check(batches > 0 && batches <= MOST_AT_ONCE, "prefetch", batches, "1 to " + MOST_AT_ONCE);
        return with(s -> s.prefetch = batches);
    }

    /**
     * Has up to so many reads of each store under way at once: windows of rows, and from five on parts of windows, of 32 rows or more;
     * 2 by default, 64 or so where stores are far away.
     */
    public Loader inFlight(int reads) {
        check(reads > 0 && reads <= MOST_AT_ONCE, "inFlight", reads, "1 to " + MOST_AT_ONCE);
        return with(s -> s.inFlight = reads);
    }

    /**
     * Holds so many bytes of rows ahead of batches: all windows together, of which each has at least one row, however large. 64 MiB or an
     * eighth of the heap by default, whichever is less.
     */
    public Loader bytes(long bytes) {
        check(bytes > 0, "bytes", bytes, "1 or more");
        return with(s -> s.bytes = bytes);
    }

    /**
     * Runs an epoch from its beginning.
     *
     * @param epoch its number, which changes the order
     * @return cold; the batches of this rank and worker in order; reads nothing before it is asked for a batch. How many are made ahead
     *     {@link #prefetch} says. Rows are read in windows, few rows at first and twice as many each time, as far as {@link #bytes}
     *     allows. Batches arrive on threads of a pool, which may wait, or on the one that asks
     * @signals StoreChangedException if a store has fewer rows than when the epoch began
     * @signals CorruptDataException if a row does not decode; see {@link #badRows}
     * @signals MissingValueException if a row is reserved or lacks a key; see {@link #badRows}
     * @signals ValueTypeException if values of {@link #keys} cannot be put together, e.g. since shapes differ; see {@link #badRows}
     * @signals StoreNotFoundException if there is no such store; one without rows has an epoch without batches
     * @signals SampleFailedException if a filter, a map or an augmentation fails
     */
    public Flux<Batch> epoch(long epoch) {
        return epoch(epoch, 0);
    }

    /**
     * Runs an epoch from one of its slots on; see {@link #epoch(long)}.
     *
     * @param from how many samples of the epoch are used up
     * @signals IllegalArgumentException if the epoch has fewer samples
     */
    public Flux<Batch> epoch(long epoch, long from) {
        check(epoch >= 0, "epoch", epoch, "0 or more");
        check(from >= 0, "from", from, "0 or more");
        return running(planner().begin(epoch, from));
    }

    /**
     * Goes on where a batch left off, with as many ranks, workers and samples in a batch as one likes; see {@link #epoch(long)}.
     *
     * <p>Filters, maps, keys, remainder and what makes batches are no part of a state: nobody checks that they are the same. After the last
     * batch of an epoch nothing is left of it; the next one is {@code epoch(state.epoch() + 1)}.
     *
     * @param state of the last batch that was used, on whichever rank; with several workers, of that which was dealt out last
     * @return cold; gives what the epoch would have given without the interruption
     * @signals StateMismatchException if the order would be another: the stores' rows, split, seed, shuffling or mixture are not those of
     *     the state. Stores may have grown; the new rows are not part of the epoch. Where shuffling is left to the loader, the state's
     *     blocks are taken, also if the store lies in another format now
     */
    public Flux<Batch> resume(LoaderState state) {
        return running(planner().resume(Objects.requireNonNull(state, "state")));
    }

    private Planner planner() {
        return new Planner(settings, Sequence::of);
    }

    private Flux<Batch> running(Mono<Epoch> beginning) {
        return WindowReader.onDemand(() -> beginning.flatMapMany(begun -> new Engine(settings, begun).run()));
    }

    /**
     * Runs an epoch as a loop on an ordinary thread, which waits for each batch; see {@link #epoch(long)}.
     *
     * <p>One batch is asked for at a time; those made ahead are {@link #prefetch}, not more. A loop that is left early need not be closed:
     * nothing is read on, and nothing stays open.
     *
     * @return each of its iterators runs the epoch anew. {@code iterator()} throws {@link IllegalStateException} on a thread that must not
     *     wait, e.g. Reactor's parallel ones. {@code hasNext()} and {@code next()} throw what {@link #epoch(long)} signals, and {@link
     *     java.util.concurrent.CancellationException} where the thread is interrupted, which ends the epoch
     */
    public Iterable<Batch> batches(long epoch) {
        return new EpochLoop(epoch(epoch));
    }

    /** Goes on as a loop on an ordinary thread; see {@link #resume} and {@link #batches(long)}. */
    public Iterable<Batch> batches(LoaderState state) {
        return new EpochLoop(resume(state));
    }

    /** Returns the state of an epoch before its first batch; cold, one element. */
    public Mono<LoaderState> start(long epoch) {
        check(epoch >= 0, "epoch", epoch, "0 or more");
        return planner().begin(epoch, 0).map(Epoch::state);
    }

    /** Counts the samples of an epoch, those of all ranks together and those that a filter leaves out included; cold, one element. */
    public Mono<Long> size() {
        return planner().length();
    }

    /**
     * Counts the batches that each rank gets of an epoch, all its workers together.
     *
     * @return cold; one element
     * @throws IllegalStateException at the call, if it depends on what is in the rows, with {@link #filter} or {@link #batchAtoms}
     */
    public Mono<Long> steps() {
        if (settings.dependsOnRows()) {
            throw new IllegalStateException(
                    "steps() with a filter or batchAtoms (expected: batches whose number does not depend on what is in the rows)");
        }
        return size().map(length -> new Steps(length, 0, settings.turn, settings.batch, settings.remainder).count());
    }
}
