package io.atomflux.hub.parquet;

import io.atomflux.value.Bytes;
import io.atomflux.value.DType;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.apache.parquet.format.ConvertedType;
import org.apache.parquet.format.DecimalType;
import org.apache.parquet.format.IntType;
import org.apache.parquet.format.LogicalType;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.TimeType;
import org.apache.parquet.format.TimeUnit;
import org.apache.parquet.format.TimestampType;
import org.apache.parquet.format.Type;
import org.jspecify.annotations.Nullable;

/**
 * How the values of a column are stored and what they become.
 *
 * <p>Integers become long ({@link BigInteger} from 2^63 on), floats of all sizes double, texts, enumerations and JSON String,
 * other byte strings and UUIDs {@link Bytes}, decimals their exact text as Python's {@code str(Decimal)} writes it, dates and
 * times their ISO 8601 text as Python's {@code isoformat} does: {@code +00:00} at the end of a timestamp if the column is adjusted to
 * UTC, else no zone; a fraction of no, six, or (if there are nanoseconds) nine digits. INT96 is a timestamp without zone.
 * Intervals are ISO 8601 durations.
 *
 * <p>Sources: "Plain" in {@code Encodings.md} for what is stored, {@code LogicalTypes.md} for what it means; both of the
 * Parquet format. Values lie in a byte array, numbers in little-endian order.
 */
final class LeafType {

    static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle FLOAT = MethodHandles.byteArrayViewVarHandle(float[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle DOUBLE =
            MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int LARGEST_FIXED = 1 << 24;
    private static final int LARGEST_SCALE = 10_000;

    /** What a stored value becomes. */
    @FunctionalInterface
    private interface Conversion {
        @Nullable
        Object of(byte[] bytes, int at, int length);
    }

    final Type physical;
    /** The size of each value, or 0 if they differ. */
    final int width;
    /** What an array of such values holds; null if they are no numbers. */
    final @Nullable DType number;

    final boolean isText;
    private final Conversion conversion;

    private LeafType(Type physical, int width, @Nullable DType number, boolean isText, Conversion conversion) {
        this.physical = physical;
        this.width = width;
        this.number = number;
        this.isText = isText;
        this.conversion = conversion;
    }

    /** Makes a value of its bytes. */
    @Nullable
    Object value(byte[] bytes, int at, int length) {
        return conversion.of(bytes, at, length);
    }

    /** Tells how values of one physical type are stored, whatever they mean. */
    static LeafType of(SchemaElement element, Place place) {
        Type type = element.getType();
        if (type == null) {
            throw place.unsupported("a physical type that is unknown");
        }
        LogicalType logical = element.getLogicalType();
        if ((logical != null && logical.isSetUNKNOWN())) {
            return new LeafType(type, width(type, element, place), null, false, (b, at, n) -> null);
        }
        return switch (type) {
            case BOOLEAN -> new LeafType(type, 1, DType.BOOL, false, (b, at, n) -> b[at] != 0);
            case INT32 -> int32(element, place);
            case INT64 -> int64(element, place);
            case INT96 -> new LeafType(type, 12, null, false, (b, at, n) -> int96(b, at));
            case FLOAT -> new LeafType(type, 4, DType.FLOAT32, false, (b, at, n) -> (double) (float) FLOAT.get(b, at));
            case DOUBLE -> new LeafType(type, 8, DType.FLOAT64, false, (b, at, n) -> (double) DOUBLE.get(b, at));
            case BYTE_ARRAY -> binary(element, 0, place);
            case FIXED_LEN_BYTE_ARRAY -> binary(element, width(type, element, place), place);
        };
    }

    private static int width(Type type, SchemaElement element, Place place) {
        return switch (type) {
            case BOOLEAN -> 1;
            case INT32, FLOAT -> 4;
            case INT64, DOUBLE -> 8;
            case INT96 -> 12;
            case BYTE_ARRAY -> 0;
            case FIXED_LEN_BYTE_ARRAY -> {
                int length = element.getType_length();
                if (length < 1 || length > LARGEST_FIXED) {
                    throw place.corrupt("byte strings of the fixed length " + length);
                }
                yield length;
            }
        };
    }

    private static LeafType int32(SchemaElement element, Place place) {
        LogicalType logical = element.getLogicalType();
        ConvertedType converted = element.getConverted_type();
        if (logical != null && logical.isSetDATE() || converted == ConvertedType.DATE) {
            return int32(null, (b, at, n) -> IsoTimes.date((int) INT.get(b, at)));
        }
        if (isTime(logical) || converted == ConvertedType.TIME_MILLIS) {
            return int32(null, (b, at, n) -> IsoTimes.time((int) INT.get(b, at) * 1_000_000L));
        }
        if (isDecimal(element)) {
            int scale = scale(element, place);
            return int32(null, (b, at, n) -> decimal(BigInteger.valueOf((int) INT.get(b, at)), scale));
        }
        return switch (integer(element, 32)) {
            case 8 -> int32(DType.INT8, (b, at, n) -> (long) (int) INT.get(b, at));
            case 16 -> int32(DType.INT16, (b, at, n) -> (long) (int) INT.get(b, at));
            case -8 -> int32(DType.UINT8, (b, at, n) -> (int) INT.get(b, at) & 0xffL);
            case -16 -> int32(DType.UINT16, (b, at, n) -> (int) INT.get(b, at) & 0xffffL);
            case -32 -> int32(DType.UINT32, (b, at, n) -> (int) INT.get(b, at) & 0xffff_ffffL);
            default -> int32(DType.INT32, (b, at, n) -> (long) (int) INT.get(b, at));
        };
    }

    private static LeafType int32(@Nullable DType number, Conversion conversion) {
        return new LeafType(Type.INT32, 4, number, false, conversion);
    }

    private static LeafType int64(SchemaElement element, Place place) {
        LogicalType logical = element.getLogicalType();
        ConvertedType converted = element.getConverted_type();
        if (logical != null && logical.isSetTIMESTAMP()) {
            TimestampType stamp = logical.getTIMESTAMP();
            long perSecond = perSecond(stamp.getUnit(), place);
            boolean utc = stamp.isIsAdjustedToUTC();
            return int64(null, (b, at, n) -> IsoTimes.timestamp((long) LONG.get(b, at), perSecond, utc));
        }
        if (converted == ConvertedType.TIMESTAMP_MILLIS || converted == ConvertedType.TIMESTAMP_MICROS) {
            long perSecond = converted == ConvertedType.TIMESTAMP_MILLIS ? 1_000 : 1_000_000;
            return int64(null, (b, at, n) -> IsoTimes.timestamp((long) LONG.get(b, at), perSecond, true));
        }
        if (logical != null && logical.isSetTIME()) {
            TimeType time = logical.getTIME();
            long scale = 1_000_000_000L / perSecond(time.getUnit(), place);
            return int64(null, (b, at, n) -> IsoTimes.time(scaled((long) LONG.get(b, at), scale)));
        }
        if (converted == ConvertedType.TIME_MICROS) {
            return int64(null, (b, at, n) -> IsoTimes.time(scaled((long) LONG.get(b, at), 1000)));
        }
        if (isDecimal(element)) {
            int scale = scale(element, place);
            return int64(null, (b, at, n) -> decimal(BigInteger.valueOf((long) LONG.get(b, at)), scale));
        }
        if (integer(element, 64) < 0) {
            return int64(DType.UINT64, (b, at, n) -> unsigned((long) LONG.get(b, at)));
        }
        return int64(DType.INT64, (b, at, n) -> (long) LONG.get(b, at));
    }

    private static LeafType int64(@Nullable DType number, Conversion conversion) {
        return new LeafType(Type.INT64, 8, number, false, conversion);
    }

    private static LeafType binary(SchemaElement element, int width, Place place) {
        Type type = width == 0 ? Type.BYTE_ARRAY : Type.FIXED_LEN_BYTE_ARRAY;
        LogicalType logical = element.getLogicalType();
        ConvertedType converted = element.getConverted_type();
        if (isDecimal(element)) {
            int scale = scale(element, place);
            return new LeafType(
                    type,
                    width,
                    null,
                    false,
                    (b, at, n) -> decimal(n == 0 ? BigInteger.ZERO : new BigInteger(b, at, n), scale));
        }
        boolean text = logical != null && (logical.isSetSTRING() || logical.isSetENUM() || logical.isSetJSON())
                || converted == ConvertedType.UTF8
                || converted == ConvertedType.ENUM
                || converted == ConvertedType.JSON;
        if (text) {
            return new LeafType(type, width, null, true, (b, at, n) -> text(b, at, n, place));
        }
        if (logical != null && logical.isSetFLOAT16() && width == 2) {
            return new LeafType(type, 2, DType.FLOAT16, false, (b, at, n) -> float16(b, at));
        }
        if (converted == ConvertedType.INTERVAL && width == 12) {
            return new LeafType(
                    type,
                    width,
                    null,
                    false,
                    (b, at, n) -> IsoTimes.interval(
                            (int) INT.get(b, at), (int) INT.get(b, at + 4), (int) INT.get(b, at + 8)));
        }
        return new LeafType(type, width, null, false, (b, at, n) -> Bytes.wrap(Arrays.copyOfRange(b, at, at + n)));
    }

    /** Returns how many bits an integer has, negative if it is unsigned. */
    private static int integer(SchemaElement element, int bits) {
        LogicalType logical = element.getLogicalType();
        if (logical != null && logical.isSetINTEGER()) {
            IntType type = logical.getINTEGER();
            return type.isIsSigned() ? type.getBitWidth() : -type.getBitWidth();
        }
        ConvertedType converted = element.getConverted_type();
        if (converted == null) {
            return bits;
        }
        return switch (converted) {
            case INT_8 -> 8;
            case INT_16 -> 16;
            case UINT_8 -> -8;
            case UINT_16 -> -16;
            case UINT_32 -> -32;
            case UINT_64 -> -64;
            default -> bits;
        };
    }

    private static boolean isTime(@Nullable LogicalType logical) {
        return logical != null && logical.isSetTIME();
    }

    private static boolean isDecimal(SchemaElement element) {
        LogicalType logical = element.getLogicalType();
        return logical != null && logical.isSetDECIMAL() || element.getConverted_type() == ConvertedType.DECIMAL;
    }

    private static int scale(SchemaElement element, Place place) {
        LogicalType logical = element.getLogicalType();
        DecimalType type = logical != null && logical.isSetDECIMAL() ? logical.getDECIMAL() : null;
        int scale = type != null ? type.getScale() : element.getScale();
        if (scale < 0 || scale > LARGEST_SCALE) {
            throw place.corrupt("decimals of scale " + scale);
        }
        return scale;
    }

    private static long perSecond(@Nullable TimeUnit unit, Place place) {
        if (unit != null && unit.isSetMILLIS()) {
            return 1_000;
        } else if (unit != null && unit.isSetMICROS()) {
            return 1_000_000;
        } else if (unit != null && unit.isSetNANOS()) {
            return 1_000_000_000;
        }
        throw place.unsupported("a unit of time that is unknown");
    }

    // Times of day beyond a day are refused by IsoTimes; this keeps them beyond it.
    private static long scaled(long value, long scale) {
        return Math.abs(value) > Long.MAX_VALUE / scale ? Long.MAX_VALUE : value * scale;
    }

    private static String decimal(BigInteger unscaled, int scale) {
        return new BigDecimal(unscaled, scale).toString();
    }

    private static Object unsigned(long bits) {
        return bits >= 0 ? (Object) bits : BigInteger.valueOf(bits).add(BigInteger.ONE.shiftLeft(64));
    }

    private static String int96(byte[] bytes, int at) {
        // Nanoseconds of the day, then the Julian day; 2 440 588 is 1970-01-01.
        long nanos = (long) LONG.get(bytes, at);
        int day = (int) INT.get(bytes, at + 8);
        return IsoTimes.timestamp(day - 2_440_588L, nanos);
    }

    private static Object float16(byte[] bytes, int at) {
        int bits = (bytes[at] & 0xff) | (bytes[at + 1] & 0xff) << 8;
        int exponent = bits >> 10 & 0x1f;
        int fraction = bits & 0x3ff;
        double size;
        if (exponent == 0x1f) {
            size = fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
        } else {
            size = exponent == 0 ? Math.scalb((double) fraction, -24) : Math.scalb(1024.0 + fraction, exponent - 25);
        }
        return (bits & 0x8000) == 0 ? size : -size;
    }

    private static String text(byte[] bytes, int at, int length, Place place) {
        String text = new String(bytes, at, length, StandardCharsets.UTF_8);
        // The replacement character may stand in the data too; only then decode again, strictly.
        if (text.indexOf('\ufffd') >= 0) {
            try {
                StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, at, length));
            } catch (CharacterCodingException e) {
                throw place.corrupt("a text that is not UTF-8", e);
            }
        }
        return text;
    }
}
