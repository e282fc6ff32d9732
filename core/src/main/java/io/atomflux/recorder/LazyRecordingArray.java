package io.atomflux.recorder;

import io.atomflux.error.LimitExceededException;
import io.atomflux.value.NdArray;
import reactor.core.publisher.Mono;

/** An array of a recording, opened for each time it is read. */
final class LazyRecordingArray<F> implements LazyArray {

    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private final RecordingStorage<F> storage;
    private final String what;
    private final LazyRead<F> read;

    LazyRecordingArray(RecordingStorage<F> storage, String what, LazyRead<F> read) {
        this.storage = storage;
        this.what = what;
        this.read = read;
    }

    @Override
    public Mono<Info> info() {
        return Mono.usingWhen(
                storage.reader(),
                reader -> reader.progress().flatMap(progress -> read.info(reader, progress)),
                RecordingReader::close);
    }

    @Override
    public Mono<NdArray> get(String part) {
        PartIndex index = PartIndex.parse(part);
        return Mono.usingWhen(
                storage.reader(),
                reader -> reader.progress().flatMap(progress -> read(reader, progress, index)),
                RecordingReader::close);
    }

    private Mono<NdArray> read(RecordingReader<F> reader, Progress progress, PartIndex index) {
        Sight sight = new Sight(storage.name(), progress.id());
        Mono<NdArray> result = read.info(reader, progress).flatMap(info -> {
            Part part = index.of(info.shape(), what + " of " + storage.name());
            check(part, info);
            return part.size() == 0
                    ? Mono.just(NdArray.zeros(info.dtype(), part.shape()))
                    : read.read(reader, info, part);
        });
        return sight.explained(result, reader, progress.committed(), 0)
                .flatMap(array -> reader.progress()
                        .doOnNext(now -> sight.check(now, progress.committed(), 0))
                        .thenReturn(array));
    }

    private void check(Part part, Info info) {
        long size = part.size();
        int itemSize = Math.max(1, info.dtype().itemSize());
        long bytes = size > Long.MAX_VALUE / itemSize ? Long.MAX_VALUE : size * itemSize;
        long limit = Math.min(LARGEST_ARRAY, Runtime.getRuntime().maxMemory() / 2);
        boolean longest = part.axes().stream().anyMatch(axis -> axis.count() > LARGEST_ARRAY);
        if (bytes > limit || longest) {
            throw new LimitExceededException(
                    "bytes of a part of " + what + " of " + storage.name(),
                    bytes,
                    limit,
                    "ask for fewer cells or times, e.g. with a step, or read samples()");
        }
    }
}
