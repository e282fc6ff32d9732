package io.atomflux.benchmarks;

import io.atomflux.ObjectIO;
import io.atomflux.atoms.Atoms;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import reactor.core.publisher.Flux;

/**
 * Whole arrays of columnar files, many rows: against h5py and zarr-python reading the same file, and against c-blosc decoding
 * chunks that lie in memory.
 *
 * <p>Ours is measured on a store that is open and has decoded nothing, and opening included; the cache of decoded chunks is
 * smaller than a chunk, so every run reads and decodes the file anew.
 */
final class ArraysPart {

    private final Plan plan;
    private final Path work;
    private final Peer peer;

    ArraysPart(Plan plan, Path work, Peer peer) {
        this.plan = plan;
        this.work = work;
        this.peer = peer;
    }

    List<Case.Result> run(List<Atoms> frames) {
        List<Row> rows = frames.stream().map(Atoms::toRow).toList();
        List<Case.Result> results = new ArrayList<>();
        Path hdf5 = filled(".h5", rows);
        Path zarr = filled(".zarr", rows);
        for (String key : List.of("calc.energy", "arrays.positions")) {
            Map<String, Double> theirs = peer("dataset", hdf5.toString(), "default/" + key);
            results.add(compared("HDF5, against h5py reading the dataset", key, hdf5, theirs, "read", 1));
            Map<String, Double> python = peer("zarray", zarr.resolve("default").toString(), key);
            results.add(compared("Zarr, against zarr-python reading the array", key, zarr, python, "read", 0));
            Map<String, Double> codec =
                    peer("blosc", zarr.resolve("default").resolve(key).toString());
            results.add(compared("Zarr, against c-blosc decoding on one thread", key, zarr, codec, "decode_1", 0.5));
            results.add(compared("Zarr, against c-blosc decoding on four threads", key, zarr, codec, "decode_4", 0));
        }
        Frames.delete(hdf5);
        Frames.delete(zarr);
        return results;
    }

    private Path filled(String suffix, List<Row> rows) {
        Path place = work.resolve("arrays" + suffix);
        Frames.delete(place);
        ObjectIO db = ObjectIO.open(place);
        db.extend(Flux.range(0, plan.many()).map(i -> rows.get(i % rows.size())))
                .block();
        db.close().block();
        return place;
    }

    private Map<String, Double> peer(String... command) {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.add(Integer.toString(plan.rounds()));
        Map<String, Double> seconds = new LinkedHashMap<>();
        for (String line : peer.helper(arguments.toArray(new String[0]))) {
            Map<String, String> fields = Peer.fields(line);
            String name = fields.get("case");
            if (name != null) {
                seconds.put(name, Double.valueOf(fields.getOrDefault("median_s", "0")));
            }
        }
        return seconds;
    }

    private Case.Result compared(
            String part, String key, Path place, Map<String, Double> theirs, String theirCase, double bar) {
        ObjectIO db = ObjectIO.open(place + "?cache=1K");
        Case<String> reading = Case.of(key, theirCase, bar, plan.many(), () -> Touch.keep(read(db, key)));
        reading.warmUp();
        Samples samples = new Samples();
        Case.launch(reading, plan.rounds() * plan.launches(), samples);
        db.close().block();
        return new Case.Result(
                part,
                key + " as one array",
                plan.many(),
                samples.medianSeconds(),
                Optional.ofNullable(theirs.get(theirCase)),
                bar,
                theirs.toString());
    }

    private static long read(ObjectIO db, String key) {
        NdArray all = Frames.await(db.column(key).toArray());
        return all.byteSize();
    }
}
