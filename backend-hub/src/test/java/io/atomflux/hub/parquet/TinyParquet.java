package io.atomflux.hub.parquet;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.parquet.format.ColumnChunk;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.Encoding;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.PageType;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import shaded.parquet.org.apache.thrift.TBase;
import shaded.parquet.org.apache.thrift.TException;
import shaded.parquet.org.apache.thrift.protocol.TCompactProtocol;
import shaded.parquet.org.apache.thrift.transport.TIOStreamTransport;

/** Files of one row group made page by page, for what no writer at hand makes. */
final class TinyParquet {

    private final List<SchemaElement> schema = new ArrayList<>();
    private final List<ColumnChunk> columns = new ArrayList<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final long rows;
    private Consumer<FileMetaData> change = metadata -> {};

    TinyParquet(long rows) {
        this.rows = rows;
        body.writeBytes(new byte[] {'P', 'A', 'R', '1'});
        SchemaElement root = new SchemaElement("schema");
        root.setNum_children(0);
        schema.add(root);
    }

    /** Changes the metadata at last. */
    TinyParquet change(Consumer<FileMetaData> how) {
        change = change.andThen(how);
        return this;
    }

    /** Adds an element; one at the top counts as a child of the root. */
    TinyParquet element(boolean top, SchemaElement element) {
        if (top) {
            schema.get(0).setNum_children(schema.get(0).getNum_children() + 1);
        }
        schema.add(element);
        return this;
    }

    static SchemaElement leaf(String name, FieldRepetitionType repetition, Type type) {
        SchemaElement element = new SchemaElement(name);
        element.setRepetition_type(repetition);
        element.setType(type);
        return element;
    }

    static SchemaElement group(String name, FieldRepetitionType repetition, int children) {
        SchemaElement element = new SchemaElement(name);
        element.setRepetition_type(repetition);
        element.setNum_children(children);
        return element;
    }

    /** Adds the chunk of a column. */
    TinyParquet chunk(Type type, String path, CompressionCodec codec, long values, byte[]... pages) {
        int start = body.size();
        for (byte[] page : pages) {
            body.writeBytes(page);
        }
        ColumnMetaData data = new ColumnMetaData();
        data.setType(type);
        data.setEncodings(List.of(Encoding.PLAIN));
        data.setPath_in_schema(List.of(path.split("\\.")));
        data.setCodec(codec);
        data.setNum_values(values);
        data.setTotal_compressed_size(body.size() - start);
        data.setTotal_uncompressed_size(body.size() - start);
        data.setData_page_offset(start);
        ColumnChunk chunk = new ColumnChunk(0);
        chunk.setMeta_data(data);
        columns.add(chunk);
        return this;
    }

    byte[] bytes() {
        RowGroup group = new RowGroup(columns, body.size(), rows);
        FileMetaData metadata = new FileMetaData(2, schema, rows, new ArrayList<>(List.of(group)));
        change.accept(metadata);
        byte[] footer = thrift(metadata);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(body.toByteArray());
        file.writeBytes(footer);
        file.writeBytes(ints(footer.length));
        file.writeBytes(new byte[] {'P', 'A', 'R', '1'});
        return file.toByteArray();
    }

    /** Makes a data page of version 1; the content is what the codec made, levels and all. */
    static byte[] page(int values, Encoding encoding, Encoding levels, int uncompressed, byte[] content) {
        PageHeader header = new PageHeader(PageType.DATA_PAGE, uncompressed, content.length);
        header.setData_page_header(new DataPageHeader(values, encoding, levels, levels));
        return joined(thrift(header), content);
    }

    static byte[] page(int values, byte[]... content) {
        byte[] all = joined(content);
        return page(values, Encoding.PLAIN, Encoding.RLE, all.length, all);
    }

    /** Makes a data page of version 2 that is not compressed. */
    static byte[] pageTwo(int values, int rows, byte[] repetitions, byte[] definitions, byte[] content) {
        byte[] all = joined(repetitions, definitions, content);
        PageHeader header = new PageHeader(PageType.DATA_PAGE_V2, all.length, all.length);
        DataPageHeaderV2 two =
                new DataPageHeaderV2(values, 0, rows, Encoding.PLAIN, definitions.length, repetitions.length);
        two.setIs_compressed(false);
        header.setData_page_header_v2(two);
        return joined(thrift(header), all);
    }

    static byte[] dictionary(int values, byte[] content) {
        PageHeader header = new PageHeader(PageType.DICTIONARY_PAGE, content.length, content.length);
        header.setDictionary_page_header(new DictionaryPageHeader(values, Encoding.PLAIN));
        return joined(thrift(header), content);
    }

    /** Makes an index page, which readers skip. */
    static byte[] indexPage(byte[] content) {
        PageHeader header = new PageHeader(PageType.INDEX_PAGE, content.length, content.length);
        return joined(thrift(header), content);
    }

    static byte[] thrift(TBase<?, ?> value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            value.write(new TCompactProtocol(new TIOStreamTransport(out)));
        } catch (TException e) {
            throw new AssertionError(e);
        }
        return out.toByteArray();
    }

    static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    static byte[] ints(int... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        for (int value : values) {
            bytes.putInt(value);
        }
        return bytes.array();
    }

    static byte[] longs(long... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            bytes.putLong(value);
        }
        return bytes.array();
    }

    /** Makes runs of one level each: pairs of how many and which. */
    static byte[] runs(int... pairs) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < pairs.length; i += 2) {
            out.writeBytes(varint((long) pairs[i] << 1));
            out.write(pairs[i + 1]);
        }
        return out.toByteArray();
    }

    /** Puts the length before levels, as pages of version 1 have it. */
    static byte[] sized(byte[] levels) {
        return joined(ints(levels.length), levels);
    }

    static byte[] varint(long value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            out.write((int) (rest & 0x7f | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
        return out.toByteArray();
    }

    /** Encodes numbers as differences, in blocks of 128 and miniblocks of 32. */
    static byte[] deltas(long... values) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(joined(varint(128), varint(4), varint(values.length), zigzag(values[0])));
        for (int start = 1; start < values.length; start += 128) {
            long[] differences = new long[128];
            int count = Math.min(128, values.length - start);
            long smallest = Long.MAX_VALUE;
            for (int i = 0; i < count; i++) {
                differences[i] = values[start + i] - values[start + i - 1];
                smallest = Math.min(smallest, differences[i]);
            }
            out.writeBytes(zigzag(smallest));
            byte[] widths = new byte[4];
            ByteArrayOutputStream packed = new ByteArrayOutputStream();
            for (int block = 0; block < 4; block++) {
                long all = 0;
                for (int i = block * 32; i < Math.min(count, block * 32 + 32); i++) {
                    differences[i] -= smallest;
                    all |= differences[i];
                }
                widths[block] = (byte) (64 - Long.numberOfLeadingZeros(all));
                byte[] bits = new byte[widths[block] * 4];
                for (int i = 0; i < Math.min(32, count - block * 32); i++) {
                    for (int k = 0; k < widths[block]; k++) {
                        int bit = i * widths[block] + k;
                        bits[bit / 8] |= (byte) ((differences[block * 32 + i] >>> k & 1) << bit % 8);
                    }
                }
                packed.writeBytes(bits);
            }
            out.writeBytes(widths);
            out.writeBytes(packed.toByteArray());
        }
        return out.toByteArray();
    }

    private static byte[] zigzag(long value) {
        return varint(value << 1 ^ value >> 63);
    }
}
