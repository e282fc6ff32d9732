package io.atomflux.file.columnar.hdf5;

import io.atomflux.error.LimitExceededException;
import io.atomflux.file.columnar.tree.Reference;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.jhdf.Constants;
import io.jhdf.FractalHeap;
import io.jhdf.ObjectHeader;
import io.jhdf.btree.BTreeV2;
import io.jhdf.btree.record.AttributeNameForIndexedAttributesRecord;
import io.jhdf.object.message.AttributeInfoMessage;
import io.jhdf.object.message.AttributeMessage;
import io.jhdf.object.message.DataSpace;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Attributes of objects, as h5py reads them, through jhdf; for many threads. */
final class JhdfAttributes {

    private static final int NULL_SPACE = 2;

    private final JhdfBytes bytes;
    private final JhdfObjects objects;
    private final long mostBytes;

    JhdfAttributes(JhdfBytes bytes, JhdfObjects objects, long mostBytes) {
        this.bytes = bytes;
        this.objects = objects;
        this.mostBytes = mostBytes;
    }

    /** Reads all attributes of an object; those of a kind that is not read are null. */
    Map<String, @Nullable Object> all(ObjectHeader header) {
        List<AttributeMessage> messages = new ArrayList<>(header.getMessagesOfType(AttributeMessage.class));
        for (AttributeInfoMessage info : header.getMessagesOfType(AttributeInfoMessage.class)) {
            if (info.getAttributeNameBTreeAddress() != Constants.UNDEFINED_ADDRESS) {
                messages.addAll(dense(info));
            }
        }
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        for (AttributeMessage message : messages) {
            values.put(message.getName(), value(message));
        }
        return values;
    }

    private List<AttributeMessage> dense(AttributeInfoMessage info) {
        FractalHeap heap = new FractalHeap(bytes, info.getFractalHeapAddress());
        JhdfClaims.checkTree(bytes, info.getAttributeNameBTreeAddress());
        BTreeV2<AttributeNameForIndexedAttributesRecord> index =
                new BTreeV2<>(bytes, info.getAttributeNameBTreeAddress());
        List<AttributeMessage> messages = new ArrayList<>();
        for (AttributeNameForIndexedAttributesRecord name : index.getRecords()) {
            messages.add(new AttributeMessage(heap.getId(name.getHeapId()), bytes, name.getFlags()));
        }
        return messages;
    }

    private @Nullable Object value(AttributeMessage message) {
        Optional<StoredType> known = JhdfTypes.of(message.getDataType());
        DataSpace space = message.getDataSpace();
        if (known.isEmpty() || space.getType() == NULL_SPACE) {
            return null;
        }
        StoredType type = known.get();
        long[] shape = space.getDimensionsAsLong();
        int count = count(shape, type.size(), message.getName());
        byte[] content = new byte[Math.multiplyExact(count, type.size())];
        ByteBuffer data = message.getDataBuffer();
        if (content.length > 0) {
            if (data == null || data.limit() < content.length) {
                throw bytes.damaged("attribute %s has %d bytes (expected: %d)"
                        .formatted(message.getName(), data == null ? 0 : data.limit(), content.length));
            }
            data.duplicate().position(0).get(content);
        }
        return switch (type.form()) {
            case TEXT_ANY ->
                nested(new JhdfTexts(bytes, "attribute " + message.getName(), mostBytes).read(content, count), shape);
            case TEXT_NUL, TEXT_SPACE -> nested(type.size() == 0 ? blank(count) : type.texts(content), shape);
            case REFERENCE -> nested(references(content, count), shape);
            case PLAIN -> {
                type.decode(content);
                DType dtype = type.element().dtype();
                yield shape.length == 0
                        ? scalar(dtype, content)
                        : NdArray.wrap(
                                dtype,
                                Arrays.stream(shape).mapToInt(Math::toIntExact).toArray(),
                                content,
                                0);
            }
        };
    }

    private int count(long[] shape, int size, String name) {
        long count = 1;
        for (long length : shape) {
            long high = Math.multiplyHigh(count, length);
            count *= length;
            if (high != 0 || count < 0 || count > mostBytes / Math.max(1, size)) {
                throw new LimitExceededException(
                        "elements of attribute " + name,
                        Long.MAX_VALUE,
                        mostBytes / Math.max(1, size),
                        "the file is damaged, or larger chunks have to be allowed");
            }
        }
        return (int) count;
    }

    private static String[] blank(int count) {
        String[] texts = new String[count];
        Arrays.fill(texts, "");
        return texts;
    }

    private @Nullable Object[] references(byte[] content, int count) {
        ByteBuffer at = ByteBuffer.wrap(content).order(ByteOrder.LITTLE_ENDIAN);
        @Nullable Object[] references = new @Nullable Object[count];
        for (int i = 0; i < count; i++) {
            references[i] = objects.pathOf(at.getLong()).map(Reference::new).orElse(null);
        }
        return references;
    }

    private static Object scalar(DType dtype, byte[] bytes) {
        ByteBuffer at = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        return switch (dtype.kind()) {
            case BOOL -> bytes[0] != 0;
            case INT ->
                switch (dtype.itemSize()) {
                    case 1 -> (long) at.get();
                    case 2 -> (long) at.getShort();
                    case 4 -> (long) at.getInt();
                    default -> at.getLong();
                };
            case UINT ->
                switch (dtype.itemSize()) {
                    case 1 -> (long) (at.get() & 0xFF);
                    case 2 -> (long) (at.getShort() & 0xFFFF);
                    case 4 -> at.getInt() & 0xFFFFFFFFL;
                    default -> at.getLong(0) < 0 ? NdArray.wrap(dtype, new int[0], bytes, 0) : (Object) at.getLong(0);
                };
            case FLOAT ->
                switch (dtype.itemSize()) {
                    case 8 -> at.getDouble();
                    case 4 -> (double) at.getFloat();
                    default -> NdArray.wrap(dtype, new int[0], bytes, 0);
                };
            case COMPLEX, BYTES, UNICODE, STRUCT -> NdArray.wrap(dtype, new int[0], bytes, 0);
        };
    }

    private static @Nullable Object nested(@Nullable Object[] values, long[] shape) {
        if (shape.length == 0) {
            return values[0];
        }
        List<@Nullable Object> level = new ArrayList<>();
        for (Object value : values) {
            level.add(value);
        }
        for (int axis = shape.length - 1; axis > 0; axis--) {
            int length = (int) shape[axis];
            List<@Nullable Object> above = new ArrayList<>();
            for (int from = 0; length > 0 && from < level.size(); from += length) {
                above.add(new ArrayList<>(level.subList(from, from + length)));
            }
            level = above;
        }
        return level;
    }
}
