package io.atomflux.spi;

import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * How a store caches another one; immutable.
 *
 * <p>The defaults: the source is asked once whether it changed, when the cache is first used, and whenever rows are fetched from
 * it; one that changed is cached anew; nothing is evicted; a failed write to the cache fails the read.
 */
public final class CacheOptions {

    private static final CacheOptions DEFAULTS = new CacheOptions(
            Validation.ON_OPEN,
            OnChange.REFRESH,
            OptionalLong.empty(),
            0,
            true,
            true,
            Optional.empty(),
            Optional.empty());

    private final Validation validation;
    private final OnChange onChange;
    private final OptionalLong maxRows;
    private final int readAhead;
    private final boolean checked;
    private final boolean wholeRows;
    private final Optional<String> sourceName;
    private final Optional<Consumer<? super Throwable>> report;

    private CacheOptions(
            Validation validation,
            OnChange onChange,
            OptionalLong maxRows,
            int readAhead,
            boolean checked,
            boolean wholeRows,
            Optional<String> sourceName,
            Optional<Consumer<? super Throwable>> report) {
        this.validation = validation;
        this.onChange = onChange;
        this.maxRows = maxRows;
        this.readAhead = readAhead;
        this.checked = checked;
        this.wholeRows = wholeRows;
        this.sourceName = sourceName;
        this.report = report;
    }

    /** When the source is asked whether it changed, besides whenever rows are fetched from it. */
    public enum Validation {
        /** Once, when the cached store is first used. */
        ON_OPEN,
        /** Also when each stream begins and at each single read. */
        EACH_VIEW,
        /** Never for what is cached: that is read also while the source cannot be reached. */
        NEVER
    }

    /** What becomes of a cache whose source changed. */
    public enum OnChange {
        /** Its rows are deleted and fetched anew; a stream that runs is told by {@code StoreChangedException}. */
        REFRESH,
        /** It is left as it is and every use is refused, until somebody clears it. */
        FAIL
    }

    /** Returns the defaults. */
    public static CacheOptions defaults() {
        return DEFAULTS;
    }

    /** Returns these options with another moment to ask whether the source changed. */
    public CacheOptions withValidation(Validation when) {
        return new CacheOptions(
                Objects.requireNonNull(when, "validation"),
                onChange,
                maxRows,
                readAhead,
                checked,
                wholeRows,
                sourceName,
                report);
    }

    /** Returns these options with another answer to a source that changed. */
    public CacheOptions withOnChange(OnChange answer) {
        return new CacheOptions(
                validation,
                Objects.requireNonNull(answer, "onChange"),
                maxRows,
                readAhead,
                checked,
                wholeRows,
                sourceName,
                report);
    }

    /**
     * Returns these options with a bound on the rows kept: beyond it, rows that come in replace others picked at random, which
     * serves epoch after epoch better than replacing the oldest. Of several that fill one cache at the same time, each keeps
     * so many.
     *
     * @throws IllegalArgumentException if there shall be none
     */
    public CacheOptions withMaxRows(long rows) {
        if (rows < 1) {
            throw new IllegalArgumentException("maxRows: %d (expected: at least 1)".formatted(rows));
        }
        return new CacheOptions(
                validation, onChange, OptionalLong.of(rows), readAhead, checked, wholeRows, sourceName, report);
    }

    /**
     * Returns these options with rows fetched ahead: while the reader of a stream works, the cache is filled for so many further
     * batches of up to 4 MiB, one at a time. Beyond demand, so that a slow source never waits for a slow reader.
     *
     * @throws IllegalArgumentException if it is negative, or more than 1024
     */
    public CacheOptions withReadAhead(int batches) {
        if (batches < 0 || batches > 1024) {
            throw new IllegalArgumentException("readAhead: %d (expected: 0 to 1024 batches)".formatted(batches));
        }
        return new CacheOptions(validation, onChange, maxRows, batches, checked, wholeRows, sourceName, report);
    }

    /**
     * Returns these options for a source that cannot tell whether it changed; else it is refused. Its cache is believed for
     * ever: clear it when the source changed.
     */
    public CacheOptions withoutCheck() {
        return new CacheOptions(validation, onChange, maxRows, readAhead, false, wholeRows, sourceName, report);
    }

    /**
     * Returns these options with whole reads cached only: where some keys are read of a row that is missing, only those are
     * fetched, each time. By default the whole row is fetched and cached, so that a second epoch asks for nothing.
     */
    public CacheOptions withoutPartialReads() {
        return new CacheOptions(validation, onChange, maxRows, readAhead, checked, false, sourceName, report);
    }

    /** Returns these options with a name for the source, for one that is reached by several. */
    public CacheOptions withSourceName(String name) {
        return new CacheOptions(
                validation,
                onChange,
                maxRows,
                readAhead,
                checked,
                wholeRows,
                Optional.of(Objects.requireNonNull(name, "source name")),
                report);
    }

    /**
     * Returns these options with failed reads and writes of the cache reported, and the rows served from the source all the
     * same.
     *
     * @param receiver must not block; what it throws fails the read
     */
    public CacheOptions withFailuresReported(Consumer<? super Throwable> receiver) {
        return new CacheOptions(
                validation,
                onChange,
                maxRows,
                readAhead,
                checked,
                wholeRows,
                sourceName,
                Optional.of(Objects.requireNonNull(receiver, "receiver")));
    }

    /** Returns when the source is asked whether it changed. */
    public Validation validation() {
        return validation;
    }

    /** Returns what becomes of a cache whose source changed. */
    public OnChange onChange() {
        return onChange;
    }

    /** Returns how many rows are kept at most, or empty for all. */
    public OptionalLong maxRows() {
        return maxRows;
    }

    /** Returns how many batches are fetched ahead. */
    public int readAhead() {
        return readAhead;
    }

    /** Tells whether a source that cannot tell whether it changed is refused. */
    public boolean checked() {
        return checked;
    }

    /** Tells whether reading some keys of a missing row fetches all of it. */
    public boolean wholeRows() {
        return wholeRows;
    }

    /** Returns the name of the source in the cache, or empty for the one it has. */
    public Optional<String> sourceName() {
        return sourceName;
    }

    /** Returns who is told of failures of the cache, or empty if they fail the read. */
    public Optional<Consumer<? super Throwable>> report() {
        return report;
    }

    @Override
    public String toString() {
        return "CacheOptions[validation=%s, onChange=%s, maxRows=%s, readAhead=%d, checked=%s, wholeRows=%s, reported=%s]"
                .formatted(
                        validation,
                        onChange,
                        maxRows.isPresent() ? maxRows.getAsLong() : "all",
                        readAhead,
                        checked,
                        wholeRows,
                        report.isPresent());
    }
}
