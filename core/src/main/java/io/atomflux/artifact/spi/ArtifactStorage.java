package io.atomflux.artifact.spi;

import io.atomflux.spi.LeaseLock;
import java.time.Duration;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Where artifacts are kept: one record per key, and one set of files per version of an artifact.
 *
 * <p>A record names its set of files. Sets are written first, under an id nobody knows, and never change once a record
 * names them; so the commit of a record is the one instant at which an artifact is made, replaced or deleted, for all
 * processes that use the storage. What a commit replaced stays readable for the retention, then {@link #sweep} removes it.
 *
 * <p>Making an instance does no I/O; the first subscription connects.
 */
public interface ArtifactStorage {

    /** Returns the place for messages, without credentials. */
    String name();

    /**
     * Returns the id of this store: 32 hexadecimal digits, made together with it, the same for ever and in all processes.
     *
     * @signals {@link io.atomflux.error.StoreNotFoundException} if the place does not exist and is open for reading only
     */
    Mono<String> id();

    /** Reads a record by its key; empty if there is none. A read sees every commit that completed before it was subscribed. */
    Mono<StoredRecord> load(String key);

    /** Reads the record that holds an identity; empty if there is none. */
    Mono<StoredRecord> loadByIdentity(String identity);

    /**
     * Reads all records whose key begins with a prefix, ordered by key (as UTF-8 bytes), in bounded batches.
     *
     * @param prefix empty for all
     * @param after only keys behind this one; empty for all
     */
    Flux<StoredRecord> list(String prefix, String after);

    /**
     * Reads all records that have a term in each of the ranges, each record once, in no promised order.
     *
     * <p>Answered from the index: the effort follows the smallest of the ranges, not the number of records.
     *
     * @param ranges at least one
     */
    Flux<StoredRecord> lookup(List<TermRange> ranges);

    /**
     * Makes one change, whole or not at all, durable when it completes.
     *
     * @return what became of it; nothing was changed unless {@link CommitOutcome#APPLIED}
     */
    Mono<CommitOutcome> commit(RecordChange change);

    /** Returns where files are kept. */
    FileArea files();

    /** Returns locks that all processes using this storage share. */
    LeaseLock locks();

    /**
     * Removes what nobody can need any more: sets of files that no record names and that are older than the retention.
     *
     * <p>May run at any time, in several processes at once, also killed in the middle. A writer whose set was swept, as it
     * took longer than the retention without writing anything, gets {@link CommitOutcome#FILES_SWEPT} and publishes nothing.
     *
     * @param retention how long replaced and unpublished files are kept
     */
    Mono<SweepReport> sweep(Duration retention);

    /** Closes what was opened; idempotent. */
    Mono<Void> close();
}
