package io.atomflux.testkit.history;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The calls of all clients of one store, which was empty in the beginning; immutable.
 *
 * @param events in the order of their beginning
 */
public record History(List<Event> events) {
    public History {
        events =
                events.stream().sorted(Comparator.comparingLong(Event::invoked)).toList();
    }

    /**
     * Joins logs of {@link HistoryLog}, each written by one process.
     *
     * <p>A call without an end counts as unknown, a last line that was not written to its end as never begun.
     */
    public static History read(Collection<Path> logs) throws IOException {
        List<Event> events = new ArrayList<>();
        TreeSet<Long> settled = new TreeSet<>();
        for (Path log : logs) {
            Map<String, Event> open = new LinkedHashMap<>();
            String text = Files.readString(log, StandardCharsets.US_ASCII);
            String whole = text.substring(0, text.lastIndexOf('\n') + 1);
            whole.lines().forEach(line -> {
                if (line.startsWith("S ")) {
                    settled.add(Long.parseLong(line.substring(2)));
                } else {
                    take(line, open, events);
                }
            });
            events.addAll(open.values());
        }
        return new History(events.stream().map(event -> end(event, settled)).toList());
    }

    /** A call of unknown outcome may take effect until everything was settled, whatever its client was told before. */
    private static Event end(Event event, TreeSet<Long> settled) {
        if (event.reply().kind() != Reply.Kind.UNKNOWN) {
            return event;
        }
        Long end = settled.ceiling(event.invoked());
        return new Event(
                event.client(), event.invoked(), end == null ? Long.MAX_VALUE : end, event.call(), event.reply());
    }

    private static void take(String line, Map<String, Event> open, List<Event> events) {
        String[] words = line.split(" ", 5);
        if (words[0].equals("I")) {
            long invoked = Long.parseLong(words[3]);
            Call call = Call.parse(words[4]);
            open.put(words[1], new Event(words[2], invoked, Long.MAX_VALUE, call, Reply.unknown()));
        } else {
            Event begun = open.remove(words[1]);
            if (begun == null) {
                throw new IllegalArgumentException("end of a call that never began: " + line);
            }
            long returned = Long.parseLong(words[2]);
            Reply reply = Reply.parse(words[3] + " " + words[4]);
            events.add(new Event(begun.client(), begun.invoked(), returned, begun.call(), reply));
        }
    }

    /** Counts the calls of which nobody knows what they did. */
    public long unknown() {
        return events.stream()
                .filter(event -> !event.call().isRead() && event.reply().kind() == Reply.Kind.UNKNOWN)
                .count();
    }
}
