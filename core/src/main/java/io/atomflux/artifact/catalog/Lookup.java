package io.atomflux.artifact.catalog;

import io.atomflux.artifact.spi.StoredRecord;
import io.atomflux.artifact.spi.TermRange;
import io.atomflux.value.Bytes;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Finds the records that have a term in each of some ranges.
 *
 * <p>With more than one range, all are walked side by side, page by page, until the first ends: that is the smallest, and no
 * range was walked further than about twice its length. It is then read, and the other ranges are compared on the
 * terms of each record found, as they are when it is read: an index entry only says where to look.
 */
final class Lookup {

    private static final int FIRST_PAGE = 64;
    private static final int LARGEST_PAGE = 4096;
    private static final long PAGE_BYTES = 1 << 20;
    private static final int LOADS_AT_ONCE = 8;

    private final Catalog catalog;
    private final List<TermRange> ranges;
    private final Function<String, Mono<StoredRecord>> load;

    Lookup(Catalog catalog, List<TermRange> ranges, Function<String, Mono<StoredRecord>> load) {
        this.catalog = catalog;
        this.ranges = ranges;
        this.load = load;
    }

    Flux<StoredRecord> records() {
        return smallest().flatMapMany(this::read);
    }

    private Mono<TermRange> smallest() {
        if (ranges.size() == 1) {
            return Mono.just(ranges.get(0));
        }
        Bytes[] reached = ranges.stream().map(Keys::from).toArray(Bytes[]::new);
        return round(reached, FIRST_PAGE);
    }

    private Mono<TermRange> round(Bytes[] reached, int limit) {
        return Flux.range(0, reached.length)
                .concatMap(i -> walk(i, reached, limit), 1)
                .next()
                .switchIfEmpty(Mono.defer(() -> round(reached, Math.min(LARGEST_PAGE, 2 * limit))));
    }

    /** Walks one page further in a range; the range if it ended. */
    private Mono<TermRange> walk(int number, Bytes[] reached, int limit) {
        TermRange range = ranges.get(number);
        return catalog.page(reached[number], Keys.to(range), limit, PAGE_BYTES).flatMap(page -> {
            if (page.isEmpty()) {
                return Mono.just(range);
            }
            reached[number] = Keys.next(page.get(page.size() - 1).key());
            return Mono.empty();
        });
    }

    private Flux<StoredRecord> read(TermRange range) {
        // of one value each record has one entry, which is met once: nothing to remember then
        boolean once = range.from().equals(range.to());
        KeySet seen = new KeySet();
        return Pages.of(catalog, Keys.from(range), Keys.to(range), PAGE_BYTES)
                .map(entry -> Keys.text(entry.value(), 0))
                .filter(key -> once || seen.add(key))
                .flatMapSequential(load, LOADS_AT_ONCE, LOADS_AT_ONCE)
                .filter(this::matches);
    }

    private boolean matches(StoredRecord record) {
        return ranges.stream().allMatch(range -> record.terms().stream().anyMatch(range::holds));
    }

    /** A set of keys, 16 bytes of hash for each, which no two share. */
    private static final class KeySet {
        private static final int FIRST = 64;
        private long[] slots = new long[2 * FIRST];
        private int size;

        boolean add(String key) {
            ByteBuffer hash = ByteBuffer.wrap(Keys.sha256(Bytes.ofKey(key).toArray()));
            if (!insert(slots, hash.getLong() | 1, hash.getLong())) { // an empty slot is 0
                return false;
            }
            size++;
            if (3L * size > slots.length) { // two thirds of the slots
                long[] larger = new long[2 * slots.length];
                for (int i = 0; i < slots.length; i += 2) {
                    if (slots[i] != 0) {
                        insert(larger, slots[i], slots[i + 1]);
                    }
                }
                slots = larger;
            }
            return true;
        }

        private static boolean insert(long[] slots, long high, long low) {
            int most = slots.length / 2 - 1;
            int at = (int) low & most;
            while (slots[2 * at] != 0) {
                if (slots[2 * at] == high && slots[2 * at + 1] == low) {
                    return false;
                }
                at = (at + 1) & most;
            }
            slots[2 * at] = high;
            slots[2 * at + 1] = low;
            return true;
        }
    }
}
