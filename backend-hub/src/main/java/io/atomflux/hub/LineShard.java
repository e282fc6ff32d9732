package io.atomflux.hub;

import io.atomflux.hub.bytes.ByteRange;
import io.atomflux.hub.bytes.ByteSource;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** One file of JSON lines. */
final class LineShard {

    private static final int FIRST_PIECE = 256 << 10;
    static final int LARGEST_PIECE = 4 << 20;

    private final String name;
    private final Mono<ByteSource> source;
    private final LineIndex index = new LineIndex();

    LineShard(String name, Mono<ByteSource> source) {
        this.name = name;
        this.source = source.cacheInvalidateIf(opened -> false);
    }

    String name() {
        return name;
    }

    LineIndex index() {
        return index;
    }

    /** Reads a small piece from an offset on; empty at the end. */
    Mono<ByteBuffer> piece(long offset) {
        return source.flatMap(opened -> offset < opened.size()
                ? opened.read(new ByteRange(offset, (int) Math.min(FIRST_PIECE, opened.size() - offset)))
                : Mono.empty());
    }

    /**
     * Reads what follows such a piece in larger ones.
     *
     * @param offset of the small piece
     * @param ahead how many pieces may be on their way at once
     */
    Flux<ByteBuffer> piecesAfter(long offset, int ahead) {
        return source.flatMapMany(opened -> Flux.<ByteRange, long[]>generate(
                        () -> new long[] {offset + FIRST_PIECE, 2 * FIRST_PIECE}, (state, sink) -> {
                            long left = opened.size() - state[0];
                            if (left <= 0) {
                                sink.complete();
                                return state;
                            }
                            int length = (int) Math.min(left, state[1]);
                            sink.next(new ByteRange(state[0], length));
                            return new long[] {state[0] + length, Math.min(LARGEST_PIECE, state[1] * 2)};
                        })
                .flatMapSequential(opened::read, ahead, 1));
    }

    /** Returns the files with the number of rows before each, as far as that is known. */
    static List<Long> firsts(List<LineShard> shards) {
        List<Long> firsts = new ArrayList<>();
        long sum = 0;
        for (LineShard shard : shards) {
            firsts.add(sum);
            if (shard.index.total().isEmpty()) {
                break;
            }
            sum += shard.index.total().getAsLong();
        }
        return firsts;
    }
}
