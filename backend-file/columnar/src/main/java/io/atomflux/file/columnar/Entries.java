package io.atomflux.file.columnar;

import io.atomflux.error.LimitExceededException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import java.io.IOException;
import java.util.List;

/** Reads entries of one array, i.e. what indices of its first axis select; for many threads. */
final class Entries {

    private final ArrayInfo array;
    private final Grid grid;
    private final int itemSize;

    Entries(ArrayInfo array) {
        this.array = array;
        this.grid = new Grid(array);
        this.itemSize = array.element().isText() ? 1 : array.element().dtype().itemSize();
    }

    /** Some bytes of an array that others may share. */
    static final class Span {
        byte[] bytes = {};
        int at;
        /** Tells whether the bytes belong to a chunk that others use too, and are few of it. */
        boolean copyFirst;

        private long row = -1; // of the chunk that was pointed into last
        private byte[] chunk = {};
    }

    ArrayInfo array() {
        return array;
    }

    /** Returns how many entries there are. */
    long count() {
        return grid.entries();
    }

    /** Returns the elements of an entry. */
    int elements() {
        return grid.entry();
    }

    /** Returns the bytes of an entry. */
    long entryBytes() {
        return (long) grid.entry() * itemSize;
    }

    /** Returns the bytes of a chunk. */
    long chunkBytes() {
        return (long) grid.chunkElements() * itemSize;
    }

    /** Points to the bytes of so many entries; copies only what no chunk has in one piece. */
    void bytes(Chunks chunks, long entry, long count, Span span) throws IOException {
        long inChunk = entry % grid.chunkEntries();
        long size = size(count);
        if (grid.isWhole() && inChunk + count <= grid.chunkEntries() && size > 0) {
            long row = entry / grid.chunkEntries();
            if (span.row != row) {
                span.chunk = chunks.get(array, grid.index(row, 0)).bytes();
                span.row = row;
            }
            span.bytes = span.chunk;
            span.at = (int) (inChunk * entryBytes());
            span.copyFirst = size * 4 < span.bytes.length;
            return;
        }
        span.bytes = gather(chunks, entry, count, (int) size);
        span.at = 0;
        span.copyFirst = false;
    }

    private long size(long count) {
        long most = Math.min(
                Integer.MAX_VALUE - 64, Math.max(1 << 26, Runtime.getRuntime().maxMemory() / 4));
        long each = Math.max(1, entryBytes());
        if (count > most / each) {
            throw new LimitExceededException(
                    "bytes of one value in array " + array.path(),
                    count > Long.MAX_VALUE / each ? Long.MAX_VALUE : count * each,
                    most,
                    "give the process more memory; if the value is not that large, the file is damaged");
        }
        return count * entryBytes();
    }

    private byte[] gather(Chunks chunks, long entry, long count, int size) throws IOException {
        byte[] all = new byte[size];
        long done = 0;
        while (done < count && size > 0) {
            long row = (entry + done) / grid.chunkEntries();
            long inChunk = (entry + done) % grid.chunkEntries();
            int part = (int) Math.min(count - done, grid.chunkEntries() - inChunk);
            int to = (int) (done * entryBytes());
            for (int ordinal = 0; ordinal < grid.across(); ordinal++) {
                byte[] bytes = chunks.get(array, grid.index(row, ordinal)).bytes();
                if (grid.isWhole()) {
                    System.arraycopy(bytes, (int) (inChunk * entryBytes()), all, to, (int) (part * entryBytes()));
                } else {
                    for (int i = 0; i < part; i++) {
                        int base = to + (int) (i * entryBytes());
                        grid.runs(
                                ordinal,
                                inChunk + i,
                                (inEntry, from, n) -> System.arraycopy(
                                        bytes, from * itemSize, all, base + inEntry * itemSize, n * itemSize));
                    }
                }
            }
            done += part;
        }
        return all;
    }

    /** Returns the texts of one entry. */
    String[] texts(Chunks chunks, long entry) throws IOException {
        String[] texts = new String[(int) size(1)];
        long inChunk = entry % grid.chunkEntries();
        for (int ordinal = 0; ordinal < grid.across(); ordinal++) {
            String[] chunk = chunks.get(array, grid.index(entry / grid.chunkEntries(), ordinal))
                    .texts();
            grid.runs(ordinal, inChunk, (to, from, n) -> System.arraycopy(chunk, from, texts, to, n));
        }
        return texts;
    }

    /** Returns the one text of an entry without further axes. */
    String text(Chunks chunks, long entry) throws IOException {
        return chunks.get(array, grid.index(entry / grid.chunkEntries(), 0))
                .texts()[(int) (entry % grid.chunkEntries())];
    }

    /** Lists the chunks of some entries, those already listed last left out. */
    void wanted(long entry, long count, List<Chunks.Wanted> wanted, long[] last) {
        if (count <= 0 || entry < 0 || entry + count > grid.entries()) {
            return;
        }
        long end = (entry + count - 1) / grid.chunkEntries();
        for (long row = Math.max(last[0] + 1, entry / grid.chunkEntries()); row <= end; row++) {
            for (int ordinal = 0; ordinal < grid.across(); ordinal++) {
                wanted.add(new Chunks.Wanted(array, grid.index(row, ordinal)));
            }
            last[0] = row;
        }
    }
}
