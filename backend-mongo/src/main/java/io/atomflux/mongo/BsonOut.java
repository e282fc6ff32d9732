package io.atomflux.mongo;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.bson.RawBsonDocument;

/** Writes the few types of BSON that rows need (bsonspec.org, version 1.1) into one growing array. */
final class BsonOut {

    static final int DOUBLE = 0x01;
    static final int STRING = 0x02;
    static final int DOCUMENT = 0x03;
    static final int ARRAY = 0x04;
    static final int BINARY = 0x05;
    static final int BOOLEAN = 0x08;
    static final int NULL = 0x0a;
    static final int INT32 = 0x10;
    static final int INT64 = 0x12;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] buffer;
    private int at;

    BsonOut(int room) {
        this.buffer = new byte[Math.max(16, room)];
    }

    private void room(int more) {
        if (more > buffer.length - at) {
            long wanted = Math.max((long) at + more, Math.min(2L * buffer.length, Integer.MAX_VALUE - 8));
            if (wanted > Integer.MAX_VALUE - 8) {
                throw new IllegalArgumentException("document of more than 2 GiB (expected: less)");
            }
            buffer = Arrays.copyOf(buffer, (int) wanted);
        }
    }

    private void int32(int value) {
        room(4);
        INT.set(buffer, at, value);
        at += 4;
    }

    private void raw(byte[] bytes) {
        room(bytes.length + 1);
        System.arraycopy(bytes, 0, buffer, at, bytes.length);
        at += bytes.length;
    }

    private void octet(int value) {
        room(1);
        buffer[at++] = (byte) value;
    }

    private static byte[] utf8(String text) {
        for (int i = 0; i < text.length(); ) {
            int point = text.codePointAt(i);
            if (point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE) {
                throw new IllegalArgumentException(
                        "text: lone surrogate U+%04X at %d (expected: well-formed text)".formatted(point, i));
            }
            i += Character.charCount(point);
        }
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void head(int type, String name) {
        if (name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException("field name with a NUL (expected: none)");
        }
        octet(type);
        raw(utf8(name));
        octet(0);
    }

    /** Begins a document or array; give the answer to {@link #end}. */
    int begin() {
        int start = at;
        int32(0);
        return start;
    }

    int begin(int type, String name) {
        head(type, name);
        return begin();
    }

    void end(int start) {
        octet(0);
        INT.set(buffer, start, at - start);
    }

    void number(String name, double value) {
        number(name, DOUBLE, Double.doubleToRawLongBits(value));
    }

    void int64(String name, long value) {
        number(name, INT64, value);
    }

    private void number(String name, int type, long bits) {
        head(type, name);
        room(8);
        LONG.set(buffer, at, bits);
        at += 8;
    }

    void int32(String name, int value) {
        head(INT32, name);
        int32(value);
    }

    void text(String name, String value) {
        head(STRING, name);
        byte[] bytes = utf8(value);
        int32(bytes.length + 1);
        raw(bytes);
        octet(0);
    }

    void flag(String name, boolean value) {
        head(BOOLEAN, name);
        octet(value ? 1 : 0);
    }

    void nothing(String name) {
        head(NULL, name);
    }

    void binary(String name, int subtype, io.atomflux.value.Bytes value) {
        head(BINARY, name);
        int32(value.length());
        octet(subtype);
        room(value.length() + 1);
        value.copyTo(buffer, at);
        at += value.length();
    }

    int length() {
        return at;
    }

    RawBsonDocument toDocument() {
        return new RawBsonDocument(buffer, 0, at);
    }
}
