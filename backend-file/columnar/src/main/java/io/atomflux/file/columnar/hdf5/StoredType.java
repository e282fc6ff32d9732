package io.atomflux.file.columnar.hdf5;

import static org.bytedeco.hdf5.global.hdf5.H5T_COMPOUND;
import static org.bytedeco.hdf5.global.hdf5.H5T_CSET_UTF8;
import static org.bytedeco.hdf5.global.hdf5.H5T_C_S1_g;
import static org.bytedeco.hdf5.global.hdf5.H5T_ENUM;
import static org.bytedeco.hdf5.global.hdf5.H5T_FLOAT;
import static org.bytedeco.hdf5.global.hdf5.H5T_IEEE_F32LE_g;
import static org.bytedeco.hdf5.global.hdf5.H5T_IEEE_F64LE_g;
import static org.bytedeco.hdf5.global.hdf5.H5T_INTEGER;
import static org.bytedeco.hdf5.global.hdf5.H5T_ORDER_BE;
import static org.bytedeco.hdf5.global.hdf5.H5T_ORDER_LE;
import static org.bytedeco.hdf5.global.hdf5.H5T_REFERENCE;
import static org.bytedeco.hdf5.global.hdf5.H5T_STD_I16LE_g;
import static org.bytedeco.hdf5.global.hdf5.H5T_STD_I32LE_g;
import static org.bytedeco.hdf5.global.hdf5.H5T_STD_I64LE_g;
import static org.bytedeco.hdf5.global.hdf5.H5T_STD_I8LE_g;
import static org.bytedeco.hdf5.global.hdf5.H5T_STD_REF_OBJ_g;
import static org.bytedeco.hdf5.global.hdf5.H5T_STD_U16LE_g;
import static org.bytedeco.hdf5.global.hdf5.H5T_STD_U32LE_g;
import static org.bytedeco.hdf5.global.hdf5.H5T_STD_U64LE_g;
import static org.bytedeco.hdf5.global.hdf5.H5T_STD_U8LE_g;
import static org.bytedeco.hdf5.global.hdf5.H5T_STRING;
import static org.bytedeco.hdf5.global.hdf5.H5T_STR_NULLTERM;
import static org.bytedeco.hdf5.global.hdf5.H5T_STR_SPACEPAD;
import static org.bytedeco.hdf5.global.hdf5.H5Tcopy;
import static org.bytedeco.hdf5.global.hdf5.H5Tcreate;
import static org.bytedeco.hdf5.global.hdf5.H5Tenum_create;
import static org.bytedeco.hdf5.global.hdf5.H5Tenum_insert;
import static org.bytedeco.hdf5.global.hdf5.H5Tequal;
import static org.bytedeco.hdf5.global.hdf5.H5Tget_class;
import static org.bytedeco.hdf5.global.hdf5.H5Tget_ebias;
import static org.bytedeco.hdf5.global.hdf5.H5Tget_fields;
import static org.bytedeco.hdf5.global.hdf5.H5Tget_member_name;
import static org.bytedeco.hdf5.global.hdf5.H5Tget_member_offset;
import static org.bytedeco.hdf5.global.hdf5.H5Tget_member_type;
import static org.bytedeco.hdf5.global.hdf5.H5Tget_member_value;
import static org.bytedeco.hdf5.global.hdf5.H5Tget_nmembers;
import static org.bytedeco.hdf5.global.hdf5.H5Tget_offset;
import static org.bytedeco.hdf5.global.hdf5.H5Tget_order;
import static org.bytedeco.hdf5.global.hdf5.H5Tget_precision;
import static org.bytedeco.hdf5.global.hdf5.H5Tget_sign;
import static org.bytedeco.hdf5.global.hdf5.H5Tget_size;
import static org.bytedeco.hdf5.global.hdf5.H5Tget_strpad;
import static org.bytedeco.hdf5.global.hdf5.H5Tget_super;
import static org.bytedeco.hdf5.global.hdf5.H5Tinsert;
import static org.bytedeco.hdf5.global.hdf5.H5Tis_variable_str;
import static org.bytedeco.hdf5.global.hdf5.H5Tset_cset;
import static org.bytedeco.hdf5.global.hdf5.H5Tset_ebias;
import static org.bytedeco.hdf5.global.hdf5.H5Tset_fields;
import static org.bytedeco.hdf5.global.hdf5.H5Tset_precision;
import static org.bytedeco.hdf5.global.hdf5.H5Tset_size;
import static org.bytedeco.hdf5.global.hdf5.H5Tset_strpad;
import static org.bytedeco.hdf5.global.hdf5.H5free_memory;

import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.value.DType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.jspecify.annotations.Nullable;

/**
 * How elements lie in the file, and what they are to others.
 *
 * <p>Bools are h5py's: an enumeration FALSE, TRUE over one byte; complex numbers are its compounds of {@code r} and {@code i}.
 * Source: "Special types" of h5py's documentation; "HDF5 File Format Specification 3.0", IV.A.2.d.
 *
 * @param element what others see
 * @param size bytes of one element in the file
 * @param swapped bytes of each number whose order is turned; 0 if none is
 * @param form how
 * @param labels see {@link io.atomflux.file.columnar.tree.ArrayInfo#labels}
 */
record StoredType(ElementType element, int size, int swapped, Form form, Map<Long, String> labels) {

    /** How elements lie. */
    enum Form {
        /** Numbers. */
        PLAIN,
        /** Texts of fixed length, ended by a NUL if shorter. */
        TEXT_NUL,
        /** Texts of fixed length, filled up with spaces. */
        TEXT_SPACE,
        /** Texts of any length, which lie elsewhere. */
        TEXT_ANY,
        /** References to objects. */
        REFERENCE
    }

    private static final int MOST_LABELS = 1 << 16;

    private static StoredType plain(DType dtype, int swapped) {
        return new StoredType(ElementType.of(dtype), dtype.itemSize(), swapped, Form.PLAIN, Map.of());
    }

    /** Looks at a type; null if it is not supported. */
    static @Nullable StoredType of(long type, Scope scope) throws IOException {
        int size = (int) Math.min(Integer.MAX_VALUE, H5Tget_size(type));
        int kind = H5Tget_class(type);
        if (kind == H5T_INTEGER) {
            return integer(type, size);
        } else if (kind == H5T_FLOAT) {
            return number(type, size);
        } else if (kind == H5T_STRING) {
            if (Hdf5Failure.ok(H5Tis_variable_str(type), "H5Tis_variable_str") > 0) {
                return new StoredType(ElementType.TEXT, size, 0, Form.TEXT_ANY, Map.of());
            }
            Form form = H5Tget_strpad(type) == H5T_STR_SPACEPAD ? Form.TEXT_SPACE : Form.TEXT_NUL;
            return new StoredType(ElementType.TEXT, size, 0, form, Map.of());
        } else if (kind == H5T_ENUM) {
            return enumeration(type, size, scope);
        } else if (kind == H5T_COMPOUND) {
            return complex(type, size, scope);
        } else if (kind == H5T_REFERENCE && H5Tequal(type, H5T_STD_REF_OBJ_g()) > 0) {
            return new StoredType(ElementType.TEXT, size, 0, Form.REFERENCE, Map.of());
        }
        return null;
    }

    private static @Nullable StoredType integer(long type, int size) {
        boolean known = size == 1 || size == 2 || size == 4 || size == 8;
        if (!known || H5Tget_precision(type) != 8L * size || H5Tget_offset(type) != 0) {
            return null;
        }
        DType dtype = DType.of("<" + (H5Tget_sign(type) == 0 ? "u" : "i") + size);
        return ordered(type, dtype, size);
    }

    private static @Nullable StoredType number(long type, int size) {
        long precision = H5Tget_precision(type);
        if (precision != 8L * size || H5Tget_offset(type) != 0) {
            return null;
        }
        long[] want = switch (size) {
            case 2 -> new long[] {15, 10, 5, 0, 10, 15};
            case 4 -> new long[] {31, 23, 8, 0, 23, 127};
            case 8 -> new long[] {63, 52, 11, 0, 52, 1023};
            default -> new long[0];
        };
        if (want.length == 0) {
            return null;
        }
        try (SizeTPointer f = new SizeTPointer(5)) {
            H5Tget_fields(type, at(f, 0), at(f, 1), at(f, 2), at(f, 3), at(f, 4));
            long[] is = {f.get(0), f.get(1), f.get(2), f.get(3), f.get(4), H5Tget_ebias(type)};
            return Arrays.equals(is, want) ? ordered(type, DType.of("<f" + size), size) : null;
        }
    }

    private static SizeTPointer at(SizeTPointer array, int i) {
        return new SizeTPointer(array).position(i);
    }

    private static @Nullable StoredType ordered(long type, DType dtype, int part) {
        int order = H5Tget_order(type);
        if (order == H5T_ORDER_LE || part == 1) {
            return plain(dtype, 0);
        }
        return order == H5T_ORDER_BE ? plain(dtype, part) : null;
    }

    private static @Nullable StoredType enumeration(long type, int size, Scope scope) throws IOException {
        StoredType base = of(scope.keep(H5Tget_super(type), "H5Tget_super"), scope);
        int members = H5Tget_nmembers(type);
        if (base == null || base.form != Form.PLAIN || members < 0 || members > MOST_LABELS) {
            return null;
        }
        Map<Long, String> labels = new LinkedHashMap<>();
        BytePointer value = scope.bytes(size);
        for (int i = 0; i < members; i++) {
            Hdf5Failure.ok(H5Tget_member_value(type, i, value), "H5Tget_member_value");
            byte[] bytes = new byte[size];
            value.position(0).get(bytes);
            base.decode(bytes);
            labels.put(number(bytes), memberName(type, i));
        }
        if (size == 1 && labels.equals(Map.of(0L, "FALSE", 1L, "TRUE"))) {
            return plain(DType.BOOL, 0);
        }
        return new StoredType(base.element, size, base.swapped, Form.PLAIN, labels);
    }

    private static long number(byte[] little) {
        long number = little[little.length - 1] < 0 ? -1 : 0;
        for (int i = little.length - 1; i >= 0; i--) {
            number = number << 8 | (little[i] & 0xFF);
        }
        return number;
    }

    private static String memberName(long type, int member) throws IOException {
        BytePointer name = H5Tget_member_name(type, member);
        Hdf5Failure.check(name == null || name.isNull(), "H5Tget_member_name");
        String text = new String(name.getStringBytes(), StandardCharsets.UTF_8);
        H5free_memory(name);
        return text;
    }

    private static @Nullable StoredType complex(long type, int size, Scope scope) throws IOException {
        if (H5Tget_nmembers(type) != 2
                || !memberName(type, 0).toLowerCase(Locale.ROOT).startsWith("r")
                || !memberName(type, 1).toLowerCase(Locale.ROOT).startsWith("i")) {
            return null;
        }
        StoredType real = of(scope.keep(H5Tget_member_type(type, 0), "H5Tget_member_type"), scope);
        StoredType imaginary = of(scope.keep(H5Tget_member_type(type, 1), "H5Tget_member_type"), scope);
        if (real == null || !real.equals(imaginary)) {
            return null;
        }
        boolean whole = real.form == Form.PLAIN
                && real.element.dtype().kind() == DType.Kind.FLOAT
                && real.size >= 4
                && size == 2 * real.size
                && H5Tget_member_offset(type, 0) == 0
                && H5Tget_member_offset(type, 1) == real.size;
        return whole ? plain(DType.of("<c" + size), real.swapped) : null;
    }

    /** Makes the type for a new array or attribute, as h5py makes it. */
    static long create(ElementType element, Scope scope) throws IOException {
        if (element.isText()) {
            return texts(scope, -1);
        }
        DType dtype = element.dtype();
        return switch (dtype.kind()) {
            case BOOL -> bools(scope);
            case INT ->
                switch (dtype.itemSize()) {
                    case 1 -> H5T_STD_I8LE_g();
                    case 2 -> H5T_STD_I16LE_g();
                    case 4 -> H5T_STD_I32LE_g();
                    default -> H5T_STD_I64LE_g();
                };
            case UINT ->
                switch (dtype.itemSize()) {
                    case 1 -> H5T_STD_U8LE_g();
                    case 2 -> H5T_STD_U16LE_g();
                    case 4 -> H5T_STD_U32LE_g();
                    default -> H5T_STD_U64LE_g();
                };
            case FLOAT ->
                switch (dtype.itemSize()) {
                    case 2 -> half(scope);
                    case 4 -> H5T_IEEE_F32LE_g();
                    default -> H5T_IEEE_F64LE_g();
                };
            case COMPLEX -> complex(scope, dtype.itemSize() / 2);
            case BYTES, UNICODE, STRUCT ->
                throw new IllegalArgumentException(
                        "HDF5 array of %s (expected: numbers, bools or texts)".formatted(dtype));
        };
    }

    /** Makes the type of UTF-8 texts; of any length if the size is -1. */
    private static long texts(Scope scope, long size) throws IOException {
        long type = scope.keep(H5Tcopy(H5T_C_S1_g()), "H5Tcopy");
        Hdf5Failure.ok(H5Tset_size(type, size), "H5Tset_size");
        Hdf5Failure.ok(H5Tset_strpad(type, H5T_STR_NULLTERM), "H5Tset_strpad");
        Hdf5Failure.ok(H5Tset_cset(type, H5T_CSET_UTF8), "H5Tset_cset");
        return type;
    }

    private static long bools(Scope scope) throws IOException {
        long type = scope.keep(H5Tenum_create(H5T_STD_I8LE_g()), "H5Tenum_create");
        try (BytePointer value = new BytePointer(1)) {
            Hdf5Failure.ok(H5Tenum_insert(type, "FALSE", value.put((byte) 0)), "H5Tenum_insert");
            Hdf5Failure.ok(H5Tenum_insert(type, "TRUE", value.put((byte) 1)), "H5Tenum_insert");
        }
        return type;
    }

    private static long half(Scope scope) throws IOException {
        long type = scope.keep(H5Tcopy(H5T_IEEE_F32LE_g()), "H5Tcopy");
        Hdf5Failure.ok(H5Tset_fields(type, 15, 10, 5, 0, 10), "H5Tset_fields");
        Hdf5Failure.ok(H5Tset_precision(type, 16), "H5Tset_precision");
        Hdf5Failure.ok(H5Tset_size(type, 2), "H5Tset_size");
        Hdf5Failure.ok(H5Tset_ebias(type, 15), "H5Tset_ebias");
        return type;
    }

    private static long complex(Scope scope, int half) throws IOException {
        long part = half == 4 ? H5T_IEEE_F32LE_g() : H5T_IEEE_F64LE_g();
        long type = scope.keep(H5Tcreate(H5T_COMPOUND, 2L * half), "H5Tcreate");
        Hdf5Failure.ok(H5Tinsert(type, "r", 0, part), "H5Tinsert");
        Hdf5Failure.ok(H5Tinsert(type, "i", half, part), "H5Tinsert");
        return type;
    }

    boolean isAnyText() {
        return form == Form.TEXT_ANY;
    }

    /** Tells whether these are texts that lie where the elements lie. */
    boolean isFixedText() {
        return form == Form.TEXT_NUL || form == Form.TEXT_SPACE;
    }

    /** Turns the bytes of numbers in place, to little-endian or back. */
    void decode(byte[] bytes) {
        if (swapped == 0) {
            return;
        }
        for (int from = 0; from + swapped <= bytes.length; from += swapped) {
            for (int a = from, b = from + swapped - 1; a < b; a++, b--) {
                byte kept = bytes[a];
                bytes[a] = bytes[b];
                bytes[b] = kept;
            }
        }
    }

    /** Returns texts of fixed length. */
    String[] texts(byte[] bytes) {
        String[] texts = new String[size == 0 ? 0 : bytes.length / size];
        for (int i = 0; i < texts.length; i++) {
            int from = i * size;
            int to = from;
            while (to < from + size && bytes[to] != 0) {
                to++;
            }
            if (form == Form.TEXT_SPACE) {
                while (to > from && bytes[to - 1] == ' ') {
                    to--;
                }
            }
            texts[i] = Utf8.lenient(bytes, from, to - from);
        }
        return texts;
    }

    /** Returns the bytes of texts of fixed length; null in place of one that does not fit. */
    byte @Nullable [] bytes(String[] texts) {
        ByteBuffer out =
                ByteBuffer.allocate(Math.multiplyExact(texts.length, size)).order(ByteOrder.LITTLE_ENDIAN);
        if (form == Form.TEXT_SPACE) {
            Arrays.fill(out.array(), (byte) ' ');
        }
        for (int i = 0; i < texts.length; i++) {
            byte[] utf8 = texts[i].getBytes(StandardCharsets.UTF_8);
            if (utf8.length > size || texts[i].indexOf('\0') >= 0) {
                return null;
            }
            out.position(i * size).put(utf8);
        }
        return out.array();
    }
}
