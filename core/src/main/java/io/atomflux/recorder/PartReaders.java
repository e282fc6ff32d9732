package io.atomflux.recorder;

import io.atomflux.error.StoreClosedException;
import io.atomflux.error.StoreNotFoundException;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Readers of several recordings that are read as one; one that does not exist yet is looked for again with each look. */
final class PartReaders<F> {

    private static final int AT_ONCE = 8;

    /** What one that does not exist yet has: nothing so far. */
    private static final Progress AWAITED =
            new Progress("", 0, 0, RecordingStatus.OPEN, OptionalLong.empty(), OptionalDouble.empty(), "", Map.of());

    private final String name;
    private final List<RecordingStorage<F>> parts;
    private final AtomicReferenceArray<@Nullable RecordingReader<F>> open;
    private volatile boolean closed;

    private PartReaders(String name, List<RecordingStorage<F>> parts) {
        this.name = name;
        this.parts = parts;
        this.open = new AtomicReferenceArray<>(parts.size());
    }

    /** Opens those that exist; if none does there is no recording. */
    static <F> Mono<PartReaders<F>> open(String name, List<RecordingStorage<F>> parts) {
        return Mono.usingWhen(
                Mono.fromSupplier(() -> new PartReaders<>(name, parts)),
                PartReaders::opened,
                kept -> Mono.empty(),
                (given, failure) -> given.close(),
                PartReaders::close);
    }

    private Mono<PartReaders<F>> opened() {
        return Flux.range(0, parts.size())
                .flatMap(this::reader, AT_ONCE)
                .count()
                .flatMap(found -> found > 0
                        ? Mono.just(this)
                        : Mono.error(new StoreNotFoundException(
                                name, "a recording in at least one of %d parts".formatted(parts.size()))));
    }

    int count() {
        return parts.size();
    }

    /** Returns how errors name a part. */
    String name(int part) {
        return parts.get(part).name();
    }

    /** Returns the reader of a part; empty if it does not exist yet. */
    Mono<RecordingReader<F>> reader(int part) {
        return Mono.defer(() -> {
            RecordingReader<F> known = open.get(part);
            return known != null
                    ? Mono.just(known)
                    : parts.get(part)
                            .reader()
                            .flatMap(opened -> keep(part, opened))
                            .onErrorResume(StoreNotFoundException.class, absent -> Mono.empty());
        });
    }

    private Mono<RecordingReader<F>> keep(int part, RecordingReader<F> opened) {
        if (!open.compareAndSet(part, null, opened)) {
            return unwanted(opened).then(reader(part)); // two looked at once
        }
        if (closed && open.compareAndSet(part, opened, null)) {
            return unwanted(opened).then(Mono.error(new StoreClosedException(name)));
        }
        return Mono.just(opened);
    }

    /** Closes one at once: who asked for it may have gone meanwhile, and would not have it closed. */
    private static Mono<Void> unwanted(RecordingReader<?> opened) {
        Mono<Void> closing = Mono.defer(opened::close).cache();
        var unused = closing.subscribe(done -> {}, failure -> {}); // told to who still waits
        return closing;
    }

    /** Looks how far each of them is. */
    Mono<List<Progress>> look() {
        return Flux.range(0, parts.size())
                .flatMapSequential(
                        part -> reader(part).flatMap(RecordingReader::progress).defaultIfEmpty(AWAITED), AT_ONCE)
                .collectList();
    }

    /** Returns the smallest chunk of those that are open. */
    long step() {
        return IntStream.range(0, parts.size())
                .mapToObj(open::get)
                .filter(reader -> reader != null)
                .mapToLong(reader -> reader == null ? 1 : Math.max(1, reader.step()))
                .min()
                .orElse(1);
    }

    /** Returns the identity of them all, which changes if that of one does. */
    static String id(List<Progress> looks) {
        List<String> ids = looks.stream().map(Progress::id).toList();
        return ids.stream().allMatch(String::isEmpty) ? "" : String.join("+", ids);
    }

    /** Returns whether more is to be expected of at least one of them. */
    static RecordingStatus status(List<Progress> looks) {
        List<RecordingStatus> all = looks.stream().map(Progress::status).toList();
        for (RecordingStatus status : List.of(RecordingStatus.OPEN, RecordingStatus.UNKNOWN, RecordingStatus.ABORTED)) {
            if (all.contains(status)) {
                return status;
            }
        }
        return RecordingStatus.CLOSED;
    }

    /** Returns what was kept with all of them alike. */
    static Map<String, Object> attributes(List<Progress> looks) {
        Map<String, Object> alike = new TreeMap<>(looks.get(0).attributes());
        looks.forEach(look -> alike.entrySet().retainAll(look.attributes().entrySet()));
        return alike;
    }

    Mono<Void> close() {
        return Mono.defer(() -> {
            closed = true;
            return Flux.range(0, parts.size())
                    .flatMapDelayError(
                            part -> {
                                RecordingReader<F> reader = open.getAndSet(part, null);
                                return reader == null ? Mono.<Void>empty() : reader.close();
                            },
                            AT_ONCE,
                            1)
                    .then();
        });
    }
}
