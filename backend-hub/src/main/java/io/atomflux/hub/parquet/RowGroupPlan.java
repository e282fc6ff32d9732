package io.atomflux.hub.parquet;

import io.atomflux.hub.bytes.ByteRange;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.apache.parquet.format.CompressionCodec;

/** Which bytes of the file the wanted columns of one row group take, and how they are read once they are there. */
public final class RowGroupPlan {

    // Fetching so many bytes in vain costs less than another request.
    private static final long SMALLEST_GAP = 1 << 20;
    private static final long LARGEST_RANGE = 1 << 30;

    /**
     * Where a column chunk is.
     *
     * @param leaf which column of the file
     * @param start offset of its first byte in the file
     * @param length how many bytes it has
     * @param uncompressed how many bytes they say to be without compression
     * @param values how many entries it has
     */
    record Chunk(int leaf, CompressionCodec codec, long start, int length, long uncompressed, long values) {
        long end() {
            return start + length;
        }
    }

    private final FileSchema schema;
    private final List<SchemaNode> fields;
    private final List<Chunk> chunks;
    private final List<ByteRange> ranges;
    private final long rows;
    private final Place place;

    RowGroupPlan(FileSchema schema, List<SchemaNode> fields, List<Chunk> chunks, long rows, Place place) {
        this.schema = schema;
        this.fields = List.copyOf(fields);
        this.chunks = List.copyOf(chunks);
        this.ranges = List.copyOf(ranges(chunks));
        this.rows = rows;
        this.place = place;
    }

    private static List<ByteRange> ranges(List<Chunk> chunks) {
        List<Chunk> sorted = new ArrayList<>(chunks);
        sorted.sort(Comparator.comparingLong(Chunk::start));
        List<ByteRange> ranges = new ArrayList<>();
        long start = -1;
        long end = -1;
        for (Chunk chunk : sorted) {
            long joined = Math.max(end, chunk.end());
            if (start < 0) {
                start = chunk.start();
            } else if (chunk.start() - end >= SMALLEST_GAP
                    || (joined - start > LARGEST_RANGE && chunk.start() >= end)
                    || joined - start > Integer.MAX_VALUE) {
                ranges.add(new ByteRange(start, (int) (end - start)));
                start = chunk.start();
                joined = chunk.end();
            }
            end = joined;
        }
        if (start >= 0) {
            ranges.add(new ByteRange(start, (int) (end - start)));
        }
        return ranges;
    }

    /** Returns the parts of the file to fetch, ascending; those less than 1 MiB apart are one. Empty if there are no rows. */
    public List<ByteRange> ranges() {
        return ranges;
    }

    /** Returns how many bytes all ranges have together. */
    public long compressedBytes() {
        return ranges.stream().mapToLong(ByteRange::length).sum();
    }

    /** Returns how many bytes the columns take without compression, as the footer says; it may be wrong. */
    public long uncompressedBytes() {
        return chunks.stream().mapToLong(Chunk::uncompressed).sum();
    }

    /**
     * Begins to read the rows.
     *
     * @param parts the bytes of {@link #ranges()}, in that order, each from position to limit; kept and not changed
     * @throws IllegalArgumentException if they are not as many and as long as the ranges
     */
    public RowGroupReader open(List<ByteBuffer> parts) {
        if (parts.size() != ranges.size()) {
            throw new IllegalArgumentException("parts: %d (expected: %d)".formatted(parts.size(), ranges.size()));
        }
        TreeMap<Long, ByteBuffer> byOffset = new TreeMap<>();
        for (int i = 0; i < parts.size(); i++) {
            ByteRange range = ranges.get(i);
            if (parts.get(i).remaining() != range.length()) {
                throw new IllegalArgumentException("parts[%d]: %d bytes (expected: %d)"
                        .formatted(i, parts.get(i).remaining(), range.length()));
            }
            byOffset.put(range.offset(), parts.get(i));
        }
        DecodedBytes decoded = new DecodedBytes();
        Weight weight = new Weight(place);
        TreeMap<Integer, LeafCursor> cursors = new TreeMap<>();
        for (Chunk chunk : chunks) {
            var part = byOffset.floorEntry(chunk.start());
            ByteBuffer bytes = part.getValue().slice();
            bytes.position((int) (chunk.start() - part.getKey()));
            bytes.limit(bytes.position() + chunk.length());
            cursors.put(chunk.leaf(), cursor(chunk, bytes, decoded));
        }
        List<String> names = new ArrayList<>();
        List<NodeReader> readers = new ArrayList<>();
        for (SchemaNode field : fields) {
            names.add(field.name);
            if (rows > 0) {
                readers.add(NodeReader.of(field, cursors::get, weight));
            }
        }
        return new RowGroupReader(rows, names, readers, List.copyOf(cursors.values()), weight, place);
    }

    private LeafCursor cursor(Chunk chunk, ByteBuffer bytes, DecodedBytes decoded) {
        FileSchema.Leaf leaf = schema.leaves().get(chunk.leaf());
        Place at = new Place(place.file(), place.part() + ", column " + leaf.path());
        byte[] array;
        int from;
        if (bytes.hasArray()) {
            array = bytes.array();
            from = bytes.arrayOffset() + bytes.position();
        } else {
            array = new byte[bytes.remaining()];
            bytes.get(array);
            from = 0;
        }
        PageReader pages =
                new PageReader(array, from, from + chunk.length(), chunk.codec(), chunk.values(), leaf, at, decoded);
        return new LeafCursor(pages, leaf, at);
    }
}
