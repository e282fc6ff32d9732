package io.atomflux.mongo;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.bson.BsonArray;
import org.bson.BsonDateTime;
import org.bson.BsonDocument;
import org.bson.BsonInt32;
import org.bson.BsonInt64;
import org.bson.BsonValue;
import org.bson.RawBsonDocument;
import org.bson.codecs.BsonDocumentCodec;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.test.scheduler.VirtualTimeScheduler;

/**
 * A collection in memory that executes the commands of its clients one at a time, in an order drawn from a seed, and on
 * demand loses replies, executes commands late, and lets clients die; time is simulated. For one thread.
 *
 * <p>Knows the operators the paged layout uses, and fails on any other.
 */
final class SimulatedServer {

    private static final BsonDocumentCodec CODEC = new BsonDocumentCodec();

    final VirtualTimeScheduler time = VirtualTimeScheduler.create();
    final TreeMap<String, BsonDocument> documents = new TreeMap<>();
    final Set<Long> insertedLate = new HashSet<>();
    final SplittableRandom random;
    final List<String> trace = new ArrayList<>();
    private final List<Pending> pending = new ArrayList<>();
    private final List<Pending> late = new ArrayList<>();
    private @Nullable BiFunction<String, String, Fate> script;
    int losses; // how many more replies may be lost
    int crashes;
    long executed;

    /** What happens to a command. */
    enum Fate {
        /** It is executed and answered. */
        ANSWERED,
        /** It is executed, the reply is lost. */
        LOST,
        /** It is executed when {@link #lateNow} says so; the client is told that there is no reply. */
        LATE,
        /** Its client dies before it is executed. */
        DYING,
        /** Its client dies after it is executed. */
        DEAD
    }

    /** Decides from now on by client and command. */
    void script(BiFunction<String, String, Fate> decision) {
        script = decision;
    }

    /** Executes the oldest command that is late. */
    void lateNow() {
        lately(late.remove(0));
    }

    int lateCommands() {
        return late.size();
    }

    private final class Pending {
        final Client client;
        final String what;
        final boolean changes;
        final Supplier<@Nullable Object> execution;
        final MonoSink<Object> sink;

        Pending(
                Client client,
                String what,
                boolean changes,
                Supplier<@Nullable Object> execution,
                MonoSink<Object> sink) {
            this.client = client;
            this.what = what;
            this.changes = changes;
            this.execution = execution;
            this.sink = sink;
        }

        void execute(boolean reply) {
            executed++;
            trace.add(client.name + ": " + what);
            Object result;
            try {
                result = execution.get();
            } catch (RuntimeException | AssertionError e) {
                sink.error(e);
                throw e;
            }
            if (reply) {
                if (result == null) {
                    sink.success();
                } else {
                    sink.success(result);
                }
            }
        }
    }

    SimulatedServer(long seed) {
        this.random = new SplittableRandom(seed);
    }

    long millis() {
        return 1_000_000_000_000L + time.now(TimeUnit.MILLISECONDS);
    }

    Clockwork clockwork() {
        return new Clockwork(time, () -> time.now(TimeUnit.NANOSECONDS), random::nextDouble);
    }

    boolean isIdle() {
        return pending.isEmpty();
    }

    /** Lets one thing happen. */
    void step() {
        BiFunction<String, String, Fate> told = script;
        if (told != null) {
            scripted(told);
            return;
        }
        if (!late.isEmpty() && random.nextInt(12) == 0) {
            Pending copy = late.remove(random.nextInt(late.size()));
            if (random.nextInt(5) > 0) {
                trace.add("late:");
                lately(copy);
            }
            return;
        }
        if (pending.isEmpty()) {
            time.advanceTimeBy(Duration.ofMillis(1 + random.nextInt(200)));
            return;
        }
        if (random.nextInt(20) == 0) {
            time.advanceTimeBy(Duration.ofMillis(1 + random.nextInt(20)));
        }
        Pending next = pending.remove(random.nextInt(pending.size()));
        if (crashes > 0 && random.nextInt(40) == 0) {
            crashes--;
            crash(next);
        } else if (losses > 0 && next.changes && random.nextInt(8) == 0) {
            losses--;
            lose(next);
        } else {
            next.execute(true);
        }
    }

    private void scripted(BiFunction<String, String, Fate> told) {
        if (pending.isEmpty()) {
            time.advanceTimeBy(Duration.ofMillis(10));
            return;
        }
        Pending next = pending.remove(0);
        switch (told.apply(next.client.name, next.what)) {
            case ANSWERED -> next.execute(true);
            case LOST -> {
                next.execute(false);
                next.sink.error(new Documents.Unanswered(null));
            }
            case LATE -> {
                late.add(next);
                next.sink.error(new Documents.Unanswered(null));
            }
            case DYING -> kill(next.client);
            case DEAD -> {
                next.execute(false);
                kill(next.client);
            }
        }
    }

    private void lately(Pending copy) {
        Set<String> before = new HashSet<>(documents.keySet());
        copy.execute(false);
        for (BsonDocument document : documents.values()) {
            if (!before.contains(key(document.get("_id")))
                    && document.get("_id").isInt64()) {
                insertedLate.add(Paged.idOf(document));
            }
        }
    }

    private void lose(Pending next) {
        boolean now = random.nextBoolean();
        trace.add(now ? "reply lost:" : "command delayed: " + next.what);
        if (now) {
            next.execute(false);
        } else {
            late.add(next);
        }
        next.sink.error(new Documents.Unanswered(null));
    }

    /** The client whose command this is dies; what it sent may be executed or not. */
    private void crash(Pending next) {
        trace.add("crash of " + next.client.name);
        next.client.dead = true;
        pending.add(next);
        for (Pending sent : List.copyOf(pending)) {
            if (sent.client == next.client) {
                pending.remove(sent);
                if (random.nextBoolean()) {
                    late.add(sent);
                }
            }
        }
    }

    /** Kills a client now; nothing of what it sent is executed any more. */
    void kill(Documents documentsOfClient) {
        Client client = (Client) documentsOfClient;
        client.dead = true;
        pending.removeIf(sent -> sent.client == client);
    }

    /** Executes or forgets what is late. */
    void settle() {
        while (!late.isEmpty()) {
            Pending copy = late.remove(random.nextInt(late.size()));
            if (random.nextBoolean()) {
                lately(copy);
            }
        }
    }

    /** Runs a call to its end, without faults. */
    <T> @Nullable T run(Mono<T> call) {
        int kept = losses;
        int keptCrashes = crashes;
        losses = 0;
        crashes = 0;
        @Nullable Object[] end = new Object[2];
        boolean[] done = {false};
        call.subscribe(
                value -> end[0] = value,
                failure -> {
                    end[1] = failure;
                    done[0] = true;
                },
                () -> done[0] = true);
        for (int steps = 0; !done[0]; steps++) {
            if (steps > 1_000_000) {
                throw new AssertionError("no end; " + tail());
            }
            step();
        }
        losses = kept;
        crashes = keptCrashes;
        if (end[1] != null) {
            throw new IllegalStateException((Throwable) end[1]);
        }
        @SuppressWarnings("unchecked")
        T value = (T) end[0];
        return value;
    }

    String tail() {
        return String.join("\n", trace.subList(Math.max(0, trace.size() - 60), trace.size()));
    }

    Documents client(String name) {
        return new Client(name);
    }

    boolean isDead(Documents client) {
        return ((Client) client).dead;
    }

    // ------------------------------------------------------------------ the collection

    static String key(BsonValue id) {
        return id.isString()
                ? "s" + id.asString().getValue()
                : "n%020d".formatted(id.asNumber().longValue());
    }

    private List<BsonDocument> matching(BsonDocument filter) {
        List<BsonDocument> found = new ArrayList<>();
        BsonValue id = filter.get("_id");
        if (id != null && !id.isDocument()) {
            BsonDocument document = documents.get(key(id));
            if (document != null && matches(document, filter)) {
                found.add(document);
            }
            return found;
        }
        for (BsonDocument document : documents.values()) {
            if (matches(document, filter)) {
                found.add(document);
            }
        }
        return found;
    }

    private static boolean matches(BsonDocument document, BsonDocument filter) {
        for (Map.Entry<String, BsonValue> condition : filter.entrySet()) {
            if (condition.getKey().equals("$or")) {
                if (condition.getValue().asArray().stream().noneMatch(one -> matches(document, one.asDocument()))) {
                    return false;
                }
            } else if (!holds(at(document, condition.getKey()), condition.getValue())) {
                return false;
            }
        }
        return true;
    }

    private static boolean holds(@Nullable BsonValue value, BsonValue condition) {
        if (!condition.isDocument()
                || condition.asDocument().isEmpty()
                || !condition.asDocument().getFirstKey().startsWith("$")) {
            return condition.isNull() ? value == null || value.isNull() : same(value, condition);
        }
        for (Map.Entry<String, BsonValue> operator : condition.asDocument().entrySet()) {
            BsonValue operand = operator.getValue();
            boolean holds = switch (operator.getKey()) {
                case "$exists" -> (value != null) == operand.asBoolean().getValue();
                case "$in" -> operand.asArray().stream().anyMatch(one -> same(value, one));
                case "$lt" -> isOrdered(value, operand) && ordinal(value) < ordinal(operand);
                case "$gte" -> isOrdered(value, operand) && ordinal(value) >= ordinal(operand);
                default -> throw new AssertionError("operator " + operator);
            };
            if (!holds) {
                return false;
            }
        }
        return true;
    }

    private static boolean isOrdered(@Nullable BsonValue a, BsonValue b) {
        return a != null && (a.isNumber() && b.isNumber() || a.isDateTime() && b.isDateTime());
    }

    private static long ordinal(BsonValue value) {
        return value.isNumber()
                ? value.asNumber().longValue()
                : value.asDateTime().getValue();
    }

    private static boolean same(@Nullable BsonValue a, BsonValue b) {
        return a != null
                && (a.isNumber() && b.isNumber()
                        ? a.asNumber().longValue() == b.asNumber().longValue()
                        : a.equals(b));
    }

    private static @Nullable BsonValue at(BsonDocument document, String path) {
        @Nullable BsonValue value = document;
        for (String name : path.split("\\.")) {
            if (value instanceof BsonDocument inner) {
                value = inner.get(name);
            } else if (value instanceof BsonArray array && name.matches("\\d+")) {
                int index = Integer.parseInt(name);
                value = index < array.size() ? array.get(index) : null;
            } else {
                return null;
            }
        }
        return value;
    }

    private static void put(BsonDocument document, String path, @Nullable BsonValue value) {
        String[] names = path.split("\\.");
        BsonValue holder = document;
        for (int i = 0; i < names.length - 1; i++) {
            BsonValue inner = holder instanceof BsonDocument d
                    ? d.get(names[i])
                    : holder.asArray().get(Integer.parseInt(names[i]));
            if (inner == null) {
                inner = new BsonDocument();
                holder.asDocument().put(names[i], inner);
            }
            holder = inner;
        }
        String last = names[names.length - 1];
        if (holder instanceof BsonArray array) {
            array.set(Integer.parseInt(last), value);
        } else if (value == null) {
            holder.asDocument().remove(last);
        } else {
            holder.asDocument().put(last, value);
        }
    }

    private BsonDocument updated(BsonDocument before, BsonDocument update) {
        BsonDocument after = before.clone();
        Set<String> paths = new HashSet<>();
        for (Map.Entry<String, BsonValue> operator : update.entrySet()) {
            for (Map.Entry<String, BsonValue> operand :
                    operator.getValue().asDocument().entrySet()) {
                String path = operand.getKey();
                for (String other : paths) {
                    if (other.equals(path) || other.startsWith(path + ".") || path.startsWith(other + ".")) {
                        throw new AssertionError("conflicting paths " + other + " and " + path);
                    }
                }
                paths.add(path);
                BsonValue now = at(after, path);
                BsonValue value = operand.getValue();
                switch (operator.getKey()) {
                    case "$set" -> put(after, path, value);
                    case "$unset" -> put(after, path, null);
                    case "$inc" ->
                        put(
                                after,
                                path,
                                new BsonInt64((now == null ? 0 : now.asNumber().longValue())
                                        + value.asNumber().longValue()));
                    case "$currentDate" -> put(after, path, new BsonDateTime(millis()));
                    case "$push" -> {
                        BsonArray array = now.asArray().clone();
                        BsonDocument how = value.asDocument();
                        int place = how.getNumber("$position", new BsonInt32(array.size()))
                                .intValue();
                        array.addAll(Math.min(place, array.size()), how.getArray("$each"));
                        int most = -how.getNumber("$slice", new BsonInt32(-1_000_000))
                                .intValue();
                        put(after, path, new BsonArray(array.subList(Math.max(0, array.size() - most), array.size())));
                    }
                    case "$pullAll" -> {
                        BsonArray array = now.asArray().clone();
                        array.removeIf(one -> value.asArray().stream().anyMatch(gone -> same(one, gone)));
                        put(after, path, array);
                    }
                    default -> throw new AssertionError("operator " + operator);
                }
            }
        }
        return after;
    }

    private static RawBsonDocument projected(BsonDocument document, BsonDocument projection) {
        if (projection.isEmpty()) {
            return new RawBsonDocument(document, CODEC);
        }
        BsonDocument some = new BsonDocument("_id", document.get("_id"));
        for (Map.Entry<String, BsonValue> field : projection.entrySet()) {
            BsonValue value = at(document, field.getKey());
            if (value == null) {
                continue;
            }
            if (field.getValue().isDocument()) {
                BsonArray slice = field.getValue().asDocument().getArray("$slice");
                int from = Math.min(
                        slice.get(0).asNumber().intValue(), value.asArray().size());
                int to = Math.min(
                        from + slice.get(1).asNumber().intValue(),
                        value.asArray().size());
                value = new BsonArray(value.asArray().subList(from, to));
            }
            put(some, field.getKey(), value);
        }
        return new RawBsonDocument(some, CODEC);
    }

    /** One client's commands; each waits until its turn comes. */
    private final class Client implements Documents {
        private final String name;
        private boolean dead;

        Client(String name) {
            this.name = name;
        }

        @SuppressWarnings("unchecked")
        private <T> Mono<T> command(String what, boolean changes, Supplier<@Nullable Object> execution) {
            return Mono.<Object>create(sink -> {
                        if (!dead) {
                            pending.add(new Pending(this, what, changes, execution, sink));
                        }
                    })
                    .map(result -> (T) result);
        }

        @Override
        public Flux<RawBsonDocument> find(BsonDocument filter, BsonDocument projection, int batchSize) {
            return this.<List<RawBsonDocument>>command(
                            "find " + filter + projection,
                            false,
                            () -> matching(filter).stream()
                                    .map(document -> projected(document, projection))
                                    .toList())
                    .flatMapIterable(all -> all);
        }

        @Override
        public Mono<BsonDocument> findOne(BsonDocument filter, BsonDocument projection) {
            return command(
                    "findOne " + filter + projection,
                    false,
                    () -> matching(filter).stream()
                            .findFirst()
                            .map(document -> projected(document, projection))
                            .orElse(null));
        }

        @Override
        public Mono<BsonDocument> change(
                BsonDocument condition, BsonDocument update, BsonDocument projection, boolean upsert) {
            BsonDocument sentCondition = condition.clone();
            BsonDocument sentUpdate = update.clone();
            return command("change " + condition + update, true, () -> {
                List<BsonDocument> found = matching(sentCondition);
                if (found.isEmpty()) {
                    trace.add("   -> null");
                    return null;
                }
                BsonDocument after = updated(found.get(0), sentUpdate.clone());
                documents.put(key(after.get("_id")), after);
                return projected(after, projection);
            });
        }

        @Override
        public Flux<BsonValue> insert(List<? extends BsonDocument> inserted) {
            List<BsonDocument> sent = new ArrayList<>();
            inserted.forEach(document ->
                    sent.add(document instanceof RawBsonDocument raw ? raw.decode(CODEC) : document.clone()));
            return this.<List<BsonValue>>command(
                            "insert " + sent.stream().map(d -> d.get("_id")).toList(), true, () -> {
                                List<BsonValue> there = new ArrayList<>();
                                for (BsonDocument document : sent) {
                                    if (documents.putIfAbsent(key(document.get("_id")), document) != null) {
                                        there.add(document.get("_id"));
                                    }
                                }
                                return there;
                            })
                    .flatMapIterable(there -> there);
        }

        @Override
        public Mono<Long> delete(BsonDocument filter) {
            return command("delete " + filter, true, () -> {
                List<BsonDocument> gone = matching(filter);
                gone.forEach(document -> documents.remove(key(document.get("_id"))));
                return (long) gone.size();
            });
        }

        @Override
        public Flux<RawBsonDocument> aggregate(List<BsonDocument> stages) {
            throw new AssertionError("not used by the paged layout");
        }

        @Override
        public Mono<Void> drop() {
            return this.<Boolean>command("drop", true, () -> {
                        documents.clear();
                        return true;
                    })
                    .then();
        }

        @Override
        public Documents linearizable() {
            return this;
        }

        @Override
        public Mono<Instant> serverTime() {
            return command("time", false, () -> Instant.ofEpochMilli(millis()));
        }
    }
}
