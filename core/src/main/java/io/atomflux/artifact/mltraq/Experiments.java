package io.atomflux.artifact.mltraq;

import io.atomflux.ObjectIO;
import io.atomflux.artifact.payload.DeleteReport;
import io.atomflux.artifact.payload.Marks;
import io.atomflux.artifact.payload.PayloadBatch;
import io.atomflux.artifact.payload.PayloadCollector;
import io.atomflux.artifact.payload.PayloadStore;
import io.atomflux.artifact.payload.PayloadUrl;
import io.atomflux.artifact.payload.Scope;
import io.atomflux.error.ArtifactExistsException;
import io.atomflux.error.ArtifactNotFoundException;
import io.atomflux.error.AtomfluxException;
import io.atomflux.error.CorruptDataException;
import io.atomflux.error.Outcome;
import io.atomflux.error.PartialWriteException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.error.VersionConflictException;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Experiments in the groups of an {@link ObjectIO}, and their large values in a {@link PayloadStore}.
 *
 * <pre>{@code
 * Experiments experiments = Experiments.open("results.lmdb", PayloadStore.folder(Path.of("mltraq.datastore")));
 * Experiment study = experiments.create("learning rates").addRuns(Map.of("rate", List.of(0.1, 0.01)));
 * study.execute(Step.of(run -> run.set("loss", train(run.param("rate", Double.class)))))
 *         .flatMap(experiments::persist)
 *         .block();
 * Experiment again = experiments.load("learning rates").block();
 * }</pre>
 *
 * <p>Group {@code experiments} has a row for each; the runs of one are the rows of a group of their own, {@code
 * runs-<version>}, each field a column {@code fields.<name>} that only those rows have which have the field. Payloads are in
 * the scope of the experiment's id, which they share with nothing.
 *
 * <p>Persisting writes payloads and runs where nobody looks, then appends the one row that makes them the experiment: readers
 * see the old or the new one, and so they do after a crash. What a replaced or deleted experiment had is removed afterwards,
 * by what its row says; what could not be, and what a crash left, by {@link #sweep} and {@link #collector}.
 *
 * <p>For many threads, and many processes as far as the backend serves them.
 *
 * <p>Signals the errors of the store and the payload store, by every method that reads or changes
 */
public final class Experiments {

    static final String GROUP = "experiments";
    static final String RUN_GROUP = "runs-";
    static final String RUN_ID = "id_run";
    static final String FIELD = "fields.";
    private static final int ATTEMPTS = 5;

    private final Function<String, ObjectIO> groups;
    private final ObjectIO records;
    private final PayloadStore payloads;
    private final Optional<Path> archives;
    private final OptionalLong spill;

    private Experiments(
            Function<String, ObjectIO> groups,
            ObjectIO records,
            PayloadStore payloads,
            Optional<Path> archives,
            OptionalLong spill) {
        this.groups = groups;
        this.records = records;
        this.payloads = payloads;
        this.archives = archives;
        this.spill = spill;
    }

    /**
     * Opens experiments by path or URI; see {@link ObjectIO#open(String)}. Does no I/O.
     *
     * @param location of a backend with groups, without one
     */
    public static Experiments open(String location, PayloadStore payloads) {
        Location.parse(location);
        return over(group -> ObjectIO.open(location, OpenOptions.ofGroup(group)), payloads);
    }

    /**
     * Keeps experiments in groups opened by the caller's function; each is closed after use, but {@code experiments} with
     * {@link #close}.
     */
    public static Experiments over(Function<String, ObjectIO> groups, PayloadStore payloads) {
        return new Experiments(
                groups,
                groups.apply(GROUP),
                Objects.requireNonNull(payloads, "payloads"),
                Optional.empty(),
                OptionalLong.empty());
    }

    /** Returns these with a folder in which each experiment's archives are unpacked, in one named by its id. */
    public Experiments archives(Path base) {
        return new Experiments(groups, records, payloads, Optional.of(base.toAbsolutePath()), spill);
    }

    /** Returns these with fields above a size kept as payloads; they are loaded as {@code Lazy} values. */
    public Experiments spillAbove(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("size: %d (expected: not negative)".formatted(bytes));
        }
        return new Experiments(groups, records, payloads, archives, OptionalLong.of(bytes));
    }

    /** Returns these with other payloads, e.g. of another format, for new experiments; the place stays. */
    public Experiments payloads(PayloadStore store) {
        return new Experiments(groups, records, store, archives, spill);
    }

    /** Makes an experiment in memory, with a name of 16 random characters. */
    public Experiment create() {
        return create(Experiment.randomName());
    }

    /** Makes an experiment in memory. */
    public Experiment create(String name) {
        return create(name, Map.of());
    }

    /**
     * Makes an experiment in memory.
     *
     * @throws IllegalArgumentException if the name is blank, or a field is of a type no field can have
     */
    public Experiment create(String name, Map<String, ? extends @Nullable Object> fields) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("name of an experiment: \"%s\" (expected: not blank)".formatted(name));
        }
        Experiment made = new Experiment(UUID.randomUUID(), name);
        fields.forEach(made::set);
        return made;
    }

    /** Persists an experiment; refuses where one of its name or id is. */
    public Mono<Persisted> persist(Experiment experiment) {
        return persist(experiment, IfExists.FAIL);
    }

    /**
     * Persists an experiment, at one instant; without runs, one is added.
     *
     * @return cold; completes when it is durable and what it replaced was cleaned up
     * @signals ArtifactExistsException in mode FAIL if an experiment of its name or id stands; {@link
     *     IllegalArgumentException} if a field cannot be kept, naming it. The experiment that stood is as it was
     */
    public Mono<Persisted> persist(Experiment experiment, IfExists mode) {
        Objects.requireNonNull(mode, "mode");
        return Mono.defer(() -> {
            experiment.fields().forEach(Fields::checked); // what cannot be kept is told before anything is written
            experiment.runs().forEach(run -> run.fields().forEach(Fields::checked));
            if (experiment.runs().isEmpty()) {
                experiment.addRun();
            }
            String version = version();
            return ledger().flatMap(before -> {
                boolean taken = before.byName(experiment.name()).isPresent()
                        || before.byId(experiment.id()).isPresent();
                return taken && mode == IfExists.FAIL
                        ? Mono.<Persisted>error(exists(experiment))
                        : payloads.batch(scope(experiment.id()))
                                .flatMap(batch -> written(experiment, mode, version, batch))
                                .then(settled(experiment, version));
            });
        });
    }

    /** Persists a deep copy, with ids of its own, under a name; its payloads are copies too. */
    public Mono<Persisted> persistCopy(Experiment experiment, String name) {
        return Mono.defer(() -> persist(experiment.copy(name)));
    }

    private ArtifactExistsException exists(Experiment experiment) {
        return new ArtifactExistsException(records.name(), experiment.name());
    }

    static Scope scope(UUID id) {
        return Scope.owner(id.toString());
    }

    /** Names a version so that its age can be told: 12 digits of time, 20 of chance. */
    private static String version() {
        String chance = UUID.randomUUID().toString().replace("-", "");
        return "%012x%s".formatted(System.currentTimeMillis(), chance.substring(12));
    }

    private static boolean isYoung(String version, Duration grace) {
        try {
            long made = Long.parseLong(version.substring(0, 12), 16);
            return System.currentTimeMillis() - made < grace.toMillis();
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
            return true; // none of ours
        }
    }

    /** Writes payloads and runs, then the row that makes them the experiment. */
    private Mono<Void> written(Experiment experiment, IfExists mode, String version, PayloadBatch batch) {
        Fields fields = new Fields(payloads, Optional.empty());
        Set<PayloadUrl> urls = new LinkedHashSet<>();
        ObjectIO group = groups.apply(RUN_GROUP + version);
        Mono<Row> record = tree(experiment.fields(), fields, batch).map(own -> {
            urls.addAll(Marks.urls(own));
            return Row.of(record(experiment, mode, version, own, urls));
        });
        Flux<Row> runs = Flux.fromIterable(experiment.runs())
                .concatMap(run -> row(run, fields, batch))
                .doOnNext(row -> urls.addAll(Marks.urls(row)));
        AtomicBoolean committing = new AtomicBoolean();
        Mono<Long> commit = record.flatMap(row -> batch.finish().then(Mono.defer(() -> {
            committing.set(true);
            return records.append(row);
        })));
        return Mono.usingWhen(
                        Mono.just(group),
                        open -> open.extend(runs).then(commit).then(),
                        ObjectIO::close,
                        (open, failure) -> undone(open, batch, failure, committing.get()),
                        ObjectIO::close)
                .onErrorMap(
                        PartialWriteException.class,
                        failure -> Objects.requireNonNullElse(failure.getCause(), failure));
    }

    /** Takes back what a persist wrote that failed, if it is certain that it failed; else {@link #sweep} and a collector do. */
    private Mono<Void> undone(ObjectIO group, PayloadBatch batch, Throwable failure, boolean committing) {
        boolean unsure =
                committing && !(failure instanceof AtomfluxException known && known.outcome() == Outcome.NOT_APPLIED);
        Mono<Void> undo = unsure
                ? Mono.empty()
                : batch.abandon().onErrorComplete().then(removed(group).onErrorComplete());
        return undo.then(group.close());
    }

    private static Map<String, @Nullable Object> record(
            Experiment experiment, IfExists mode, String version, Object fields, Set<PayloadUrl> urls) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put(Ledger.OP, Ledger.PUT);
        row.put(Ledger.ID, experiment.id().toString());
        row.put(Ledger.NAME, experiment.name());
        row.put(Ledger.VERSION, version);
        row.put(Ledger.MODE, mode.name());
        row.put(Ledger.FIELDS, fields);
        row.put(Ledger.RUNS, (long) experiment.runs().size());
        row.put(Ledger.PAYLOADS, urls.stream().map(PayloadUrl::toString).toList());
        return row;
    }

    private Mono<Object> tree(Map<String, @Nullable Object> values, Fields fields, PayloadBatch batch) {
        // Field by field, so that each may spill by itself.
        Map<String, @Nullable Object> stored = new LinkedHashMap<>();
        return Flux.fromIterable(values.entrySet())
                .concatMap(entry ->
                        stored(entry, fields, batch).doOnNext(value -> stored.put(entry.getKey(), value.orElse(null))))
                .then(Mono.fromSupplier(() -> stored));
    }

    private Mono<Optional<Object>> stored(
            Map.Entry<String, @Nullable Object> field, Fields fields, PayloadBatch batch) {
        Object value = Fields.checked(field.getKey(), field.getValue());
        return value == null
                ? Mono.just(Optional.empty())
                : fields.write(value, batch, spill).map(Optional::of);
    }

    private Mono<Row> row(Run run, Fields fields, PayloadBatch batch) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put(RUN_ID, run.id().toString());
        return Flux.fromIterable(run.fields().entrySet())
                .concatMap(entry -> stored(entry, fields, batch)
                        .doOnNext(value -> row.put(FIELD + entry.getKey(), value.orElse(null))))
                .then(Mono.fromSupplier(() -> Row.of(row)));
    }

    /** Looks whether the row took effect, and cleans up after what it ended, or after itself. */
    private Mono<Persisted> settled(Experiment experiment, String version) {
        return ledger().flatMap(now -> now.isVoid(version)
                ? cleaned(now, Set.of(version)).then(Mono.error(exists(experiment)))
                : cleaned(now, Set.of())
                        .map(report -> new Persisted(
                                experiment.id(),
                                experiment.name(),
                                experiment.runs().size(),
                                report)));
    }

    /**
     * Loads an experiment by name: its fields and runs, whose ids and fields it has; values of data stores are read when
     * {@link DataStore#load} asks for them.
     *
     * @signals ArtifactNotFoundException if there is none
     */
    public Mono<Experiment> load(String name) {
        return loaded(ledger -> ledger.byName(name), name);
    }

    /** Loads an experiment by id; see {@link #load(String)}. */
    public Mono<Experiment> load(UUID id) {
        return loaded(ledger -> ledger.byId(id), id.toString());
    }

    /**
     * Loads an experiment by name, and the values of all its data stores, so many at once. One that cannot be read fails when
     * its values are asked for, naming the address; the others are there.
     *
     * @param atOnce data stores read at once, at least 1
     */
    public Mono<Experiment> loadAll(String name, int atOnce) {
        return load(name).flatMap(experiment -> {
            List<Object> values = new ArrayList<>(experiment.fields().values());
            experiment.runs().forEach(run -> values.addAll(run.fields().values()));
            return Flux.fromIterable(DataStore.within(values))
                    .flatMap(DataStore::prefetch, atOnce)
                    .then(Mono.just(experiment));
        });
    }

    /** Loads an experiment anew, by its id. */
    public Mono<Experiment> reload(Experiment experiment) {
        return load(experiment.id());
    }

    private Mono<Experiment> loaded(Function<Ledger, Optional<Ledger.Entry>> which, String asked) {
        Mono<Experiment> once = ledger().flatMap(ledger -> Mono.justOrEmpty(which.apply(ledger))
                .switchIfEmpty(Mono.error(() -> new ArtifactNotFoundException(records.name(), asked)))
                .flatMap(this::read));
        // What is replaced while it is read goes away under the reader; the next look finds what stands then.
        return once.retryWhen(reactor.util.retry.Retry.max(ATTEMPTS)
                .filter(failure -> failure instanceof Vanished
                        || failure instanceof StoreNotFoundException
                        || failure instanceof StoreChangedException)
                .onRetryExhaustedThrow((spec, signal) ->
                        signal.failure() instanceof Vanished vanished ? vanished.damage : signal.failure()));
    }

    /** The rows of an experiment that is listed are not there. */
    private static final class Vanished extends RuntimeException {
        private static final long serialVersionUID = 1L;
        private final transient CorruptDataException damage;

        Vanished(CorruptDataException damage) {
            super(damage.getMessage(), damage, false, false);
            this.damage = damage;
        }
    }

    private Mono<Experiment> read(Ledger.Entry entry) {
        Fields fields = new Fields(
                payloads, archives.map(base -> base.resolve(entry.id().toString())));
        Experiment experiment = new Experiment(entry.id(), entry.name());
        if (entry.fields() instanceof Map<?, ?> own) {
            own.forEach((field, value) ->
                    experiment.fields().put(String.valueOf(field), fields.read(value, "field " + field)));
        }
        return Flux.usingWhen(
                        Mono.fromSupplier(() -> groups.apply(RUN_GROUP + entry.version())),
                        ObjectIO::rows,
                        ObjectIO::close)
                .doOnNext(row -> experiment.add(run(row, fields)))
                .then(Mono.fromSupplier(() -> {
                    if (experiment.runs().size() != entry.runs()) {
                        throw new Vanished(new CorruptDataException(
                                records.name(),
                                "experiment " + entry.name(),
                                "%d runs (expected: %d)"
                                        .formatted(experiment.runs().size(), entry.runs()),
                                null));
                    }
                    return experiment;
                }));
    }

    private Run run(Row row, Fields fields) {
        if (!(row.get(RUN_ID) instanceof String id)) {
            throw new CorruptDataException(records.name(), "a run", "it has no id", null);
        }
        Run run = new Run(UUID.fromString(id), Map.of());
        row.forEach((key, value) -> {
            if (key.startsWith(FIELD)) {
                String field = key.substring(FIELD.length());
                run.fields().put(field, fields.read(value, "run %s, field %s".formatted(id, field)));
            }
        });
        return run;
    }

    /** Tells whether an experiment of a name is persisted. */
    public Mono<Boolean> exists(String name) {
        return ledger().map(ledger -> ledger.byName(name).isPresent());
    }

    /** Streams the names of the persisted experiments, in the order they were persisted. */
    public Flux<String> names() {
        return ledger().flatMapIterable(ledger -> ledger.live().stream()
                .sorted(Comparator.comparingLong(Ledger.Entry::position))
                .map(Ledger.Entry::name)
                .toList());
    }

    /**
     * Returns the group with an experiment's runs, to look at their fields as columns, {@code fields.<name>}.
     *
     * @return cold; to be closed by the caller
     * @signals ArtifactNotFoundException if there is none of that name
     */
    public Mono<ObjectIO> runs(String name) {
        return ledger().map(ledger -> ledger.byName(name)
                .map(entry -> groups.apply(RUN_GROUP + entry.version()).readOnly())
                .orElseThrow(() -> new ArtifactNotFoundException(records.name(), name)));
    }

    /** Deletes an experiment, its runs and its payloads; none of that name is no error. */
    public Mono<DeleteReport> delete(String name) {
        return deleted(ledger -> ledger.byName(name));
    }

    /** Deletes an experiment, its runs and its payloads; none of that id is no error. */
    public Mono<DeleteReport> delete(UUID id) {
        return deleted(ledger -> ledger.byId(id));
    }

    private Mono<DeleteReport> deleted(Function<Ledger, Optional<Ledger.Entry>> which) {
        return ledger().flatMap(ledger -> Mono.justOrEmpty(which.apply(ledger))
                .flatMap(entry -> {
                    Map<String, @Nullable Object> row = new LinkedHashMap<>();
                    row.put(Ledger.OP, Ledger.DELETE);
                    row.put(Ledger.ID, entry.id().toString());
                    row.put(Ledger.NAME, entry.name());
                    row.put(Ledger.VERSION, entry.version());
                    return records.append(Row.of(row));
                })
                .flatMap(size -> ledger())
                .flatMap(now -> cleaned(now, Set.of()))
                .defaultIfEmpty(new DeleteReport(0, 0, List.of())));
    }

    /**
     * Removes what crashed or failed clean-ups left: runs no experiment names and payloads of what ended, older than a grace
     * period, which must be longer than persisting takes. Payloads of a persist that crashed are found by {@link #collector}.
     */
    public Mono<DeleteReport> sweep(Duration grace) {
        return ledger().flatMap(ledger -> {
            Set<String> old = new HashSet<>();
            ledger.voided().stream()
                    .map(Ledger.Entry::version)
                    .filter(version -> !isYoung(version, grace))
                    .forEach(old::add);
            return cleaned(ledger, old)
                    .flatMap(report -> orphanedRuns(ledger, grace).map(problems -> plus(report, problems)));
        });
    }

    private static DeleteReport plus(DeleteReport report, List<String> problems) {
        List<String> all = new ArrayList<>(report.problems());
        all.addAll(problems);
        return new DeleteReport(report.deleted(), report.missing(), all);
    }

    private Mono<List<String>> orphanedRuns(Ledger ledger, Duration grace) {
        Set<String> named = new HashSet<>();
        ledger.live().forEach(entry -> named.add(entry.version()));
        ledger.ended().forEach(entry -> named.add(entry.version()));
        ledger.voided().forEach(entry -> named.add(entry.version()));
        return records.groups()
                .filter(group -> group.startsWith(RUN_GROUP))
                .map(group -> group.substring(RUN_GROUP.length()))
                .filter(version -> !named.contains(version) && !isYoung(version, grace))
                .concatMap(this::removedRuns)
                .collectList();
    }

    /** Returns a collector that knows all references of persisted experiments; add other places that refer to the payloads. */
    public PayloadCollector collector() {
        return PayloadCollector.of(payloads).from(references());
    }

    /** Streams the addresses that persisted experiments refer to. */
    public Flux<PayloadUrl> references() {
        return ledger().flatMapIterable(ledger -> {
            List<PayloadUrl> urls = new ArrayList<>();
            List<Ledger.Entry> all = new ArrayList<>(ledger.live());
            all.addAll(ledger.ended());
            all.addAll(ledger.voided());
            all.forEach(entry -> entry.payloads().forEach(url -> urls.add(PayloadUrl.parse(url))));
            return urls;
        });
    }

    /** Closes what was opened; idempotent. The payload store needs no closing. */
    public Mono<Void> close() {
        return records.close();
    }

    private Mono<Ledger> ledger() {
        return records.rows()
                .index()
                .collect(
                        Ledger::new,
                        (ledger, row) -> ledger.add(Ledger.Entry.of(row.getT1(), row.getT2(), records.name())))
                .onErrorResume(StoreNotFoundException.class, none -> Mono.just(new Ledger()))
                .retryWhen(reactor.util.retry.Retry.max(ATTEMPTS).filter(StoreChangedException.class::isInstance));
    }

    /**
     * Removes runs, payloads and rows of what ended, and of those void ones that are told.
     *
     * <p>Payloads go by what the row says, except what a standing experiment refers to. A problem does not end it.
     */
    private Mono<DeleteReport> cleaned(Ledger ledger, Set<String> voided) {
        Set<String> kept = new HashSet<>();
        ledger.live().forEach(entry -> kept.addAll(entry.payloads()));
        List<Ledger.Entry> dead = new ArrayList<>(ledger.ended());
        ledger.voided().stream()
                .filter(entry -> voided.contains(entry.version()))
                .forEach(dead::add);
        return Flux.fromIterable(dead)
                .concatMap(entry -> removedRuns(entry.version())
                        .map(Optional::of)
                        .defaultIfEmpty(Optional.empty())
                        .flatMap(problem -> removedPayloads(entry, kept)
                                .map(report -> plus(report, problem.stream().toList()))))
                .reduce(new DeleteReport(0, 0, List.of()), Experiments::plus)
                .flatMap(report -> report.problems().isEmpty()
                        ? rowsRemoved(ledger, voided).thenReturn(report)
                        : Mono.just(report));
    }

    private static DeleteReport plus(DeleteReport one, DeleteReport other) {
        List<String> problems = new ArrayList<>(one.problems());
        problems.addAll(other.problems());
        return new DeleteReport(one.deleted() + other.deleted(), one.missing() + other.missing(), problems);
    }

    private Mono<DeleteReport> removedPayloads(Ledger.Entry entry, Set<String> kept) {
        String own = scope(entry.id()).name();
        List<PayloadUrl> urls = entry.payloads().stream()
                .filter(url -> !kept.contains(url))
                .map(PayloadUrl::parse)
                .filter(url -> url.scope().equals(own))
                .toList();
        return urls.isEmpty()
                ? Mono.just(new DeleteReport(0, 0, List.of()))
                : payloads.delete(urls)
                        .map(report -> new DeleteReport(report.deleted(), 0, report.problems()))
                        .onErrorResume(
                                AtomfluxException.class,
                                failure -> Mono.just(
                                        new DeleteReport(0, 0, List.of(String.valueOf(failure.getMessage())))));
    }

    /** Removes a group of runs; empty, or what stood in the way. */
    private Mono<String> removedRuns(String version) {
        return Mono.usingWhen(
                        Mono.fromSupplier(() -> groups.apply(RUN_GROUP + version)), this::removed, ObjectIO::close)
                .then(Mono.<String>empty())
                .onErrorResume(AtomfluxException.class, failure -> Mono.just(String.valueOf(failure.getMessage())));
    }

    private Mono<Void> removed(ObjectIO group) {
        Mono<Void> removal = group.capabilities().contains(Capability.REMOVE) ? group.remove() : group.clear();
        return removal.onErrorResume(StoreNotFoundException.class, gone -> Mono.empty());
    }

    /** Takes away rows that have had their effect; leaves them where another one does so too, or a void one must stay yet. */
    private Mono<Void> rowsRemoved(Ledger ledger, Set<String> voided) {
        if (!records.capabilities().contains(Capability.VERSIONS)) {
            return Mono.empty();
        }
        List<Ledger.Entry> gone = new ArrayList<>();
        ledger.voided().stream()
                .filter(entry -> voided.contains(entry.version()))
                .forEach(gone::add);
        if (gone.size() == ledger.voided().size()) {
            gone.addAll(ledger.ended());
            gone.addAll(ledger.deletions());
        }
        List<Long> done = new ArrayList<>();
        return Flux.fromIterable(gone)
                .concatMap(entry -> {
                    long earlier = done.stream()
                            .filter(position -> position < entry.position())
                            .count();
                    return rowRemoved(entry, entry.position() - earlier)
                            .then(Mono.fromRunnable(() -> done.add(entry.position())));
                })
                .then()
                .onErrorResume(
                        failure -> failure instanceof VersionConflictException
                                || failure instanceof RowOutOfBoundsException
                                || failure instanceof StoreNotFoundException
                                || failure instanceof UnsupportedStoreOperationException,
                        another -> Mono.empty());
    }

    private Mono<Void> rowRemoved(Ledger.Entry entry, long position) {
        return records.getVersioned(position).flatMap(found -> {
            Ledger.Entry there = Ledger.Entry.of(position, found.row(), records.name());
            boolean same = there.version().equals(entry.version()) && there.op().equals(entry.op());
            return same
                    ? records.delete(position, found.version())
                    : Mono.<Void>error(new RowOutOfBoundsException(position, position, records.name()));
        });
    }

    @Override
    public String toString() {
        return "Experiments[%s, %s]".formatted(records.name(), payloads.name());
    }
}
