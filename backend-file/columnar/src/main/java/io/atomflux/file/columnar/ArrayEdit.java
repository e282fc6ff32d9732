package io.atomflux.file.columnar;

import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.TreeEdit;
import java.io.IOException;
import java.util.Arrays;

/**
 * Changes entries of one array, a row of chunks at a time: each chunk is read and written once however many entries of it
 * change one after the other.
 *
 * <p>What nobody wrote is the fill, also where an earlier writer left something beyond the end.
 */
final class ArrayEdit {

    private final TreeEdit tree;
    private final long integerFill;
    private ArrayInfo info;
    private Grid grid;
    private final int itemSize;
    private long row = -1; // of the chunks held, none if negative
    private byte[][] bytes = {};
    private String[][] texts = {};
    private boolean dirty;
    private long settled; // entries that were there all the time

    ArrayEdit(TreeEdit tree, ArrayInfo info, long integerFill) {
        this.tree = tree;
        this.integerFill = integerFill;
        this.info = info;
        this.grid = new Grid(info);
        this.settled = info.shape().at(0);
        this.itemSize = info.element().isText() ? 1 : info.element().dtype().itemSize();
    }

    ArrayInfo info() {
        return info;
    }

    long length() {
        return info.shape().at(0);
    }

    int entryBytes() {
        return Math.multiplyExact(grid.entry(), itemSize);
    }

    /** Gives the first axis another length; what is new is the fill. */
    void resize(long length) throws IOException {
        long old = length();
        if (length == old) {
            return;
        }
        if (length > old && old % grid.chunkEntries() != 0) {
            load(old / grid.chunkEntries()); // what lies in it beyond the end may be debris
            if (!isFill(old)) {
                dirty = true;
                fill(old);
            }
        } else if (length < old && row * grid.chunkEntries() >= length) {
            row = -1;
            dirty = false;
        }
        if (length < old) {
            flush(); // chunks are written under the lengths they were read with
            row = -1;
        }
        settled = Math.min(settled, length);
        info = tree.resize(info, info.shape().with(0, length));
        grid = new Grid(info);
    }

    /** Makes another axis longer; what is new is the fill. */
    void widen(int axis, long length) throws IOException {
        flush();
        row = -1;
        info = tree.resize(info, info.shape().with(axis, length));
        grid = new Grid(info);
    }

    /** Writes entries, their bytes behind each other; a chunk in which nothing changes by that stays as it is. */
    void write(long entry, int count, byte[] from, int at) throws IOException {
        int size = entryBytes();
        int done = 0;
        while (done < count) {
            long first = entry + done;
            load(first / grid.chunkEntries());
            long inChunk = first % grid.chunkEntries();
            int part = (int) Math.min(count - done, grid.chunkEntries() - inChunk);
            boolean isThere = first + part <= settled;
            dirty |= !(isThere && grid.isWhole());
            for (int ordinal = 0; ordinal < grid.across(); ordinal++) {
                byte[] chunk = bytes[ordinal];
                if (grid.isWhole()) {
                    int begin = at + done * size;
                    int to = (int) (inChunk * size);
                    int length = part * size;
                    if (!isThere || !Arrays.equals(from, begin, begin + length, chunk, to, to + length)) {
                        dirty = true;
                        System.arraycopy(from, begin, chunk, to, length);
                    }
                    continue;
                }
                for (int i = 0; i < part; i++) {
                    int base = at + (done + i) * size;
                    grid.runs(
                            ordinal,
                            inChunk + i,
                            (inEntry, to, n) -> System.arraycopy(
                                    from, base + inEntry * itemSize, chunk, to * itemSize, n * itemSize));
                }
            }
            done += part;
        }
    }

    /** Writes one text for each entry. */
    void write(long entry, String[] values) throws IOException {
        for (int i = 0; i < values.length; i++) {
            load((entry + i) / grid.chunkEntries());
            int inChunk = (int) ((entry + i) % grid.chunkEntries());
            if (entry + i >= settled || !values[i].equals(texts[0][inChunk])) {
                dirty = true;
                texts[0][inChunk] = values[i];
            }
        }
    }

    /** Reads entries, their bytes behind each other. */
    byte[] read(long entry, int count) throws IOException {
        flush();
        Entries.Span span = new Entries.Span();
        new Entries(info).bytes(new TreeChunks(tree), entry, count, span);
        return Arrays.copyOfRange(span.bytes, span.at, span.at + Math.multiplyExact(entryBytes(), count));
    }

    /** Reads the text of an entry. */
    String readText(long entry) throws IOException {
        flush();
        return new Entries(info).text(new TreeChunks(tree), entry);
    }

    private void load(long chunkRow) throws IOException {
        if (row == chunkRow) {
            return;
        }
        flush();
        boolean text = info.element().isText();
        bytes = new byte[text ? 0 : grid.across()][];
        texts = new String[text ? grid.across() : 0][];
        for (int ordinal = 0; ordinal < grid.across(); ordinal++) {
            Chunk chunk = tree.chunk(info, grid.index(chunkRow, ordinal));
            if (text) {
                texts[ordinal] = chunk.texts().clone();
            } else {
                bytes[ordinal] = chunk.bytes().clone();
            }
        }
        row = chunkRow;
    }

    private boolean isFill(long from) {
        int start = Math.toIntExact(from % grid.chunkEntries());
        for (String[] chunk : texts) {
            int each = chunk.length / (int) grid.chunkEntries();
            for (int i = start * each; i < chunk.length; i++) {
                if (!chunk[i].isEmpty()) {
                    return false;
                }
            }
        }
        for (byte[] chunk : bytes) {
            int each = chunk.length / (int) grid.chunkEntries();
            if (!Fill.is(info.element().dtype(), integerFill, chunk, start * each, chunk.length - start * each)) {
                return false;
            }
        }
        return true;
    }

    private void fill(long from) {
        int start = Math.toIntExact(from % grid.chunkEntries());
        for (String[] chunk : texts) {
            Arrays.fill(chunk, start * (chunk.length / (int) grid.chunkEntries()), chunk.length, "");
        }
        for (byte[] chunk : bytes) {
            int each = chunk.length / (int) grid.chunkEntries();
            Fill.put(info.element().dtype(), integerFill, chunk, start * each, chunk.length - start * each);
        }
    }

    /** Hands what is held over to the tree. */
    void flush() throws IOException {
        if (!dirty) {
            return;
        }
        dirty = false;
        for (int ordinal = 0; ordinal < grid.across(); ordinal++) {
            Chunk chunk = info.element().isText() ? Chunk.of(texts[ordinal].clone()) : Chunk.of(bytes[ordinal].clone());
            tree.writeChunk(info, grid.index(row, ordinal), chunk);
        }
    }
}
