package io.atomflux.cli.system;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.error.AtomfluxException;
import io.atomflux.error.PartialWriteException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.VersionConflictException;
import io.atomflux.value.Versioned;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import reactor.core.publisher.Flux;

/**
 * A process that writes through the facade until it is done, killed or refused; prints a line for each call that is
 * acknowledged.
 */
public final class WriterChild {

    private WriterChild() {}

    /**
     * Takes what to do, the store, and a name.
     *
     * <p>{@code append STORE NAME}: adds lists and streams of structures for ever; prints {@code begin call rows kind} and
     * {@code done call}, or {@code failed call committed class message} and ends. {@code crowd STORE NAME THREADS STEPS}:
     * threads append, insert and delete single structures; prints {@code added id} and {@code deleted id}.
     */
    public static void main(String[] arguments) throws Exception {
        AtomsIO db = AtomsIO.open(arguments[1]);
        if (arguments[0].equals("append")) {
            append(db, arguments[2]);
        } else {
            crowd(db, arguments[2], Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));
        }
        db.close().block();
        say("finished");
    }

    private static synchronized void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private static Atoms structure(String call, int number, int of) {
        return StreamChild.structure(number, 1 + number % 4)
                .withInfo("call", call)
                .withInfo("number", (long) number)
                .withInfo("of", (long) of);
    }

    private static void append(AtomsIO db, String name) {
        Random random = new Random(name.hashCode());
        for (int i = 0; true; i++) {
            String call = name + "-" + i;
            boolean stream = random.nextInt(4) == 0;
            int rows = stream ? 5000 : 1 + random.nextInt(200);
            say("begin " + call + " " + rows + " " + (stream ? "stream" : "list"));
            Flux<Atoms> structures = Flux.range(0, rows).map(number -> structure(call, number, rows));
            try {
                if (stream) {
                    db.extend(structures).block();
                } else {
                    db.extend(structures.collectList().block()).block();
                }
            } catch (AtomfluxException e) {
                long committed = e instanceof PartialWriteException partial ? partial.committed() : 0;
                Throwable reason = e instanceof PartialWriteException ? e.getCause() : e;
                String kind = reason.getClass().getSimpleName();
                say("failed " + call + " " + committed + " " + kind + " " + reason.getMessage());
                say("readable " + db.rows().count().block());
                return;
            }
            say("done " + call);
        }
    }

    private static void crowd(AtomsIO db, String name, int threads, int steps) throws InterruptedException {
        List<Thread> running = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            String thread = name + "-" + t;
            Thread one = new Thread(() -> one(db, thread, steps));
            one.start();
            running.add(one);
        }
        for (Thread one : running) {
            one.join();
        }
    }

    private static void one(AtomsIO db, String name, int steps) {
        Random random = new Random(name.hashCode());
        for (int step = 0; step < steps; step++) {
            String id = name + "-" + step;
            switch (random.nextInt(3)) {
                case 0 -> {
                    db.append(structure(id, 0, 1)).block();
                    say("added " + id);
                }
                case 1 -> {
                    db.insert(random.nextInt(20), structure(id, 0, 1)).block();
                    say("added " + id);
                }
                default -> delete(db, random);
            }
        }
    }

    /** Deletes a row that is still the one looked at; others insert and delete before it meanwhile. */
    private static void delete(AtomsIO db, Random random) {
        int at = random.nextInt(20);
        try {
            Versioned<Atoms> found = db.getVersioned(at).block();
            db.delete(at, found.version()).block();
            say("deleted " + found.row().info("call").orElseThrow());
        } catch (VersionConflictException | RowOutOfBoundsException | StoreNotFoundException e) {
            say("missed " + at);
        }
    }
}
