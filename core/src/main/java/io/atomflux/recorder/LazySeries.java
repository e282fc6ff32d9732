package io.atomflux.recorder;

import io.atomflux.error.MissingValueException;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.util.List;
import reactor.core.publisher.Mono;

/** One measurement of a recording. */
final class LazySeries<F> implements LazyRead<F> {

    private final String store;
    private final String name;

    LazySeries(String store, String name) {
        this.store = store;
        this.name = name;
    }

    @Override
    public Mono<LazyArray.Info> info(RecordingReader<F> reader, Progress progress) {
        List<Long> shape = List.of(progress.committed());
        if (progress.committed() == 0) {
            return Mono.just(new LazyArray.Info(DType.FLOAT64, shape));
        }
        return reader.read(0, 1)
                .single()
                .map(sample -> new LazyArray.Info(
                        SeriesValues.of(store, name, 0, value(sample, 0)).dtype(), shape));
    }

    @Override
    public Mono<NdArray> read(RecordingReader<F> reader, LazyArray.Info info, Part part) {
        Part.Axis time = part.time();
        int count = (int) time.count();
        return PartWindows.of(time, Math.max(1, Math.min(1 << 20, reader.step())))
                .concatMap(
                        window -> {
                            long step = window.count() == 1 ? 1 : Math.abs(time.step());
                            return reader.read(window.from(), window.to())
                                    .index()
                                    .filter(sample -> sample.getT1() % step == 0)
                                    .map(sample -> {
                                        long nth = sample.getT1() / step;
                                        long ordinal =
                                                window.ordinal() + (time.step() > 0 ? nth : window.count() - 1 - nth);
                                        return new Found((int) ordinal, value(sample.getT2(), time.at(ordinal)));
                                    });
                        },
                        0)
                .collect(
                        () -> new SeriesValues(store, name, count),
                        (values, found) -> values.put(found.ordinal(), time.at(found.ordinal()), found.value()))
                .map(values -> values.array(part.shape()));
    }

    private record Found(int ordinal, Object value) {}

    private Object value(Sample<F> sample, long position) {
        Object value = ((Row) sample.frame()).get(name);
        if (value == null) {
            throw new MissingValueException(store, position, name);
        }
        return value;
    }
}
