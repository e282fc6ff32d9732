package io.atomflux.recorder;

import io.atomflux.error.StoreBusyException;
import io.atomflux.error.StoreClosedException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

/**
 * What a recorder does: it opens the storage when first needed, takes samples as long as there is room, and has the storage
 * append them, one call at a time.
 *
 * <p>Threads: all state is guarded by {@link #lock}, which is held for a moment only; no publisher is subscribed and nobody
 * told under it, only a sample is looked at. What has to be done then is collected in an {@link After}. Whoever waits is in
 * one queue, in the order of coming, so that samples and the calls of {@code save()} between them keep their order.
 *
 * <p>A batch that could not be appended stays what is appended next; it is tried again by the next event that wants a flush,
 * never by the failure itself. The class is long because it is the one state machine.
 *
 * @param <F> the kind of frame
 */
final class Engine<F> {

    /** What became of a sample. */
    enum Take {
        /** Taken, and there is room for another one. */
        TAKEN,
        /** Taken, and there is no room for another one. */
        TAKEN_LAST,
        /** Not wanted: skipped by the stride, or recorded before. */
        SKIPPED,
        /** Not taken so far: there is no room, or the storage is not open yet. */
        NOT_YET
    }

    private enum Phase {
        NEW,
        OPENING,
        OPEN,
        CLOSED
    }

    /** Those who wait for what was taken when they came. */
    private record Commit<F>(Waiting<F> waiting, long upTo) {}

    /** How a recording is being ended. */
    private record Ending(RecordingStatus status, String reason) {
        Ending without(long samples, Throwable failure) {
            return new Ending(
                    status, "%s; the last %d samples could not be written: %s".formatted(reason, samples, failure));
        }
    }

    private static final int MOST_WAITING = 1024;

    private final RecordingStorage<F> storage;
    private final RecordingPlan plan;
    private final FlushRule rule;

    private final Object lock = new Object();
    private final ArrayDeque<Waiting<F>> queue = new ArrayDeque<>();
    private final List<Commit<F>> commits = new ArrayList<>();
    private final List<Waiting<F>> saves = new ArrayList<>(); // committed, and to be shown
    private final List<Waiting<F>> openers = new ArrayList<>();
    private final List<Waiting<F>> closers = new ArrayList<>();
    private final Set<Consumer<Throwable>> watchers = new LinkedHashSet<>();
    private Phase phase = Phase.NEW;
    private @Nullable RecordingWriter<F> writer;
    private @Nullable Admission<F> admission;
    private Buffers<F> buffers;
    private boolean working; // the storage is appending or closing
    private boolean due; // the accepting buffer is as old as it may be
    private boolean ticking;
    private long acceptingSince;
    private boolean lost;
    private @Nullable Ending ending;
    private long wantedInBackground; // how many samples are to be committed though nobody waits for it
    private @Nullable Throwable untold; // why flushing failed when nobody waited
    private @Nullable Throwable endFailure;
    private Disposable ticker = Disposables.disposed();
    private Disposable lease = Disposables.disposed();

    private volatile boolean refusing; // closed, closing or lost: for skipped samples, which do not take the lock
    private volatile Progress progress = Progress.NONE;

    Engine(RecordingStorage<F> storage, RecordingPlan plan, FlushRule rule) {
        this.storage = storage;
        this.plan = plan;
        this.rule = rule;
        this.buffers = new Buffers<>(plan.chunk(), rule.bytes(), 0);
    }

    Progress progress() {
        return progress;
    }

    long stored() {
        synchronized (lock) {
            return buffers.taken();
        }
    }

    /**
     * Takes a sample if that is possible at once.
     *
     * @throws io.atomflux.error.AtomfluxException if it does not continue the recording, or nothing is taken any more
     */
    Take offer(Sample<F> sample) {
        if (sample.iteration() % plan.stride() != 0) {
            if (refusing) {
                throw refusal();
            }
            return Take.SKIPPED;
        }
        After after = null;
        Take take;
        synchronized (lock) {
            if (refusing) {
                throw refusal();
            }
            Admission<F> open = admission;
            if (open == null || !queue.isEmpty()) {
                return Take.NOT_YET;
            }
            if (!open.admits(sample)) {
                return Take.SKIPPED;
            }
            if (buffers.isFull()) {
                return Take.NOT_YET;
            }
            take(open, sample);
            take = Take.TAKEN;
            if (buffers.isFull()) {
                after = new After();
                flush(after);
                take = buffers.isFull() ? Take.TAKEN_LAST : Take.TAKEN;
            }
        }
        if (after != null) {
            after.here();
        }
        return take;
    }

    /** Has somebody wait, behind all who wait already. */
    void enqueue(Waiting<F> waiting) {
        After after = new After();
        synchronized (lock) {
            if (refusing) {
                after.fail(waiting, refusal());
            } else if (queue.size() >= MOST_WAITING) {
                after.fail(
                        waiting,
                        new StoreBusyException(
                                storage.name(),
                                "%d calls wait for room (expected: each store() is waited for before the next)"
                                        .formatted(queue.size()),
                                null));
            } else {
                queue.add(waiting);
                if (phase == Phase.OPEN) {
                    serve(after);
                    if (!queue.isEmpty()) {
                        flush(after);
                    }
                    settle(after);
                } else {
                    open(after);
                }
            }
        }
        after.here();
    }

    /** Forgets somebody who does not wait any more; a sample is not taken then, if it was not already. */
    void forget(Waiting<F> waiting) {
        After after = new After();
        synchronized (lock) {
            if (queue.remove(waiting) && phase == Phase.OPEN) {
                serve(after);
                settle(after);
            }
            openers.remove(waiting);
            closers.remove(waiting);
            commits.removeIf(commit -> commit.waiting() == waiting);
            saves.remove(waiting);
        }
        after.here();
    }

    /** Has what was taken so far committed. */
    void commitInBackground() {
        After after = new After();
        synchronized (lock) {
            wantedInBackground = buffers.taken();
            settle(after);
        }
        after.here();
    }

    /** Tells somebody of failures of flushing, and of the end. */
    void watch(Consumer<Throwable> watcher) {
        Throwable refusal = null;
        synchronized (lock) {
            if (refusing) {
                refusal = refusal();
            } else {
                watchers.add(watcher);
            }
        }
        if (refusal != null) {
            watcher.accept(refusal);
        }
    }

    void unwatch(Consumer<Throwable> watcher) {
        synchronized (lock) {
            watchers.remove(watcher);
        }
    }

    /** Opens the storage, unless it is. */
    void open(Waiting<F> waiting) {
        After after = new After();
        synchronized (lock) {
            if (refusing) {
                after.fail(waiting, refusal());
            } else if (phase == Phase.OPEN) {
                tell(waiting, true, after);
            } else {
                openers.add(waiting);
                open(after);
            }
        }
        after.here();
    }

    /** Ends the recording; who comes later is told the same. */
    void close(RecordingStatus status, String reason, Waiting<F> waiting) {
        After after = new After();
        synchronized (lock) {
            if (phase == Phase.CLOSED) {
                tellEnd(waiting, after);
            } else {
                closers.add(waiting);
                if (ending == null || status == RecordingStatus.ABORTED) {
                    ending = new Ending(status, reason);
                }
                if (!refusing) {
                    refusing = true;
                    for (Waiting<F> other : queue) {
                        if (other.isForCommit()) {
                            commits.add(new Commit<>(other, buffers.taken()));
                        }
                    }
                    queue.removeIf(Waiting::isForCommit);
                    failQueue(refusal(), after);
                }
                if (phase == Phase.NEW) {
                    end(after);
                } else {
                    settle(after);
                }
            }
        }
        after.here();
    }

    private RuntimeException refusal() {
        return lost
                ? new StoreBusyException(
                        storage.name(),
                        "another may be recording, for the lease of this recorder was lost; it adds nothing any more"
                                + " (expected: a new recorder, with resume())",
                        null)
                : new StoreClosedException(storage.name());
    }

    // What follows is called under the lock, or takes it and is called by the storage or a timer.

    private void open(After after) {
        if (phase == Phase.NEW) {
            phase = Phase.OPENING;
            after.work(() -> Call.of(() -> storage.writer(plan), "opening " + storage.name(), this::opened, failure -> {
                After then = new After();
                synchronized (lock) {
                    phase = Phase.NEW;
                    failAll(failure, then);
                    if (ending != null) {
                        end(then);
                    }
                }
                then.elsewhere();
            }));
        }
    }

    private void opened(RecordingWriter<F> opened) {
        After after = new After();
        Progress found = opened.progress();
        Disposable watched = Mono.defer(opened::lost).subscribe(nothing -> {}, failure -> lost(), this::lost);
        synchronized (lock) {
            phase = Phase.OPEN;
            writer = opened;
            progress = found;
            admission = new Admission<>(storage, opened, found);
            buffers = new Buffers<>(plan.chunk(), rule.bytes(), progress.committed());
            openers.forEach(opener -> tell(opener, true, after));
            openers.clear();
            serve(after);
            settle(after);
            lease = watched;
        }
        after.elsewhere();
    }

    private void lost() {
        After after = new After();
        synchronized (lock) {
            if (phase != Phase.CLOSED) {
                lost = true;
                refusing = true;
                failAll(refusal(), after);
                settle(after);
            }
        }
        after.elsewhere();
    }

    private void take(Admission<F> open, Sample<F> sample) {
        buffers.add(sample, storage.kind().bytes(sample.frame()));
        open.taken(sample);
        if (rule.isTimed() && buffers.accepted() == 1) {
            acceptingSince = rule.now();
            tick(rule.every());
        }
    }

    /** Gives those who wait what they wait for, in their order. */
    private void serve(After after) {
        Admission<F> open = admission;
        Waiting<F> next = queue.peek();
        makeRoom(after);
        while (open != null && next != null && serve(next, open, after)) {
            queue.remove();
            next = queue.peek();
            makeRoom(after);
        }
    }

    /** Has a full buffer leave, if the other one is not leaving. */
    private void makeRoom(After after) {
        if (buffers.isFull()) {
            flush(after);
        }
    }

    private boolean serve(Waiting<F> next, Admission<F> open, After after) {
        Sample<F> sample = next.sample;
        boolean served = true;
        if (next.isForCommit()) {
            commits.add(new Commit<>(next, buffers.taken()));
        } else if (sample == null) {
            served = !buffers.isFull();
            if (served) {
                tell(next, true, after);
            }
        } else {
            try {
                boolean admitted = open.admits(sample);
                served = !admitted || !buffers.isFull();
                if (served) {
                    if (admitted) {
                        take(open, sample);
                    }
                    tell(next, admitted, after);
                }
            } catch (RuntimeException e) {
                after.fail(next, e);
            }
        }
        return served;
    }

    /** Looks what is to be done next: tell of commits, flush, or end. */
    private void settle(After after) {
        commits.removeIf(commit -> {
            boolean there = commit.upTo() <= buffers.committed();
            if (there && commit.waiting().wish == Waiting.Wish.SAVE && !lost) {
                saves.add(commit.waiting());
            } else if (there) {
                tell(commit.waiting(), true, after);
            }
            return there;
        });
        publish(after); // before a flush: a simulation in a hurry always has another one
        if (ending != null
                || due
                || !commits.isEmpty()
                || buffers.isFull()
                || wantedInBackground > buffers.committed()) {
            flush(after);
        }
        if (ending != null && !working && phase == Phase.OPEN) {
            finish(ending, after);
        }
    }

    private void publish(After after) {
        RecordingWriter<F> open = writer;
        if (open != null && !working && !lost && !saves.isEmpty()) {
            working = true;
            List<Waiting<F>> waiting = List.copyOf(saves);
            saves.clear();
            after.work(() -> Call.of(
                    open::publish,
                    "publishing " + storage.name(),
                    now -> published(waiting, null),
                    failure -> published(waiting, failure)));
        }
    }

    private void published(List<Waiting<F>> waiting, @Nullable Throwable failure) {
        After after = new After();
        synchronized (lock) {
            working = false;
            for (Waiting<F> one : waiting) {
                if (failure == null) {
                    tell(one, true, after);
                } else {
                    after.fail(one, failure);
                }
            }
            serve(after);
            settle(after);
        }
        after.elsewhere();
    }

    private void flush(After after) {
        RecordingWriter<F> open = writer;
        if (open != null && !working && !lost && !buffers.isEmpty()) {
            working = true;
            due &= buffers.hasLeft();
            List<Sample<F>> samples = buffers.leave();
            after.work(() -> Call.of(
                    () -> open.append(samples), "appending to " + storage.name(), this::appended, this::notAppended));
        }
    }

    private void appended(Progress now) {
        After after = new After();
        synchronized (lock) {
            working = false;
            untold = null;
            progress = now;
            buffers.arrived();
            serve(after);
            settle(after);
        }
        after.elsewhere();
    }

    private void notAppended(Throwable failure) {
        After after = new After();
        synchronized (lock) {
            working = false;
            wantedInBackground = 0;
            Ending end = ending;
            if (lost) {
                settle(after);
            } else if (end != null && end.status() == RecordingStatus.ABORTED) {
                failAll(failure, after);
                finish(end.without(buffers.taken() - buffers.committed(), failure), after);
            } else {
                failAll(failure, after);
                closers.forEach(closer -> after.fail(closer, failure));
                closers.clear();
                ending = null;
                refusing = false;
                remember(failure, after.tells());
                if (rule.isTimed()) {
                    tick(rule.every());
                }
            }
        }
        after.elsewhere();
    }

    private void remember(Throwable failure, boolean told) {
        Throwable before = untold;
        if (told && before != null && before != failure) {
            failure.addSuppressed(before);
        }
        untold = told ? null : failure;
    }

    private void finish(Ending end, After after) {
        RecordingWriter<F> open = writer;
        if (open != null) {
            working = true;
            after.work(() -> Call.of(
                    () -> open.close(
                            lost ? RecordingStatus.ABORTED : end.status(), lost ? "the lease was lost" : end.reason()),
                    "closing " + storage.name(),
                    closed -> {
                        progress = closed;
                        ended(null);
                    },
                    this::ended));
        }
    }

    private void ended(@Nullable Throwable failure) {
        After after = new After();
        synchronized (lock) {
            endFailure = failure;
            end(after);
        }
        after.elsewhere();
    }

    private void end(After after) {
        phase = Phase.CLOSED;
        ticker.dispose();
        lease.dispose();
        closers.forEach(closer -> tellEnd(closer, after));
        closers.clear();
    }

    private void tellEnd(Waiting<F> closer, After after) {
        Throwable failure = lost ? refusal() : endFailure;
        if (failure != null) {
            after.fail(closer, failure);
        } else {
            tell(closer, true, after);
        }
    }

    private void tell(Waiting<F> waiting, boolean taken, After after) {
        Progress now = progress;
        after.tell(() -> waiting.done.accept(taken, now));
    }

    private void failAll(Throwable failure, After after) {
        failQueue(failure, after);
        commits.forEach(commit -> after.fail(commit.waiting(), failure));
        commits.clear();
        saves.forEach(save -> after.fail(save, failure));
        saves.clear();
    }

    private void failQueue(Throwable failure, After after) {
        openers.forEach(opener -> after.fail(opener, failure));
        openers.clear();
        queue.forEach(waiting -> after.fail(waiting, failure));
        queue.clear();
        watchers.forEach(watcher -> after.fail(watcher, failure));
        watchers.clear();
    }

    private void tick(long nanos) {
        if (!ticking) {
            ticking = true;
            ticker = rule.scheduler().schedule(this::ticked, nanos, TimeUnit.NANOSECONDS);
        }
    }

    private void ticked() {
        After after = new After();
        synchronized (lock) {
            ticking = false;
            if (phase == Phase.OPEN && !working && buffers.hasLeft()) {
                flush(after);
            } else if (buffers.accepted() > 0) {
                long left = rule.every() - (rule.now() - acceptingSince);
                if (left <= 0) {
                    due = true;
                    settle(after);
                } else {
                    tick(left);
                }
            }
        }
        after.elsewhere();
    }
}
