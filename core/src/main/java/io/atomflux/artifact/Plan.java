package io.atomflux.artifact;

import io.atomflux.artifact.spi.StoredRecord;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** What to put, and what to do with what stands in its place; asked again whenever that changed meanwhile. */
interface Plan {

    /** Returns what is put, for messages. */
    String label();

    /** Finds what stands in its place now; empty if nothing does. */
    Mono<StoredRecord> standing();

    /** Decides; throws what the put shall signal. */
    Decision decide(@Nullable StoredRecord standing);

    /** Writes the files and says what else there is; asked once at most. */
    Mono<Content> content(Staging staging);

    /** Does what is left once it is published. */
    default Mono<Void> published() {
        return Mono.empty();
    }

    /**
     * A decision.
     *
     * @param key where, in the storage
     * @param generation that it has, or that what stays has
     * @param expected revision that must stand there; empty if nothing may stand there
     */
    record Decision(Kind kind, String key, long generation, Optional<String> expected) {

        enum Kind {
            WRITE,
            KEEP
        }

        static Decision keep(String key, long generation) {
            return new Decision(Kind.KEEP, key, generation, Optional.empty());
        }

        static Decision write(String key, long generation, @Nullable StoredRecord standing) {
            return new Decision(
                    Kind.WRITE, key, generation, Optional.ofNullable(standing).map(StoredRecord::revision));
        }
    }
}
