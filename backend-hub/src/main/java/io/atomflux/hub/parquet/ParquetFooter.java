package io.atomflux.hub.parquet;

import io.atomflux.error.LimitExceededException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.Type;

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
    private final long rows;
    private final FileSchema schema;
    private final List<RowGroup> groups;
    private final Map<String, String> metadata;

    private ParquetFooter(
            String name,
            long bodyEnd,
            long rows,
            FileSchema schema,
            List<RowGroup> groups,
            Map<String, String> metadata) {
        this.name = name;
        this.bodyEnd = bodyEnd;
        this.rows = rows;
        this.schema = schema;
        this.groups = groups;
        this.metadata = metadata;
    }

    /**
     * Returns how many bytes the footer has, with the 8 that tell it.
     *
     * @param end bytes up to the end of the file, at least 8; not changed
     * @param name how messages name the file
     * @throws io.atomflux.error.CorruptDataException if this is no end of a Parquet file
     * @throws io.atomflux.error.UnsupportedDataException if its footer is encrypted
     * @throws LimitExceededException if it is larger than 256 MiB
     */
    public static int length(ByteBuffer end, String name) {
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
        int length = length(footer, name);
        if (length > footer.remaining() || length + 4L > fileSize) {
            throw place.corrupt("metadata of %d bytes in a file of %d (expected: at most %d)"
                    .formatted(length, fileSize, Math.min(footer.remaining(), fileSize - 4)));
        }
        byte[] bytes = new byte[length - ENDING];
        footer.duplicate().position(footer.limit() - length).get(bytes);
        FileMetaData read = BoundedThrift.metadata(bytes, 0, bytes.length, place);
        if (read.isSetEncryption_algorithm()) {
            throw place.unsupported("encrypted columns");
        }
        FileSchema schema = FileSchema.of(place.there(read.getSchema(), "schema"), place);
        List<RowGroup> groups = place.there(read.getRow_groups(), "row groups");
        long sum = 0;
        for (int i = 0; i < groups.size(); i++) {
            long inGroup = groups.get(i).getNum_rows();
            int columns = place.there(groups.get(i).getColumns(), "columns").size();
            if (inGroup < 0 || columns != schema.leaves().size()) {
                throw place.corrupt("row group %d of %d rows and %d columns (expected: %d columns)"
                        .formatted(i, inGroup, columns, schema.leaves().size()));
            }
            sum += inGroup;
        }
        if (sum != read.getNum_rows()) {
            throw place.corrupt("%d rows, but %d in its row groups".formatted(read.getNum_rows(), sum));
        }
        if (sum > 0 && schema.leaves().isEmpty()) {
            throw place.corrupt("%d rows without columns".formatted(sum));
        }
        Map<String, String> metadata = new HashMap<>();
        List<KeyValue> pairs = read.getKey_value_metadata();
        for (KeyValue pair : pairs == null ? List.<KeyValue>of() : pairs) {
            String value = pair.getValue();
            metadata.put(place.there(pair.getKey(), "key"), value == null ? "" : value);
        }
        return new ParquetFooter(name, fileSize - length, sum, schema, groups, metadata);
    }

    /** Returns how many rows the file has. */
    public long rows() {
        return rows;
    }

    /** Returns how many row groups the file has; there may be none. */
    public int rowGroups() {
        return groups.size();
    }

    /** Returns how many rows a row group has; there may be none. */
    public long rowsOf(int group) {
        return groups.get(group).getNum_rows();
    }

    /** Returns the names of the top-level columns, in the order of the file. */
    public List<String> columns() {
        return schema.fields().stream().map(field -> field.name).toList();
    }

    /** Returns what the writer noted under a key, such as {@code huggingface}. */
    public Optional<String> metadata(String key) {
        return Optional.ofNullable(metadata.get(key));
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
        Objects.checkIndex(group, groups.size());
        Place place = new Place(name, "row group " + group);
        RowGroup row = groups.get(group);
        List<SchemaNode> fields = new ArrayList<>();
        List<RowGroupPlan.Chunk> chunks = new ArrayList<>();
        for (SchemaNode field : schema.fields()) {
            if (columns.contains(field.name)) {
                fields.add(field);
            }
        }
        for (int i = 0; i < schema.leaves().size() && row.getNum_rows() > 0; i++) {
            FileSchema.Leaf leaf = schema.leaves().get(i);
            if (columns.contains(schema.fields().get(leaf.top()).name)) {
                Place at = new Place(name, "row group %d, column %s".formatted(group, leaf.path()));
                ColumnChunk column = at.there(row.getColumns(), "columns").get(i);
                chunks.add(chunk(i, leaf, column, row.getNum_rows(), at));
            }
        }
        return new RowGroupPlan(schema, fields, chunks, row.getNum_rows(), place);
    }

    private RowGroupPlan.Chunk chunk(int index, FileSchema.Leaf leaf, ColumnChunk column, long rows, Place place) {
        String path = column.getFile_path();
        if (path != null && !path.isEmpty()) {
            throw place.unsupported("values in another file, \"%s\"".formatted(path));
        }
        if (column.isSetCrypto_metadata() || column.isSetEncrypted_column_metadata()) {
            throw place.unsupported("encrypted values");
        }
        ColumnMetaData data = place.there(column.getMeta_data(), "metadata");
        Type type = data.getType();
        List<String> names = place.there(data.getPath_in_schema(), "path");
        if (type != leaf.type().physical || !names.equals(leaf.names())) {
            throw place.corrupt("metadata of the column %s of type %s (expected: type %s)"
                    .formatted(String.join(".", names), type, leaf.type().physical));
        }
        CompressionCodec codec = place.there(data.getCodec(), "codec");
        PageCodec.check(codec, place);
        long start = data.getData_page_offset();
        // 0 is what some writers say if there is none; the dictionary, if any, comes first.
        if (data.isSetDictionary_page_offset()
                && data.getDictionary_page_offset() > 0
                && data.getDictionary_page_offset() < start) {
            start = data.getDictionary_page_offset();
        }
        long length = data.getTotal_compressed_size();
        if (start < 4 || length < 1 || length > bodyEnd - start) {
            throw place.corrupt("%d bytes at %d (expected: between 4 and %d)".formatted(length, start, bodyEnd));
        }
        if (length > Integer.MAX_VALUE - ENDING) {
            throw new LimitExceededException(
                    "bytes of " + place.text(), length, Integer.MAX_VALUE - ENDING, "leave the column out");
        }
        if (data.getNum_values() < rows) {
            throw place.corrupt("%d values of %d rows".formatted(data.getNum_values(), rows));
        }
        return new RowGroupPlan.Chunk(
                index,
                codec,
                start,
                (int) length,
                Math.max(0, data.getTotal_uncompressed_size()),
                data.getNum_values());
    }

    @Override
    public String toString() {
        return "ParquetFooter[" + name + ", " + rows + " rows]";
    }
}
