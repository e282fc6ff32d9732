package io.atomflux.recorder;

import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.value.NdArray;
import java.util.List;
import reactor.core.publisher.Mono;

/** Parts of an ensemble as one recording, for reading. */
final class JoinedRecording implements RecordingStorage<NdArray> {

    /**
     * One part.
     *
     * @param rank whose it is
     * @param width how many trajectories it has, or -1 if that is for its frames to tell
     * @param storage where it is
     */
    record Member(int rank, long width, RecordingStorage<NdArray> storage) {}

    private final String name;
    private final List<Member> members;

    JoinedRecording(String name, List<Member> members) {
        this.name = name;
        this.members = List.copyOf(members);
        for (Member member : members) {
            if (member.storage().kind() != FrameKind.ARRAYS) {
                throw new IllegalArgumentException("part of rank %d: frames are %s (expected: arrays)"
                        .formatted(member.rank(), member.storage().kind()));
            }
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public FrameKind<NdArray> kind() {
        return FrameKind.ARRAYS;
    }

    @Override
    public Mono<RecordingWriter<NdArray>> writer(RecordingPlan plan) {
        return Mono.error(() -> new UnsupportedStoreOperationException(
                name, "writing", "it joins parts for reading (expected: a recorder for each part)"));
    }

    @Override
    public Mono<RecordingReader<NdArray>> reader() {
        return PartReaders.open(name, members.stream().map(Member::storage).toList())
                .map(readers -> new JoinedReader(name, members, readers));
    }
}
