package io.atomflux.mongo;

import java.time.Duration;

/**
 * Sizes and times of the paged layout; none of them bears on safety, and clients of one store may differ in them.
 *
 * @param fanOut most entries of a page
 * @param small neighbouring pages of fewer entries together are merged
 * @param openMost most entries of the root's open list
 * @param sealAbove entries above which an appender moves the open list into the tree
 * @param clientsMost most client numbers registered at a time; a writer takes two
 * @param deadMost how many swept numbers the root remembers
 * @param garbageIds most ids of one garbage document
 * @param logMost how many publishes the root tells followers of
 * @param groupMost most calls published together
 * @param cacheBytes memory for index pages
 * @param expiry how long a client may stay silent before it may be swept
 * @param retention how long what was replaced stays, at least; streams keep their order and content so long
 * @param sweepEvery how often a writer sweeps
 * @param deadline how long a write tries
 * @param poll how often followers look, at most
 */
record PagedSettings(
        int fanOut,
        int small,
        int openMost,
        int sealAbove,
        int clientsMost,
        int deadMost,
        int garbageIds,
        int logMost,
        int groupMost,
        long cacheBytes,
        Duration expiry,
        Duration retention,
        Duration sweepEvery,
        Duration deadline,
        Duration poll) {

    static final PagedSettings DEFAULT = new PagedSettings(
            1024,
            256,
            1024,
            768,
            256,
            64,
            1_000_000,
            128,
            128,
            Math.min(64L << 20, Runtime.getRuntime().maxMemory() / 16),
            Duration.ofMinutes(10),
            Duration.ofMinutes(10),
            Duration.ofMinutes(5),
            Duration.ofSeconds(30),
            Duration.ofMillis(250));

    PagedSettings with(Duration otherRetention, Duration otherExpiry, Duration otherDeadline, Duration otherPoll) {
        return new PagedSettings(
                fanOut,
                small,
                openMost,
                sealAbove,
                clientsMost,
                deadMost,
                garbageIds,
                logMost,
                groupMost,
                cacheBytes,
                otherExpiry,
                otherRetention,
                sweepEvery,
                otherDeadline,
                otherPoll);
    }
}
