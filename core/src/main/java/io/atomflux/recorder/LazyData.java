package io.atomflux.recorder;

import io.atomflux.error.CorruptDataException;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import reactor.core.publisher.Mono;

/** The frames of a recording, time as the last axis. */
final class LazyData<F> implements LazyRead<F> {

    private final String store;

    LazyData(String store) {
        this.store = store;
    }

    @Override
    public Mono<LazyArray.Info> info(RecordingReader<F> reader, Progress progress) {
        if (progress.committed() == 0) {
            return Mono.just(new LazyArray.Info(DType.FLOAT64, List.of(0L)));
        }
        ArrayLayout told = ArrayLayout.parse(progress.layout());
        Mono<ArrayLayout> layout = told != null
                ? Mono.just(told)
                : reader.block(0, 1).map(block -> ArrayLayout.ofBlock(block)); // a storage that does not tell
        return layout.map(frame -> {
            List<Long> shape = new ArrayList<>(frame.shape().length + 1);
            Arrays.stream(frame.shape()).forEach(axis -> shape.add((long) axis));
            shape.add(progress.committed());
            return new LazyArray.Info(frame.dtype(), shape);
        });
    }

    @Override
    public Mono<NdArray> read(RecordingReader<F> reader, LazyArray.Info info, Part part) {
        PartCopy copy = new PartCopy(info.dtype(), info.shape(), part);
        int first = copy.firstCell();
        int end = copy.endCell();
        return PartWindows.of(part.time(), step(reader, info, end - first))
                .concatMap(
                        window -> reader.cells(window.from(), window.to(), first, end)
                                .doOnNext(block -> {
                                    check(block, info, window, end - first);
                                    copy.put(block, first, window.from(), window.ordinal(), window.count());
                                }),
                        0)
                .then(Mono.fromCallable(copy::result));
    }

    /** Returns how many times to read at once: a chunk, unless that is more than memory should be given to. */
    private static long step(RecordingReader<?> reader, LazyArray.Info info, int cells) {
        long bytes = Math.max(1, (long) cells * info.dtype().itemSize());
        long room = Math.min(1 << 30, Runtime.getRuntime().maxMemory() / 8);
        return Math.max(1, Math.min(reader.step(), room / bytes));
    }

    private void check(NdArray block, LazyArray.Info info, PartWindows window, int cells) {
        if (!block.dtype().equals(info.dtype()) || !block.hasShape(cells, (int) (window.to() - window.from()))) {
            throw new CorruptDataException(
                    store,
                    "positions %d to %d".formatted(window.from(), window.to() - 1),
                    "found %s %s (expected: %s [%d, %d])"
                            .formatted(
                                    block.dtype(),
                                    Arrays.toString(block.shape()),
                                    info.dtype(),
                                    cells,
                                    window.to() - window.from()),
                    null);
        }
    }
}
