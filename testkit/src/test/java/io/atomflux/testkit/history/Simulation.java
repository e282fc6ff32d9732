package io.atomflux.testkit.history;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * Clients of a list of rows in invented time: each call takes effect at a random moment, some answers are lost, some
 * calls arrive late or never, some clients die; and one thing may go wrong on purpose.
 */
final class Simulation {

    /** What the store does wrong, once, half way through. */
    enum Bug {
        NONE,
        APPEND_LOST,
        ROW_DOUBLED,
        READ_STALE,
        GET_STALE,
        UPDATE_LOST,
        SET_LOST,
        WRONG_ROW_DELETED,
        INSERTED_ELSEWHERE,
        EXTEND_HALF_PUBLISHED,
        NOT_APPLIED_YET_VISIBLE,
        DELETE_NOT_APPLIED_YET_DONE,
        ROWS_SWAPPED,
        CONFLICT_NOT_REPORTED,
        LOST_AFTER_CRASH,
        APPLIED_TWICE
    }

    private record Due(long time, long order, Runnable action) {}

    private static final int PAUSE = 8; // calls of each client between quiescent points

    private static final int LATEST = 200; // after which a lost call does nothing any more

    private final SplittableRandom random;
    private final Bug bug;
    private final double lossy;
    private final int clients;
    private final int calls;
    private final boolean settles;
    private final PriorityQueue<Due> queue =
            new PriorityQueue<>(Comparator.comparingLong(Due::time).thenComparing(Due::order));
    private final List<Event> events = new ArrayList<>();
    private final Deque<List<Content>> past = new ArrayDeque<>();
    private List<Content> rows = new ArrayList<>();
    private long now;
    private long order;
    private long tags;
    private int begun;
    private int waiting;
    private boolean planted;

    Simulation(long seed, int clients, int calls, double lossy, boolean settles, Bug bug) {
        this.settles = settles;
        this.random = new SplittableRandom(seed);
        this.clients = clients;
        this.calls = calls;
        this.lossy = lossy;
        this.bug = bug;
    }

    boolean planted() {
        return planted;
    }

    History run() {
        call("first", Call.append(List.of(++tags, ++tags, ++tags)), () -> {
            for (int i = 0; i < clients; i++) {
                next("c" + i, PAUSE);
            }
        });
        while (!queue.isEmpty()) {
            Due due = queue.remove();
            now = due.time;
            due.action.run();
        }
        now += 10;
        rows = List.copyOf(rows);
        events.add(new Event("last", now, now + 1, Call.read(), Reply.seen(rows)));
        return new History(events);
    }

    private void in(long delay, Runnable action) {
        queue.add(new Due(now + delay, order++, action));
    }

    private void next(String client, int left) {
        if (begun >= calls) {
            return;
        }
        if (left == 0) {
            if (++waiting == clients) {
                waiting = 0;
                in(
                        5,
                        () -> call("pause", Call.read(), () -> {
                            for (int i = 0; i < clients; i++) {
                                next("c" + i, PAUSE);
                            }
                        }));
            }
            return;
        }
        begun++;
        in(1 + random.nextInt(20), () -> some(client, () -> next(client, left - 1)));
    }

    private void some(String client, Runnable then) {
        int size = rows.size();
        long index = random.nextInt(size + 2) - 1;
        int dice = random.nextInt(100);
        int deletes = size > 60 ? 40 : size > 20 ? 20 : 5;
        if (random.nextInt(100) < 30) {
            call(client, Call.read(), then);
        } else if (random.nextInt(100) < deletes) {
            call(client, Call.delete(index), then);
        } else if (dice < 25) {
            call(client, Call.append(newTags(1 + random.nextInt(3) / 2 * 2)), then);
        } else if (dice < 42) {
            call(client, Call.insert(index, newTags(1 + random.nextInt(2))), then);
        } else if (dice < 60) {
            call(client, Call.set(index, ++tags), then);
        } else if (dice < 75) {
            call(client, Call.update(index, ++tags), then);
        } else if (dice < 78) {
            call(client, Call.reserve(1), then);
        } else if (dice < 86) {
            conditional(client, then);
        } else if (dice < 94) {
            call(client, Call.get(index), then);
        } else {
            call(client, dice == 94 && random.nextInt(4) == 0 ? Call.clear() : Call.size(), then);
        }
    }

    private void conditional(String client, Runnable then) {
        int size = rows.size();
        if (size == 0) {
            then.run();
            return;
        }
        long index = random.nextInt(size);
        long start = now;
        Content seen = rows.get((int) index);
        in(10, () -> {
            events.add(new Event(client, start, now, Call.get(index), Reply.seen(List.of(seen))));
            if (seen.isReserved()) {
                then.run();
            } else {
                call(client, Call.setIf(index, seen, ++tags), then);
            }
        });
    }

    private List<Long> newTags(int count) {
        return LongStream.range(0, count).mapToObj(i -> ++tags).toList();
    }

    private void call(String client, Call call, Runnable then) {
        long start = now;
        boolean lost = !client.equals("first") && !client.equals("pause") && random.nextDouble() < lossy;
        if (!lost) {
            in(random.nextInt(30), () -> {
                Reply reply = effect(call);
                in(random.nextInt(30), () -> {
                    events.add(new Event(client, start, now, call, reply));
                    then.run();
                });
            });
            return;
        }
        int fate = random.nextInt(4);
        if (fate == 0) {
            in(random.nextInt(30), () -> unheard(call)); // applied, and the answer lost
        } else if (fate == 1) {
            in(random.nextInt(LATEST), () -> unheard(call)); // late
        } else if (fate == 2) {
            in(random.nextInt(50), () -> events.add(new Event(client, start, now, call, Reply.notApplied())));
            in(60, then);
            return;
        }
        in(60, () -> {
            long settled = settles ? start + LATEST : Long.MAX_VALUE;
            events.add(new Event(client, start, settled, call, Reply.unknown()));
            then.run();
        });
    }

    /** Nothing goes wrong with a call whose answer nobody gets: it would be no fault. */
    private void unheard(Call call) {
        past.add(List.copyOf(rows));
        honest(call);
    }

    private Reply effect(Call call) {
        boolean now = !planted && begun > calls / 2;
        past.add(List.copyOf(rows));
        if (past.size() > 60) {
            past.remove();
        }
        List<Content> before = new ArrayList<>(rows);
        Reply honest = honest(call);
        if (!now || bug == Bug.NONE) {
            return honest;
        }
        Reply reply = wrong(call, before, honest);
        planted |= reply != honest || !before.equals(rows) && plantedQuietly;
        return reply;
    }

    private boolean plantedQuietly;

    /** Does it wrong, if this is a call it can be done wrong with; {@code before} is to be kept. */
    private Reply wrong(Call call, List<Content> before, Reply honest) {
        Call.Kind kind = call.kind();
        boolean done = honest.kind() == Reply.Kind.DONE;
        int size = before.size();
        int at = (int) (call.index() < 0 ? call.index() + size : call.index());
        switch (bug) {
            case APPEND_LOST -> {
                if (kind == Call.Kind.APPEND) {
                    quietly(before);
                }
            }
            case ROW_DOUBLED -> {
                if (kind == Call.Kind.APPEND) {
                    rows.add(rows.get(rows.size() - 1));
                    plantedQuietly = true;
                }
            }
            case APPLIED_TWICE -> {
                if (kind == Call.Kind.DELETE && done && size > 3 && at < size - 1) {
                    rows.remove(at);
                    plantedQuietly = true;
                }
            }
            case READ_STALE -> {
                if (kind == Call.Kind.READ && !past.getFirst().equals(rows)) {
                    return Reply.seen(past.getFirst());
                }
            }
            case GET_STALE -> {
                List<Content> old = past.getFirst();
                if (kind == Call.Kind.GET && done && at < old.size() && !rows.contains(old.get(at))) {
                    return Reply.seen(List.of(old.get(at)));
                }
            }
            case UPDATE_LOST, SET_LOST -> {
                if (kind == (bug == Bug.SET_LOST ? Call.Kind.SET : Call.Kind.UPDATE) && done) {
                    quietly(before);
                }
            }
            case WRONG_ROW_DELETED -> {
                if (kind == Call.Kind.DELETE
                        && done
                        && at > 3
                        && !before.get(at).isReserved()) {
                    before.remove(at - 3);
                    quietly(before);
                }
            }
            case INSERTED_ELSEWHERE -> {
                if (kind == Call.Kind.INSERT && at >= 0 && at + 3 < size) {
                    for (int i = 0; i < call.values().size(); i++) {
                        before.add(at + 3, new Content(call.values().get(i), 0));
                    }
                    quietly(before);
                }
            }
            case EXTEND_HALF_PUBLISHED -> {
                if (kind == Call.Kind.APPEND && call.values().size() > 1) {
                    List<Content> half = rows.subList(0, rows.size() - 1);
                    events.add(new Event("other", this.now, this.now, Call.read(), Reply.seen(half)));
                    planted = true;
                }
            }
            case NOT_APPLIED_YET_VISIBLE, DELETE_NOT_APPLIED_YET_DONE -> {
                if (done && kind == (bug == Bug.NOT_APPLIED_YET_VISIBLE ? Call.Kind.SET : Call.Kind.DELETE)) {
                    return Reply.notApplied();
                }
            }
            case ROWS_SWAPPED -> {
                if (kind == Call.Kind.READ
                        && size > 3
                        && rows.get(1).tag() != rows.get(2).tag()) {
                    java.util.Collections.swap(rows, 1, 2);
                    plantedQuietly = true;
                }
            }
            case CONFLICT_NOT_REPORTED -> {
                if (honest.kind() == Reply.Kind.CONFLICT && at < size) {
                    rows.set(at, new Content(call.values().get(0), 0));
                    return Reply.done(size);
                }
            }
            case LOST_AFTER_CRASH -> {
                List<Content> old = past.getFirst();
                if (old.size() < size) {
                    quietly(old);
                }
            }
            case NONE -> {}
        }
        return honest;
    }

    private void quietly(List<Content> content) {
        rows = new ArrayList<>(content);
        planted = true;
    }

    private Reply honest(Call call) {
        int size = rows.size();
        long position = call.index() < 0 ? call.index() + size : call.index();
        boolean there = position >= 0 && position < size;
        switch (call.kind()) {
            case APPEND -> call.values().forEach(tag -> rows.add(new Content(tag, 0)));
            case INSERT ->
                rows.addAll(
                        (int) Math.max(0, Math.min(size, position)),
                        call.values().stream().map(tag -> new Content(tag, 0)).toList());
            case RESERVE -> rows.add(Content.RESERVED);
            case CLEAR -> rows.clear();
            case READ -> {
                return Reply.seen(rows);
            }
            case SIZE -> {}
            case SET, SET_IF, UPDATE, DELETE, GET -> {
                if (!there) {
                    return Reply.outOfRange(size);
                }
                Content old = rows.get((int) position);
                if (call.kind() == Call.Kind.GET) {
                    return Reply.seen(List.of(old));
                } else if (call.kind() == Call.Kind.DELETE) {
                    rows.remove((int) position);
                } else if (call.kind() == Call.Kind.SET_IF && !old.equals(call.expected())) {
                    return Reply.conflict();
                } else {
                    long value = call.values().get(0);
                    boolean update = call.kind() == Call.Kind.UPDATE;
                    rows.set((int) position, update ? new Content(old.tag(), value) : new Content(value, 0));
                }
            }
        }
        return Reply.done(rows.size());
    }
}
