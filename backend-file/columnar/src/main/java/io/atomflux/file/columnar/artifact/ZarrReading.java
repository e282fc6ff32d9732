package io.atomflux.file.columnar.artifact;

import io.atomflux.artifact.codec.CodecSupport;
import io.atomflux.artifact.spi.FileEntry;
import io.atomflux.artifact.spi.FileSource;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.ValueTypeException;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.zarr.ZarrChunks;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Slice;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Puts an array together from the files of its chunks, each verified by its hash. */
final class ZarrReading {

    private static final List<String> DOCUMENTS = List.of("zarr.json", ".zarray");

    private final FileSource files;
    private final String folder;
    private final ZarrChunks chunks;
    private final Shape chunk;
    private final Map<String, FileEntry> entries;
    private final int[] shape;
    private final long first;
    private final byte[] out;

    private ZarrReading(
            FileSource files,
            String folder,
            ZarrChunks chunks,
            Map<String, FileEntry> entries,
            int[] shape,
            long first,
            byte[] out) {
        this.files = files;
        this.folder = folder;
        this.chunks = chunks;
        this.chunk = chunks.info().chunk();
        this.entries = entries;
        this.shape = shape;
        this.first = first;
        this.out = out;
    }

    static Mono<Object> read(FileSource files, String folder, @Nullable Slice rows, long limit) {
        Map<String, FileEntry> entries = new HashMap<>();
        files.entries().forEach(entry -> entries.put(entry.name(), entry));
        return Flux.fromIterable(DOCUMENTS)
                .filter(name -> entries.containsKey(folder + "/" + name))
                .concatMap(name -> CodecSupport.read(files, folder + "/" + name).map(bytes -> Map.entry(name, bytes)))
                .collectMap(Map.Entry::getKey, Map.Entry::getValue)
                .flatMap(documents -> read(
                        files,
                        folder,
                        ZarrChunks.of(documents, "an artifact, folder " + folder, limit),
                        entries,
                        rows,
                        limit));
    }

    private static Mono<Object> read(
            FileSource files,
            String folder,
            ZarrChunks chunks,
            Map<String, FileEntry> entries,
            @Nullable Slice rows,
            long limit) {
        if (chunks.info().element().isText()) {
            throw CodecSupport.refused(folder, "an array of texts of any length (expected: elements of fixed size)");
        }
        DType dtype = chunks.info().element().dtype();
        long[] lengths = chunks.info().shape().toArray();
        long first = 0;
        if (rows != null) {
            if (lengths.length == 0) {
                throw new ValueTypeException("rows of " + folder, "an array with at least one axis", "a 0-d array");
            }
            long all = lengths[0];
            lengths[0] = rows.count(all);
            first = lengths[0] == 0 ? 0 : rows.first(all);
        }
        long count = Shape.of(lengths).count();
        long stored = entries.values().stream().mapToLong(FileEntry::size).sum();
        // Chunks that are not there are the fill: a short document could ask for any amount of memory.
        long most = Math.min(Integer.MAX_VALUE - 8, Math.max(limit, stored));
        if (count > most / Math.max(1, dtype.itemSize())) {
            throw new LimitExceededException(
                    "elements of " + folder,
                    count,
                    most / Math.max(1, dtype.itemSize()),
                    "give a larger option limit, or read some rows by option rows");
        }
        int[] shape = new int[lengths.length];
        for (int i = 0; i < shape.length; i++) {
            if (lengths[i] > Integer.MAX_VALUE) {
                throw CodecSupport.refused(folder, "an axis of %d (expected: less than 2^31)".formatted(lengths[i]));
            }
            shape[i] = (int) lengths[i];
        }
        byte[] out = new byte[(int) count * dtype.itemSize()];
        ZarrReading reading = new ZarrReading(files, folder, chunks, entries, shape, first, out);
        return Flux.fromIterable(count == 0 ? List.<Shape>of() : reading::indices)
                .concatMap(reading::place, 1)
                .then(Mono.fromSupplier(() -> NdArray.wrap(dtype, shape, out, 0)));
    }

    /** Returns the chunks that hold something of what is read, in order. */
    private Iterator<Shape> indices() {
        int rank = shape.length;
        long[] from = new long[rank];
        long[] to = new long[rank];
        for (int i = 0; i < rank; i++) {
            long begin = i == 0 ? first : 0;
            from[i] = begin / chunk.at(i);
            to[i] = (begin + shape[i] - 1) / chunk.at(i);
        }
        long[] next = from.clone();
        return new Iterator<>() {
            private boolean done;

            @Override
            public boolean hasNext() {
                return !done;
            }

            @Override
            public Shape next() {
                if (done) {
                    throw new NoSuchElementException();
                }
                Shape index = Shape.of(next.clone());
                int axis = rank - 1;
                while (axis >= 0 && next[axis] == to[axis]) {
                    next[axis] = from[axis];
                    axis--;
                }
                done = axis < 0;
                if (!done) {
                    next[axis]++;
                }
                return index;
            }
        };
    }

    private Mono<Void> place(Shape index) {
        String file = folder + "/" + chunks.file(index);
        Mono<Chunk> decoded = entries.containsKey(file)
                ? CodecSupport.read(files, file).map(bytes -> CodecSupport.decoding(file, () -> chunks.chunk(bytes)))
                : Mono.fromSupplier(() -> chunks.chunk(null));
        return decoded.doOnNext(found -> copy(found.bytes(), index, 0, 0, 0)).then();
    }

    /** Copies what overlaps, axis by axis; whole lines of the last one at once. */
    private void copy(byte[] bytes, Shape index, int axis, long source, long target) {
        int item = chunks.info().element().dtype().itemSize();
        if (axis == shape.length) {
            System.arraycopy(bytes, (int) source * item, out, (int) target * item, item);
            return;
        }
        long begin = index.at(axis) * chunk.at(axis);
        long offset = axis == 0 ? first : 0;
        long low = Math.max(begin, offset);
        long high = Math.min(begin + chunk.at(axis), offset + shape[axis]);
        if (axis == shape.length - 1) {
            long from = source * chunk.at(axis) + low - begin;
            long to = target * shape[axis] + low - offset;
            System.arraycopy(bytes, (int) from * item, out, (int) to * item, (int) (high - low) * item);
            return;
        }
        for (long i = low; i < high; i++) {
            copy(bytes, index, axis + 1, source * chunk.at(axis) + i - begin, target * shape[axis] + i - offset);
        }
    }
}
