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

/** What elements of a type that jhdf describes are to others; the same as {@link StoredType} finds out from the natives. */
final class JhdfTypes {

    private JhdfTypes() {}

    /** Looks at a type; empty if it is not supported. */
    static Optional<StoredType> of(DataType type) {
        if (type instanceof FixedPoint number) {
            return integer(number);
        }
        if (type instanceof FloatingPoint number) {
            return number(number);
        }
        if (type instanceof StringData text) {
            return Optional.of(text(
                    text.getSize(),
                    text.getPaddingType() == StringData.PaddingType.SPACE_PADDED
                            ? StoredType.Form.TEXT_SPACE
                            : StoredType.Form.TEXT_NUL));
        }
        if (type instanceof VariableLength text && text.isVariableLengthString()) {
            return Optional.of(text(text.getSize(), StoredType.Form.TEXT_ANY));
        }
        if (type instanceof EnumDataType names) {
            return enumeration(names);
        }
        if (type instanceof CompoundDataType compound) {
            return complex(compound);
        }
        if (type instanceof Reference reference && reference.getType() == Reference.ReferenceType.OBJECT) {
            return Optional.of(text(reference.getSize(), StoredType.Form.REFERENCE));
        }
        return Optional.empty();
    }

    private static StoredType text(int size, StoredType.Form form) {
        return new StoredType(ElementType.TEXT, size, 0, form, Map.of());
    }

    private static StoredType plain(DType dtype, ByteOrder order, int part) {
        int swapped = order == ByteOrder.BIG_ENDIAN && part > 1 ? part : 0;
        return new StoredType(ElementType.of(dtype), dtype.itemSize(), swapped, StoredType.Form.PLAIN, Map.of());
    }

    private static Optional<StoredType> integer(FixedPoint type) {
        int size = type.getSize();
        if (!(size == 1 || size == 2 || size == 4 || size == 8)
                || type.getBitPrecision() != 8 * size
                || type.getBitOffset() != 0) {
            return Optional.empty();
        }
        DType dtype = DType.of("<" + (type.isSigned() ? "i" : "u") + size);
        return Optional.of(plain(dtype, type.getByteOrder(), size));
    }

    private static Optional<StoredType> number(FloatingPoint type) {
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

    private static Optional<StoredType> enumeration(EnumDataType type) {
        return of(type.getBaseType())
                .filter(base -> base.form() == StoredType.Form.PLAIN
                        && base.labels().isEmpty()
                        && base.size() == type.getSize())
                .map(base -> {
                    Map<Long, String> labels = new LinkedHashMap<>();
                    type.getEnumMapping().forEach((value, name) -> labels.put(signed(base, value), name));
                    return base.size() == 1 && labels.equals(Map.of(0L, "FALSE", 1L, "TRUE"))
                            ? plain(DType.BOOL, ByteOrder.LITTLE_ENDIAN, 1)
                            : new StoredType(
                                    base.element(), base.size(), base.swapped(), StoredType.Form.PLAIN, labels);
                });
    }

    private static Optional<StoredType> complex(CompoundDataType type) {
        List<CompoundDataMember> members = type.getMembers();
        if (members.size() != 2
                || !members.get(0).getName().toLowerCase(Locale.ROOT).startsWith("r")
                || !members.get(1).getName().toLowerCase(Locale.ROOT).startsWith("i")) {
            return Optional.empty();
        }
        Optional<StoredType> real = of(members.get(0).getDataType());
        return real.filter(part -> real.equals(of(members.get(1).getDataType()))
                        && part.form() == StoredType.Form.PLAIN
                        && part.element().dtype().kind() == DType.Kind.FLOAT
                        && part.size() >= 4
                        && type.getSize() == 2 * part.size()
                        && members.get(0).getOffset() == 0
                        && members.get(1).getOffset() == part.size())
                .map(part -> new StoredType(
                        ElementType.of(DType.of("<c" + type.getSize())),
                        type.getSize(),
                        part.swapped(),
                        StoredType.Form.PLAIN,
                        Map.of()));
    }

    /** Returns the value of an enumeration, of which jhdf gives the bytes only, as if without sign and little-endian. */
    private static long signed(StoredType base, int bits) {
        long value = base.swapped() > 1
                ? Integer.toUnsignedLong(Integer.reverseBytes(bits) >>> 32 - 8 * Math.min(4, base.size()))
                : bits;
        int unused = Long.SIZE - 8 * base.size();
        return base.element().dtype().kind() == DType.Kind.INT ? value << unused >> unused : value & -1L >>> unused;
    }
}
