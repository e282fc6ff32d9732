package io.atomflux.recorder;

import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.util.List;
import reactor.core.publisher.Mono;

/** The times of a recording. */
final class LazyTimes<F> implements LazyRead<F> {

    private static final long WINDOW = 8192;

    @Override
    public Mono<LazyArray.Info> info(RecordingReader<F> reader, Progress progress) {
        return Mono.just(new LazyArray.Info(DType.FLOAT64, List.of(progress.committed())));
    }

    @Override
    public Mono<NdArray> read(RecordingReader<F> reader, LazyArray.Info info, Part part) {
        long chunk = Math.max(1, reader.step());
        long step = chunk >= WINDOW
                ? Math.min(chunk, 1 << 20)
                : WINDOW / chunk * chunk; // times are small: several chunks at once
        PartCopy copy = new PartCopy(info.dtype(), info.shape(), part);
        return PartWindows.of(part.time(), step)
                .concatMap(
                        window -> reader.times(window.from(), window.to())
                                .doOnNext(times -> copy.put(
                                        times.reshape(1, times.size()),
                                        0,
                                        window.from(),
                                        window.ordinal(),
                                        window.count())),
                        0)
                .then(Mono.fromCallable(copy::result));
    }
}
