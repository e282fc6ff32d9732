package io.atomflux.redis;

import io.atomflux.error.ForeignDataException;
import io.atomflux.redis.Commands.Command;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Looks for contradictions between list, counter and rows, and for rows that nothing refers to, step by step while others
 * may write.
 *
 * <p>Holds the sort keys of all rows, eight bytes each. What only looks wrong because something moved meanwhile is looked
 * at again before it is told.
 */
final class Verification {

    private static final int MOST_FINDINGS = 100;
    private static final int MOST_SUSPECTS = 10_000;

    private final Commands commands;
    private final Layout layout;
    private final Limits limits;
    private final List<String> findings = new ArrayList<>();

    Verification(Commands commands, Layout layout, Limits limits) {
        this.commands = commands;
        this.layout = layout;
        this.limits = limits;
    }

    /** The list of sort keys as far as it was read. */
    private static final class Keys {
        private long[] keys = new long[1024];
        private int count;
        private long size;
        private String counter = "";
        private boolean moved;
        private final Set<String> problems = new TreeSet<>();

        void add(long key) {
            if (count == keys.length) {
                keys = Arrays.copyOf(keys, 2 * count);
            }
            keys[count++] = key;
        }

        Keys sorted() {
            keys = Arrays.copyOf(keys, count);
            Arrays.sort(keys);
            return this;
        }

        boolean has(long key) {
            return Arrays.binarySearch(keys, key) >= 0;
        }
    }

    Flux<String> run() {
        return Mono.defer(() -> keys(new Keys(), 3))
                .doOnNext(this::judge)
                .flatMap(this::orphans)
                .onErrorResume(ForeignDataException.class, foreign -> {
                    findings.add("a key of the layout has another type: " + foreign.getMessage());
                    return Mono.empty();
                })
                .thenMany(Flux.defer(() -> Flux.fromIterable(findings)));
    }

    private void found(String finding) {
        if (findings.size() < MOST_FINDINGS) {
            findings.add(finding);
        } else if (findings.size() == MOST_FINDINGS) {
            findings.add("there are more problems than the " + MOST_FINDINGS + " listed");
        }
    }

    private Mono<Keys> keys(Keys into, int attempts) {
        return part(into)
                .repeat()
                .takeUntil(more -> !more)
                .then(Mono.defer(
                        () -> into.moved && attempts > 1 ? keys(new Keys(), attempts - 1) : Mono.just(into.sorted())));
    }

    /** Reads some more; tells whether there may be still more. */
    private Mono<Boolean> part(Keys into) {
        int wanted = limits.readRows();
        return Mono.defer(() -> commands.eval(
                        Lua.CHECK,
                        List.of(layout.list, layout.counter),
                        List.of(layout.rowPrefix, Layout.bytes(into.count), Layout.bytes(wanted))))
                .map(reply -> {
                    long from = into.count;
                    List<?> parts = (List<?>) reply;
                    long size = (long) parts.get(0);
                    into.moved |= from > 0 && size != into.size;
                    into.size = size;
                    into.counter = Layout.text(parts.get(1));
                    List<?> keys = (List<?>) parts.get(2);
                    for (Object key : keys) {
                        byte[] text = (byte[]) key;
                        long number = Layout.sortKey(text, 0, text.length);
                        if (number < 0) {
                            into.problems.add("row " + into.count + ": its sort key \"" + Layout.text(text)
                                    + "\" is no decimal number");
                        }
                        into.add(number);
                    }
                    List<?> wrong = (List<?>) parts.get(3);
                    for (int i = 0; i < wrong.size(); i += 2) {
                        into.problems.add("the row with sort key " + Layout.text(wrong.get(i)) + " is a "
                                + Layout.text(wrong.get(i + 1)) + ", not a hash");
                    }
                    return keys.size() == wanted;
                });
    }

    private void judge(Keys seen) {
        seen.problems.forEach(this::found);
        for (int i = 1; i < seen.count; i++) {
            boolean again = seen.keys[i] >= 0 && seen.keys[i] == seen.keys[i - 1];
            // in a list that moved while it was read, a key may have been seen at two places
            if (again && !seen.moved && (i < 2 || seen.keys[i] != seen.keys[i - 2])) {
                found("sort key " + seen.keys[i] + " is in the list more than once: its rows are one");
            }
        }
        long highest = seen.count == 0 ? -1 : seen.keys[seen.count - 1];
        byte[] counter = Layout.bytes(seen.counter);
        long next = counter.length == 0 ? 0 : Layout.sortKey(counter, 0, counter.length);
        if (next < 0) {
            found("the counter of sort keys is \"" + seen.counter + "\", no decimal number");
        } else if (next <= highest) {
            found("the counter of sort keys is " + next + ", but " + highest
                    + " is in use: rows added by other programs may take the place of rows that are there");
        }
    }

    /** Reads what lies in graves, each from its end: others drain it from its head. */
    private Mono<Keys> graves() {
        return Mono.defer(() -> {
            Keys laid = new Keys();
            return commands.call(layout.graves, Command.SMEMBERS, List.of())
                    .flatMapIterable(names -> (List<?>) names)
                    .concatMap(name -> grave((byte[]) name, laid))
                    .then(Mono.fromSupplier(laid::sorted));
        });
    }

    private Mono<Void> grave(byte[] name, Keys into) {
        int wanted = limits.readRows();
        long before = into.count;
        return Mono.defer(() -> {
                    long end = before - into.count - 1;
                    return commands.call(
                            name, Command.LRANGE, List.of(Layout.bytes(end - wanted + 1), Layout.bytes(end)));
                })
                .map(reply -> {
                    List<?> keys = (List<?>) reply;
                    for (Object key : keys) {
                        byte[] text = (byte[]) key;
                        into.add(Layout.sortKey(text, 0, text.length));
                    }
                    return keys.size() == wanted;
                })
                .repeat()
                .takeUntil(more -> !more)
                .then();
    }

    /**
     * Finds rows that are in no list, neither staged nor to be deleted.
     *
     * <p>A row goes from the open writes to the list, from either to a grave, and is gone then. Who looks in that order
     * cannot miss one that moves meanwhile.
     */
    private Mono<Void> orphans(Keys seen) {
        return graves().flatMap(laid -> commands.scan(layout.rowPattern())
                        .map(layout::sortKeyOf)
                        .filter(key -> key >= 0 && !seen.has(key) && !laid.has(key))
                        .distinct()
                        .take(MOST_SUSPECTS)
                        .collectList())
                .flatMap(this::unowned)
                .flatMap(suspects -> suspects.isEmpty()
                        ? Mono.just(suspects)
                        : keys(new Keys(), 1)
                                .flatMap(now -> graves().flatMap(laid -> unowned(suspects.stream()
                                        .filter(key -> !now.has(key) && !laid.has(key))
                                        .toList()))))
                .doOnNext(
                        orphans -> orphans.stream()
                                .sorted()
                                .forEach(
                                        key -> found(
                                                "the row with sort key " + key
                                                        + " is in no list: a write that lost a race against another program, or died, left it")))
                .then();
    }

    private Mono<List<Long>> unowned(List<Long> suspects) {
        return Flux.fromIterable(suspects)
                .buffer(64)
                .concatMap(some -> {
                    List<byte[]> arguments = new ArrayList<>();
                    arguments.add(layout.rowPrefix);
                    some.forEach(key -> arguments.add(Layout.bytes(key)));
                    return commands.eval(Lua.UNOWNED, List.of(layout.open), arguments);
                })
                .concatMapIterable(reply -> (List<?>) reply)
                .map(key -> Long.parseLong(Layout.text(key)))
                .collectList();
    }
}
