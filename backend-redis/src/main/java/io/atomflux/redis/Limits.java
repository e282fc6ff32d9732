package io.atomflux.redis;

import java.time.Duration;

/**
 * How much one script may do, and how long things may take; none of it bears on what is true.
 *
 * @param readBytes bytes of rows one script reads, unless a single row is larger
 * @param readRows rows one script reads
 * @param writeBytes bytes of rows one script writes, unless a single value is larger
 * @param writeRows rows one script writes
 * @param atomicRows rows one change may concern, as one script publishes it
 * @param deadline for how long a change is asked about whose reply was lost
 * @param overdue the age from which an unfinished write is taken for one of a dead client
 * @param forgotten the age from which a client that wrote nothing is taken for a dead one
 * @param sweeping how often left-overs are looked for
 */
record Limits(
        int readBytes,
        int readRows,
        int writeBytes,
        int writeRows,
        int atomicRows,
        Duration deadline,
        Duration overdue,
        Duration forgotten,
        Duration sweeping) {

    static final Limits DEFAULT = new Limits(
            256 << 10,
            500,
            128 << 10,
            300,
            2000,
            Duration.ofSeconds(30),
            Duration.ofMinutes(10),
            Duration.ofDays(1),
            Duration.ofMinutes(5));
}
