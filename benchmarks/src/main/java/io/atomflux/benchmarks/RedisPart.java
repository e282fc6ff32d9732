package io.atomflux.benchmarks;

import io.atomflux.ObjectIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.net.Framing;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.ToLongFunction;

/**
 * Redis: against asebytes on the same server, and against the bare driver sending the same commands.
 *
 * <p>For the latter each case is run once through a proxy that keeps what was sent: the driver alone then sends exactly these
 * commands, as many at a time as waited then, and takes the replies as bytes. "Values used" means that both sides decode every
 * value of every reply with the same codec, into structures where whole rows were read, and use each; "bytes only" that
 * neither decodes a value.
 */
final class RedisPart {

    private static final Set<String> OWN =
            Set.of("HELLO", "CLIENT", "PING", "AUTH", "SELECT", "CONFIG", "INFO", "COMMAND");
    private static final int TURNS = 21;

    private final Plan plan;
    private final Path work;
    private final Peer peer;
    private final Report report;
    private final Consumer<Case.Result> tell;
    private final Consumer<String> say;

    RedisPart(Plan plan, Path work, Peer peer, Report report, Consumer<Case.Result> tell, Consumer<String> say) {
        this.plan = plan;
        this.work = work;
        this.peer = peer;
        this.report = report;
        this.tell = tell;
        this.say = say;
    }

    void run(Path store, List<Atoms> frames) {
        try (RedisServer server = RedisServer.start(work.resolve("redis"));
                BareRedis bare = new BareRedis(server.uri(0))) {
            report.about(
                    "Redis",
                    "%s (%s), loopback, no persistence".formatted(info(bare, "redis_version"), server.origin()));
            report.about("load average before Redis", Load.average());
            sameData(server, store);
            long[] index = peer.index(plan.count());
            try (RemoteCases ours = RemoteCases.filling(server.uri(0), OpenOptions.ofGroup("java"), frames, index)) {
                Frames.same(
                        "our store",
                        Frames.digest(opened(server, "java")),
                        peer.digest(server.uri(0), "--group", "java"));
                againstPeer(server, store, ours);
                againstDriver(server, bare, ours, frames.size());
            }
            say.accept("Redis: bytes on the wire");
            try (Wire wire = new Wire(server.port(), Framing.RESP, request -> !OWN.contains(request.command()))) {
                report.add(RemoteOperations.over(
                        "Redis, what operations move",
                        wire,
                        RedisServer.uri(wire.port(), 2),
                        OpenOptions.none(),
                        frames));
            }
            BareRedis.await(bare.commands().flushall());
            say.accept("Redis: longest commands over %d rows".formatted(plan.many()));
            report.add(new LongestScripts(server, bare, plan.many()).measure());
            report.about("load average after Redis", Load.average());
        }
    }

    private static ObjectIO opened(RedisServer server, String group) {
        return ObjectIO.open(server.uri(0), OpenOptions.ofGroup(group));
    }

    private void sameData(RedisServer server, Path store) {
        say.accept("Redis: do both sides read the same?");
        peer.script("copy", store.toString(), server.uri(0), "--to-group", "peer");
        Frames.same(
                "the peer's store",
                Frames.digest(opened(server, "peer")),
                peer.digest(server.uri(0), "--group", "peer"));
        Frames.same("the peer's store", Frames.digest(opened(server, "peer")), Frames.digest(store));
    }

    private void againstPeer(RedisServer server, Path store, RemoteCases ours) {
        List<Case<?>> cases = ours.all();
        say.accept("Redis: warming up %d cases".formatted(cases.size()));
        cases.forEach(timed -> timed.warmUp(2_000_000_000L));
        Map<String, Samples> mine = new LinkedHashMap<>();
        Map<String, Samples> theirs = new LinkedHashMap<>();
        double peerMemory = 0;
        for (int launch = 1; launch <= plan.launches(); launch++) {
            say.accept("Redis: launch %d of %d".formatted(launch, plan.launches()));
            Map<String, Double> seconds = peer.bench(store, server.uri(1), plan.rounds());
            peerMemory = Math.max(peerMemory, seconds.getOrDefault("maxrss_kb", 0.0));
            seconds.forEach((name, value) ->
                    theirs.computeIfAbsent(name, key -> new Samples()).add((long) (value * 1e9)));
            for (Case<?> timed : cases) {
                Case.launch(timed, plan.rounds(), mine.computeIfAbsent(timed.name(), key -> new Samples()));
            }
        }
        report.about("peer asebytes on Redis, peak resident MB", Long.toString((long) peerMemory >> 10));
        Map<String, String> single =
                Peer.fields(peer.helper("latencies", server.uri(0), "peer").get(0));
        Map<String, String> notes = Map.of(
                "64 gets in flight",
                latencies(ours.gets(RemoteCases.WAITING)),
                "get, one by one",
                "%s; asebytes p50 %.1f µs, p99 %.1f µs"
                        .formatted(
                                latencies(ours.gets(1)),
                                Double.parseDouble(single.getOrDefault("p50_us", "0")),
                                Double.parseDouble(single.getOrDefault("p99_us", "0"))));
        for (Case<?> timed : cases) {
            tell.accept(new Case.Result(
                    "Redis, against asebytes",
                    timed.name() + (timed.name().equals(timed.peerCase()) ? "" : " / " + timed.peerCase()),
                    timed.rows(),
                    Objects.requireNonNull(mine.get(timed.name())).medianSeconds(),
                    Optional.ofNullable(theirs.get(timed.peerCase())).map(Samples::medianSeconds),
                    timed.bar(),
                    notes.getOrDefault(timed.name(), "load " + Load.average())));
        }
        try (BareRedis other = new BareRedis(server.uri(1))) {
            BareRedis.await(other.commands().flushdb());
        }
    }

    private static String latencies(Samples samples) {
        return String.format(
                Locale.ROOT,
                "p50 %.1f µs, p99 %.1f µs",
                samples.medianSeconds() * 1e6,
                samples.quantileSeconds(0.99) * 1e6);
    }

    private void againstDriver(RedisServer server, BareRedis bare, RemoteCases ours, int n) {
        say.accept("Redis: the same commands by the bare driver");
        List<Compared> all = new ArrayList<>();
        try (Wire wire = new Wire(server.port(), Framing.RESP, request -> !OWN.contains(request.command()));
                RemoteCases recorded = ours.through(RedisServer.uri(wire.port(), 0))) {
            record(
                    all,
                    wire,
                    "64 gets in flight, values used",
                    0.85,
                    ours::getsInFlight,
                    recorded::getsInFlight,
                    PackedRows::touchStructure);
            record(
                    all,
                    wire,
                    "whole view streamed, values used",
                    0.85,
                    ours::streamed,
                    recorded::streamed,
                    PackedRows::touchStructures);
            record(
                    all,
                    wire,
                    "64 gets in flight, bytes only",
                    0,
                    ours::blobsInFlight,
                    recorded::blobsInFlight,
                    PackedRows::bytes);
            record(
                    all,
                    wire,
                    "whole view streamed, bytes only",
                    0,
                    ours::blobsStreamed,
                    recorded::blobsStreamed,
                    PackedRows::bytes);
            record(
                    all,
                    wire,
                    "get one by one, values used",
                    0,
                    () -> ours.getsOneByOne(null),
                    () -> recorded.getsOneByOne(null),
                    PackedRows::touchStructure);
            record(
                    all,
                    wire,
                    "random list, values used",
                    0,
                    ours::listed,
                    recorded::listed,
                    PackedRows::touchStructures);
            record(
                    all,
                    wire,
                    "positions column, values used",
                    0,
                    ours::positions,
                    recorded::positions,
                    PackedRows::touchColumn);
            record(
                    all,
                    wire,
                    "energy column, values used",
                    0,
                    ours::energies,
                    recorded::energies,
                    PackedRows::touchColumn);
        }
        for (Compared one : all) {
            List<Turns.Way> ways = new ArrayList<>();
            ways.add(new Turns.Way(
                    "driver, %d commands, %d at a time, used by the caller".formatted(one.commands.size(), one.depth),
                    () -> bare.inThisThread(one.commands, one.depth, one.use)));
            if (!one.name.startsWith("get one by one")) { // there the caller has each row before it asks for the next
                ways.add(new Turns.Way(
                        "used where they arrive", () -> bare.whereTheyArrive(one.commands, one.depth, one.use)));
            }
            boolean sameSum = !one.name.endsWith("bytes only");
            tell.accept(Turns.compare(
                    "Redis, against the bare driver sending the same commands",
                    one.name,
                    n,
                    one.bar,
                    TURNS,
                    sameSum,
                    one.ours,
                    ways));
        }
    }

    private record Compared(
            String name,
            double bar,
            LongSupplier ours,
            List<RespCommand> commands,
            int depth,
            ToLongFunction<byte[]> use) {}

    private static void record(
            List<Compared> all,
            Wire wire,
            String name,
            double bar,
            LongSupplier ours,
            LongSupplier recorded,
            ToLongFunction<byte[]> use) {
        Touch.keep(recorded.getAsLong()); // connects and loads the scripts
        Wire.Recording seen = wire.record(() -> Touch.keep(recorded.getAsLong()));
        List<RespCommand> commands = seen.requests().stream()
                .map(request -> RespCommand.of(request.bytes()))
                .toList();
        all.add(new Compared(name, bar, ours, commands, seen.depth(), use));
    }

    private static String info(BareRedis bare, String line) {
        return BareRedis.await(bare.commands().info())
                .lines()
                .filter(found -> found.startsWith(line + ":"))
                .map(found -> found.substring(line.length() + 1).strip())
                .findFirst()
                .orElse("unknown");
    }
}
