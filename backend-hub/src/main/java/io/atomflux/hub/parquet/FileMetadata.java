package io.atomflux.hub.parquet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.KeyValue;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.jspecify.annotations.Nullable;
import shaded.parquet.org.apache.thrift.TException;
import shaded.parquet.org.apache.thrift.protocol.TField;
import shaded.parquet.org.apache.thrift.protocol.TProtocolUtil;

/**
 * What is needed of the metadata of a file, in little memory: some tens of bytes for each column chunk, where the generated
 * classes take some hundred, and more with statistics. Many files of a dataset are open at once.
 *
 * <p>So the outermost struct is read field by field here, and each row group is let go once its numbers are taken. Source:
 * {@code FileMetaData} in {@code parquet.thrift} of the Parquet format.
 */
final class FileMetadata {

    /** Why a column chunk cannot be read; told only if it is asked for. */
    enum Fault {
        NONE,
        OTHER_FILE,
        ENCRYPTED,
        NO_METADATA,
        OTHER_COLUMN
    }

    /** The column chunks of one row group, one for each leaf of the schema. */
    static final class Group {

        final long rows;
        private final long[] starts;
        private final long[] lengths;
        private final long[] uncompressed;
        private final long[] values;
        private final CompressionCodec[] codecs;
        private final Fault[] faults;

        private Group(long rows, List<ColumnChunk> columns, List<FileSchema.Leaf> leaves) {
            int count = columns.size();
            this.rows = rows;
            this.starts = new long[count];
            this.lengths = new long[count];
            this.uncompressed = new long[count];
            this.values = new long[count];
            this.codecs = new CompressionCodec[count];
            this.faults = new Fault[count];
            for (int i = 0; i < count; i++) {
                codecs[i] = CompressionCodec.UNCOMPRESSED;
                faults[i] = take(i, columns.get(i), leaves.get(i));
            }
        }

        private Fault take(int index, ColumnChunk column, FileSchema.Leaf leaf) {
            String file = column.getFile_path();
            if (file != null && !file.isEmpty()) {
                return Fault.OTHER_FILE;
            }
            if (column.isSetCrypto_metadata() || column.isSetEncrypted_column_metadata()) {
                return Fault.ENCRYPTED;
            }
            ColumnMetaData data = column.getMeta_data();
            CompressionCodec codec = data == null ? null : data.getCodec();
            if (data == null || codec == null) {
                return Fault.NO_METADATA;
            }
            if (data.getType() != leaf.type().physical || !leaf.names().equals(data.getPath_in_schema())) {
                return Fault.OTHER_COLUMN;
            }
            long start = data.getData_page_offset();
            long dictionary = data.isSetDictionary_page_offset() ? data.getDictionary_page_offset() : 0;
            // 0 is what some writers say if there is none; the dictionary, if any, comes first.
            starts[index] = dictionary > 0 && dictionary < start ? dictionary : start;
            lengths[index] = data.getTotal_compressed_size();
            uncompressed[index] = Math.max(0, data.getTotal_uncompressed_size());
            values[index] = data.getNum_values();
            codecs[index] = codec;
            return Fault.NONE;
        }

        Fault fault(int leaf) {
            return faults[leaf];
        }

        long start(int leaf) {
            return starts[leaf];
        }

        long length(int leaf) {
            return lengths[leaf];
        }

        long uncompressed(int leaf) {
            return uncompressed[leaf];
        }

        long values(int leaf) {
            return values[leaf];
        }

        CompressionCodec codec(int leaf) {
            return codecs[leaf];
        }
    }

    /** A leaf of the schema with what is above it; a row group with its arrays; and a place in each of those. */
    private static final long LEAF_BYTES = 600;

    private static final long GROUP_BYTES = 180;
    private static final long CHUNK_BYTES = 48;

    private final Place place;
    private final List<Group> groups = new ArrayList<>();
    private final Map<String, String> notes = new HashMap<>();
    private @Nullable FileSchema schema;
    private long rows = -1;

    private FileMetadata(Place place) {
        this.place = place;
    }

    static FileMetadata of(byte[] bytes, Place place) {
        FileMetadata metadata = new FileMetadata(place);
        try {
            metadata.read(BoundedThrift.over(bytes, 0, bytes.length));
        } catch (TException e) {
            throw BoundedThrift.undecodable("metadata", e, place);
        } catch (RuntimeException e) {
            throw BoundedThrift.unforeseen("metadata", e, place);
        }
        metadata.check();
        return metadata;
    }

    private void read(BoundedThrift thrift) throws TException {
        thrift.readStructBegin();
        for (TField field = thrift.readFieldBegin();
                field.type != BoundedThrift.STOP;
                field = thrift.readFieldBegin()) {
            if (field.id == 2 && field.type == BoundedThrift.LIST) {
                readSchema(thrift);
            } else if (field.id == 3 && field.type == BoundedThrift.I64) {
                rows = thrift.readI64();
            } else if (field.id == 4 && field.type == BoundedThrift.LIST) {
                readGroups(thrift);
            } else if (field.id == 5 && field.type == BoundedThrift.LIST) {
                readNotes(thrift);
            } else if (field.id == 8) {
                throw place.unsupported("encrypted columns");
            } else {
                TProtocolUtil.skip(thrift, field.type);
            }
            thrift.readFieldEnd();
        }
        thrift.readStructEnd();
    }

    private void readSchema(BoundedThrift thrift) throws TException {
        int count = thrift.readListBegin().size;
        if (schema != null) {
            throw place.corrupt("two schemas");
        }
        FileSchema.checkSize(count, place);
        List<SchemaElement> elements = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            SchemaElement element = new SchemaElement();
            element.read(thrift);
            elements.add(element);
        }
        thrift.readListEnd();
        schema = FileSchema.of(elements, place);
    }

    private void readGroups(BoundedThrift thrift) throws TException {
        List<FileSchema.Leaf> leaves = schema().leaves();
        int count = thrift.readListBegin().size;
        for (int i = 0; i < count; i++) {
            RowGroup group = new RowGroup();
            group.read(thrift);
            List<ColumnChunk> columns = place.there(group.getColumns(), "columns");
            if (group.getNum_rows() < 0 || columns.size() != leaves.size()) {
                throw place.corrupt("row group %d of %d rows and %d columns (expected: %d columns)"
                        .formatted(groups.size(), group.getNum_rows(), columns.size(), leaves.size()));
            }
            groups.add(new Group(group.getNum_rows(), columns, leaves));
        }
        thrift.readListEnd();
    }

    private void readNotes(BoundedThrift thrift) throws TException {
        int count = thrift.readListBegin().size;
        for (int i = 0; i < count; i++) {
            KeyValue pair = new KeyValue();
            pair.read(thrift);
            notes.put(place.there(pair.getKey(), "key"), Objects.requireNonNullElse(pair.getValue(), ""));
        }
        thrift.readListEnd();
    }

    private void check() {
        long sum = 0;
        for (Group group : groups) {
            sum += group.rows;
            if (sum < 0) {
                throw place.corrupt("more than 2^63 - 1 rows");
            }
        }
        if (sum != rows) {
            throw place.corrupt("%d rows, but %d in its row groups".formatted(rows, sum));
        }
        if (sum > 0 && schema().leaves().isEmpty()) {
            throw place.corrupt("%d rows without columns".formatted(sum));
        }
    }

    /** Returns about how many bytes of memory this takes. */
    long memory() {
        long leaves = schema().leaves().size();
        long noted = 0;
        for (Map.Entry<String, String> note : notes.entrySet()) {
            noted += 2L * (note.getKey().length() + note.getValue().length());
        }
        return LEAF_BYTES * (1 + leaves) + noted + (GROUP_BYTES + CHUNK_BYTES * leaves) * groups.size();
    }

    FileSchema schema() {
        return place.there(schema, "schema, or one behind the row groups");
    }

    long rows() {
        return rows;
    }

    List<Group> groups() {
        return groups;
    }

    Map<String, String> notes() {
        return notes;
    }
}
