package io.atomflux.cli.system;

import io.atomflux.ObjectIO;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.error.VersionConflictException;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.Patch;
import io.atomflux.value.Row;
import io.atomflux.value.Versioned;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import reactor.core.publisher.Flux;

/**
 * A process that writes one remote store beside others until done or killed, and says of each call what {@link Ledger}
 * understands.
 */
public final class BesideChild {

    private final ObjectIO db;
    private final Random random;

    private BesideChild(ObjectIO db, Random random) {
        this.db = db;
        this.random = random;
    }

    /** Takes the store, the group, a name, and how many calls to make. */
    public static void main(String[] arguments) {
        ObjectIO db = ObjectIO.open(arguments[0], OpenOptions.ofGroup(arguments[1]));
        BesideChild child = new BesideChild(db, new Random(arguments[2].hashCode()));
        for (int i = 0; i < Integer.parseInt(arguments[3]); i++) {
            child.call(arguments[2] + "." + i);
        }
        db.close().block();
        say("finished");
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private static long nanos() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000_000L + now.getNano();
    }

    private void call(String call) {
        int at = random.nextInt(12);
        switch (random.nextInt(8)) {
            case 0, 1 -> {
                List<String> ids = new ArrayList<>();
                for (int i = random.nextInt(5); i >= 0; i--) {
                    ids.add(call + "." + ids.size());
                }
                List<Row> rows = ids.stream().map(this::row).toList();
                boolean stream = random.nextBoolean();
                told(call, "append", "-", String.join(",", ids), () -> {
                    if (rows.size() == 1) {
                        return db.append(rows.get(0)).block();
                    }
                    return stream
                            ? db.extend(Flux.fromIterable(rows)).block()
                            : db.extend(rows).block();
                });
            }
            case 2 ->
                told(
                        call,
                        "front",
                        "-",
                        call + ".0",
                        () -> db.insert(0, row(call + ".0")).block());
            case 3 ->
                told(
                        call,
                        "insert",
                        "-",
                        call + ".0",
                        () -> db.insert(at + 1, row(call + ".0")).block());
            case 4 ->
                versioned(
                        at,
                        (found, id) -> told(
                                call,
                                "replace",
                                id,
                                call + ".0",
                                () -> db.set(at, row(call + ".0"), found.version())
                                        .block()));
            case 5 ->
                versioned(
                        at,
                        (found, id) -> told(
                                call,
                                "remove",
                                id,
                                "-",
                                () -> db.delete(at, found.version()).block()));
            default ->
                versioned(at, (found, id) -> {
                    long more = ((Number) found.row().get("n")).longValue() + 1;
                    told(
                            call,
                            "count",
                            id,
                            "-",
                            () -> db.update(at, Patch.of("n", more), found.version())
                                    .block());
                });
        }
    }

    private Row row(String id) {
        return Row.builder()
                .put("id", id)
                .put("n", 0)
                .put("text", "x".repeat(random.nextInt(2000)))
                .build();
    }

    /** A change of a row that was looked at. */
    private interface Change {
        void of(Versioned<Row> found, String id);
    }

    private void versioned(int at, Change change) {
        Versioned<Row> found;
        try {
            found = db.getVersioned(at).block();
        } catch (RowOutOfBoundsException | StoreNotFoundException e) {
            return; // nothing there yet
        }
        change.of(found, String.valueOf(found.row().get("id")));
    }

    private static void told(String call, String what, String target, String added, Supplier<?> body) {
        say("begin " + call + " " + nanos() + " " + what + " " + target + " " + added);
        try {
            body.get();
            say("done " + call + " " + nanos());
        } catch (VersionConflictException | RowOutOfBoundsException e) {
            say("refused " + call + " " + nanos());
        }
    }
}
