package io.atomflux.testkit;

import io.atomflux.adapter.Adapters;
import io.atomflux.error.AtomfluxException;
import io.atomflux.error.Outcome;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.VersionConflictException;
import io.atomflux.registry.Registry;
import io.atomflux.spi.Batch;
import io.atomflux.spi.Capability;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Location;
import io.atomflux.spi.OpenOptions;
import io.atomflux.spi.ReadRequest;
import io.atomflux.spi.RowBackend;
import io.atomflux.spi.RowReader;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.testkit.history.Call;
import io.atomflux.testkit.history.Content;
import io.atomflux.testkit.history.HistoryLog;
import io.atomflux.testkit.history.Reply;
import io.atomflux.value.Row;
import io.atomflux.value.Version;
import io.atomflux.value.Versioned;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import reactor.core.publisher.Mono;

/**
 * One process of {@link SharedStoreContract}: some subscribers of one backend, who do random things to the store and log
 * them.
 *
 * <p>It prints its clock when it is ready, and {@code done} after each round that a line {@code go n} asked for; it ends
 * with its standard input, so it never outlives the test.
 */
final class SharedStoreClient {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration PAUSE = Duration.ofMillis(40);
    private static final Columns COLUMNS = Columns.of(List.of("info.tag", "info.mark"));
    private static final long LARGE = 256L << 20;
    private static final long TAGS = 1_000_000; // of each subscriber

    private final RowBackend<Row> backend;
    private final HistoryLog log;
    private final PrintStream out;

    private SharedStoreClient(RowBackend<Row> backend, HistoryLog log, PrintStream out) {
        this.backend = backend;
        this.log = log;
        this.out = out;
    }

    /** Takes the location, the file of the log, the number of the first subscriber, how many, and a seed. */
    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        RowBackend<Row> backend = Adapters.objects(Registry.open(Location.parse(arguments[0]), OpenOptions.none()));
        try (HistoryLog log = new HistoryLog(Path.of(arguments[1]))) {
            SharedStoreClient client = new SharedStoreClient(backend, log, out);
            List<Subscriber> subscribers = new ArrayList<>();
            for (int i = 0; i < Integer.parseInt(arguments[3]); i++) {
                subscribers.add(client.new Subscriber(Long.parseLong(arguments[2]) + i, Long.parseLong(arguments[4])));
            }
            BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
            out.println("ready " + System.nanoTime());
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                int calls = Integer.parseInt(line.substring("go ".length()));
                List<Thread> running = new ArrayList<>();
                for (Subscriber subscriber : subscribers) {
                    Thread thread = new Thread(() -> subscriber.run(calls), subscriber.name);
                    thread.setDaemon(true);
                    thread.start();
                    running.add(thread);
                }
                for (Thread thread : running) {
                    thread.join();
                }
                out.println("done");
            }
        }
        backend.close().block(PATIENCE);
        System.exit(0); // whatever threads a driver may have left
    }

    /** Reads all rows in one snapshot. */
    static Mono<List<Content>> read(RowBackend<Row> backend) {
        return Mono.usingWhen(
                Mono.fromSupplier(() -> backend.reader(ReadRequest.of(Selection.ALL, COLUMNS))),
                reader -> reader.next(LARGE)
                        .map(SharedStoreClient::contents)
                        .flatMap(first -> reader.next(LARGE)
                                .<List<Content>>flatMap(more -> Mono.error(
                                        new IllegalStateException("a small store came in more than one batch")))
                                .switchIfEmpty(Mono.just(first)))
                        .defaultIfEmpty(List.of()),
                RowReader::close);
    }

    private static List<Content> contents(Batch<Row> batch) {
        List<Content> rows = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            rows.add(content(batch.row(i)));
        }
        return rows;
    }

    private static Content content(Row row) {
        Long tag = row.get("info.tag", Long.class);
        Long mark = row.get("info.mark", Long.class);
        return new Content(tag == null ? 0 : tag, mark == null ? 0 : mark);
    }

    /** One who does one thing after the other. */
    private final class Subscriber {

        final String name;
        private final SplittableRandom random;
        private long lastTag;
        private long size = 10; // as last heard

        Subscriber(long number, long seed) {
            this.name = "s" + number;
            this.random = new SplittableRandom(seed + number);
            this.lastTag = number * TAGS;
        }

        void run(int calls) {
            try {
                for (int i = 0; i < calls; i++) {
                    some();
                }
            } catch (IOException | RuntimeException e) {
                out.println("problem " + name + " " + e);
            }
        }

        private void some() throws IOException {
            long index = random.nextLong(size + 2) - 1;
            int deletes = size > 60 ? 45 : size > 15 ? 20 : 5;
            int dice = random.nextInt(100);
            if (random.nextInt(100) < 30) {
                call(Call.read(), read(backend).map(Reply::seen));
            } else if (random.nextInt(100) < deletes) {
                write(Call.delete(index), Capability.DELETE, new Write.Delete<>(Selection.at(index), Optional.empty()));
            } else if (dice < 25) {
                List<Long> tags = tags(random.nextInt(4) == 0 ? 5 : 1);
                write(Call.append(tags), Capability.APPEND, new Write.Append<>(rows(tags)));
            } else if (dice < 45) {
                List<Long> tags = tags(1 + random.nextInt(2));
                write(Call.insert(index, tags), Capability.INSERT, new Write.Insert<>(index, rows(tags)));
            } else if (dice < 62) {
                set(index, Optional.empty(), Call.set(index, lastTag + 1));
            } else if (dice < 76) {
                long mark = ++lastTag;
                Row changes = Row.of("info.mark", mark);
                write(
                        Call.update(index, mark),
                        Capability.UPDATE,
                        new Write.Update<>(Selection.at(index), List.of(changes), Optional.empty()));
            } else if (dice < 79) {
                long count = 1 + random.nextInt(2);
                write(Call.reserve(count), Capability.RESERVE, new Write.Reserve<>(count));
            } else if (dice < 87) {
                conditional(index);
            } else if (dice < 95) {
                call(Call.get(index), backend.get(index, COLUMNS).map(row -> Reply.seen(List.of(content(row)))));
            } else if (dice == 95 && random.nextInt(10) == 0) {
                write(Call.clear(), Capability.CLEAR, new Write.Clear<>());
            } else {
                call(Call.size(), backend.size().map(Reply::done));
            }
        }

        private void set(long index, Optional<Version> version, Call call) throws IOException {
            List<Row> rows = rows(List.of(++lastTag));
            write(call, Capability.SET, new Write.Put<>(Selection.at(index), rows, version));
        }

        private void conditional(long index) throws IOException {
            if (!backend.capabilities().contains(Capability.VERSIONS)) {
                return;
            }
            List<Versioned<Row>> found = new ArrayList<>();
            call(
                    Call.get(index),
                    backend.getVersioned(index)
                            .doOnNext(found::add)
                            .map(versioned -> Reply.seen(List.of(content(versioned.row())))));
            if (!found.isEmpty() && !found.get(0).row().isReserved()) {
                Content seen = content(found.get(0).row());
                set(index, Optional.of(found.get(0).version()), Call.setIf(index, seen, lastTag + 1));
            }
        }

        private List<Long> tags(int count) {
            return LongStream.range(0, count).mapToObj(i -> ++lastTag).toList();
        }

        private List<Row> rows(List<Long> tags) {
            return tags.stream()
                    .map(tag -> Row.of("info.tag", tag, "info.bulk", new byte[random.nextInt(2000)]))
                    .toList();
        }

        private void write(Call call, Capability needed, Write<Row> write) throws IOException {
            if (backend.capabilities().contains(needed)) {
                call(call, Mono.defer(() -> backend.apply(write)).map(Reply::done));
            }
        }

        private void call(Call call, Mono<Reply> work) throws IOException {
            long id = log.invoked(name, call);
            Reply reply = reply(call, () -> work.block(PATIENCE));
            log.returned(id, reply);
            if (reply.kind() == Reply.Kind.DONE) {
                size = reply.size()
                        .orElse(
                                call.isRead() && reply.rows().size() > 1
                                        ? reply.rows().size()
                                        : size);
            }
        }

        private Reply reply(Call call, Supplier<Reply> work) {
            try {
                return work.get();
            } catch (RowOutOfBoundsException e) {
                return Reply.outOfRange(e.size());
            } catch (VersionConflictException e) {
                return Reply.conflict();
            } catch (AtomfluxException e) {
                out.println("failed " + call + " " + e.outcome() + " " + e);
                if (e.retryable()) { // as any client does: else all its calls fall into one moment without connection
                    LockSupport.parkNanos(PAUSE.toNanos());
                }
                return call.isRead() || e.outcome() == Outcome.UNKNOWN
                        ? Reply.unknown()
                        : e.outcome() == Outcome.APPLIED ? Reply.done() : Reply.notApplied();
            } catch (UncheckedIOException e) {
                throw e;
            } catch (RuntimeException e) {
                out.println("problem " + call + " " + e); // no error of the library: a fault of the backend
                return Reply.unknown();
            }
        }
    }
}
