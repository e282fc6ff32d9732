package io.atomflux.file.arrow;

import com.google.flatbuffers.FlatBufferBuilder;
import io.atomflux.artifact.codec.Table;
import io.atomflux.value.NdArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.arrow.flatbuf.Block;
import org.apache.arrow.flatbuf.Buffer;
import org.apache.arrow.flatbuf.CompressionType;
import org.apache.arrow.flatbuf.DictionaryBatch;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FieldNode;
import org.apache.arrow.flatbuf.Footer;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.RecordBatch;
import org.apache.arrow.flatbuf.Schema;
import org.jspecify.annotations.Nullable;

/**
 * Tables as files of Arrow's IPC format: "IPC File Format" of "Columnar.rst", version 1.5, with one record batch when written.
 *
 * <p>Read through the footer. Whatever a file says is compared with its size before anything is made of it; what the generated
 * classes read beyond the end of the bytes is an {@link IndexOutOfBoundsException}.
 */
final class ArrowFile {

    private static final byte[] MAGIC = "ARROW1".getBytes(StandardCharsets.US_ASCII);
    private static final int ALIGNMENT = 64;
    private static final int MOST_BLOCKS = 1 << 20;
    private static final int MOST_COLUMNS = 1 << 16;

    private ArrowFile() {}

    /** Returns the types of a table's columns. */
    static Map<String, ArrowType> types(Table table) {
        Map<String, ArrowType> types = new LinkedHashMap<>();
        for (String name : table.names()) {
            try {
                types.put(name, ArrowType.of(table, name));
            } catch (UnsupportedOperationException e) {
                throw new UnsupportedOperationException("column \"%s\": %s".formatted(name, e.getMessage()), e);
            }
        }
        return types;
    }

    /** Writes a table; the buffers share the bytes of its arrays. */
    static List<ByteBuffer> write(Table table) {
        Map<String, ArrowType> types = types(table);
        ColumnWriting columns = new ColumnWriting();
        types.forEach((name, type) -> columns.add(type, table.column(name), "column \"" + name + "\""));
        List<ByteBuffer> out = new ArrayList<>();
        out.add(ByteBuffer.wrap(Arrays.copyOf(MAGIC, 8)));
        out.add(message(MessageHeader.Schema, 0, message -> Schemas.write(message, types, table.metadata())));
        long at = 0;
        for (ByteBuffer part : out) {
            at += part.remaining();
        }
        long length = 0;
        for (ByteBuffer buffer : columns.buffers()) {
            length += padded(buffer.remaining());
        }
        ByteBuffer batch = message(MessageHeader.RecordBatch, length, message -> batch(message, table.rows(), columns));
        out.add(batch);
        for (ByteBuffer buffer : columns.buffers()) {
            out.add(buffer);
            out.add(ByteBuffer.allocate((int) (padded(buffer.remaining()) - buffer.remaining())));
        }
        out.add(ByteBuffer.wrap(new byte[] {-1, -1, -1, -1, 0, 0, 0, 0}));
        out.add(footer(types, table.metadata(), at, batch.remaining(), length));
        return out;
    }

    private static long padded(long length) {
        return (length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    private interface Header {
        int write(FlatBufferBuilder out);
    }

    private static ByteBuffer message(byte kind, long bodyLength, Header header) {
        FlatBufferBuilder out = new FlatBufferBuilder(1024);
        int at = header.write(out);
        out.finish(Message.createMessage(out, MetadataVersion.V5, kind, at, bodyLength, 0));
        byte[] metadata = out.sizedByteArray();
        int length = (int) ((8 + metadata.length + 7) / 8 * 8L) - 8;
        return ByteBuffer.allocate(8 + length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(-1)
                .putInt(length)
                .put(metadata)
                .rewind();
    }

    private static int batch(FlatBufferBuilder out, int rows, ColumnWriting columns) {
        List<ByteBuffer> buffers = columns.buffers();
        long[] offsets = new long[buffers.size() + 1];
        for (int i = 0; i < buffers.size(); i++) {
            offsets[i + 1] = offsets[i] + padded(buffers.get(i).remaining());
        }
        RecordBatch.startBuffersVector(out, buffers.size());
        for (int i = buffers.size() - 1; i >= 0; i--) { // vectors grow from their end
            Buffer.createBuffer(out, offsets[i], buffers.get(i).remaining());
        }
        int places = out.endVector();
        List<ColumnWriting.Node> nodes = columns.nodes();
        RecordBatch.startNodesVector(out, nodes.size());
        for (int i = nodes.size() - 1; i >= 0; i--) {
            FieldNode.createFieldNode(out, nodes.get(i).length(), nodes.get(i).nulls());
        }
        int lengths = out.endVector();
        return RecordBatch.createRecordBatch(out, rows, lengths, places, 0, 0);
    }

    private static ByteBuffer footer(
            Map<String, ArrowType> types, Map<String, String> metadata, long at, int head, long body) {
        FlatBufferBuilder out = new FlatBufferBuilder(1024);
        int schema = Schemas.write(out, types, metadata);
        Footer.startRecordBatchesVector(out, 1);
        Block.createBlock(out, at, head, body);
        int batches = out.endVector();
        Footer.startDictionariesVector(out, 0);
        int dictionaries = out.endVector();
        out.finish(Footer.createFooter(out, MetadataVersion.V5, schema, dictionaries, batches, 0));
        byte[] footer = out.sizedByteArray();
        return ByteBuffer.allocate(footer.length + 4 + MAGIC.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(footer)
                .putInt(footer.length)
                .put(MAGIC)
                .rewind();
    }

    /**
     * Reads a table.
     *
     * @param wanted names of columns; null for all
     * @param limit most bytes that nulls without any bytes in the file may take
     * @throws IllegalArgumentException if the file is damaged
     * @throws UnsupportedOperationException if something in it is refused
     */
    static Table read(byte[] file, @Nullable Collection<String> wanted, long limit) {
        Footer footer = footer(file);
        Schema schema = footer.schema();
        if (schema == null) {
            throw new IllegalArgumentException("a footer without schema");
        }
        if (schema.endianness() != Endianness.Little) {
            throw new UnsupportedOperationException("big-endian data (expected: little-endian)");
        }
        Map<String, Field> fields = fields(schema);
        if (wanted != null && !fields.keySet().containsAll(wanted)) {
            throw new UnsupportedOperationException(
                    "columns %s (expected: some of %s)".formatted(wanted, fields.keySet()));
        }
        Reading reading = new Reading(file, limit);
        reading.dictionaries(footer, fields.values());
        Map<String, List<Object>> parts = new LinkedHashMap<>();
        for (int i = 0; i < count(footer.recordBatchesLength()); i++) {
            reading.batch(footer.recordBatches(i), fields, wanted, parts);
        }
        Table.Builder table = Table.builder();
        for (String name : wanted == null ? fields.keySet() : wanted) {
            ArrowType type = Schemas.type(Objects.requireNonNull(fields.get(name)), 0);
            List<Object> found = parts.getOrDefault(name, List.of());
            Object values = found.isEmpty() ? nothing(type) : ColumnReading.joined(found);
            Table one = Table.builder().column(name, values).build();
            boolean told = isTold(type, one.column(name));
            table.column(name, one.column(name), told ? null : type.text());
        }
        Schemas.metadata(schema).forEach(table::metadata);
        return table.build();
    }

    private static boolean isTold(ArrowType type, Object values) {
        try {
            return type.equals(ArrowType.of(values));
        } catch (UnsupportedOperationException mixed) {
            return false;
        }
    }

    /** Returns what reading no row of a type gives. */
    private static Object nothing(ArrowType type) {
        List<Integer> shape = new ArrayList<>(List.of(0));
        ArrowType inner = type;
        while (inner.form() == ArrowType.Form.FIXED_LIST) {
            shape.add(inner.length());
            inner = inner.needItem();
        }
        return inner.dtype() == null
                ? List.of()
                : NdArray.zeros(
                        inner.dtype(),
                        shape.stream().mapToInt(Integer::intValue).toArray());
    }

    private static int count(int count) {
        if (count < 0 || count > MOST_BLOCKS) {
            throw new IllegalArgumentException("%d batches".formatted(count));
        }
        return count;
    }

    private static Footer footer(byte[] file) {
        int tail = 4 + MAGIC.length;
        int end = file.length - tail;
        if (end < 8 || !Arrays.equals(file, 0, 6, MAGIC, 0, 6)) {
            throw new IllegalArgumentException(
                    "no Arrow file (expected: ARROW1 at its beginning; a Feather of version 1 is another format)");
        }
        if (!Arrays.equals(file, file.length - 6, file.length, MAGIC, 0, 6)) {
            throw new IllegalArgumentException("no end of an Arrow file (is it cut?)");
        }
        int length = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(end);
        if (length < 4 || length > end - 8) {
            throw new IllegalArgumentException("a footer of %d bytes".formatted(length));
        }
        return Footer.getRootAsFooter(
                ByteBuffer.wrap(file, end - length, length).slice().order(ByteOrder.LITTLE_ENDIAN));
    }

    private static Map<String, Field> fields(Schema schema) {
        int length = schema.fieldsLength();
        if (length < 0 || length > MOST_COLUMNS) {
            throw new UnsupportedOperationException(
                    "%d columns (expected: at most %d)".formatted(length, MOST_COLUMNS));
        }
        Map<String, Field> fields = new LinkedHashMap<>();
        for (int i = 0; i < length; i++) {
            Field field = schema.fields(i);
            String name = field.name() == null ? "" : field.name();
            if (fields.put(name, field) != null) {
                throw new UnsupportedOperationException(
                        "two columns of the name \"%s\" (expected: one)".formatted(name));
            }
        }
        return fields;
    }

    /** The blocks of one file. */
    private static final class Reading {

        private final byte[] file;
        private final long limit;
        private final Map<Long, Object> dictionaries = new HashMap<>();

        Reading(byte[] file, long limit) {
            this.file = file;
            this.limit = limit;
        }

        private record Part(Message message, long body, long bodyLength) {}

        private Part part(Block block) {
            long offset = block.offset();
            long head = block.metaDataLength();
            long length = block.bodyLength();
            if (offset < 8
                    || head < 16
                    || length < 0
                    || offset > file.length
                    || head > file.length - offset
                    || length > file.length - offset - head) {
                throw new IllegalArgumentException("a batch of %d and %d bytes at %d".formatted(head, length, offset));
            }
            ByteBuffer in =
                    ByteBuffer.wrap(file, (int) offset, (int) head).slice().order(ByteOrder.LITTLE_ENDIAN);
            int skipped = in.getInt(0) == -1 ? 8 : 4; // before Arrow 0.15 the length came first
            ByteBuffer metadata = in.slice(skipped, in.limit() - skipped).order(ByteOrder.LITTLE_ENDIAN);
            return new Part(Message.getRootAsMessage(metadata), offset + head, length);
        }

        private RecordBatch checked(@Nullable RecordBatch batch) {
            if (batch == null) {
                throw new IllegalArgumentException("a batch without its columns");
            }
            if (batch.compression() != null) {
                int codec = batch.compression().codec();
                throw new UnsupportedOperationException("data compressed by %s (expected: uncompressed)"
                        .formatted(
                                codec == CompressionType.LZ4_FRAME
                                        ? "lz4"
                                        : codec == CompressionType.ZSTD ? "zstd" : "codec " + codec));
            }
            return batch;
        }

        void dictionaries(Footer footer, Collection<Field> fields) {
            Map<Long, Field> byId = new HashMap<>();
            fields.forEach(field -> encoded(field, byId, 0));
            for (int i = 0; i < count(footer.dictionariesLength()); i++) {
                Part part = part(footer.dictionaries(i));
                if (!(part.message().header(new DictionaryBatch()) instanceof DictionaryBatch dictionary)
                        || part.message().headerType() != MessageHeader.DictionaryBatch) {
                    throw new IllegalArgumentException("no dictionary where the footer says");
                }
                Field field = byId.get(dictionary.id());
                if (field == null) {
                    throw new IllegalArgumentException("dictionary %d of no column".formatted(dictionary.id()));
                }
                RecordBatch batch = checked(dictionary.data());
                Object values = new ColumnReading(batch, file, part.body(), part.bodyLength(), dictionaries, limit)
                        .values(field);
                Object before = dictionaries.get(dictionary.id());
                if (before != null && !dictionary.isDelta()) {
                    throw new UnsupportedOperationException("dictionary %d twice".formatted(dictionary.id()));
                }
                dictionaries.put(
                        dictionary.id(), before == null ? values : ColumnReading.joined(List.of(before, values)));
            }
        }

        private static void encoded(Field field, Map<Long, Field> byId, int depth) {
            if (field.dictionary() != null) {
                byId.put(field.dictionary().id(), field);
            }
            for (int i = 0; depth < 16 && i < Math.min(MOST_COLUMNS, field.childrenLength()); i++) {
                encoded(field.children(i), byId, depth + 1);
            }
        }

        void batch(
                Block block,
                Map<String, Field> fields,
                @Nullable Collection<String> wanted,
                Map<String, List<Object>> parts) {
            Part part = part(block);
            if (!(part.message().header(new RecordBatch()) instanceof RecordBatch found)
                    || part.message().headerType() != MessageHeader.RecordBatch) {
                throw new IllegalArgumentException("no record batch where the footer says");
            }
            RecordBatch batch = checked(found);
            ColumnReading columns = new ColumnReading(batch, file, part.body(), part.bodyLength(), dictionaries, limit);
            fields.forEach((name, field) -> {
                try {
                    if (wanted == null || wanted.contains(name)) {
                        parts.computeIfAbsent(name, n -> new ArrayList<>()).add(columns.next(field));
                    } else {
                        columns.skip(field);
                    }
                } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                    throw new IllegalArgumentException("column \"%s\": %s".formatted(name, e.getMessage()), e);
                } catch (UnsupportedOperationException e) {
                    throw new UnsupportedOperationException("column \"%s\": %s".formatted(name, e.getMessage()), e);
                }
            });
        }
    }
}
