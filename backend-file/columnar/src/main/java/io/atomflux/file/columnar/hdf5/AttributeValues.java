package io.atomflux.file.columnar.hdf5;

import static org.bytedeco.hdf5.global.hdf5.H5Aclose;
import static org.bytedeco.hdf5.global.hdf5.H5Acreate2;
import static org.bytedeco.hdf5.global.hdf5.H5Adelete;
import static org.bytedeco.hdf5.global.hdf5.H5Aexists;
import static org.bytedeco.hdf5.global.hdf5.H5Aget_space;
import static org.bytedeco.hdf5.global.hdf5.H5Aget_type;
import static org.bytedeco.hdf5.global.hdf5.H5Aiterate2;
import static org.bytedeco.hdf5.global.hdf5.H5Aopen;
import static org.bytedeco.hdf5.global.hdf5.H5Aread;
import static org.bytedeco.hdf5.global.hdf5.H5Awrite;
import static org.bytedeco.hdf5.global.hdf5.H5R_OBJECT1;
import static org.bytedeco.hdf5.global.hdf5.H5Rcreate;
import static org.bytedeco.hdf5.global.hdf5.H5Rget_name;
import static org.bytedeco.hdf5.global.hdf5.H5S_NULL;
import static org.bytedeco.hdf5.global.hdf5.H5S_SCALAR;
import static org.bytedeco.hdf5.global.hdf5.H5Screate;
import static org.bytedeco.hdf5.global.hdf5.H5Screate_simple;
import static org.bytedeco.hdf5.global.hdf5.H5Sget_simple_extent_dims;
import static org.bytedeco.hdf5.global.hdf5.H5Sget_simple_extent_ndims;
import static org.bytedeco.hdf5.global.hdf5.H5Sget_simple_extent_type;
import static org.bytedeco.hdf5.global.hdf5.H5T_STD_REF_OBJ_g;
import static org.bytedeco.hdf5.global.hdf5.H5Tequal;
import static org.bytedeco.hdf5.global.hdf5.H5Tget_size;
import static org.bytedeco.hdf5.global.hdf5.H5Treclaim;

import io.atomflux.error.LimitExceededException;
import io.atomflux.error.UnsupportedDataException;
import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.file.columnar.tree.Reference;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.hdf5.H5A_info_t;
import org.bytedeco.hdf5.H5A_operator2_t;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/** Attributes of objects, as h5py reads and writes them; on the library's thread only. */
final class AttributeValues {

    /** What one attribute may take in an object's header, with its name, type and shape. Source: 16 bits for its size there. */
    static final int MOST_BYTES = 65_000;

    private static final int MOST_NAMES = 1 << 16;
    private static final int BYTES_OF_TEXT = 16;

    /** No attribute's name. */
    private static final String NOBODY = "atomflux \u2205";

    private static final List<String> NAMES = new ArrayList<>();

    private static final H5A_operator2_t COLLECT = new H5A_operator2_t() {
        @Override
        public int call(long object, BytePointer name, @Nullable H5A_info_t info, @Nullable Pointer data) {
            byte[] bytes = name.getStringBytes();
            NAMES.add(Utf8.lenient(bytes, 0, bytes.length));
            return NAMES.size() > MOST_NAMES ? -1 : 0;
        }
    };

    private final String store;
    private final long mostBytes;

    AttributeValues(String store, long mostBytes) {
        this.store = store;
        this.mostBytes = mostBytes;
    }

    /** Lists the names of all attributes of an object. */
    static List<String> names(long object, String path) throws IOException {
        // Listing attributes one of which does not decode makes 1.14.3 crash; looking for one does not.
        Hdf5Failure.ok(H5Aexists(object, NOBODY), "H5Aexists");
        NAMES.clear();
        int answer = H5Aiterate2(object, 0, 0, (long[]) null, COLLECT, null);
        if (NAMES.size() > MOST_NAMES) {
            throw new LimitExceededException("attributes of /" + path, NAMES.size(), MOST_NAMES, "the file is damaged");
        }
        Hdf5Failure.ok(answer, "H5Aiterate2");
        return List.copyOf(NAMES);
    }

    /** Reads all attributes of an object; those of a kind that is not read are null. */
    Map<String, @Nullable Object> all(long object, String path) throws IOException {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        for (String name : names(object, path)) {
            values.put(name, one(object, path, name));
        }
        return values;
    }

    /** Reads an attribute. */
    @Nullable
    Object one(long object, String path, String name) throws IOException {
        try (Scope scope = new Scope()) {
            long attribute = scope.keep(H5Aopen(object, name, 0), "H5Aopen");
            long space = scope.keep(H5Aget_space(attribute), "H5Aget_space");
            long type = scope.keep(H5Aget_type(attribute), "H5Aget_type");
            StoredType stored = StoredType.of(type, scope);
            if (stored == null || H5Sget_simple_extent_type(space) == H5S_NULL) {
                return null;
            }
            int rank = Hdf5Failure.ok(H5Sget_simple_extent_ndims(space), "H5Sget_simple_extent_ndims");
            long[] shape = new long[rank];
            Hdf5Failure.ok(H5Sget_simple_extent_dims(space, shape, (long[]) null), "H5Sget_simple_extent_dims");
            int count = count(shape, stored.size(), path, name);
            BytePointer memory = scope.bytes((long) count * stored.size());
            if (count > 0) {
                Hdf5Failure.ok(H5Aread(attribute, type, memory.zero()), "H5Aread");
            }
            if (stored.isAnyText()) {
                try {
                    return nested(Texts.read(memory, count), shape);
                } finally {
                    H5Treclaim(type, space, 0, memory);
                }
            }
            if (stored.form() == StoredType.Form.REFERENCE) {
                return nested(references(object, memory, count), shape);
            }
            byte[] bytes = new byte[count * stored.size()];
            memory.get(bytes);
            if (stored.isFixedText()) {
                return nested(stored.texts(bytes), shape);
            }
            stored.decode(bytes);
            return rank == 0
                    ? scalar(stored.element().dtype(), bytes)
                    : NdArray.wrap(
                            stored.element().dtype(),
                            Arrays.stream(shape).mapToInt(Math::toIntExact).toArray(),
                            bytes,
                            0);
        }
    }

    private int count(long[] shape, int size, String path, String name) {
        long count = 1;
        for (long length : shape) {
            long high = Math.multiplyHigh(count, length);
            count *= length;
            if (high != 0 || count < 0 || count > mostBytes / Math.max(1, size)) {
                throw new LimitExceededException(
                        "elements of attribute %s of /%s in %s".formatted(name, path, store),
                        Long.MAX_VALUE,
                        mostBytes / Math.max(1, size),
                        "the file is damaged, or larger chunks have to be allowed");
            }
        }
        return (int) count;
    }

    private static @Nullable Object[] references(long object, BytePointer memory, int count) {
        @Nullable Object[] references = new @Nullable Object[count];
        byte[] name = new byte[4096];
        for (int i = 0; i < count; i++) {
            long length = H5Rget_name(object, H5R_OBJECT1, memory.getPointer(8L * i), name, (long) name.length);
            Hdf5Failure.told("H5Rget_name"); // one that points nowhere is none
            references[i] = length <= 0 || length >= name.length
                    ? null
                    : new Reference(Utf8.lenient(name, 1, (int) length - 1));
        }
        return references;
    }

    private static @Nullable Object scalar(DType dtype, byte[] bytes) {
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
                    default -> at.getLong(0) < 0 ? NdArray.wrap(dtype, new int[0], bytes, 0) : at.getLong(0);
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
        List<@Nullable Object> level = new ArrayList<@Nullable Object>(Arrays.asList(values));
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

    /** Gives an object an attribute, or takes it away. */
    void put(long object, String path, String name, @Nullable Object value) throws IOException {
        if (value == null) {
            if (Hdf5Failure.ok(H5Aexists(object, name), "H5Aexists") > 0) {
                Hdf5Failure.ok(H5Adelete(object, name), "H5Adelete");
            }
            return;
        }
        try (Scope scope = new Scope()) {
            Written written = written(object, path, name, value, scope);
            if (Hdf5Failure.ok(H5Aexists(object, name), "H5Aexists") > 0) {
                if (overwritten(object, name, written)) {
                    return;
                }
                Hdf5Failure.ok(H5Adelete(object, name), "H5Adelete");
            }
            long space = written.shape == null
                    ? scope.keep(H5Screate(H5S_SCALAR), "H5Screate")
                    : scope.keep(
                            H5Screate_simple(written.shape.length, written.shape, (long[]) null), "H5Screate_simple");
            long attribute = scope.keep(H5Acreate2(object, name, written.type, space, 0, 0), "H5Acreate2");
            if (written.count > 0) {
                Hdf5Failure.ok(H5Awrite(attribute, written.type, written.memory), "H5Awrite");
            }
        }
    }

    /** Overwrites an attribute of the same type and shape, which leaves the object's header as it is. */
    private static boolean overwritten(long object, String name, Written written) throws IOException {
        try (Scope scope = new Scope()) {
            long attribute = Hdf5Failure.id(H5Aopen(object, name, 0), "H5Aopen");
            try {
                long space = scope.keep(H5Aget_space(attribute), "H5Aget_space");
                long type = scope.keep(H5Aget_type(attribute), "H5Aget_type");
                int rank = H5Sget_simple_extent_ndims(space);
                long[] shape = new long[Math.max(0, rank)];
                H5Sget_simple_extent_dims(space, shape, (long[]) null);
                boolean same = H5Tequal(type, written.type) > 0
                        && H5Sget_simple_extent_type(space) != H5S_NULL
                        && Arrays.equals(shape, written.shape == null ? new long[0] : written.shape);
                if (same && written.count > 0) {
                    Hdf5Failure.ok(H5Awrite(attribute, type, written.memory), "H5Awrite");
                }
                return same;
            } finally {
                H5Aclose(attribute);
            }
        }
    }

    /** An attribute in the library's memory; no shape is that of a single element. */
    private static final class Written {
        final long type;
        final long @Nullable [] shape;
        final BytePointer memory;
        final long count;

        Written(long type, long @Nullable [] shape, BytePointer memory, long count) {
            this.type = type;
            this.shape = shape;
            this.memory = memory;
            this.count = count;
        }
    }

    private Written written(long object, String path, String name, Object value, Scope scope) throws IOException {
        if (value instanceof Reference reference) {
            BytePointer memory = scope.bytes(8);
            Hdf5Failure.ok(H5Rcreate(memory, object, "/" + reference.path(), H5R_OBJECT1, -1), "H5Rcreate");
            return new Written(H5T_STD_REF_OBJ_g(), null, memory, 1);
        }
        if (value instanceof String text) {
            return texts(path, name, List.of(text), null, scope);
        }
        if (value instanceof List<?> list && !list.isEmpty() && list.stream().allMatch(String.class::isInstance)) {
            return texts(path, name, list.stream().map(String.class::cast).toList(), new long[] {list.size()}, scope);
        }
        NdArray array = numbers(path, name, value);
        boolean single = !(value instanceof List) && !(value instanceof NdArray && array.rank() > 0);
        if (array.dtype().isBigEndian()) {
            array = array.as(DType.of("<" + array.dtype().code().substring(1)));
        }
        byte[] bytes = new byte[array.byteSize()];
        array.copyTo(bytes, 0);
        check(path, name, bytes.length);
        long type = StoredType.create(ElementType.of(array.dtype()), scope);
        BytePointer memory = scope.bytes(bytes.length).put(bytes, 0, bytes.length);
        long[] shape =
                single ? null : Arrays.stream(array.shape()).asLongStream().toArray();
        return new Written(type, shape, memory, bytes.length / Math.max(1, H5Tget_size(type)));
    }

    private Written texts(String path, String name, List<String> texts, long @Nullable [] shape, Scope scope)
            throws IOException {
        check(path, name, (long) BYTES_OF_TEXT * texts.size());
        for (String text : texts) {
            if (text.indexOf('\0') >= 0) {
                throw refused(path, name, "a text with a NUL in it (expected: none, as texts end with it in HDF5)");
            }
        }
        long type = StoredType.create(ElementType.TEXT, scope);
        BytePointer memory = Texts.write(scope, texts.toArray(new String[0]), 0, texts.size());
        return new Written(type, shape, memory, texts.size());
    }

    private void check(String path, String name, long bytes) {
        long size = bytes + name.getBytes(StandardCharsets.UTF_8).length;
        if (size > MOST_BYTES) {
            throw new LimitExceededException(
                    "bytes of attribute %s of /%s in %s".formatted(name, path, store),
                    size,
                    MOST_BYTES,
                    "HDF5 holds no larger ones; about 4000 texts of a list, or use Zarr");
        }
    }

    private NdArray numbers(String path, String name, Object value) {
        if (value instanceof NdArray array) {
            return array;
        }
        List<?> values = value instanceof List<?> list ? list : List.of(value);
        int[] shape = {values.size()};
        if (!values.isEmpty() && values.stream().allMatch(Boolean.class::isInstance)) {
            byte[] bytes = new byte[values.size()];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (Boolean.TRUE.equals(values.get(i)) ? 1 : 0);
            }
            return NdArray.wrap(DType.BOOL, shape, bytes, 0);
        }
        if (!values.isEmpty() && values.stream().allMatch(v -> v instanceof Long || v instanceof Integer)) {
            ByteBuffer bytes = ByteBuffer.allocate(8 * values.size()).order(ByteOrder.LITTLE_ENDIAN);
            values.forEach(v -> bytes.putLong(((Number) v).longValue()));
            return NdArray.wrap(DType.INT64, shape, bytes.array(), 0);
        }
        if (values.stream().allMatch(Number.class::isInstance)) {
            ByteBuffer bytes = ByteBuffer.allocate(8 * values.size()).order(ByteOrder.LITTLE_ENDIAN);
            values.forEach(v -> bytes.putDouble(((Number) v).doubleValue()));
            return NdArray.wrap(DType.FLOAT64, shape, bytes.array(), 0);
        }
        throw refused(
                path,
                name,
                "a %s (expected: a text, a number, a bool, a list of one of these, or an array)"
                        .formatted(value.getClass().getSimpleName()));
    }

    private UnsupportedDataException refused(String path, String name, String problem) {
        return new UnsupportedDataException(store, "attribute %s of /%s".formatted(name, path), problem, null);
    }
}
