package io.atomflux.benchmarks;

import io.atomflux.ObjectIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.spi.OpenOptions;
import io.atomflux.testkit.net.Framing;
import io.atomflux.testkit.net.Request;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.bson.BsonDocument;

/**
 * MongoDB's layouts on a stand-in: what operations move, and the ratio to the bare driver sending the same commands.
 *
 * <p>For the latter each case is run once through a proxy that keeps what was sent; the driver alone then sends exactly these
 * commands, as many at a time as waited then. Both turn every value of every reply into the same objects and use each; ours
 * makes structures of whole rows besides.
 */
final class MongoPart {

    private static final Set<String> OWN =
            Set.of("hello", "isMaster", "ismaster", "ping", "buildInfo", "endSessions", "killCursors");
    private static final int TURNS = 9;

    private final Plan plan;
    private final Peer peer;
    private final Report report;
    private final Consumer<Case.Result> tell;
    private final Consumer<String> say;

    MongoPart(Plan plan, Peer peer, Report report, Consumer<Case.Result> tell, Consumer<String> say) {
        this.plan = plan;
        this.peer = peer;
        this.report = report;
        this.tell = tell;
        this.say = say;
    }

    void run(Path store, List<Atoms> frames) {
        report.about("MongoDB", "none: mongo-java-server, a stand-in in this process that speaks its wire protocol");
        report.about("load average before the stand-in for MongoDB", Load.average());
        for (String layout : List.of("paged", "asebytes")) {
            try (MongoStandIn server = new MongoStandIn();
                    BareMongo bare = new BareMongo("mongodb://127.0.0.1:" + server.port())) {
                OpenOptions options = OpenOptions.none().with("layout", layout);
                if (layout.equals("asebytes")) {
                    sameData(server, store);
                }
                try (RemoteCases ours =
                        RemoteCases.filling(server.uri("java"), options, frames, peer.index(plan.count()))) {
                    if (layout.equals("asebytes")) {
                        Frames.same(
                                "our store",
                                Frames.digest(ObjectIO.open(server.uri("java"))),
                                peer.digest(server.uri("java")));
                    }
                    againstDriver(layout, server, bare, ours, frames.size());
                }
                say.accept("stand-in for MongoDB, layout %s: bytes on the wire".formatted(layout));
                try (Wire wire = new Wire(server.port(), Framing.MONGO, MongoPart::measured)) {
                    report.add(RemoteOperations.over(
                            "MongoDB's stand-in, what operations of the %s layout move".formatted(layout),
                            wire,
                            MongoStandIn.uri(wire.port(), "wire"),
                            options,
                            frames));
                }
            }
        }
        report.about("load average after the stand-in for MongoDB", Load.average());
    }

    private static boolean measured(Request request) {
        return !OWN.contains(request.command());
    }

    private void sameData(MongoStandIn server, Path store) {
        say.accept("stand-in for MongoDB: do both sides read the same?");
        String place = server.uri("peer");
        peer.script("copy", store.toString(), place);
        Frames.same("the peer's store", Frames.digest(ObjectIO.open(place)), peer.digest(place));
    }

    private void againstDriver(String layout, MongoStandIn server, BareMongo bare, RemoteCases ours, int n) {
        say.accept("stand-in for MongoDB, layout %s: the same commands by the bare driver".formatted(layout));
        try (Wire wire = new Wire(server.port(), Framing.MONGO, MongoPart::measured);
                RemoteCases recorded = ours.through(MongoStandIn.uri(wire.port(), "java"))) {
            compare(layout, wire, bare, "64 gets in flight", n, ours::getsInFlight, recorded::getsInFlight);
            compare(layout, wire, bare, "whole view streamed", n, ours::streamed, recorded::streamed);
            compare(
                    layout,
                    wire,
                    bare,
                    "get one by one",
                    n,
                    () -> ours.getsOneByOne(null),
                    () -> recorded.getsOneByOne(null));
            compare(layout, wire, bare, "random list", n, ours::listed, recorded::listed);
            compare(layout, wire, bare, "positions column", n, ours::positions, recorded::positions);
            compare(layout, wire, bare, "energy column", n, ours::energies, recorded::energies);
        }
    }

    private void compare(
            String layout, Wire wire, BareMongo bare, String name, int n, LongSupplier ours, LongSupplier recorded) {
        Touch.keep(recorded.getAsLong()); // connects and fills caches
        Wire.Recording seen = wire.record(() -> Touch.keep(recorded.getAsLong()));
        // through the proxy fewer may have been on their way at a time than are without it
        int depth = name.contains("in flight") ? RemoteCases.WAITING : seen.depth();
        List<BsonDocument> commands =
                seen.requests().stream().map(BareMongo::command).toList();
        boolean single = name.equals("get one by one");
        // of a row listed twice the store is asked once; columns of asebytes' layout come as pairs of name and value
        boolean sameSum = !name.equals("random list") && !(layout.equals("asebytes") && name.endsWith("column"));
        String sent = "driver, %d commands, %d at a time, by ".formatted(commands.size(), depth);
        Turns.Way find = new Turns.Way(
                sent + "find", () -> single ? bare.findOneByOne("java", commands) : bare.find("java", commands, depth));
        Turns.Way run = new Turns.Way(
                sent + "runCommand",
                () -> single ? bare.oneByOne("java", commands) : bare.send("java", commands, depth));
        String part =
                "MongoDB's stand-in, layout %s, against the bare driver sending the same commands".formatted(layout);
        tell.accept(Turns.compare(part, name, n, 0.85, TURNS, sameSum, ours, List.of(find)));
        tell.accept(Turns.compare(part, name + ", by runCommand", n, 0, TURNS, sameSum, ours, List.of(run)));
    }
}
