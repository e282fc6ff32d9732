package io.atomflux.recorder;

import io.atomflux.error.UnsupportedStoreOperationException;
import java.util.List;
import reactor.core.publisher.Mono;

/** Recordings of several writers as one, in the order of their iterations, for reading. */
final class MergedRecording<F> implements RecordingStorage<F> {

    private final List<RecordingStorage<F>> parts;
    private final String name;

    MergedRecording(List<RecordingStorage<F>> parts) {
        this.parts = List.copyOf(parts);
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("no parts (expected: at least one)");
        }
        for (int rank = 1; rank < parts.size(); rank++) {
            if (parts.get(rank).kind() != parts.get(0).kind()) {
                throw new IllegalArgumentException("part of rank %d: frames are %s (expected: %s, as in rank 0)"
                        .formatted(rank, parts.get(rank).kind(), parts.get(0).kind()));
            }
        }
        this.name = "%s and %d more".formatted(parts.get(0).name(), parts.size() - 1);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public FrameKind<F> kind() {
        return parts.get(0).kind();
    }

    @Override
    public Mono<RecordingWriter<F>> writer(RecordingPlan plan) {
        return Mono.error(() -> new UnsupportedStoreOperationException(
                name, "writing", "it merges recordings for reading (expected: a recorder for each)"));
    }

    @Override
    public Mono<RecordingReader<F>> reader() {
        return PartReaders.open(name, parts).map(MergedReader::new);
    }
}
