package io.atomflux.examples;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.value.Key;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The program for backend engineers in the README: what a web framework's handlers return. */
// README: begin backend-engineer
public final class ForBackendEngineers {
    private final AtomsIO atoms = AtomsIO.open("memory://frames"); // or md.lmdb; opening does no I/O

    Mono<Atoms> frame(long i) {
        return atoms.get(i);
    } // empty if reserved, an error if there is no such row

    Flux<Double> energies(long from, long to) {
        return atoms.rows(from, to).column(Key.ENERGY);
    } // reads on demand

    Mono<Long> upload(Flux<Atoms> frames) {
        return atoms.extend(frames);
    } // as fast as it can be stored
}
// README: end backend-engineer
