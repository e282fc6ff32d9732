package io.atomflux.artifact.mltraq;

import io.atomflux.error.RunFailedException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * An experiment in memory: a name, fields of its own, and runs. Made by {@link Experiments}, which persists and loads it. For
 * one thread, or more that take turns.
 */
public final class Experiment {

    private static final String ALPHABET = "123456789acefhjklmnprtuvwxy"; // as MLtraq 0.1: without look-alikes
    private static final int NAME_LENGTH = 16; // 27^16 names: none is ever drawn twice
    private static final long SHUFFLE_SEED = 123;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final UUID id;
    private final String name;
    private final Map<String, @Nullable Object> fields = new LinkedHashMap<>();
    private final Map<UUID, Run> runs = new LinkedHashMap<>();

    Experiment(UUID id, String name) {
        this.id = id;
        this.name = name;
    }

    static String randomName() {
        StringBuilder name = new StringBuilder(NAME_LENGTH);
        for (int i = 0; i < NAME_LENGTH; i++) {
            name.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
        }
        return name.toString();
    }

    /** Returns its id. */
    public UUID id() {
        return id;
    }

    /** Returns its name, unique among persisted experiments. */
    public String name() {
        return name;
    }

    /** Returns its own fields, by name, in order. Values as {@link DataStore#set} takes them. */
    public Map<String, @Nullable Object> fields() {
        return fields;
    }

    /**
     * Sets a field of its own.
     *
     * @throws IllegalArgumentException if it is of a type no field can have, naming it
     */
    public Experiment set(String field, @Nullable Object value) {
        fields.put(Objects.requireNonNull(field, "field"), Fields.checked(field, value));
        return this;
    }

    /** Returns a field of its own as a type; errors as {@link Run#get}. */
    public <T> T get(String field, Class<T> type) {
        return Run.typed("field " + field, fields, field, type);
    }

    /** Returns the runs, in the order they were added. */
    public Collection<Run> runs() {
        return Collections.unmodifiableCollection(runs.values());
    }

    /**
     * Returns a run.
     *
     * @throws java.util.NoSuchElementException if there is none of that id
     */
    public Run run(UUID run) {
        Run found = runs.get(run);
        if (found == null) {
            throw new java.util.NoSuchElementException("run %s (expected: one of experiment %s)".formatted(run, name));
        }
        return found;
    }

    /** Adds a run without parameters. */
    public Run addRun() {
        return addRun(Map.of());
    }

    /** Adds a run. */
    public Run addRun(Map<String, ? extends @Nullable Object> params) {
        return add(new Run(UUID.randomUUID(), params));
    }

    /** Adds a run once code has filled it; if that fails there is no run. */
    public Run addRun(Consumer<Run> filling) {
        Run run = new Run(UUID.randomUUID(), Map.of());
        filling.accept(run);
        return add(run);
    }

    Run add(Run run) {
        runs.put(run.id(), run);
        return run;
    }

    /**
     * Adds a run for each combination of values, in an order that is shuffled the same way each time.
     *
     * @param grid the values of each parameter
     * @throws IllegalArgumentException if there is no combination, as a parameter has no value, or there is no parameter
     */
    public Experiment addRuns(Map<String, ? extends List<? extends @Nullable Object>> grid) {
        List<Map<String, @Nullable Object>> combinations = new ArrayList<>();
        combinations.add(new LinkedHashMap<>());
        for (Map.Entry<String, ? extends List<? extends @Nullable Object>> param : grid.entrySet()) {
            List<Map<String, @Nullable Object>> longer = new ArrayList<>();
            for (Map<String, @Nullable Object> combination : combinations) {
                for (Object value : param.getValue()) {
                    Map<String, @Nullable Object> one = new LinkedHashMap<>(combination);
                    one.put(param.getKey(), value);
                    longer.add(one);
                }
            }
            combinations = longer;
        }
        if (grid.isEmpty() || combinations.isEmpty()) {
            throw new IllegalArgumentException(
                    "grid of parameters: %s (expected: at least one parameter, each with at least one value)"
                            .formatted(grid));
        }
        Collections.shuffle(combinations, new Random(SHUFFLE_SEED));
        combinations.forEach(this::addRun);
        return this;
    }

    /** Returns a new experiment with the runs of this and another one; of two runs with one id the other's. */
    public Experiment join(Experiment other) {
        Experiment joined = new Experiment(UUID.randomUUID(), randomName());
        runs.values().forEach(run -> joined.add(run.copy()));
        other.runs.values().forEach(run -> joined.add(run.copy()));
        return joined;
    }

    /** Returns a deep copy with ids of its own, and a name. */
    public Experiment copy(String newName) {
        Experiment copy = new Experiment(UUID.randomUUID(), newName);
        fields.forEach((field, value) -> copy.fields.put(field, Fields.copied(value)));
        runs.values().forEach(run -> copy.add(run.copy(UUID.randomUUID())));
        return copy;
    }

    /** Executes steps; see {@link #execute(List, Execution)}. */
    public Mono<Experiment> execute(Step... steps) {
        return execute(List.of(steps), Execution.defaults());
    }

    /**
     * Applies steps to each run, one after the other; runs beside each other. Without runs one is added.
     *
     * <p>Either all runs have gone through all steps, or all are as they were: steps work on copies.
     *
     * @return cold; this experiment
     * @signals RunFailedException naming the run whose step failed
     */
    public Mono<Experiment> execute(List<Step> steps, Execution how) {
        List<Step> all = List.copyOf(steps);
        return Mono.defer(() -> {
            List<Run> copies = new ArrayList<>();
            (runs.isEmpty() ? List.of(new Run(UUID.randomUUID(), Map.of())) : runs.values())
                    .forEach(run -> copies.add(run.copy()));
            return Flux.fromIterable(copies)
                    .flatMap(run -> executed(run, all, how), how.parallel())
                    .then(Mono.fromSupplier(() -> {
                        copies.forEach(this::add);
                        return this;
                    }));
        });
    }

    private Mono<Run> executed(Run run, List<Step> steps, Execution how) {
        how.argsField().ifPresent(run::restore);
        run.begin(how.config());
        how.argsField().ifPresent(run::remember);
        return Flux.range(0, steps.size())
                .concatMap(i -> Mono.defer(() -> steps.get(i).apply(run))
                        .onErrorMap(
                                failure -> !(failure instanceof RunFailedException),
                                failure -> new RunFailedException(name, run.id().toString(), i, failure)))
                .then(Mono.fromRunnable(run::end))
                .thenReturn(run);
    }

    @Override
    public String toString() {
        return "Experiment[%s, %s, %d runs]".formatted(name, id, runs.size());
    }
}
