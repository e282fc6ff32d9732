package io.atomflux.file.lmdb;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The index while a transaction changes it; the state it came from stays as it was.
 *
 * <p>Block numbers follow the asebytes 0.3 LMDB layout: a block that overflows is split, one that becomes empty goes, and
 * later blocks are renumbered. A block is loaded before its number changes, so one that is not loaded is still stored
 * under the number it has here. For one transaction.
 */
final class IndexEdit {

    private final Index.Loader loader;
    private final int blocksBefore;
    private @Nullable Block[] blocks;
    private int[] sizes;
    private long[] starts;
    private int count;
    private int startsGood; // starts[0..startsGood] are right
    private final BitSet touched = new BitSet();

    IndexEdit(Index before, Index.Loader loader) {
        this.loader = loader;
        this.count = before.blockCount();
        this.blocksBefore = count;
        this.blocks = new Block[count + 1];
        this.sizes = new int[count + 1];
        this.starts = new long[count + 2];
        for (int i = 0; i < count; i++) {
            blocks[i] = before.loaded(i);
            sizes[i] = before.blockSize(i);
            starts[i] = before.start(i);
        }
        starts[count] = before.size();
        this.startsGood = count;
    }

    long size() {
        settle();
        return starts[count];
    }

    private void settle() {
        for (int i = startsGood; i < count; i++) {
            starts[i + 1] = starts[i] + sizes[i];
        }
        startsGood = Math.max(startsGood, count);
    }

    private int blockOf(long position) {
        settle();
        return Index.search(starts, count, position);
    }

    private Block block(int number) {
        Block known = blocks[number];
        if (known == null) {
            known = loader.load(number, sizes[number]);
            blocks[number] = known;
        }
        return known;
    }

    long keyAt(long position) {
        int number = blockOf(position);
        return block(number).at((int) (position - starts[number]));
    }

    /** Adds consecutive sort keys at the end. */
    void append(long firstKey, long added) {
        long key = firstKey;
        long left = added;
        settle();
        if (count > 0 && left > 0) {
            Block last = block(count - 1);
            int room = (int) Math.min(left, Math.max(0, Layout.BLOCK_ENTRIES - last.size()));
            if (room > 0) {
                replace(count - 1, last.plus(key, room));
                key += room;
                left -= room;
            }
        }
        int fresh = (int) ((left + Layout.BLOCK_ENTRIES - 1) / Layout.BLOCK_ENTRIES);
        int at = count;
        open(at, fresh);
        for (int i = 0; i < fresh; i++) {
            int size = (int) Math.min(left, Layout.BLOCK_ENTRIES);
            replace(at + i, Block.consecutive(key, size));
            key += size;
            left -= size;
        }
        settle();
    }

    /** Adds consecutive sort keys before a position; at the end, behind those of the last block. */
    void insert(long position, long firstKey, int added) {
        if (added == 0) {
            return;
        }
        settle();
        if (count == 0) {
            append(firstKey, added);
            return;
        }
        int number = position == starts[count] ? count - 1 : blockOf(position);
        Block old = block(number);
        int offset = (int) (position - starts[number]);
        long[] keys = new long[old.size() + added];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = i < offset ? old.at(i) : i < offset + added ? firstKey + i - offset : old.at(i - added);
        }
        // one row more than fits makes 512 and 513, as Python splits
        int pieces = Math.max(1, (keys.length + Layout.BLOCK_ENTRIES - 1) / Layout.BLOCK_ENTRIES);
        open(number + 1, pieces - 1);
        for (int i = 0; i < pieces; i++) {
            int from = (int) ((long) keys.length * i / pieces);
            int to = (int) ((long) keys.length * (i + 1) / pieces);
            replace(number + i, Block.of(Arrays.copyOfRange(keys, from, to)));
        }
        settle();
    }

    /** Takes positions away, given ascending and each once. */
    void delete(long[] positions) {
        if (positions.length == 0) {
            return;
        }
        settle();
        int first = blockOf(positions[0]);
        int next = 0;
        boolean emptied = false;
        int[] left = new int[0];
        Block[] rest = new Block[0];
        int changed = 0;
        while (next < positions.length) {
            int number = blockOf(positions[next]);
            Block old = block(number);
            long[] keys = new long[old.size()];
            int kept = 0;
            for (int i = 0; i < keys.length; i++) {
                if (next < positions.length && positions[next] == starts[number] + i) {
                    next++;
                } else {
                    keys[kept++] = old.at(i);
                }
            }
            if (changed == left.length) {
                left = Arrays.copyOf(left, 2 * changed + 4);
                rest = Arrays.copyOf(rest, 2 * changed + 4);
            }
            left[changed] = number;
            rest[changed++] = Block.of(Arrays.copyOf(keys, kept));
            emptied |= kept == 0;
        }
        for (int i = first; emptied && i < count; i++) {
            block(i); // their numbers change
        }
        for (int i = 0; i < changed; i++) {
            replace(left[i], rest[i]);
        }
        if (emptied) {
            int kept = first;
            for (int i = first; i < count; i++) {
                Block block = Objects.requireNonNull(blocks[i]);
                if (block.size() > 0) {
                    if (kept != i) {
                        touched.set(kept);
                    }
                    blocks[kept] = block;
                    sizes[kept++] = block.size();
                }
            }
            Arrays.fill(blocks, kept, count, null);
            count = kept;
        }
        startsGood = Math.min(first, count);
        settle();
    }

    void clear() {
        count = 0;
        blocks = new Block[1];
        sizes = new int[1];
        starts = new long[2];
        startsGood = 0;
        touched.clear();
    }

    /** Makes room for more blocks at a number; later ones are loaded and renumbered. */
    private void open(int number, int more) {
        if (more == 0) {
            return;
        }
        for (int i = number; i < count; i++) {
            block(i);
        }
        if (count + more + 1 > blocks.length) {
            int larger = count + more + 1 + count / 8;
            blocks = Arrays.copyOf(blocks, larger);
            sizes = Arrays.copyOf(sizes, larger);
            starts = Arrays.copyOf(starts, larger + 1);
        }
        System.arraycopy(blocks, number, blocks, number + more, count - number);
        System.arraycopy(sizes, number, sizes, number + more, count - number);
        count += more;
        touched.set(number, count);
        startsGood = Math.min(startsGood, number);
    }

    private void replace(int number, Block block) {
        blocks[number] = block;
        sizes[number] = block.size();
        touched.set(number);
        startsGood = Math.min(startsGood, number);
    }

    /** Writes what was touched. */
    void flush(WriteTxn txn) {
        NativeCursor cursor = txn.cursor;
        settle();
        for (int number = touched.nextSetBit(0);
                number >= 0 && number < count;
                number = touched.nextSetBit(number + 1)) {
            Block block = Objects.requireNonNull(blocks[number]);
            byte[] entries = new byte[block.size() * Long.BYTES];
            for (int i = 0; i < block.size(); i++) {
                long key = block.at(i);
                for (int b = 0; b < Long.BYTES; b++) {
                    entries[i * Long.BYTES + b] = (byte) (key >>> 8 * b);
                }
            }
            cursor.put(cursor.key(Layout.BLOCK, number), entries);
        }
        for (int number = count; number < blocksBefore; number++) {
            cursor.delete(cursor.key(Layout.BLOCK, number));
        }
        if (count == 0) {
            cursor.delete(cursor.key(Layout.SIZES));
        } else {
            byte[] encoded = new byte[count * Integer.BYTES];
            for (int i = 0; i < count; i++) {
                putU32(encoded, i, sizes[i]);
            }
            cursor.put(cursor.key(Layout.SIZES), encoded);
        }
        byte[] blockCount = new byte[Integer.BYTES];
        putU32(blockCount, 0, count);
        cursor.put(cursor.key(Layout.BLOCKS), blockCount);
        cursor.put(cursor.key(Layout.COUNT), Long.toString(starts[count]).getBytes(StandardCharsets.US_ASCII));
    }

    private static void putU32(byte[] bytes, int index, int number) {
        for (int b = 0; b < Integer.BYTES; b++) {
            bytes[index * Integer.BYTES + b] = (byte) (number >>> 8 * b);
        }
    }

    /** Returns the index as it is now. */
    Index toIndex() {
        settle();
        return new Index(Arrays.copyOf(starts, count + 1), Arrays.copyOf(blocks, count));
    }
}
