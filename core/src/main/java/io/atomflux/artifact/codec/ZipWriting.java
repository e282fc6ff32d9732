package io.atomflux.artifact.codec;

import io.atomflux.codec.Npy;
import io.atomflux.value.NdArray;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

/**
 * Writes arrays as a zip, a piece at a time.
 *
 * <p>All entries have NumPy's date, so that equal arrays make equal files. A cancelling thread may close it while another
 * one writes.
 */
final class ZipWriting {

    private static final LocalDateTime DATE = LocalDateTime.of(1980, 1, 1, 0, 0);
    private static final int PIECE = 1 << 20;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Zip zip = new Zip(out);
    private boolean closed;

    private ZipWriting() {}

    private interface Step {
        void write() throws IOException;
    }

    /** Streams a zip of arrays. */
    static Flux<ByteBuffer> of(Map<String, NdArray> arrays, boolean deflated) {
        return Flux.using(
                        ZipWriting::new,
                        writing -> Flux.fromIterable(writing.steps(arrays, deflated))
                                .concatMapIterable(writing::run),
                        ZipWriting::close)
                .subscribeOn(Schedulers.boundedElastic());
    }

    private List<Step> steps(Map<String, NdArray> arrays, boolean deflated) {
        List<Step> steps = new ArrayList<>();
        arrays.forEach((name, array) -> {
            ByteBuffer header = Npy.header(array.dtype(), array.shape()).asBuffer();
            ByteBuffer elements = array.asBuffer();
            steps.add(() -> begin(name, header, elements, deflated));
            for (long at = 0; at < elements.limit(); at += PIECE) {
                ByteBuffer piece = elements.slice((int) at, (int) Math.min(PIECE, elements.limit() - at));
                steps.add(() -> write(piece));
            }
            steps.add(zip::closeEntry);
        });
        steps.add(zip::finish);
        return steps;
    }

    private void begin(String name, ByteBuffer header, ByteBuffer elements, boolean deflated) throws IOException {
        ZipEntry entry = new ZipEntry(name + ".npy");
        entry.setTimeLocal(DATE);
        entry.setMethod(deflated ? ZipEntry.DEFLATED : ZipEntry.STORED);
        if (!deflated) {
            CRC32 crc = new CRC32();
            crc.update(header.duplicate());
            crc.update(elements.duplicate());
            entry.setCrc(crc.getValue());
            entry.setSize(header.remaining() + (long) elements.remaining());
        }
        zip.putNextEntry(entry);
        write(header);
    }

    private void write(ByteBuffer piece) throws IOException {
        byte[] copy = new byte[piece.remaining()];
        piece.duplicate().get(copy);
        zip.write(copy);
    }

    private synchronized List<ByteBuffer> run(Step step) {
        if (closed) {
            return List.of();
        }
        try {
            step.write();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (out.size() == 0) {
            return List.of();
        }
        ByteBuffer written = ByteBuffer.wrap(out.toByteArray());
        out.reset();
        return List.of(written);
    }

    private synchronized void close() {
        closed = true;
        zip.abandon();
    }

    private static final class Zip extends ZipOutputStream {
        Zip(ByteArrayOutputStream out) {
            super(out);
        }

        void abandon() {
            def.end();
        }
    }
}
