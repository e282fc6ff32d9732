package io.atomflux.file.columnar;

import io.atomflux.spi.RowBackend;
import io.atomflux.spi.Selection;
import io.atomflux.spi.Write;
import io.atomflux.testkit.Samples;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A process that changes a store until it is done or killed, and says on standard output what was acknowledged.
 *
 * <p>Before each change it says {@code begin} and its number, after it {@code done} and its number.
 */
public final class WritingProcess {

    private WritingProcess() {}

    /** Takes the location, what to do ({@code history} or {@code batches}), a first number and how many. */
    public static void main(String[] arguments) {
        RowBackend<Row> backend = Backends.open(Path.of(arguments[0]));
        Backends.apply(backend, new Write.Append<Row>(List.of())); // so that it is there
        int first = Integer.parseInt(arguments[2]);
        int count = Integer.parseInt(arguments[3]);
        for (int number = first; number < first + count; number++) {
            say("begin " + number);
            if (arguments[1].equals("history")) {
                Backends.apply(backend, change(number, (int) (long) Backends.get(backend.size())));
            } else {
                Write<Row> write = batch(number);
                for (boolean made = false; !made; ) {
                    try {
                        Backends.apply(backend, write);
                        made = true;
                    } catch (io.atomflux.error.StoreBusyException busy) {
                        say("busy " + number);
                    }
                }
            }
            say("done " + number);
        }
        Backends.close(backend);
        say("finished");
    }

    /** Returns the same change for the same number and size, of every kind. */
    static Write<Row> change(int number, int size) {
        SplittableRandom random = new SplittableRandom(number);
        int some = 1 + random.nextInt(4);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < some; i++) {
            rows.add(Samples.row(1000 * number + i));
        }
        int at = size == 0 ? 0 : random.nextInt(size);
        return switch (size < 10 ? 0 : random.nextInt(12)) {
            case 0, 1, 2 -> new Write.Append<>(rows);
            case 3 -> new Write.Insert<>(at, rows);
            case 4 -> new Write.Put<>(Selection.at(at), rows.subList(0, 1), Optional.empty());
            case 5 ->
                new Write.Update<>(Selection.at(at), List.of(Row.of("info.count", (long) -number)), Optional.empty());
            case 6 -> new Write.Delete<>(Selection.at(at), Optional.empty());
            case 7 -> new Write.Drop<>(random.nextBoolean() ? Selection.at(at) : Selection.ALL, List.of("info.a.b"));
            case 8 ->
                new Write.Update<>(Selection.ALL, List.of(Row.of("info.changed", (long) number)), Optional.empty());
            case 9 ->
                new Write.Update<>(
                        Selection.at(at),
                        List.of(Row.of("info.count", random.nextBoolean() ? "as text " + number : 0.5 + number)),
                        Optional.empty()); // other types than the column has
            case 10 -> random.nextInt(4) == 0 ? new Write.Clear<>() : new Write.Reserve<>(1);
            default -> new Write.Delete<>(Selection.at(size - 1), Optional.empty());
        };
    }

    /** Returns rows that carry the number of their batch and how many they are. */
    static Write<Row> batch(int number) {
        SplittableRandom random = new SplittableRandom(number);
        int count = 1 + random.nextInt(5);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            rows.add(Samples.row(number).merge(Row.of("info.batch", (long) number, "info.place", 10L * i + count)));
        }
        return random.nextInt(8) == 0 ? new Write.Insert<>(0, rows) : new Write.Append<>(rows);
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }
}
