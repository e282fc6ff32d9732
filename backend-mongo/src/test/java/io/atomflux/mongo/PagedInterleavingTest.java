package io.atomflux.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.error.AtomfluxException;
import io.atomflux.error.Outcome;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.spi.Batch;
import io.atomflux.spi.Columns;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.value.Patch;
import io.atomflux.value.Row;
import io.atomflux.value.Slice;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * Several clients' commands in random order, with lost replies, late copies and deaths; each history must be explained by one
 * order of its calls, and afterwards one sweep must leave just what can be reached. Longer than most files: making calls,
 * explaining them and counting what is left share one run.
 */
class PagedInterleavingTest {

    static final PagedSettings SMALL = new PagedSettings(
            4,
            2,
            4,
            3,
            16,
            8,
            100,
            16,
            2,
            1 << 20,
            Duration.ofMinutes(10),
            Duration.ofMinutes(10),
            Duration.ofMinutes(5),
            Duration.ofSeconds(30),
            Duration.ofMillis(250));

    /** What became of a call. */
    private enum End {
        RUNNING,
        DONE,
        REFUSED,
        MAYBE,
        NOT
    }

    /** One call of a history. */
    private static final class Call {
        final String name;
        final UnaryOperator<@Nullable List<Row>> effect; // null: the call would have been refused

        @Nullable
        Object seen; // the rows a read saw

        int read = -2; // position of a get, -1 all rows
        long size = -1;
        End end = End.RUNNING;
        long begun;
        long ended = Long.MAX_VALUE;

        @Nullable
        Throwable failure;

        @Nullable
        Disposable subscription;

        Call(String name, UnaryOperator<@Nullable List<Row>> effect) {
            this.name = name;
            this.effect = effect;
        }

        @Override
        public String toString() {
            return "%s [%d, %s] %s size %d seen %s %s"
                    .formatted(name, begun, ended == Long.MAX_VALUE ? "" : ended, end, size, seen, failure);
        }
    }

    private final class Run {
        final SimulatedServer server;
        final SplittableRandom random;
        final List<Call> calls = new ArrayList<>();
        final List<PagedStore> stores = new ArrayList<>();
        final List<Documents> clients = new ArrayList<>();
        final List<Row> initial = new ArrayList<>();
        final boolean exactSizes;
        int next = 100;

        Run(long seed) {
            server = new SimulatedServer(seed);
            random = server.random;
            PagedStore first = store("first");
            server.run(first.create());
            for (int i = random.nextInt(4); i > 0; i--) {
                List<Row> rows = fresh(1 + random.nextInt(random.nextInt(3) == 0 ? 6 : 2));
                initial.addAll(rows);
                server.run(first.apply(new Write.Append<>(rows)));
            }
            exactSizes = seed % 3 == 0;
            if (!exactSizes) {
                server.losses = random.nextInt(3);
                server.crashes = random.nextInt(2);
            }
        }

        PagedStore store(String name) {
            Documents documents = server.client(name);
            PagedStore store = new PagedStore(documents, name, SMALL, server.clockwork());
            clients.add(documents);
            stores.add(store);
            return store;
        }

        List<Row> fresh(int count) {
            List<Row> rows = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                rows.add(random.nextInt(10) == 0 ? Row.reserved() : Row.of("n", next, "w", next));
                next++;
            }
            return rows;
        }

        // -------------------------------------------------------------- calls

        void begin(int client) {
            PagedStore store = stores.get(client);
            int kind = random.nextInt(14);
            int guess = random.nextInt(-2, 5);
            if (kind < 3) {
                write(store, new Write.Append<>(fresh(random.nextInt(4) == 0 ? 6 : 1)));
            } else if (kind == 3) {
                write(store, new Write.Reserve<>(1 + random.nextInt(3)));
            } else if (kind == 4 || kind == 5) {
                write(store, new Write.Insert<>(guess, fresh(1 + random.nextInt(2))));
            } else if (kind == 6 || kind == 7) {
                write(store, new Write.Put<>(Selection.at(guess), fresh(1), Optional.empty()));
            } else if (kind == 8) {
                write(
                        store,
                        new Write.Update<>(
                                Selection.at(guess),
                                List.of(Patch.of("w", next++).toRow()),
                                Optional.empty()));
            } else if (kind == 9) {
                write(
                        store,
                        new Write.Delete<>(
                                random.nextBoolean() ? Selection.at(guess) : Selection.ALL.slice(Slice.from(2)),
                                Optional.empty()));
            } else if (kind == 10) {
                write(
                        store,
                        random.nextInt(3) == 0
                                ? new Write.Clear<>()
                                : new Write.Drop<>(Selection.ALL.slice(Slice.to(2)), List.of("w")));
            } else if (kind == 11) {
                sweeping(store);
            } else if (kind == 12) {
                reading(store);
            } else {
                getting(store, guess);
            }
        }

        private Call begun(Call call) {
            call.begun = server.executed;
            calls.add(call);
            return call;
        }

        private void write(PagedStore store, Write<Row> write) {
            Call call = begun(new Call(store + " " + write, rows -> {
                try {
                    return write.applyTo(rows, Row.reserved(), "model");
                } catch (RowOutOfBoundsException e) {
                    return null;
                }
            }));
            call.subscription = store.apply(write)
                    .subscribe(
                            size -> call.size = size,
                            failure -> {
                                call.failure = failure;
                                call.end = failure instanceof RowOutOfBoundsException ? End.REFUSED : outcome(failure);
                                call.ended = server.executed;
                            },
                            () -> {
                                call.end = End.DONE;
                                call.ended = server.executed;
                            });
            if (random.nextInt(15) == 0) {
                int after = random.nextInt(8);
                cancels.add(new Object[] {call, server.executed + after});
            }
        }

        private final List<Object[]> cancels = new ArrayList<>();

        private void cancel() {
            for (Object[] due : cancels) {
                Call call = (Call) due[0];
                if (server.executed >= (long) due[1] && call.end == End.RUNNING) {
                    call.subscription.dispose();
                    call.end = End.MAYBE;
                }
            }
        }

        private End outcome(Throwable failure) {
            if (failure instanceof AtomfluxException told) {
                return told.outcome() == Outcome.NOT_APPLIED
                        ? End.NOT
                        : told.outcome() == Outcome.APPLIED ? End.DONE : End.MAYBE;
            }
            throw new AssertionError("failure of no known kind", failure);
        }

        private void sweeping(PagedStore store) {
            Root root = rootNow();
            Sweeper sweeper = new Sweeper(new Paged(
                    clients.get(stores.indexOf(store)), "sweeper", RowCodec.paged("s"), SMALL, server.clockwork()));
            if (root != null && !root.clients().isEmpty() && random.nextBoolean()) {
                Root.Client victim =
                        root.clients().get(random.nextInt(root.clients().size()));
                sweeper.bury(victim, Long.MAX_VALUE / 2).subscribe();
            } else {
                sweeper.sweep().subscribe();
            }
        }

        private @Nullable Root rootNow() {
            return server.documents.containsKey("s__root__")
                    ? Root.of(server.documents.get("s__root__"), "root")
                    : null;
        }

        private void reading(PagedStore store) {
            Call call = begun(new Call(store + " read all", rows -> rows));
            call.read = -1;
            rows(store)
                    .subscribe(
                            rows -> {
                                call.seen = rows;
                                call.end = End.DONE;
                                call.ended = server.executed;
                            },
                            failure -> call.failure = failure);
        }

        private void getting(PagedStore store, int index) {
            Call call = begun(new Call(store + " get " + index, rows -> rows));
            call.read = index >= 0 ? index : index - 10;
            store.get(index, Columns.ALL)
                    .subscribe(
                            row -> {
                                call.seen = row;
                                call.end = End.DONE;
                                call.ended = server.executed;
                            },
                            failure -> {
                                call.failure = failure;
                                call.end = failure instanceof RowOutOfBoundsException ? End.DONE : End.NOT;
                                call.ended = server.executed;
                            });
        }

        // -------------------------------------------------------------- the check

        boolean explains(Call call, List<Row> rows) {
            if (call.read == -2) {
                return true;
            } else if (call.read == -1) {
                return rows.equals(call.seen);
            }
            int index = call.read >= 0 ? call.read : call.read + 10 + rows.size();
            boolean there = index >= 0 && index < rows.size();
            return there ? rows.get(index).equals(call.seen) : call.seen == null;
        }

        final Set<Object> tried = new HashSet<>();

        /** Looks for an order of the calls that explains what they answered and what is there in the end. */
        boolean explained(long done, List<Row> rows, List<Row> last) {
            boolean all = true;
            for (int i = 0; i < calls.size(); i++) {
                all &= (done & 1L << i) != 0 || calls.get(i).end != End.DONE && calls.get(i).end != End.REFUSED;
            }
            if (all && rows.equals(last)) {
                return true;
            }
            if (!tried.add(List.of(done, rows))) {
                return false;
            }
            long earliest = Long.MAX_VALUE;
            for (int i = 0; i < calls.size(); i++) {
                if ((done & 1L << i) == 0 && calls.get(i).end != End.NOT) {
                    earliest = Math.min(earliest, calls.get(i).ended);
                }
            }
            for (int i = 0; i < calls.size(); i++) {
                Call call = calls.get(i);
                if ((done & 1L << i) != 0 || call.end == End.NOT || call.begun > earliest) {
                    continue;
                }
                List<Row> after = call.effect.apply(rows);
                boolean fits = call.end == End.REFUSED
                        ? after == null
                        : after != null
                                && (call.end != End.DONE || explains(call, rows))
                                && (call.read != -2
                                        || !exactSizes
                                        || call.end != End.DONE
                                        || call.size == after.size());
                if (fits && explained(done | 1L << i, after == null ? rows : after, last)) {
                    return true;
                }
            }
            return false;
        }

        void go() {
            int clientCount = 2 + random.nextInt(3);
            for (int i = 1; i < clientCount; i++) {
                store("client" + i);
            }
            int callCount = 2 + random.nextInt(6);
            int steps = 0;
            while (calls.stream().anyMatch(this::isWaiting) || callCount > 0 || !server.isIdle()) {
                if (callCount > 0 && random.nextInt(6) == 0) {
                    callCount--;
                    int client = random.nextInt(stores.size());
                    if (!server.isDead(clients.get(client))) {
                        begin(client);
                    }
                }
                cancel();
                server.step();
                if (++steps > 60_000) {
                    throw new AssertionError("no end:\n" + calls + "\n" + server.tail());
                }
            }
            server.losses = 0;
            server.crashes = 0;
            server.settle();
            for (int i = 0; i < stores.size(); i++) {
                if (!server.isDead(clients.get(i))) {
                    if (random.nextBoolean()) {
                        server.run(stores.get(i).close());
                    } else {
                        server.kill(clients.get(i));
                    }
                }
            }
            check();
        }

        private boolean isWaiting(Call call) {
            return call.end == End.RUNNING
                    && !server.isDead(clients.get(stores.indexOf(stores.stream()
                            .filter(store -> call.name.startsWith(store + " "))
                            .findFirst()
                            .orElseThrow())));
        }

        private void check() {
            PagedStore last = new PagedStore(server.client("last"), "last", SMALL, server.clockwork());
            List<Row> content = server.run(rows(last));
            for (Call call : calls) {
                if (call.end == End.RUNNING) {
                    call.end = End.MAYBE;
                }
                assertThat(call.failure == null
                                || call.failure instanceof AtomfluxException
                                || call.failure instanceof Staging.Cancelled)
                        .as("%s", call)
                        .isTrue();
            }
            assertThat(explained(0, initial, content))
                    .as(
                            "an order of%n%s%nfrom %s to %s",
                            calls.stream().map(Call::toString).reduce("", (a, b) -> a + "\n  " + b), initial, content)
                    .isTrue();
            Sweeper sweeper = new Sweeper(
                    new Paged(server.client("sweeper"), "sweeper", RowCodec.paged("s"), SMALL, server.clockwork()));
            for (int i = 0; i < 6; i++) {
                server.time.advanceTimeBy(Duration.ofMinutes(11));
                server.run(sweeper.sweep().thenReturn(true));
            }
            assertThat(server.run(rows(last))).as("rows after sweeping").isEqualTo(content);
            List<String> problems = server.run(last.verify().collectList());
            problems.removeIf(problem -> !server.insertedLate.isEmpty() && problem.contains("listed by nothing"));
            assertThat(problems).isEmpty();
            Root root = rootNow();
            assertThat(root.clients()).isEmpty();
            assertThat(root.clientCount()).isZero();
            leftOver(root);
        }

        private void leftOver(Root root) {
            Set<String> reachable = new HashSet<>(Set.of("s__root__", "s__meta__"));
            for (Entry entry : root.view().open()) {
                if (entry.kind() == Entry.Kind.ROW) {
                    reachable.add(SimulatedServer.key(Bson.ids(entry.id()).get(0)));
                } else if (entry.kind() == Entry.Kind.PAGE) {
                    reach(entry.id(), reachable);
                }
            }
            if (root.view().top() != null) {
                reach(root.view().top().id(), reachable);
            }
            Set<String> left = new HashSet<>(server.documents.keySet());
            left.removeAll(reachable);
            left.removeIf(key -> key.startsWith("n") && server.insertedLate.contains(Long.parseLong(key.substring(1))));
            assertThat(left).as("documents that nothing reaches").isEmpty();
        }

        private void reach(long id, Set<String> reachable) {
            String key = SimulatedServer.key(Bson.ids(id).get(0));
            reachable.add(key);
            Page page = Page.fromBson(server.documents.get(key));
            if (page instanceof Page.Leaf leaf) {
                for (long row : leaf.ids()) {
                    if (row != 0) {
                        reachable.add(SimulatedServer.key(Bson.ids(row).get(0)));
                    }
                }
            } else {
                Page.Inner inner = (Page.Inner) page;
                for (int k = 0; k < inner.entries(); k++) {
                    if (inner.kid(k).isStored()) {
                        reach(inner.kid(k).id(), reachable);
                    }
                }
            }
        }
    }

    static Mono<List<Row>> rows(PagedStore store) {
        return Mono.defer(() -> {
            RowReader<Row> reader = store.reader(ReadRequest.of(Selection.ALL, Columns.ALL));
            List<Row> rows = new ArrayList<>();
            return reader.next(1 << 20)
                    .expand(batch -> reader.next(1 << 20))
                    .doOnNext(batch -> addAll(rows, batch))
                    .then(Mono.just(rows));
        });
    }

    private static void addAll(List<Row> rows, Batch<Row> batch) {
        for (int i = 0; i < batch.size(); i++) {
            rows.add(batch.row(i));
        }
    }

    @Test
    @DisplayName(
            "whatever the order of commands, lost replies and deaths: calls are linearizable, nothing is lost or left over")
    void explainsEveryHistory() {
        long first = Long.getLong("atomflux.seed", 1);
        long runs = Long.getLong("atomflux.runs", Boolean.getBoolean("atomflux.proof") ? 100_000 : 400);
        for (long seed = first; seed < first + runs; seed++) {
            Run run = new Run(seed);
            try {
                run.go();
            } catch (Throwable failure) {
                throw new AssertionError(
                        "seed " + seed + "\n" + failure + "\n" + run.calls + "\n" + run.server.tail(), failure);
            }
        }
    }
}
