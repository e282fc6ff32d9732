package io.atomflux.recorder;

import io.atomflux.error.StoreChangedException;
import reactor.core.publisher.Mono;

/** Which run one has begun to read: tells when there is another one, or a shorter one, in its place. */
final class Sight {

    private final String name;
    private String id;

    /**
     * Begins to look.
     *
     * @param name how errors name the recording
     * @param id of the run, or empty if it is not known yet
     */
    Sight(String name, String id) {
        this.name = name;
        this.id = id;
    }

    String name() {
        return name;
    }

    /**
     * Checks that what was read is still so. While nothing was read any run will do, and so does the first one that has an id.
     *
     * @param needed how many samples must be there
     * @param reached how far the reader came, for the error
     * @throws StoreChangedException if it is not
     */
    void check(Progress now, long needed, long reached) {
        boolean another = needed > 0 && !id.isEmpty() && !id.equals(now.id());
        if (another || now.committed() < needed) {
            throw new StoreChangedException(name, reached);
        }
        id = now.id();
    }

    /** Finds out whether a failure to read has come of another run taking the place of the one that was read. */
    <T> Mono<T> explained(Mono<T> read, RecordingReader<?> reader, long needed, long reached) {
        return read.onErrorResume(
                failure -> !(failure instanceof StoreChangedException),
                failure -> reader.progress()
                        .onErrorMap(second -> {
                            if (second != failure) {
                                failure.addSuppressed(second);
                            }
                            return failure;
                        })
                        .flatMap(now -> {
                            try {
                                check(now, needed, reached);
                            } catch (StoreChangedException changed) {
                                changed.addSuppressed(failure);
                                return Mono.error(changed);
                            }
                            return Mono.error(failure);
                        }));
    }
}
