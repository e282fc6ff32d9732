package io.atomflux.file.arrow;

import com.google.flatbuffers.FlatBufferBuilder;
import io.atomflux.value.DType;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.arrow.flatbuf.Bool;
import org.apache.arrow.flatbuf.Date;
import org.apache.arrow.flatbuf.DateUnit;
import org.apache.arrow.flatbuf.Duration;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Field;
import org.apache.arrow.flatbuf.FixedSizeBinary;
import org.apache.arrow.flatbuf.FixedSizeList;
import org.apache.arrow.flatbuf.FloatingPoint;
import org.apache.arrow.flatbuf.Int;
import org.apache.arrow.flatbuf.KeyValue;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.flatbuf.Time;
import org.apache.arrow.flatbuf.TimeUnit;
import org.apache.arrow.flatbuf.Timestamp;
import org.apache.arrow.flatbuf.Type;

/** Types and metadata as Arrow's messages have them: "Schema.fbs" of the Arrow format 1.5. */
final class Schemas {

    private static final int DEEPEST = 16;
    private static final int MOST_ENTRIES = 10_000;

    private Schemas() {}

    /** Returns the type of a field's values; of a dictionary-encoded one those of its dictionary. */
    static ArrowType type(Field field, int depth) {
        if (depth > DEEPEST) {
            throw new UnsupportedOperationException("type nested deeper than " + DEEPEST);
        }
        switch (field.typeType()) {
            case Type.Null -> {
                return ArrowType.NULL;
            }
            case Type.Bool -> {
                return ArrowType.BOOL;
            }
            case Type.Int -> {
                return integer(read(field, new Int()));
            }
            case Type.FloatingPoint -> {
                return switch (read(field, new FloatingPoint()).precision()) {
                    case 0 -> ArrowType.number(DType.FLOAT16);
                    case 1 -> ArrowType.number(DType.FLOAT32);
                    case 2 -> ArrowType.number(DType.FLOAT64);
                    default -> throw new UnsupportedOperationException("float of an unknown precision");
                };
            }
            case Type.Utf8 -> {
                return ArrowType.UTF8;
            }
            case Type.LargeUtf8 -> {
                return ArrowType.LARGE_UTF8;
            }
            case Type.Binary -> {
                return ArrowType.BINARY;
            }
            case Type.LargeBinary -> {
                return ArrowType.LARGE_BINARY;
            }
            case Type.FixedSizeBinary -> {
                return ArrowType.fixedBinary(
                        length(read(field, new FixedSizeBinary()).byteWidth()));
            }
            case Type.Timestamp -> {
                Timestamp type = read(field, new Timestamp());
                String zone = type.timezone();
                return ArrowType.parse("timestamp[" + unit(type.unit()) + (zone == null ? "]" : ", tz=" + zone + "]"));
            }
            case Type.Date -> {
                return ArrowType.parse(read(field, new Date()).unit() == DateUnit.DAY ? "date32[day]" : "date64[ms]");
            }
            case Type.Time -> {
                Time type = read(field, new Time());
                return ArrowType.parse("time" + type.bitWidth() + "[" + unit(type.unit()) + "]");
            }
            case Type.Duration -> {
                return ArrowType.parse(
                        "duration[" + unit(read(field, new Duration()).unit()) + "]");
            }
            case Type.List -> {
                return ArrowType.list(item(field, depth), false);
            }
            case Type.LargeList -> {
                return ArrowType.list(item(field, depth), true);
            }
            case Type.FixedSizeList -> {
                return ArrowType.fixedList(
                        item(field, depth),
                        length(read(field, new FixedSizeList()).listSize()));
            }
            default ->
                throw new UnsupportedOperationException(
                        "type %s (expected: numbers, bool, texts, bytes, times, or lists of these)"
                                .formatted(name(field)));
        }
    }

    private static String name(Field field) {
        int type = field.typeType();
        return type >= 0 && type < Type.names.length ? Type.name(type) : "of number " + type;
    }

    private static <T extends com.google.flatbuffers.Table> T read(Field field, T room) {
        if (field.type(room) == null) {
            throw new IllegalArgumentException("a field without its type");
        }
        return room;
    }

    private static int length(int length) {
        if (length < 0) {
            throw new IllegalArgumentException("a fixed length of " + length);
        }
        return length;
    }

    static ArrowType integer(Int type) {
        String text = (type.isSigned() ? "int" : "uint") + type.bitWidth();
        return ArrowType.parse(text);
    }

    private static String unit(short unit) {
        return switch (unit) {
            case TimeUnit.SECOND -> "s";
            case TimeUnit.MILLISECOND -> "ms";
            case TimeUnit.MICROSECOND -> "us";
            case TimeUnit.NANOSECOND -> "ns";
            default -> throw new UnsupportedOperationException("time in an unknown unit");
        };
    }

    private static ArrowType item(Field field, int depth) {
        return type(child(field), depth + 1);
    }

    static Field child(Field field) {
        if (field.childrenLength() != 1) {
            throw new IllegalArgumentException("a list with %d children".formatted(field.childrenLength()));
        }
        return field.children(0);
    }

    static Map<String, String> metadata(Schema schema) {
        Map<String, String> metadata = new LinkedHashMap<>();
        int length = schema.customMetadataLength();
        if (length < 0 || length > MOST_ENTRIES) {
            throw new UnsupportedOperationException("metadata of %d entries".formatted(length));
        }
        for (int i = 0; i < length; i++) {
            KeyValue entry = schema.customMetadata(i);
            String key = entry.key();
            String value = entry.value();
            metadata.put(key == null ? "" : key, value == null ? "" : value);
        }
        return metadata;
    }

    /** Writes a schema; answers its place. */
    static int write(FlatBufferBuilder out, Map<String, ArrowType> columns, Map<String, String> metadata) {
        int[] fields = new int[columns.size()];
        int i = 0;
        for (Map.Entry<String, ArrowType> column : columns.entrySet()) {
            fields[i++] = field(out, column.getKey(), column.getValue());
        }
        int[] entries = new int[metadata.size()];
        i = 0;
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
            entries[i++] =
                    KeyValue.createKeyValue(out, out.createString(entry.getKey()), out.createString(entry.getValue()));
        }
        int all = Schema.createFieldsVector(out, fields);
        int more = Schema.createCustomMetadataVector(out, entries);
        return Schema.createSchema(out, Endianness.Little, all, more, 0);
    }

    private static int field(FlatBufferBuilder out, String name, ArrowType type) {
        int children = Field.createChildrenVector(
                out, type.item() == null ? new int[0] : new int[] {field(out, "item", type.item())});
        int text = out.createString(name);
        int at = type(out, type);
        return Field.createField(out, text, true, code(type), at, 0, children, 0);
    }

    private static byte code(ArrowType type) {
        return switch (type.form()) {
            case NULL -> Type.Null;
            case BOOL -> Type.Bool;
            case UTF8 -> Type.Utf8;
            case LARGE_UTF8 -> Type.LargeUtf8;
            case BINARY -> Type.Binary;
            case LARGE_BINARY -> Type.LargeBinary;
            case FIXED_BINARY -> Type.FixedSizeBinary;
            case LIST -> Type.List;
            case LARGE_LIST -> Type.LargeList;
            case FIXED_LIST -> Type.FixedSizeList;
            case NUMBER -> {
                String text = type.text();
                yield text.startsWith("timestamp")
                        ? Type.Timestamp
                        : text.startsWith("date")
                                ? Type.Date
                                : text.startsWith("time")
                                        ? Type.Time
                                        : text.startsWith("duration")
                                                ? Type.Duration
                                                : type.needDtype().kind() == DType.Kind.FLOAT
                                                        ? Type.FloatingPoint
                                                        : Type.Int;
            }
        };
    }

    private static int type(FlatBufferBuilder out, ArrowType type) {
        switch (code(type)) {
            case Type.Timestamp -> {
                String text = type.text();
                int zone = text.indexOf(", tz=");
                int at = zone < 0 ? 0 : out.createString(text.substring(zone + 5, text.length() - 1));
                return Timestamp.createTimestamp(out, unit(text), at);
            }
            case Type.Date -> {
                return Date.createDate(out, type.text().equals("date32[day]") ? DateUnit.DAY : DateUnit.MILLISECOND);
            }
            case Type.Time -> {
                return Time.createTime(out, unit(type.text()), type.needDtype().itemSize() * 8);
            }
            case Type.Duration -> {
                return Duration.createDuration(out, unit(type.text()));
            }
            case Type.FloatingPoint -> {
                int size = type.needDtype().itemSize();
                return FloatingPoint.createFloatingPoint(out, (short) (size == 2 ? 0 : size == 4 ? 1 : 2));
            }
            case Type.Int -> {
                DType dtype = type.needDtype();
                return Int.createInt(out, dtype.itemSize() * 8, dtype.kind() == DType.Kind.INT);
            }
            case Type.FixedSizeBinary -> {
                return FixedSizeBinary.createFixedSizeBinary(out, type.length());
            }
            case Type.FixedSizeList -> {
                return FixedSizeList.createFixedSizeList(out, type.length());
            }
            case Type.Bool -> {
                Bool.startBool(out);
                return Bool.endBool(out);
            }
            default -> {
                out.startTable(0); // the other types say nothing more
                return out.endTable();
            }
        }
    }

    private static short unit(String text) {
        int at = text.indexOf('[') + 1;
        String unit = text.substring(at).replaceAll("[^a-z].*", "");
        return switch (unit) {
            case "s" -> TimeUnit.SECOND;
            case "ms" -> TimeUnit.MILLISECOND;
            case "us" -> TimeUnit.MICROSECOND;
            default -> TimeUnit.NANOSECOND;
        };
    }
}
