package io.atomflux.examples;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.error.RowOutOfBoundsException;
import io.atomflux.value.Key;
import java.time.Duration;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The heart of a web service: every method answers at once with a {@code Mono} or {@code Flux}, and no thread waits.
 *
 * <p>A web framework subscribes, asks for as much as its client takes, and cancels when the client goes away; the store
 * reads no faster than that. Nothing here blocks but {@code main}, which plays the framework.
 */
public final class ReactiveService {

    private final AtomsIO atoms;

    ReactiveService(AtomsIO atoms) {
        this.atoms = atoms;
    }

    /** Answers one frame; nothing if there is no such frame, which a web framework turns into 404. */
    Mono<Atoms> frame(long index) {
        return atoms.get(index).onErrorResume(RowOutOfBoundsException.class, e -> Mono.empty());
    }

    /** Streams the energies of a range in eV. */
    Flux<Double> energies(long from, long to) {
        return atoms.rows(from, to).column(Key.ENERGY);
    }

    /** Answers the lowest energy in eV, reading the column once and keeping one number of it. */
    Mono<Double> lowest() {
        return atoms.column(Key.ENERGY).reduce(Math::min).timeout(Duration.ofSeconds(10));
    }

    /** Stores what a client uploads, no faster than it can be stored, and answers the new size. */
    Mono<Long> upload(Flux<Atoms> frames) {
        return atoms.extend(frames);
    }

    /** Plays some requests, several at a time. */
    public static void main(String[] args) {
        AtomsIO store = AtomsIO.open("memory://");
        ReactiveService service = new ReactiveService(store);
        service.upload(ArgonSimulation.liquid(3).frames().take(100))
                .thenMany(Flux.range(0, 5).flatMap(i -> service.frame(i * 30L).map(Atoms::formula), 4))
                .doOnNext(formula -> System.out.println("frame: " + formula))
                .thenMany(service.energies(0, 5))
                .doOnNext(energy -> System.out.println("energy: " + energy))
                .then(service.lowest())
                .doOnNext(energy -> System.out.println("lowest: " + energy))
                .then(store.close())
                .block();
    }
}
