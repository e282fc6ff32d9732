package io.atomflux.artifact.codec;

import io.atomflux.error.CorruptDataException;
import io.atomflux.error.LimitExceededException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Streams of bytes through zlib (RFC 1950), or through the bare deflate (RFC 1951) that zip files hold. */
final class Compression {

    private static final int PIECE = 1 << 16;

    private Compression() {}

    /** Compresses a stream. */
    static Flux<ByteBuffer> deflate(Flux<ByteBuffer> content) {
        return Flux.using(
                Packing::new,
                packing -> content.publishOn(Schedulers.boundedElastic(), 1)
                        .concatMap(buffer -> Flux.fromIterable(packing.add(buffer)), 1)
                        .concatWith(Flux.defer(() -> Flux.fromIterable(packing.finish()))),
                Packing::close);
    }

    /**
     * Expands a stream, piece by piece as it is asked for.
     *
     * @param bare without header and checksum, as in zip files
     * @param limit most bytes that may come out
     * @param file named in errors
     */
    static Flux<ByteBuffer> inflate(Flux<ByteBuffer> content, boolean bare, long limit, String file) {
        return Flux.using(
                () -> new Unpacking(bare, limit, file),
                unpacking -> content.publishOn(Schedulers.boundedElastic(), 1)
                        .concatMap(
                                buffer -> Flux.<ByteBuffer, Unpacking>generate(
                                        () -> unpacking.begin(buffer), (state, sink) -> {
                                            ByteBuffer piece = state.next();
                                            if (piece == null) {
                                                sink.complete();
                                            } else {
                                                sink.next(piece);
                                            }
                                            return state;
                                        }),
                                1)
                        .concatWith(Mono.fromRunnable(unpacking::end)),
                Unpacking::close);
    }

    /** A deflater that a cancelling thread may close while another one uses it. */
    private static final class Packing {

        private final Deflater deflater = new Deflater();
        private boolean closed;

        synchronized List<ByteBuffer> add(ByteBuffer buffer) {
            if (closed) {
                return List.of();
            }
            deflater.setInput(buffer.duplicate());
            return pieces();
        }

        synchronized List<ByteBuffer> finish() {
            if (closed) {
                return List.of();
            }
            deflater.finish();
            return pieces();
        }

        private List<ByteBuffer> pieces() {
            List<ByteBuffer> pieces = new ArrayList<>();
            while (true) {
                byte[] room = new byte[PIECE];
                int length = deflater.deflate(room);
                if (length > 0) {
                    pieces.add(ByteBuffer.wrap(room, 0, length));
                }
                if (length < room.length) {
                    return pieces;
                }
            }
        }

        synchronized void close() {
            closed = true;
            deflater.end();
        }
    }

    /** An inflater that a cancelling thread may close while another one uses it. */
    private static final class Unpacking {

        private final Inflater inflater;
        private final long limit;
        private final String file;
        private boolean closed;

        Unpacking(boolean bare, long limit, String file) {
            this.inflater = new Inflater(bare);
            this.limit = limit;
            this.file = file;
        }

        synchronized Unpacking begin(ByteBuffer buffer) {
            if (!closed) {
                if (inflater.finished() && buffer.hasRemaining()) {
                    throw Damage.in(file, "bytes behind the end of the compressed data");
                }
                inflater.setInput(buffer.duplicate());
            }
            return this;
        }

        synchronized @Nullable ByteBuffer next() {
            if (closed) {
                return null;
            }
            byte[] room = new byte[PIECE];
            int length;
            try {
                length = inflater.inflate(room);
            } catch (DataFormatException e) {
                throw new CorruptDataException(Damage.STORE, "file " + file, "compressed data are damaged", e);
            }
            if (inflater.getBytesWritten() > limit) {
                throw tooLarge(file, inflater.getBytesWritten(), limit);
            }
            if (inflater.finished() && inflater.getRemaining() > 0) {
                throw Damage.in(file, "bytes behind the end of the compressed data");
            }
            if (inflater.needsDictionary()) {
                throw Damage.in(file, "compressed with a dictionary (expected: without)");
            }
            return length == 0 ? null : ByteBuffer.wrap(room, 0, length);
        }

        synchronized void end() {
            if (!closed && !inflater.finished()) {
                throw Damage.in(file, "compressed data end too early");
            }
        }

        synchronized void close() {
            closed = true;
            inflater.end();
        }
    }

    static LimitExceededException tooLarge(String file, long size, long limit) {
        return new LimitExceededException(
                "bytes of file %s when expanded".formatted(file),
                size,
                limit,
                "give a larger option limit if the data may be that large");
    }
}
