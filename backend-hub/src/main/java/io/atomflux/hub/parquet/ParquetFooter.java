package io.atomflux.hub.parquet;

import io.atomflux.error.LimitExceededException;
import io.atomflux.value.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * What the end of a Parquet file says: columns, row groups, where their bytes are.
 *
 * <p>Fetch the last {@link #TAIL} bytes, ask {@link #length} how many the footer has, fetch the rest if that is more, and
 * {@link #parse} it. Then {@link #plan} tells which bytes to fetch for the columns and the row group wanted.
 *
 * <p>Values are those of the core: null; Boolean; Long for integers, {@link java.math.BigInteger} for unsigned ones from 2^63
 * on; Double for floats of all sizes; String for texts, enumerations, JSON (as it stands), decimals (exact, as Python's
 * {@code str(Decimal)} writes them), dates, times and timestamps (as Python's {@code isoformat} writes them, with {@code
 * +00:00} if it is a timestamp adjusted to UTC, else without zone) and intervals (ISO 8601 durations); {@link io.atomflux.value.Bytes} for
 * other byte strings and UUIDs; structs and maps with textual keys as maps in the order stored, other maps as lists of maps
 * of {@code key} and {@code value}; lists as lists, but those of numbers or booleans that are rectangular and without null as
 * {@link io.atomflux.value.NdArray} of the stored type and as many axes as there are lists in each other (an empty list has
 * the shape (0)). Times that Arrow calls durations are stored as plain integers and come as such.
 *
 * <p>Source: "File format" in {@code README.md} and {@code parquet.thrift} of the Parquet format 2.12.
 */
public final class ParquetFooter {

    /** How much of the end of a file to fetch at first, in bytes. */
    public static final int TAIL = 64 * 1024;

    private static final int LARGEST = 256 << 20;
    private static final int ENDING = 8;
    private static final int MAGIC = 0x31524150;
    private static final int ENCRYPTED_MAGIC = 0x45524150;

    private final String name;
    private final long bodyEnd;
    private final FileMetadata metadata;

    private ParquetFooter(String name, long bodyEnd, FileMetadata metadata) {
        this.name = name;
        this.bodyEnd = bodyEnd;
        this.metadata = metadata;
    }

    /**
     * Returns how many bytes the footer has, with the 8 that tell it.
     *
     * @param end bytes up to the end of the file, at least 8; not changed
     * @param fileSize size of the whole file in bytes
     * @param name how messages name the file
     * @throws io.atomflux.error.CorruptDataException if this is no end of a Parquet file
     * @throws io.atomflux.error.UnsupportedDataException if its footer is encrypted
     * @throws LimitExceededException if it is larger than 256 MiB
     */
    public static int length(ByteBuffer end, long fileSize, String name) {
        Place place = new Place(name, "footer");
        if (end.remaining() < ENDING) {
            throw place.corrupt("%d bytes (expected: at least 12)".formatted(end.remaining()));
        }
        ByteBuffer last = end.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        last.position(last.limit() - ENDING);
        int length = last.getInt();
        int magic = last.getInt();
        if (magic == ENCRYPTED_MAGIC) {
            throw place.unsupported("an encrypted footer");
        }
        if (magic != MAGIC) {
            throw place.corrupt("no \"PAR1\" at the end; this is no Parquet file, or it is cut off");
        }
        if (length < 1) {
            throw place.corrupt("metadata of %d bytes".formatted(length));
        }
        if (4L + length + ENDING > fileSize) {
            throw place.corrupt("metadata of %d bytes in a file of %d (expected: at most %d)"
                    .formatted(length, fileSize, fileSize - ENDING - 4));
        }
        if (length > LARGEST) {
            throw new LimitExceededException(
                    "bytes of metadata in " + name, length, LARGEST, "write the dataset in more files");
        }
        return length + ENDING;
    }

    /**
     * Reads a footer.
     *
     * @param footer the last bytes of the file, as many as {@link #length} said, or more; not changed
     * @param fileSize size of the whole file in bytes
     * @param name how messages name the file
     * @throws io.atomflux.error.CorruptDataException if it does not decode or contradicts itself
     * @throws io.atomflux.error.UnsupportedDataException if it uses what is not read here
     */
    public static ParquetFooter parse(ByteBuffer footer, long fileSize, String name) {
        Place place = new Place(name, "footer");
        int length = length(footer, fileSize, name);
        if (length > footer.remaining()) {
            throw place.corrupt("metadata of %d bytes in a file of %d (expected: at most %d)"
                    .formatted(length, fileSize, footer.remaining()));
        }
        byte[] bytes = new byte[length - ENDING];
        footer.duplicate().position(footer.limit() - length).get(bytes);
        return new ParquetFooter(name, fileSize - length, FileMetadata.of(bytes, place));
    }

    /** Returns how many rows the file has. */
    public long rows() {
        return metadata.rows();
    }

    /** Returns how many row groups the file has; there may be none. */
    public int rowGroups() {
        return metadata.groups().size();
    }

    /** Returns how many rows a row group has; there may be none. */
    public long rowsOf(int group) {
        return metadata.groups().get(group).rows;
    }

    /** Returns about how many bytes of memory this takes. */
    public long memory() {
        return metadata.memory();
    }

    /** Returns the names of the top-level columns, in the order of the file. */
    public List<String> columns() {
        return metadata.schema().fields().stream().map(field -> field.name).toList();
    }

    /** Returns what an array of a top-level column's values holds; empty if they are no plain numbers or booleans. */
    public Optional<DType> number(String column) {
        return metadata.schema().fields().stream()
                .filter(field -> field.name.equals(column) && field.type != null)
                .findFirst()
                .map(field -> field.type == null ? null : field.type.number);
    }

    /** Returns what the writer noted under a key, such as {@code huggingface}. */
    public Optional<String> metadata(String key) {
        return Optional.ofNullable(metadata.notes().get(key));
    }

    /**
     * Tells which bytes are needed to read columns of a row group.
     *
     * @param group from 0 to {@code rowGroups() - 1}
     * @param columns names; those the file does not have are ignored
     * @throws io.atomflux.error.CorruptDataException if the footer points to where the bytes cannot be
     * @throws io.atomflux.error.UnsupportedDataException if one of the columns is compressed with LZO, Brotli or the
     *     deprecated LZ4, is encrypted, or is in another file
     */
    public RowGroupPlan plan(int group, Set<String> columns) {
        FileMetadata.Group row = metadata.groups().get(Objects.checkIndex(group, rowGroups()));
        FileSchema schema = metadata.schema();
        List<SchemaNode> fields = new ArrayList<>();
        List<RowGroupPlan.Chunk> chunks = new ArrayList<>();
        for (SchemaNode field : schema.fields()) {
            if (columns.contains(field.name)) {
                fields.add(field);
            }
        }
        for (int leaf = 0; leaf < schema.leaves().size() && row.rows > 0; leaf++) {
            FileSchema.Leaf column = schema.leaves().get(leaf);
            if (columns.contains(schema.fields().get(column.top()).name)) {
                chunks.add(chunk(row, leaf, new Place(name, "row group " + group + ", column " + column.path())));
            }
        }
        return new RowGroupPlan(schema, fields, chunks, row.rows, new Place(name, "row group " + group));
    }

    private RowGroupPlan.Chunk chunk(FileMetadata.Group group, int leaf, Place place) {
        switch (group.fault(leaf)) {
            case OTHER_FILE -> throw place.unsupported("values in another file");
            case ENCRYPTED -> throw place.unsupported("encrypted values");
            case NO_METADATA -> throw place.corrupt("no metadata");
            case OTHER_COLUMN -> throw place.corrupt("metadata of another column, or of another type");
            case NONE -> PageCodec.check(group.codec(leaf), place);
        }
        long start = group.start(leaf);
        long length = group.length(leaf);
        if (start < 4 || length < 1 || length > bodyEnd - start) {
            throw place.corrupt("%d bytes at %d (expected: between 4 and %d)".formatted(length, start, bodyEnd));
        }
        if (length > Integer.MAX_VALUE - ENDING) {
            throw new LimitExceededException(
                    "bytes of " + place.text(), length, Integer.MAX_VALUE - ENDING, "leave the column out");
        }
        if (group.values(leaf) < group.rows) {
            throw place.corrupt("%d values of %d rows".formatted(group.values(leaf), group.rows));
        }
        return new RowGroupPlan.Chunk(
                leaf, group.codec(leaf), start, (int) length, group.uncompressed(leaf), group.values(leaf));
    }

    @Override
    public String toString() {
        return "ParquetFooter[" + name + ", " + rows() + " rows]";
    }
}
