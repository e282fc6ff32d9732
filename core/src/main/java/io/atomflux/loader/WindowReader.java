package io.atomflux.loader;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.MissingValueException;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.error.ValueTypeException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Reads windows: from each store the rows wanted, by ascending position, as one view; then in the order of the epoch.
 *
 * <p>A sample is a position. So where a view signals that rows beside it changed, and the store still has the rows of the epoch,
 * the rest is read with a new view; and where rows do not decode, the rest is read in halves until those are found.
 */
final class WindowReader {

    private static final int STORES_AT_ONCE = 8;
    private static final int MOST_IN_VAIN = 8; // a store that others write meanwhile; not one that never gives a row
    private static final int LEAST_ROWS = 32; // of a view, where a window is divided

    private final List<Feed> feeds;
    private final List<SourcePlan> plans;
    private final @Nullable List<String> keys;
    private final long share;
    private final int views;
    private final Pace pace;
    private final UnaryOperator<Mono<Piece>> then;

    /**
     * Prepares reading.
     *
     * @param feeds the stores
     * @param plans what the epoch says of them, in the same order
     * @param keys those to be read; null for all
     * @param share bytes that one window may hold; a row that is larger is a window
     * @param views how many views read the rows of one store in a window at once
     * @param pace learns how large rows are
     * @param then what is done with each piece before the next is read
     */
    WindowReader(
            List<Feed> feeds,
            List<SourcePlan> plans,
            @Nullable List<String> keys,
            long share,
            int views,
            Pace pace,
            UnaryOperator<Mono<Piece>> then) {
        this.feeds = feeds;
        this.plans = plans;
        this.keys = keys;
        this.share = share;
        this.views = views;
        this.pace = pace;
        this.then = then;
    }

    /**
     * Reads a window.
     *
     * @return cold; its samples in one piece, or in several where they are larger than thought, each read when it is asked for;
     *     never fails, as a failure is a piece
     */
    Flux<Piece> read(Window window) {
        return Flux.defer(() -> {
                    Reading reading = new Reading(window);
                    return onDemand(() -> then.apply(reading.piece())).repeat(reading::hasMore);
                })
                .onErrorResume(failure -> Flux.just(Piece.failed(failure)));
    }

    /** Subscribes to something not before it is asked for an element. */
    static <T> Flux<T> onDemand(Supplier<? extends Publisher<T>> source) {
        // Hidden, since a value that is known at once would be mapped at once; without prefetch it is asked for on
        // demand.
        return Flux.just(source).hide().concatMap(Supplier::get, 0);
    }

    /** Tells whether a failure is one of a row, not of the store. */
    static boolean isOfRow(Throwable failure) {
        return failure instanceof CorruptDataException
                || failure instanceof UnsupportedDataException
                || failure instanceof ValueTypeException
                || failure instanceof MissingValueException;
    }

    /** One window that is being read. */
    private final class Reading {
        private final Window window;
        private int next; // pieces are read one after another

        Reading(Window window) {
            this.window = window;
        }

        boolean hasMore() {
            return next < window.size();
        }

        Mono<Piece> piece() {
            WindowRows rows = new WindowRows(window, next, share);
            long slot = window.slot(next);
            return storesStillHave(slot)
                    .thenMany(Flux.defer(() -> Flux.fromIterable(parts(rows, slot))))
                    .flatMap(Part::read, Math.max(views, STORES_AT_ONCE), 1)
                    .then(Mono.fromSupplier(() -> {
                        List<Fetched> samples = rows.samples();
                        rows.teach(pace);
                        next += samples.size();
                        return Piece.of(samples);
                    }));
        }

        private List<Part> parts(WindowRows rows, long slot) {
            List<Part> parts = new ArrayList<>();
            for (int source : rows.sources()) {
                int[] sorted = rows.sorted(source);
                int each = Math.max(LEAST_ROWS, (sorted.length - 1) / views + 1);
                for (int from = 0; from < sorted.length; from += each) {
                    int to = Math.min(sorted.length, from + each);
                    parts.add(new Part(rows, source, Arrays.copyOfRange(sorted, from, to), slot));
                }
            }
            return parts;
        }

        private Mono<Void> storesStillHave(long slot) {
            List<Mono<Void>> checks = new ArrayList<>();
            for (int i = 0; i < feeds.size(); i++) {
                checks.add(feeds.get(i).stillHas(plans.get(i).size(), slot));
            }
            return Flux.fromIterable(checks)
                    .flatMap(check -> check, STORES_AT_ONCE, 1)
                    .then();
        }
    }

    /** Rows of a window that are in one store; its steps follow each other. */
    private final class Part {
        private final WindowRows rows;
        private final Feed feed;
        private final SourcePlan plan;
        private final Window window;
        private final long slot;
        private final Deque<int[]> todo = new ArrayDeque<>();
        private int inVain; // views in a row that gave nothing

        Part(WindowRows rows, int source, int[] sorted, long slot) {
            this.rows = rows;
            this.feed = feeds.get(source);
            this.plan = plans.get(source);
            this.window = rows.window();
            this.slot = slot;
            todo.add(sorted);
        }

        Mono<Void> read() {
            return Mono.defer(this::step).repeat(() -> !todo.isEmpty()).then();
        }

        private Mono<Void> step() {
            int[] asked = rows.wanted(todo.remove());
            if (asked.length == 0) {
                return Mono.empty();
            }
            return new Pass(asked, rows.cut()).run();
        }

        /** One view. */
        private final class Pass {
            private final int[] asked;
            private final int cutBefore;
            private int done; // signals of a stream follow each other

            Pass(int[] asked, int cutBefore) {
                this.asked = asked;
                this.cutBefore = cutBefore;
            }

            Mono<Void> run() {
                return feed.at(Arrays.stream(asked).mapToLong(window::position).toArray(), keys)
                        .takeUntil(row -> rows.add(asked[done++], row) < cutBefore)
                        .reduce(this, (pass, row) -> pass) // then() would look for someone to discard each row for
                        .then(Mono.defer(this::ended))
                        .onErrorResume(this::failed);
            }

            /** The rest is read anew if the window was cut, as little of it may still be wanted. */
            private Mono<Void> ended() {
                if (done == asked.length) {
                    return Mono.empty();
                }
                if (rows.cut() == cutBefore) {
                    return Mono.error(StoreChangedException.underEpoch(feed.name(), slot));
                }
                todo.push(rest());
                return Mono.empty();
            }

            private int[] rest() {
                return Arrays.copyOfRange(asked, done, asked.length);
            }

            private Mono<Void> failed(Throwable failure) {
                if (isOfRow(failure) && done < asked.length) {
                    halve(failure);
                    return Mono.empty();
                }
                if (failure instanceof RowOutOfBoundsException) {
                    return Mono.error(changed(failure));
                }
                inVain = done > 0 ? 0 : inVain + 1;
                if (failure instanceof StoreChangedException && inVain <= MOST_IN_VAIN) {
                    todo.push(rest());
                    return feed.stillHas(plan.size(), slot);
                }
                return Mono.error(
                        failure instanceof StoreChangedException
                                ? changed(failure)
                                : OnPool.harmless(failure)); // operators on the way would throw it
            }

            private StoreChangedException changed(Throwable failure) {
                String store = failure instanceof StoreChangedException known ? known.store() : feed.name();
                StoreChangedException changed = StoreChangedException.underEpoch(store, slot);
                changed.addSuppressed(failure);
                return changed;
            }

            private void halve(Throwable failure) {
                int left = asked.length - done;
                if (left == 1) {
                    rows.bad(asked[done], failure);
                    return;
                }
                int middle = done + left / 2;
                todo.push(Arrays.copyOfRange(asked, middle, asked.length));
                todo.push(Arrays.copyOfRange(asked, done, middle));
            }
        }
    }
}
