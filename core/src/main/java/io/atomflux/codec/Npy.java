package io.atomflux.codec;

import io.atomflux.value.Bytes;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Arrays as NumPy's {@code .npy} files, see the page "numpy.lib.format" of the NumPy reference.
 *
 * <p>Read are versions 1 to 3 of the header, either order of axes and either order of bytes; object arrays, which are
 * pickles, and element types without a {@link DType} are refused with {@link UnsupportedOperationException}. Written is
 * version 1, a later one only where the header needs it, always with the last axis fastest.
 */
public final class Npy {

    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int ALIGNMENT = 64;
    private static final int LONGEST_HEADER = 1 << 20;

    /** How many bytes of a file tell how long its header is. */
    public static final int START = 12;

    private Npy() {}

    /**
     * What a file says before its elements.
     *
     * @param dtype type of the elements
     * @param shape axis lengths
     * @param fortranOrder whether the first axis is the fastest
     * @param dataOffset where the elements begin
     */
    public record Header(DType dtype, List<Integer> shape, boolean fortranOrder, int dataOffset) {
        public Header {
            shape = List.copyOf(shape);
        }

        /** Returns the number of bytes the elements take; the file ends behind them. */
        public long dataLength() {
            long count = 1;
            for (int axis : shape) {
                count = Math.multiplyExact(count, (long) axis);
            }
            return Math.multiplyExact(count, (long) dtype.itemSize());
        }

        private int[] axes() {
            return shape.stream().mapToInt(Integer::intValue).toArray();
        }
    }

    /** Encodes what stands before the elements of an array; they follow as {@link NdArray#asBuffer} has them. */
    public static Bytes header(DType dtype, int... shape) {
        StringBuilder text = new StringBuilder("{'descr': ");
        descr(text, dtype);
        text.append(", 'fortran_order': False, 'shape': (");
        for (int i = 0; i < shape.length; i++) {
            text.append(i == 0 ? "" : ", ").append(shape[i]);
        }
        text.append(shape.length == 1 ? ",), }" : "), }");
        boolean latin = StandardCharsets.ISO_8859_1.newEncoder().canEncode(text);
        byte[] words = text.toString().getBytes(latin ? StandardCharsets.ISO_8859_1 : StandardCharsets.UTF_8);
        int version = latin ? words.length + ALIGNMENT < 1 << 16 ? 1 : 2 : 3;
        int before = MAGIC.length + 2 + (version == 1 ? 2 : 4);
        int length = (before + words.length + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT - before;
        ByteBuffer out = ByteBuffer.allocate(before + length).order(ByteOrder.LITTLE_ENDIAN);
        out.put(MAGIC).put((byte) version).put((byte) 0);
        if (version == 1) {
            out.putShort((short) length);
        } else {
            out.putInt(length);
        }
        out.put(words);
        while (out.remaining() > 1) {
            out.put((byte) ' ');
        }
        out.put((byte) '\n');
        return Bytes.wrap(out.array());
    }

    private static void descr(StringBuilder text, DType dtype) {
        if (dtype.fields().isEmpty()) {
            text.append('\'').append(dtype.code()).append('\'');
            return;
        }
        text.append('[');
        for (int i = 0; i < dtype.fields().size(); i++) {
            DType.Field field = dtype.fields().get(i);
            text.append(i == 0 ? "(" : ", (");
            quoted(text, field.name());
            text.append(", ");
            descr(text, field.type());
            if (!field.shape().isEmpty()) {
                text.append(", (");
                field.shape().forEach(axis -> text.append(axis).append(", "));
                text.append(')');
            }
            text.append(')');
        }
        text.append(']');
    }

    private static void quoted(StringBuilder text, String name) {
        text.append('\'');
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '\\' || c == '\'') {
                text.append('\\').append(c);
            } else if (c < ' ' || Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < name.length()
                        && Character.isLowSurrogate(name.charAt(i + 1));
                text.append(pair ? "\\U%08x".formatted(name.codePointAt(i++)) : "\\u%04x".formatted((int) c));
            } else {
                text.append(c);
            }
        }
        text.append('\'');
    }

    /** Encodes an array as a file. */
    public static Bytes encode(NdArray array) {
        Bytes header = header(array.dtype(), array.shape());
        byte[] file = new byte[Math.addExact(header.length(), array.byteSize())];
        header.copyTo(file, 0);
        array.copyTo(file, header.length());
        return Bytes.wrap(file);
    }

    /**
     * Tells where the elements begin.
     *
     * @param start at least the first {@link #START} bytes of a file
     * @throws IllegalArgumentException if it is no such file
     */
    public static int dataOffset(ByteBuffer start) {
        ByteBuffer in = start.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        byte[] magic = new byte[MAGIC.length];
        if (in.remaining() < START) {
            throw new IllegalArgumentException(
                    "npy: %d bytes (expected: at least %d)".formatted(in.remaining(), START));
        }
        in.get(magic);
        if (!Arrays.equals(magic, MAGIC)) {
            throw new IllegalArgumentException("npy: no file of NumPy (expected: \\x93NUMPY at its beginning)");
        }
        int version = in.get();
        in.get();
        if (version < 1 || version > 3) {
            throw new UnsupportedOperationException("npy version %d (expected: 1 to 3)".formatted(version));
        }
        int before = in.position() - start.position() + (version == 1 ? 2 : 4);
        int length = version == 1 ? in.getShort() & 0xffff : in.getInt();
        if (length < 0 || length > LONGEST_HEADER) {
            throw new IllegalArgumentException("npy header: %d bytes (expected: at most %d)"
                    .formatted(Integer.toUnsignedLong(length), LONGEST_HEADER));
        }
        return before + length;
    }

    /**
     * Reads what stands before the elements.
     *
     * @param start at least the bytes up to {@link #dataOffset}
     * @throws IllegalArgumentException if it is malformed
     * @throws UnsupportedOperationException if the elements are objects or of another refused type
     */
    public static Header header(ByteBuffer start) {
        int end = dataOffset(start);
        if (start.remaining() < end) {
            throw new IllegalArgumentException("npy header: %d bytes (expected: %d)".formatted(start.remaining(), end));
        }
        int version = start.get(start.position() + MAGIC.length);
        int before = version == 1 ? 10 : 12;
        Charset charset = version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1;
        String text;
        try {
            text = charset.newDecoder()
                    .decode(start.slice(start.position() + before, end - before))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("npy header: no UTF-8", e);
        }
        if (!(PythonLiteral.parse(text.strip()) instanceof Map<?, ?> map)
                || map.size() != 3
                || !(map.get("fortran_order") instanceof Boolean fortran)
                || !(map.get("shape") instanceof List<?> axes)) {
            throw new IllegalArgumentException("npy header: expected descr, fortran_order and shape");
        }
        List<Integer> shape = new ArrayList<>();
        for (Object axis : axes) {
            shape.add(NumpyTypes.axis(axis));
        }
        Object descr = map.get("descr");
        DType dtype = NumpyTypes.of(descr, 0);
        Header header = new Header(dtype, shape, fortran, end);
        try {
            header.dataLength();
        } catch (ArithmeticException e) {
            throw new IllegalArgumentException("npy shape: %s (expected: less than 2^63 bytes)".formatted(shape), e);
        }
        return header;
    }

    /**
     * Decodes a file; the array shares its bytes if the last axis is the fastest.
     *
     * @throws IllegalArgumentException if it is malformed, or longer or shorter than its header says
     * @throws UnsupportedOperationException if the elements are objects or of another refused type
     */
    public static NdArray decode(byte[] file) {
        Header header = header(ByteBuffer.wrap(file));
        long rest = file.length - (long) header.dataOffset();
        if (header.dataLength() != rest) {
            throw new IllegalArgumentException("npy elements: %d bytes (expected: %d for %s of shape %s)"
                    .formatted(rest, header.dataLength(), header.dtype(), header.shape()));
        }
        return decode(header, file, header.dataOffset());
    }

    /** Makes an array of the elements behind a header. */
    public static NdArray decode(Header header, byte[] elements, int offset) {
        int[] shape = header.axes();
        if (!header.fortranOrder() || shape.length < 2 || header.dataLength() == 0) {
            return NdArray.wrap(header.dtype(), shape, elements, offset);
        }
        NdArray checked = NdArray.wrap(header.dtype(), shape, elements, offset);
        int item = header.dtype().itemSize();
        byte[] turned = new byte[checked.byteSize()];
        int[] at = new int[shape.length];
        long[] strides = new long[shape.length];
        strides[0] = 1;
        for (int i = 1; i < shape.length; i++) {
            strides[i] = strides[i - 1] * shape[i - 1];
        }
        long from = 0;
        for (int to = 0; to < turned.length; to += item) {
            System.arraycopy(elements, offset + (int) from * item, turned, to, item);
            int axis = shape.length - 1;
            while (axis >= 0 && ++at[axis] == shape[axis]) {
                from -= strides[axis] * (shape[axis] - 1L);
                at[axis--] = 0;
            }
            if (axis >= 0) {
                from += strides[axis];
            }
        }
        return NdArray.wrap(header.dtype(), shape, turned, 0);
    }

    /** The literals of Python that a header is made of. */
    private static final class PythonLiteral {

        private final String text;
        private int at;

        private PythonLiteral(String text) {
            this.text = text;
        }

        static @Nullable Object parse(String text) {
            PythonLiteral in = new PythonLiteral(text);
            Object value = in.value(0);
            in.blanks();
            if (in.at != text.length()) {
                throw in.bad();
            }
            return value;
        }

        private IllegalArgumentException bad() {
            return new IllegalArgumentException(
                    "npy header: character %d of %d (expected: a Python literal)".formatted(at, text.length()));
        }

        private void blanks() {
            while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\n')) {
                at++;
            }
        }

        private char peek() {
            blanks();
            if (at == text.length()) {
                throw bad();
            }
            return text.charAt(at);
        }

        private @Nullable Object value(int depth) {
            if (depth > 2 * MsgpackWriter.DEEPEST) {
                throw new UnsupportedOperationException("npy header nested deeper than " + depth);
            }
            char c = peek();
            if (c == '{') {
                return map(depth);
            } else if (c == '(' || c == '[') {
                return items(c == '(' ? ')' : ']', depth);
            } else if (c == '\'' || c == '"') {
                return quoted(c);
            } else if (Character.isDigit(c)) {
                return number();
            } else if (text.startsWith("True", at)) {
                at += 4;
                return true;
            } else if (text.startsWith("False", at)) {
                at += 5;
                return false;
            }
            throw bad();
        }

        private Map<String, @Nullable Object> map(int depth) {
            Map<String, @Nullable Object> map = new java.util.HashMap<>();
            at++;
            while (peek() != '}') {
                char quote = peek();
                if (quote != '\'' && quote != '"') {
                    throw bad();
                }
                String name = quoted(quote);
                if (peek() != ':') {
                    throw bad();
                }
                at++;
                if (map.put(name, value(depth + 1)) != null) {
                    throw bad();
                }
                if (peek() == ',') {
                    at++;
                } else if (peek() != '}') {
                    throw bad();
                }
            }
            at++;
            return map;
        }

        private List<@Nullable Object> items(char end, int depth) {
            List<@Nullable Object> items = new ArrayList<>();
            at++;
            while (peek() != end) {
                items.add(value(depth + 1));
                if (peek() == ',') {
                    at++;
                } else if (peek() != end) {
                    throw bad();
                }
            }
            at++;
            return items;
        }

        private long number() {
            int from = at;
            while (at < text.length() && Character.isDigit(text.charAt(at))) {
                at++;
            }
            String digits = text.substring(from, at);
            if (at < text.length() && text.charAt(at) == 'L') { // of Python 2
                at++;
            }
            try {
                return Long.parseLong(digits);
            } catch (NumberFormatException e) {
                throw bad();
            }
        }

        private String quoted(char quote) {
            StringBuilder out = new StringBuilder();
            at++;
            while (at < text.length() && text.charAt(at) != quote) {
                char c = text.charAt(at++);
                if (c != '\\') {
                    out.append(c);
                } else {
                    escaped(out);
                }
            }
            if (at == text.length()) {
                throw bad();
            }
            at++;
            return out.toString();
        }

        private void escaped(StringBuilder out) {
            if (at == text.length()) {
                throw bad();
            }
            char c = text.charAt(at++);
            switch (c) {
                case '\\', '\'', '"' -> out.append(c);
                case 'n' -> out.append('\n');
                case 'r' -> out.append('\r');
                case 't' -> out.append('\t');
                case 'x' -> out.appendCodePoint(hex(2));
                case 'u' -> out.append((char) hex(4));
                case 'U' -> out.appendCodePoint(hex(8));
                default -> throw bad();
            }
        }

        private int hex(int digits) {
            try {
                int code = Integer.parseInt(text.substring(at, at + digits), 16);
                at += digits;
                if (!Character.isValidCodePoint(code)) {
                    throw bad();
                }
                return code;
            } catch (IndexOutOfBoundsException | NumberFormatException e) {
                throw bad();
            }
        }
    }
}
