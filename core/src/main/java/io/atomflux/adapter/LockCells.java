package io.atomflux.adapter;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Where an engine keeps locks: a cell for each name, which its holder loses unless it renews it in time; {@link PolledLocks}
 * makes locks of them. Implementations judge time by one clock, and apply no call after it failed.
 */
public interface LockCells {

    /** Returns the place for messages, without credentials. */
    String store();

    /**
     * Takes the cell of a name if it is free, or its holder did not renew it in time.
     *
     * @param holder who, in words, different for each who asks
     * @param lease for how long, unless renewed
     */
    Mono<Attempt> take(String name, String holder, Duration lease);

    /** Renews a cell; false if it is another's by now, or nobody's. */
    Mono<Boolean> renew(String name, String holder, long token, Duration lease);

    /** Frees a cell; one that is another's by now stays. */
    Mono<Void> giveBack(String name, String holder, long token);

    /**
     * What came of trying to take a cell.
     *
     * @param token greater than those of all earlier holders of the name; 0 if another holds it
     * @param holder who holds it, if another
     */
    record Attempt(long token, @Nullable String holder) {

        public static Attempt taken(long token) {
            return new Attempt(token, null);
        }

        public static Attempt heldBy(String holder) {
            return new Attempt(0, holder);
        }

        /** Tells whether it was taken. */
        public boolean isTaken() {
            return holder == null;
        }
    }
}
