package io.atomflux.file.columnar.hdf5;

import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.value.DType;
import io.jhdf.object.datatype.CompoundDataType;
import io.jhdf.object.datatype.CompoundDataType.CompoundDataMember;
import io.jhdf.object.datatype.DataType;
import io.jhdf.object.datatype.EnumDataType;
import io.jhdf.object.datatype.FixedPoint;
import io.jhdf.object.datatype.FloatingPoint;
import io.jhdf.object.datatype.Reference;
import io.jhdf.object.datatype.StringData;
import io.jhdf.object.datatype.VariableLength;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What elements of a type that jhdf describes are to others.
 *
 * <p>Bools are h5py's: an enumeration FALSE, TRUE over one byte; complex numbers are its compounds of {@code r} and {@code i}.
 * Source: "Special types" of h5py's documentation.
 *
 * @param element what others see
 * @param size bytes of one element in the file
 * @param swapped bytes of each number whose order is turned; 0 if none is
 * @param form how they lie
 * @param labels see {@link io.atomflux.file.columnar.tree.ArrayInfo#labels}
 */
record JhdfType(ElementType element, int size, int swapped, Form form, Map<Long, String> labels) {

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

    /** Looks at a type; empty if it is not supported. */
    static Optional<JhdfType> of(DataType type) {
        if (type instanceof FixedPoint number) {
            return integer(number);
        }
        if (type instanceof FloatingPoint number) {
            return number(number);
        }
        if (type instanceof StringData text) {
            return Optional.of(text(
                    text.getSize(),
                    text.getPaddingType() == StringData.PaddingType.SPACE_PADDED ? Form.TEXT_SPACE : Form.TEXT_NUL));
        }
        if (type instanceof VariableLength text && text.isVariableLengthString()) {
            return Optional.of(text(text.getSize(), Form.TEXT_ANY));
        }
        if (type instanceof EnumDataType names) {
            return enumeration(names);
        }
        if (type instanceof CompoundDataType compound) {
            return complex(compound);
        }
        if (type instanceof Reference reference && reference.getType() == Reference.ReferenceType.OBJECT) {
            return Optional.of(text(reference.getSize(), Form.REFERENCE));
        }
        return Optional.empty();
    }

    private static JhdfType text(int size, Form form) {
        return new JhdfType(ElementType.TEXT, size, 0, form, Map.of());
    }

    private static JhdfType plain(DType dtype, ByteOrder order, int part) {
        int swapped = order == ByteOrder.BIG_ENDIAN && part > 1 ? part : 0;
        return new JhdfType(ElementType.of(dtype), dtype.itemSize(), swapped, Form.PLAIN, Map.of());
    }

    private static Optional<JhdfType> integer(FixedPoint type) {
        int size = type.getSize();
        if (!(size == 1 || size == 2 || size == 4 || size == 8)
                || type.getBitPrecision() != 8 * size
                || type.getBitOffset() != 0) {
            return Optional.empty();
        }
        DType dtype = DType.of("<" + (type.isSigned() ? "i" : "u") + size);
        return Optional.of(plain(dtype, type.getByteOrder(), size));
    }

    private static Optional<JhdfType> number(FloatingPoint type) {
        List<Integer> is = List.of(
                type.getSignLocation() & 0xFF,
                type.getExponentLocation() & 0xFF,
                type.getExponentSize() & 0xFF,
                type.getMantissaLocation() & 0xFF,
                type.getMantissaSize() & 0xFF,
                type.getExponentBias());
        List<Integer> ieee = switch (type.getSize()) {
            case 2 -> List.of(15, 10, 5, 0, 10, 15);
            case 4 -> List.of(31, 23, 8, 0, 23, 127);
            case 8 -> List.of(63, 52, 11, 0, 52, 1023);
            default -> List.of();
        };
        boolean whole = type.getBitPrecision() == 8 * type.getSize() && type.getBitOffset() == 0;
        return whole && is.equals(ieee)
                ? Optional.of(plain(DType.of("<f" + type.getSize()), type.getByteOrder(), type.getSize()))
                : Optional.empty();
    }

    private static Optional<JhdfType> enumeration(EnumDataType type) {
        return of(type.getBaseType())
                .filter(base -> base.form == Form.PLAIN && base.labels.isEmpty() && base.size == type.getSize())
                .map(base -> {
                    Map<Long, String> labels = new LinkedHashMap<>();
                    type.getEnumMapping().forEach((value, name) -> labels.put(base.signed(value), name));
                    return base.size == 1 && labels.equals(Map.of(0L, "FALSE", 1L, "TRUE"))
                            ? plain(DType.BOOL, ByteOrder.LITTLE_ENDIAN, 1)
                            : new JhdfType(base.element, base.size, base.swapped, Form.PLAIN, labels);
                });
    }

    private static Optional<JhdfType> complex(CompoundDataType type) {
        List<CompoundDataMember> members = type.getMembers();
        if (members.size() != 2
                || !members.get(0).getName().toLowerCase(Locale.ROOT).startsWith("r")
                || !members.get(1).getName().toLowerCase(Locale.ROOT).startsWith("i")) {
            return Optional.empty();
        }
        Optional<JhdfType> real = of(members.get(0).getDataType());
        return real.filter(part -> real.equals(of(members.get(1).getDataType()))
                        && part.form == Form.PLAIN
                        && part.element.dtype().kind() == DType.Kind.FLOAT
                        && part.size >= 4
                        && type.getSize() == 2 * part.size
                        && members.get(0).getOffset() == 0
                        && members.get(1).getOffset() == part.size)
                .map(part -> new JhdfType(
                        ElementType.of(DType.of("<c" + type.getSize())),
                        type.getSize(),
                        part.swapped,
                        Form.PLAIN,
                        Map.of()));
    }

    /** Returns the value of an enumeration, of which jhdf gives the bytes only, as if without sign and little-endian. */
    private long signed(int bits) {
        long value =
                swapped > 1 ? Integer.toUnsignedLong(Integer.reverseBytes(bits) >>> 32 - 8 * Math.min(4, size)) : bits;
        int unused = Long.SIZE - 8 * size;
        return element.dtype().kind() == DType.Kind.INT ? value << unused >> unused : value & -1L >>> unused;
    }

    /** Turns the bytes of numbers in place to little-endian. */
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
            while (form == Form.TEXT_SPACE && to > from && bytes[to - 1] == ' ') {
                to--;
            }
            texts[i] = Utf8.lenient(bytes, from, to - from);
        }
        return texts;
    }
}
