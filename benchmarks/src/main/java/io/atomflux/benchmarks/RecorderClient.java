package io.atomflux.benchmarks;

import io.atomflux.AtomsIO;
import io.atomflux.ObjectIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.file.columnar.recording.ZarrRecording;
import io.atomflux.recorder.FrameKind;
import io.atomflux.recorder.MemoryRecording;
import io.atomflux.recorder.Recorder;
import io.atomflux.recorder.Recording;
import io.atomflux.recorder.RecordingStorage;
import io.atomflux.recorder.Sample;
import io.atomflux.recorder.npz.NpzRecording;
import io.atomflux.recorder.rows.StoreRecording;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Locale;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * The measured processes of {@link RecorderPart}, with little memory: those that record, and those that follow what another
 * one records. Tells each figure in a line of case, unit, way and value; what is done once before is not told.
 */
final class RecorderClient {

    /** How many commits are followed, each after a pause of so many milliseconds. */
    static final int SOON = 20, LATER = 600, SOON_COMMITS = 200, LATER_COMMITS = 15;

    private static final String READY = "ready";
    private static final int CALLS = 500_000;
    private static final int NARROW = 1000; // trajectories of what is followed
    private static final int FOLLOWED_CHUNK = 250;
    private static final int ATOMS = 1000;

    private final Path folder;
    private final int megabytes;
    private final int rounds;
    private final PrintStream out = System.out;

    private RecorderClient(Path folder, int megabytes, int rounds) {
        this.folder = folder;
        this.megabytes = megabytes;
        this.rounds = rounds;
    }

    /** Takes what to do, a folder, how many megabytes, and how often. */
    public static void main(String[] arguments) throws IOException {
        RecorderClient client = new RecorderClient(
                Path.of(arguments[1]), Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
        switch (arguments[0]) {
            case "files" -> client.files();
            case "memory" -> client.memory();
            case "feed" -> client.feed();
            case "follow" -> client.follow();
            case "commit" -> client.commit();
            case "hear" -> client.hear();
            default -> throw new IllegalArgumentException(arguments[0]);
        }
        client.out.flush();
        System.exit(0); // schedulers leave threads behind
    }

    /** Records an ensemble to files of each kind, taking turns with the codec alone. */
    private void files() throws IOException {
        Ensemble ensemble = Ensemble.of(RecorderPart.TRAJECTORIES, RecorderPart.CHUNK, megabytes);
        BareZarr bare = new BareZarr(ensemble);
        Ensemble eighth = ensemble.part(8);
        Path bareFolder = folder.resolve("bare.zarr");
        for (int n = -1; n < rounds; n++) {
            boolean told = n >= 0;
            Ensemble all = told ? ensemble : ensemble.chunks(2);
            tell(told, "ensemble to Zarr, frames given", "bare codec", all.rate(bare.write(bareFolder, all.samples())));
            Frames.delete(bareFolder);
            tell(told, "ensemble to Zarr, frames given", all.rate(given(ZarrRecording.at(fresh("given.zarr")), all)));
            tell(
                    told,
                    "ensemble to Zarr, frames given, four files a chunk",
                    all.rate(given(
                            ZarrRecording.at(fresh("divided.zarr")).trajectoriesPerChunk(all.trajectories() / 4),
                            all)));
            simulated(told, all);
            Ensemble part = told ? eighth : ensemble.chunks(1);
            tell(told, "ensemble to npz, an eighth of it", part.rate(given(NpzRecording.at(fresh("run.npz")), part)));
            ObjectIO rows = ObjectIO.open(fresh("run.lmdb"));
            tell(told, "ensemble to LMDB rows, an eighth of it", part.rate(given(StoreRecording.arrays(rows), part)));
            rows.close().block();
            structures(told, part);
        }
        for (String name :
                new String[] {"given.zarr", "divided.zarr", "simulated.zarr", "run.npz", "run.lmdb", "run.h5md"}) {
            fresh(name);
        }
    }

    private static double given(RecordingStorage<NdArray> storage, Ensemble ensemble) {
        long begun = System.nanoTime();
        Recorder<NdArray> recorder =
                Recorder.to(storage).chunk(ensemble.chunk()).build();
        recorder.record(Flux.range(0, ensemble.samples()).map(ensemble::sample)).block();
        long committed = Frames.await(recorder.close()).committed();
        double spent = seconds(begun);
        require(committed == ensemble.samples(), "samples committed: " + committed);
        return spent;
    }

    /** A simulation on this thread, which stores each state. */
    private void simulated(boolean told, Ensemble ensemble) {
        Recorder<NdArray> recorder = Recorder.to(ZarrRecording.at(fresh("simulated.zarr")))
                .chunk(ensemble.chunk())
                .build();
        Ensemble.Walk walk = new Ensemble.Walk(ensemble.trajectories());
        long waited = 0;
        long begun = System.nanoTime();
        for (int i = 0; i < ensemble.samples(); i++) {
            NdArray state = walk.state();
            long before = System.nanoTime();
            recorder.store(i * 0.01, state, i).block();
            waited += System.nanoTime() - before;
            walk.step();
        }
        long before = System.nanoTime();
        recorder.close().block();
        waited += System.nanoTime() - before;
        double spent = seconds(begun);
        tell(told, "ensemble simulated and recorded to Zarr", ensemble.rate(spent));
        figure(told, "the same: time spent in store(), of the run", "%", RecorderPart.OURS, waited * 1e-7 / spent);
        double each = waited * 1e-3 / ensemble.samples();
        figure(told, "the same: time spent in store(), of a sample", "us", RecorderPart.OURS, each);
    }

    private void structures(boolean told, Ensemble ensemble) {
        int count = (int) Math.max(10, ensemble.megabytes() * 1e6 / (ATOMS * 3 * Double.BYTES));
        double[] positions = new double[ATOMS * 3];
        Ensemble.Walk walk = new Ensemble.Walk(positions.length);
        int[] numbers = new int[ATOMS];
        Arrays.fill(numbers, 18);
        Atoms[] frames = new Atoms[10];
        for (int i = 0; i < frames.length; i++) {
            frames[i] = Atoms.builder()
                    .numbers(numbers)
                    .positions(NdArray.of(walk.next(), ATOMS, 3))
                    .build();
        }
        AtomsIO store = AtomsIO.open(fresh("run.h5md"));
        long begun = System.nanoTime();
        Recorder<Atoms> recorder =
                Recorder.to(StoreRecording.structures(store)).chunk(100).build();
        recorder.record(Flux.range(0, count).map(i -> new Sample<>(i, i * 0.01, frames[i % frames.length])))
                .block();
        recorder.close().block();
        double rate = count / seconds(begun);
        store.close().block();
        figure(told, "structures of %d atoms to H5MD".formatted(ATOMS), "per second", RecorderPart.OURS, rate);
    }

    /** What one call costs. */
    private void memory() {
        NdArray frame = NdArray.of(new double[] {0}, 1, 1);
        for (int n = -2; n < rounds; n++) {
            for (String what : new String[] {"kept", "skipped"}) {
                int stride = what.equals("kept") ? 1 : 1_000_000_000;
                Recorder<NdArray> recorder = Recorder.to(MemoryRecording.of(FrameKind.ARRAYS))
                        .stride(stride)
                        .build();
                recorder.open().block();
                long begun = System.nanoTime();
                for (int i = 1; i <= CALLS; i++) {
                    recorder.store(0, frame, i).block();
                }
                figure(n >= 0, "store() to memory, " + what, "ns", RecorderPart.OURS, seconds(begun) * 1e9 / CALLS);
                recorder.close().block();

                Recorder<NdArray> other = Recorder.to(MemoryRecording.of(FrameKind.ARRAYS))
                        .stride(stride)
                        .build();
                other.open().block();
                begun = System.nanoTime();
                other.record(Flux.range(1, CALLS).map(i -> new Sample<>(i, 0, frame)))
                        .block();
                figure(n >= 0, "record() to memory, " + what, "ns", RecorderPart.OURS, seconds(begun) * 1e9 / CALLS);
                other.close().block();
            }
        }
    }

    private Path followed() {
        return folder.resolve("followed.zarr");
    }

    /** Records what others follow. */
    private void feed() {
        given(ZarrRecording.at(followed()), Ensemble.of(NARROW, FOLLOWED_CHUNK, megabytes));
    }

    /** Follows to the end what {@link #feed} records, and once more what is there then. */
    private void follow() {
        Ensemble expected = Ensemble.of(NARROW, FOLLOWED_CHUNK, megabytes);
        out.println(READY);
        out.flush();
        for (String when : new String[] {"while it is recorded", "afterwards"}) {
            long[] begun = {System.nanoTime()};
            long count = Frames.await(Recording.of(ZarrRecording.at(followed()))
                    .tail()
                    .doOnNext(found -> {
                        if (found.position() == 0 && when.startsWith("while")) {
                            begun[0] = System.nanoTime();
                        }
                        require(
                                found.value().iteration() == found.position(),
                                "iteration of sample " + found.position());
                    })
                    .count());
            require(count == expected.samples(), "samples followed: " + count);
            figure(
                    true,
                    "tail() in another process, (1, %d), %s".formatted(NARROW, when),
                    "per second",
                    RecorderPart.OURS,
                    count / seconds(begun[0]));
        }
    }

    /** Commits single samples, and tells when each was. */
    private void commit() {
        Recorder<NdArray> recorder =
                Recorder.to(ZarrRecording.at(followed())).chunk(16).build();
        Ensemble.Walk walk = new Ensemble.Walk(NARROW);
        StringBuilder told = new StringBuilder();
        for (int i = 0; i < SOON_COMMITS + LATER_COMMITS; i++) {
            await(i < SOON_COMMITS ? SOON : LATER);
            recorder.store(i, NdArray.of(walk.next(), 1, NARROW), i).block();
            recorder.save().block();
            told.append(i).append('\t').append(micros()).append('\n');
        }
        recorder.close().block();
        out.print(told);
    }

    private static void await(int milliseconds) {
        Mono.delay(Duration.ofMillis(milliseconds)).block();
    }

    /** Follows {@link #commit}, and tells when each sample came. */
    private void hear() {
        out.println(READY);
        out.flush();
        StringBuilder told = new StringBuilder();
        Recording.of(ZarrRecording.at(followed()))
                .tail()
                .doOnNext(found -> told.append(found.position())
                        .append('\t')
                        .append(micros())
                        .append('\n'))
                .blockLast();
        out.print(told);
    }

    private static long micros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    private Path fresh(String name) {
        Path path = folder.resolve(name);
        Frames.delete(path);
        return path;
    }

    private static void require(boolean held, String what) {
        if (!held) {
            throw new IllegalStateException(what);
        }
    }

    private static double seconds(long begun) {
        return (System.nanoTime() - begun) * 1e-9;
    }

    private void tell(boolean told, String name, double rate) {
        tell(told, name, RecorderPart.OURS, rate);
    }

    private void tell(boolean told, String name, String way, double rate) {
        figure(told, name, "MB/s", way, rate);
    }

    private void figure(boolean told, String name, String unit, String way, double value) {
        if (told) {
            out.printf(Locale.ROOT, "%s\t%s\t%s\t%s%n", name, unit, way, value);
        }
    }
}
