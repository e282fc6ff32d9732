package io.atomflux.artifact.spi;

import java.util.List;

/**
 * What a sweep found and did.
 *
 * @param sets sets of files removed
 * @param bytes their size
 * @param problems what could not be removed, in words; it is tried again next time
 */
public record SweepReport(long sets, long bytes, List<String> problems) {

    public SweepReport {
        problems = List.copyOf(problems);
    }
}
