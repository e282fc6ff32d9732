package io.atomflux.adapter;

import java.util.Objects;
import java.util.Optional;

/**
 * How a blocking backend is run.
 *
 * @param threads how many reads may run at once
 * @param inlineReads whether single gets run on the subscribing thread, whichever it is
 * @param inlineOnVirtualThreads whether they do so where it is a virtual thread; not for engines in native code, which
 *     would hold its carrier
 * @param shareKey if present, handles with an equal key share threads and store; must differ for different stores
 */
public record BridgeOptions(
        int threads, boolean inlineReads, boolean inlineOnVirtualThreads, Optional<Object> shareKey) {

    public BridgeOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: %d (expected: at least 1)".formatted(threads));
        }
        Objects.requireNonNull(shareKey, "shareKey");
    }

    /** Returns the defaults: as many threads as processors but 2 to 8, gets on the pool, nothing shared. */
    public static BridgeOptions defaults() {
        int processors = Runtime.getRuntime().availableProcessors();
        return new BridgeOptions(Math.max(2, Math.min(8, processors)), false, true, Optional.empty());
    }

    /** Returns these options with other gets. */
    public BridgeOptions withInlineReads(boolean inline) {
        return new BridgeOptions(threads, inline, inlineOnVirtualThreads, shareKey);
    }

    /** Returns these options for an engine in native code, whose calls stay off virtual threads. */
    public BridgeOptions withoutVirtualThreads() {
        return new BridgeOptions(threads, inlineReads, false, shareKey);
    }

    /** Returns these options with another number of threads. */
    public BridgeOptions withThreads(int count) {
        return new BridgeOptions(count, inlineReads, inlineOnVirtualThreads, shareKey);
    }

    /** Returns these options, sharing threads and store under a key. */
    public BridgeOptions sharedAs(Object key) {
        return new BridgeOptions(threads, inlineReads, inlineOnVirtualThreads, Optional.of(key));
    }
}
