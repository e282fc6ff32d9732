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
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import reactor.core.publisher.Flux;

/**
 * Whole arrays of columnar files, many rows: against h5py and zarr-python reading the same file, opened anew each time and
 * kept open, and against c-blosc decoding chunks that lie in memory.
 *
 * <p>Kept open, each side has the cache of decoded chunks it has by default: 64 MiB here, 1 MiB in h5py, none in zarr-python.
 * Against the codec ours is kept open with a cache too small for the array, so that each run decodes it anew.
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
            String h5py = "HDF5, against h5py reading the dataset";
            results.add(anew(h5py, key, hdf5, theirs, 1));
            results.add(kept(h5py, key + ", kept open", key, hdf5, "", theirs, "read", 1));
            Path array = zarr.resolve("default").resolve(key);
            Map<String, Double> python = peer("zarray", zarr.resolve("default").toString(), key);
            String zarrPython = "Zarr, against zarr-python reading the array";
            results.add(anew(zarrPython, key, zarr, python, 0));
            results.add(kept(zarrPython, key + ", kept open", key, zarr, "", python, "read", 0));
            Map<String, Double> codec = peer("blosc", array.toString());
            String small = "?cache=1M";
            String blosc = "Zarr, against c-blosc decoding chunks in memory";
            results.add(kept(blosc, key + ", one thread there", key, zarr, small, codec, "decode_1", 0.5));
            results.add(kept(blosc, key + ", four threads there", key, zarr, small, codec, "decode_4", 0));
        }
        Frames.delete(hdf5);
        Frames.delete(zarr);
        return results;
    }

    private Path filled(String suffix, List<Row> rows) {
        Path place = work.resolve("arrays" + suffix);
        Frames.delete(place);
        ObjectIO db = ObjectIO.open(place);
        SplittableRandom random = new SplittableRandom(7);
        db.extend(Flux.range(0, plan.many()).map(i -> moved(rows.get(i % rows.size()), random)))
                .block();
        db.close().block();
        return place;
    }

    /** Returns a frame with other energy and positions: the same ones again and again would compress too well. */
    private static Row moved(Row row, SplittableRandom random) {
        NdArray positions = (NdArray) Objects.requireNonNull(row.get("arrays.positions"));
        double[] values = positions.toDoubleArray();
        for (int i = 0; i < values.length; i++) {
            values[i] += random.nextDouble() * 0.01;
        }
        return row.merge(
                Row.of("calc.energy", -random.nextDouble(), "arrays.positions", NdArray.of(values, positions.shape())));
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

    private Case.Result anew(String part, String key, Path place, Map<String, Double> theirs, double bar) {
        Case<String> reading = Case.of(key, "open_and_read", bar, plan.many(), () -> {
            ObjectIO db = ObjectIO.open(place);
            Touch.keep(read(db, key));
            db.close().block();
        });
        return timed(part, key + ", opened anew", reading, theirs, "open_and_read");
    }

    private Case.Result kept(
            String part,
            String name,
            String key,
            Path place,
            String options,
            Map<String, Double> theirs,
            String theirCase,
            double bar) {
        ObjectIO db = ObjectIO.open(place + options);
        Case.Result result = timed(
                part,
                name,
                Case.of(name, theirCase, bar, plan.many(), () -> Touch.keep(read(db, key))),
                theirs,
                theirCase);
        db.close().block();
        return result;
    }

    private Case.Result timed(
            String part, String name, Case<String> reading, Map<String, Double> theirs, String theirCase) {
        reading.warmUp(2_000_000_000L);
        Samples samples = new Samples();
        Case.launch(reading, plan.rounds() * plan.launches(), samples);
        return new Case.Result(
                part,
                name,
                plan.many(),
                samples.medianSeconds(),
                Optional.ofNullable(theirs.get(theirCase)),
                reading.bar(),
                "");
    }

    private static long read(ObjectIO db, String key) {
        NdArray all = Frames.await(db.column(key).toArray());
        return all.byteSize();
    }
}
