package io.atomflux.examples;

import io.atomflux.AtomsIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.recorder.Progress;
import io.atomflux.recorder.Recorder;
import io.atomflux.recorder.Recording;
import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.Sample;
import io.atomflux.recorder.rows.StoreRecording;
import java.nio.file.Path;
import java.util.Locale;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/**
 * Records molecular dynamics of argon to a store of structures, e.g. an H5MD file, which programs of others read.
 *
 * <p>Stopped or killed, and started again, it goes on from the last frame that was committed, and the trajectory is the one
 * that an unbroken run gives.
 */
public final class RecordArgon {

    private static final int STRIDE = 10;

    private RecordArgon() {}

    /** Takes the store, e.g. {@code argon.h5md}, and how many frames there shall be, 200 if it is not told. */
    public static void main(String[] args) {
        long frames = args.length > 1 ? Long.parseLong(args[1]) : 200;
        AtomsIO db = AtomsIO.open(Path.of(args[0]));
        RecordingStorage<Atoms> place = StoreRecording.structures(db);
        Recorder<Atoms> recorder =
                Recorder.to(place).stride(STRIDE).chunk(20).resume().build();
        Flux<Sample<Atoms>> samples = recorder.open() // tells where the run stands
                .doOnNext(begun -> System.out.println(begun.committed() + " frames so far"))
                .flatMapMany(begun -> samples(place, begun))
                .takeWhile(sample -> sample.iteration() < frames * STRIDE)
                .subscribeOn(Schedulers.parallel()); // computes there, while others write
        Progress end = recorder.record(samples)
                .then(recorder.close())
                .onErrorResume(e -> recorder.abort(e.toString()).then(Mono.error(e)))
                .blockOptional()
                .orElseThrow();
        System.out.println("%d frames until %s ps in %s"
                .formatted(end.committed(), end.lastTime().orElse(0), place.name()));
        System.out.println(drift(db).blockOptional().orElseThrow());
        db.close().block();
    }

    private static Flux<Sample<Atoms>> samples(RecordingStorage<Atoms> place, Progress begun) {
        ArgonSimulation simulation = ArgonSimulation.liquid(7);
        if (begun.committed() == 0) {
            return simulation.samples();
        }
        return Recording.of(place)
                .last()
                .flatMapMany(simulation::samplesFrom); // it comes first again, and is not recorded twice
    }

    /** Reads of all frames the energy only, and tells by how much it changed where it ought not to. */
    private static Mono<String> drift(AtomsIO db) {
        return Mono.zip(db.get(0), db.column("info.total_energy").toArray(), (frame, energies) -> {
            double[] energy = energies.toDoubleArray();
            double perAtom = (energy[energy.length - 1] - energy[0]) * 1000 / frame.size();
            return String.format(Locale.ROOT, "total energy %.4f eV, drift %+.4f meV per atom", energy[0], perAtom);
        });
    }
}
