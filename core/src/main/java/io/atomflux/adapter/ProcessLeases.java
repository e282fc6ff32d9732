package io.atomflux.adapter;

import io.atomflux.spi.LeaseLock;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Leases that only this process sees: on stores in its memory, and where a backend offers none. */
public final class ProcessLeases implements LeaseLock {

    private static final Duration FOR_EVER = Duration.ofDays(36_500); // nobody of this process dies alone
    private static final ConcurrentMap<String, ProcessLeases> PLACES = new ConcurrentHashMap<>();

    private final PolledLocks locks;

    private ProcessLeases(String place) {
        this.locks = PolledLocks.of(new Cells(place), FOR_EVER);
    }

    /** Returns the leases on the place of a name, the same ones for all who ask. */
    public static ProcessLeases of(String place) {
        return PLACES.computeIfAbsent(place, ProcessLeases::new);
    }

    /** Makes leases on a place that shares its name with others. */
    public static ProcessLeases own(String place) {
        return new ProcessLeases(place);
    }

    @Override
    public Mono<Lease> acquire(String name, Duration wait) {
        return locks.acquire(name, wait);
    }

    private static final class Cells implements LockCells {

        private final String place;
        private final Map<String, Cell> cells = new HashMap<>(); // guarded by itself

        private record Cell(long token, @Nullable String holder) {}

        Cells(String place) {
            this.place = place;
        }

        @Override
        public String store() {
            return place;
        }

        @Override
        public Mono<Attempt> take(String name, String holder, Duration lease) {
            return Mono.fromSupplier(() -> {
                synchronized (cells) {
                    Cell cell = cells.getOrDefault(name, new Cell(0, null));
                    if (cell.holder() != null) {
                        return Attempt.heldBy(cell.holder());
                    }
                    cells.put(name, new Cell(cell.token() + 1, holder));
                    return Attempt.taken(cell.token() + 1);
                }
            });
        }

        @Override
        public Mono<Boolean> renew(String name, String holder, long token, Duration lease) {
            return Mono.just(true);
        }

        @Override
        public Mono<Void> giveBack(String name, String holder, long token) {
            return Mono.fromRunnable(() -> {
                synchronized (cells) {
                    cells.computeIfPresent(
                            name,
                            (n, cell) -> Objects.equals(cell.holder(), holder) ? new Cell(cell.token(), null) : cell);
                }
            });
        }
    }
}
