package io.atomflux.redis;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.Outcome;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreBusyException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.error.VersionConflictException;
import io.atomflux.error.WriteFailedException;
import io.atomflux.spi.Positions;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.BlobRow;
import io.atomflux.value.Version;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Makes one change: a small one by one script, a larger one by staging its rows under fresh sort keys, where nobody sees
 * them, and one script that publishes them.
 *
 * <p>Positions are resolved here, for the size last seen; the script does nothing if they depend on the size and it is
 * another one, and the change is planned anew. Longer than most files because all kinds of changes stand here side by side.
 */
final class RedisWrite implements Write.Visitor<BlobRow, Mono<Long>> {

    /** A change of more ranges is told less exactly, so that it does not push everything else out of the log. */
    private static final int MOST_RANGES = 128;

    private static final byte[] NONE = {};
    private static final byte[] ONE = {'1'};

    private final RedisRows rows;
    private final Writers writers;
    private final Limits limits;
    private final Staging staging;
    private final long begun = System.nanoTime();

    RedisWrite(RedisRows rows, Writers writers, Limits limits, BooleanSupplier cancelled) {
        this.rows = rows;
        this.writers = writers;
        this.limits = limits;
        this.staging = new Staging(writers, limits, rows.name(), cancelled);
    }

    /** Makes the change; deletes what was staged for it and not published. */
    Mono<Long> run(Write<BlobRow> write) {
        return Mono.defer(() -> write.accept(this))
                .onErrorResume(failure -> staging.abandon().then(Mono.error(failure)));
    }

    @Override
    public Mono<Long> append(Write.Append<BlobRow> write) {
        return add(NONE, write.rows(), write.operation());
    }

    @Override
    public Mono<Long> insert(Write.Insert<BlobRow> write) {
        return add(Layout.bytes(write.index()), write.rows(), write.operation());
    }

    private Mono<Long> add(byte[] index, List<BlobRow> added, String operation) {
        requireStorable(added, operation);
        requireFew(added.size(), operation);
        byte[] count = Layout.bytes(added.size());
        if (isSmall(added)) {
            return finish(
                    writers.send(Lua.ADD, lease -> Writers.Parts.of(index, Pack.rows(added), count, NONE, NONE)),
                    operation);
        }
        return staging.stage(added)
                .flatMap(held -> finish(
                        held.publish(writers.send(
                                Lua.ADD, lease -> Writers.Parts.of(index, NONE, count, held.name(), held.first()))),
                        operation));
    }

    @Override
    public Mono<Long> reserve(Write.Reserve<BlobRow> write) {
        requireFew(write.count(), write.operation());
        byte[] count = Layout.bytes(write.count());
        return finish(
                writers.send(Lua.ADD, lease -> Writers.Parts.of(NONE, NONE, count, NONE, NONE)), write.operation());
    }

    @Override
    public Mono<Long> put(Write.Put<BlobRow> write) {
        String operation = write.operation();
        return planned(write.where(), operation, size -> {
            Positions where = write.where().resolve(size, rows.name());
            requireOneFor(where, write.rows().size(), false, write.expected());
            TreeMap<Long, BlobRow> last = new TreeMap<>();
            for (int i = 0; i < where.count(); i++) {
                last.put(where.at(i), write.rows().get(i));
            }
            requireStorable(last.values(), operation);
            requireFew(last.size(), operation);
            long[] positions = ascending(last);
            return new Plan(
                    positions,
                    List.copyOf(last.values()),
                    Lua.PUT,
                    (sizeThen, cells, name, first) -> Writers.Parts.of(
                            sizeThen,
                            Pack.numbers(positions),
                            runs("R", positions),
                            version(write.expected()),
                            cells,
                            name,
                            first));
        });
    }

    @Override
    public Mono<Long> update(Write.Update<BlobRow> write) {
        String operation = write.operation();
        List<BlobRow> changes = write.changes();
        boolean shared = changes.size() == 1;
        return planned(write.where(), operation, size -> {
            Positions where = write.where().resolve(size, rows.name());
            requireOneFor(where, changes.size(), true, write.expected());
            TreeMap<Long, BlobRow> patches = new TreeMap<>();
            for (int i = 0; i < where.count(); i++) {
                BlobRow patch = changes.get(shared ? 0 : i);
                if (!patch.isReserved()) {
                    patches.merge(where.at(i), patch, (one, two) -> one == two ? two : one.merge(two));
                }
            }
            requireFew(patches.size(), operation);
            long[] positions = ascending(patches);
            List<BlobRow> cells = shared && positions.length > 0 ? changes : List.copyOf(patches.values());
            return new Plan(
                    positions,
                    cells,
                    Lua.UPDATE,
                    (sizeThen, packed, name, first) -> Writers.Parts.of(
                            sizeThen,
                            Pack.numbers(positions),
                            runs("R", positions),
                            version(write.expected()),
                            packed,
                            name,
                            first,
                            shared ? ONE : NONE));
        });
    }

    @Override
    public Mono<Long> delete(Write.Delete<BlobRow> write) {
        return planned(write.where(), write.operation(), size -> {
            Positions where = write.where().resolve(size, rows.name());
            requireOneFor(where, (int) Math.min(where.count(), Integer.MAX_VALUE), false, write.expected());
            long[] positions = distinct(where, write.operation());
            return new Plan(
                    positions,
                    List.of(),
                    Lua.DELETE,
                    (sizeThen, packed, name, first) -> Writers.Parts.of(
                            sizeThen, Pack.numbers(positions), runs("D", positions), version(write.expected()), name));
        });
    }

    @Override
    public Mono<Long> drop(Write.Drop<BlobRow> write) {
        return planned(write.where(), write.operation(), size -> {
            long[] positions = distinct(write.where().resolve(size, rows.name()), write.operation());
            long[] concerned = write.keys().isEmpty() ? new long[0] : positions;
            return new Plan(
                    concerned,
                    List.of(),
                    Lua.DROP,
                    (sizeThen, packed, name, first) ->
                            Writers.Parts.of(sizeThen, Pack.numbers(positions), Pack.keys(write.keys())));
        });
    }

    @Override
    public Mono<Long> clear(Write.Clear<BlobRow> write) {
        Layout layout = writers.layout;
        // The grave's name is that of the script which filled it; if another one did, the sweeper finds it.
        byte[][] grave = {NONE};
        return finish(
                        writers.send(Lua.CLEAR, lease -> {
                            grave[0] = layout.grave(lease.name());
                            return new Writers.Parts(List.of(grave[0], layout.graves), List.of());
                        }),
                        write.operation())
                .flatMap(size -> writers.upkeep()
                        .drain(grave[0])
                        .onErrorResume(failure -> Mono.empty()) // the rows are gone; the next sweep takes what is left
                        .thenReturn(size));
    }

    // planning

    /** Makes the arguments of a script, for one attempt. */
    private interface Arguments {
        Writers.Parts of(byte[] sizeThen, byte[] packed, byte[] name, byte[] first);
    }

    /**
     * A change of rows that are there.
     *
     * @param positions which, ascending
     * @param cells what to write, one for each position or one for all
     */
    private record Plan(long[] positions, List<BlobRow> cells, Script script, Arguments arguments) {}

    /** Plans for the size last seen and sends the plan; plans anew while the size turns out to be another one. */
    private Mono<Long> planned(Selection where, String operation, LongFunction<Plan> planner) {
        long guess = rows.sizeSeen();
        if (guess >= 0) {
            try {
                return send(planner.apply(guess), guess, where, operation, planner, 0);
            } catch (RowOutOfBoundsException | IllegalArgumentException | LimitExceededException stale) {
                return fresh(where, operation, planner); // which fails in the same way if the guess was right
            }
        }
        return fresh(where, operation, planner);
    }

    private Mono<Long> fresh(Selection where, String operation, LongFunction<Plan> planner) {
        return rows.sizeNow().flatMap(size -> send(planner.apply(size), size, where, operation, planner, 0));
    }

    private Mono<Long> send(
            Plan plan, long size, Selection where, String operation, LongFunction<Plan> planner, int losses) {
        if (plan.positions.length == 0) {
            return where.dependsOnSize() && losses == 0
                    ? rows.sizeNow().flatMap(now -> {
                        // nothing to do, unless the size was a guess
                        return now == size
                                ? Mono.just(now)
                                : send(planner.apply(now), now, where, operation, planner, 1);
                    })
                    : rows.sizeNow();
        }
        byte[] sizeThen = where.dependsOnSize() ? Layout.bytes(size) : NONE;
        Mono<String> answer;
        if (plan.cells.isEmpty() || isSmall(plan.cells)) {
            byte[] packed = Pack.rows(plan.cells);
            answer = writers.send(
                    plan.script,
                    lease -> plan.arguments.of(
                            sizeThen, packed, plan.script == Lua.DELETE ? marker(lease) : NONE, NONE));
        } else {
            answer = staging.stage(plan.cells)
                    .flatMap(held -> held.publish(writers.send(
                            plan.script, lease -> plan.arguments.of(sizeThen, NONE, held.name(), held.first()))));
        }
        return answer.flatMap(text -> {
            if (!text.startsWith("size ")) {
                return finish(Mono.just(text), operation);
            }
            long now = Long.parseLong(text.substring(5));
            rows.seen(now);
            if (System.nanoTime() - begun > limits.deadline().toNanos()) {
                return Mono.error(new StoreBusyException(
                        rows.name(), "others keep changing its size while this change counts from the end", null));
            }
            Plan next = planner.apply(now);
            Duration pause = Duration.ofMillis(
                    losses < 3 ? 0 : ThreadLocalRandom.current().nextLong(1L << Math.min(losses, 7)));
            return Mono.delay(pause).then(Mono.defer(() -> send(next, now, where, operation, planner, losses + 1)));
        });
    }

    private static byte[] marker(Client.Lease lease) {
        return Layout.bytes("!" + lease.name());
    }

    private boolean isSmall(List<BlobRow> cells) {
        if (cells.size() > limits.writeRows()) {
            return false;
        }
        long bytes = 0;
        for (BlobRow row : cells) {
            bytes += row.byteSize();
        }
        return bytes <= limits.writeBytes();
    }

    private void requireStorable(Collection<BlobRow> some, String operation) {
        for (BlobRow row : some) {
            if (row.size() == 0 && !row.isReserved()) {
                throw emptyRow(operation);
            }
        }
    }

    private UnsupportedStoreOperationException emptyRow(String operation) {
        return new UnsupportedStoreOperationException(
                rows.name(), operation, "its layout cannot tell a row without keys from a reserved one");
    }

    private void requireFew(long count, String operation) {
        if (count > limits.atomicRows()) {
            throw new LimitExceededException(
                    "rows of one " + operation + " to " + rows.name(),
                    count,
                    limits.atomicRows(),
                    "make several calls");
        }
    }

    private static void requireOneFor(Positions where, int given, boolean oneForAll, Optional<Version> expected) {
        if (given != where.count() && !(oneForAll && given == 1)) {
            throw new IllegalArgumentException(
                    "rows given: %d (expected: %d, one for each selected row)".formatted(given, where.count()));
        }
        if (expected.isPresent() && where.count() != 1) {
            throw new IllegalArgumentException(
                    "rows selected: %d (expected: 1, as a version is given)".formatted(where.count()));
        }
    }

    private long[] distinct(Positions where, String operation) {
        if (!where.repeats()) {
            requireFew(where.count(), operation); // before it is spread out
        }
        long[] positions = Arrays.stream(where.toArray()).sorted().distinct().toArray();
        requireFew(positions.length, operation);
        return positions;
    }

    private static long[] ascending(TreeMap<Long, BlobRow> byPosition) {
        return byPosition.keySet().stream().mapToLong(position -> position).toArray();
    }

    private static byte[] version(Optional<Version> expected) {
        return expected.map(version -> version.token().toArray()).orElse(NONE);
    }

    /** Tells the ranges of positions; those of rows deleted from the last to the first, so that each is right. */
    private static byte[] runs(String kind, long[] positions) {
        StringBuilder text = new StringBuilder();
        int runs = 0;
        for (int from = 0; from < positions.length; runs++) {
            int to = from + 1;
            while (to < positions.length && positions[to] == positions[to - 1] + 1) {
                to++;
            }
            String run = kind + " " + positions[from] + " " + (positions[to - 1] + 1);
            if (kind.equals("D")) {
                text.insert(0, from == 0 ? run : run + " ");
            } else {
                text.append(from == 0 ? "" : " ").append(run);
            }
            from = to;
        }
        if (runs > MOST_RANGES) {
            return Layout.bytes(
                    kind.equals("D") ? "G -" : "R " + positions[0] + " " + (positions[positions.length - 1] + 1));
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    // answers

    /** Turns a script's answer into the new size or an error; nothing was changed then. */
    private Mono<Long> finish(Mono<String> answer, String operation) {
        Function<String, Mono<Long>> told = text -> {
            RuntimeException refusal = refusal(text, operation);
            if (refusal != null) {
                return Mono.error(refusal);
            }
            long size = Long.parseLong(text);
            rows.seen(size);
            return Mono.just(size);
        };
        return answer.flatMap(told);
    }

    private @Nullable RuntimeException refusal(String answer, String operation) {
        String[] parts = answer.split(" ", 3);
        return switch (parts[0]) {
            case "conflict" -> new VersionConflictException(rows.name(), Long.parseLong(parts[1]));
            case "empty" -> emptyRow(operation);
            case "gone" ->
                new WriteFailedException(
                        rows.name(),
                        Outcome.NOT_APPLIED,
                        new StoreBusyException(
                                rows.name(), "the rows waiting to be published were swept or removed meanwhile", null));
            case "type", "counter" -> RedisErrors.foreign(answer, rows.name());
            case "far" ->
                new LimitExceededException(
                        "rows of one insert far from both ends of " + rows.name(),
                        limits.atomicRows(),
                        1,
                        "insert them one by one: each takes the server a walk through the list");
            default ->
                answer.matches("\\d+")
                        ? null
                        : new CorruptDataException(
                                rows.name(), "reply of a script", "\"" + answer + "\" is none it gives", null);
        };
    }
}
