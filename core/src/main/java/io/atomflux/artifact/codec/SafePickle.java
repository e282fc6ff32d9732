package io.atomflux.artifact.codec;

import io.atomflux.value.Bytes;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads pickles of plain values: the codes of "pickletools.py" of Python 3.11 that name no class and call nothing; every
 * other code is refused before anything behind it is looked at.
 *
 * <p>Lists, tuples and sets become lists, dictionaries maps with texts as keys. What is made is bounded by the bytes that are
 * there: each value costs at least one, and a container that is referred to many times counts each time.
 */
final class SafePickle {

    private static final int DEEPEST = 64;
    private static final Object MARK = new Object();
    private static final Extent LEAF = new Extent(1, 0);
    private static final Map<Integer, String> CODE_RUNNING = Map.ofEntries(
            Map.entry((int) 'c', "GLOBAL"),
            Map.entry(0x93, "STACK_GLOBAL"),
            Map.entry((int) 'R', "REDUCE"),
            Map.entry((int) 'b', "BUILD"),
            Map.entry((int) 'i', "INST"),
            Map.entry((int) 'o', "OBJ"),
            Map.entry(0x81, "NEWOBJ"),
            Map.entry(0x92, "NEWOBJ_EX"),
            Map.entry(0x82, "EXT1"),
            Map.entry(0x83, "EXT2"),
            Map.entry(0x84, "EXT4"),
            Map.entry((int) 'P', "PERSID"),
            Map.entry((int) 'Q', "BINPERSID"));

    private final ByteBuffer in;
    private final List<Object> memo = new ArrayList<>();
    private final ArrayDeque<Object> stack = new ArrayDeque<>();
    private final Map<Object, Extent> extents = new IdentityHashMap<>();
    private final long most;

    private record Extent(long count, int height) {}

    /** Stands for None, which a stack cannot hold. */
    private static final Object NONE = new Object();

    /** A dictionary that is being filled: keys and values one after the other. */
    private static final class Dict {
        private final List<Object> items = new ArrayList<>();
    }

    private SafePickle(byte[] bytes, int offset) {
        this.in = ByteBuffer.wrap(bytes, offset, bytes.length - offset).order(ByteOrder.LITTLE_ENDIAN);
        this.most = 16L * bytes.length + (1 << 16);
    }

    /**
     * Reads a pickle.
     *
     * @throws IllegalArgumentException if it is damaged
     * @throws UnsupportedOperationException if it would run code, or holds what has no place in a plain value
     */
    static @Nullable Object read(byte[] bytes, int offset) {
        SafePickle pickle = new SafePickle(bytes, offset);
        Object value = pickle.run();
        pickle.extent(value, 0);
        return pickle.plain(value, new IdentityHashMap<>());
    }

    private IllegalArgumentException bad(String problem) {
        return new IllegalArgumentException("pickle, byte %d: %s".formatted(in.position(), problem));
    }

    private Object run() {
        while (true) {
            int code = one();
            switch (code) {
                case 0x80 -> {
                    if (one() > 5) {
                        throw bad("a protocol above 5");
                    }
                }
                case 0x95 -> {
                    if (in.remaining() < 8 || in.getLong() > in.remaining()) {
                        throw bad("a frame beyond the end");
                    }
                }
                case 0x4e -> stack.push(NONE);
                case 0x88 -> stack.push(true);
                case 0x89 -> stack.push(false);
                case 0x4b -> stack.push((long) one());
                case 0x4d -> stack.push((long) (need(2).getShort() & 0xffff));
                case 0x4a -> stack.push((long) need(4).getInt());
                case 0x8a -> stack.push(integer(one()));
                case 0x47 -> stack.push(Double.longBitsToDouble(Long.reverseBytes(need(8).getLong())));
                case 0x8c -> stack.push(text(one()));
                case 0x58 -> stack.push(text(length4()));
                case 0x8d -> stack.push(text(length8()));
                case 0x43 -> stack.push(Bytes.wrap(part(one())));
                case 0x42 -> stack.push(Bytes.wrap(part(length4())));
                case 0x8e, 0x96 -> stack.push(Bytes.wrap(part(length8())));
                case 0x7d -> stack.push(new Dict());
                case 0x5d, 0x29, 0x8f -> stack.push(new ArrayList<>());
                case 0x28 -> stack.push(MARK);
                case 0x94 -> memo.add(top());
                case 0x68 -> stack.push(remembered(one()));
                case 0x6a -> stack.push(remembered(length4()));
                case 0x73 -> {
                    Object value = pop();
                    Object key = pop();
                    setItems(List.of(key, value));
                }
                case 0x75 -> setItems(toMark());
                case 0x61 -> {
                    Object item = pop();
                    list().add(item);
                }
                case 0x65, 0x90 -> {
                    List<Object> items = toMark();
                    list().addAll(items);
                }
                case 0x85 -> tuple(1);
                case 0x86 -> tuple(2);
                case 0x87 -> tuple(3);
                case 0x74, 0x91, 0x6c -> stack.push(toMark());
                case 0x64 -> {
                    List<Object> items = toMark();
                    stack.push(new Dict());
                    setItems(items);
                }
                case 0x30 -> pop();
                case 0x31 -> toMark();
                case 0x32 -> stack.push(top());
                case 0x2e -> {
                    Object value = pop();
                    if (!stack.isEmpty() || in.hasRemaining()) {
                        throw bad("more than one value");
                    }
                    return value;
                }
                default -> throw refused(code);
            }
        }
    }

    private UnsupportedOperationException refused(int code) {
        String name = CODE_RUNNING.get(code);
        return new UnsupportedOperationException(
                name == null
                        ? "pickle code 0x%02x (expected: codes of plain values)".formatted(code)
                        : "pickle code %s, which runs code of Python (expected: plain values)".formatted(name));
    }

    private ByteBuffer need(int length) {
        if (in.remaining() < length) {
            throw bad("the end (is it cut?)");
        }
        return in;
    }

    private int one() {
        return need(1).get() & 0xff;
    }

    private int length4() {
        int length = need(4).getInt();
        if (length < 0) {
            throw bad("a length of 2 GiB or more");
        }
        return length;
    }

    private int length8() {
        long length = need(8).getLong();
        if (length < 0 || length > in.remaining()) {
            throw bad("a length of %d".formatted(length));
        }
        return (int) length;
    }

    private byte[] part(int length) {
        need(length);
        byte[] part = new byte[length];
        in.get(part);
        return part;
    }

    private String text(int length) {
        need(length);
        ByteBuffer part = in.slice(in.position(), length);
        in.position(in.position() + length);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(part).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("pickle, byte %d: a text that is no UTF-8".formatted(in.position()), e);
        }
    }

    private Object integer(int length) {
        byte[] bytes = part(length);
        for (int i = 0; i < length / 2; i++) {
            byte low = bytes[i];
            bytes[i] = bytes[length - 1 - i];
            bytes[length - 1 - i] = low;
        }
        BigInteger number = length == 0 ? BigInteger.ZERO : new BigInteger(bytes);
        if (number.bitLength() <= 63) {
            return number.longValue();
        } else if (number.signum() < 0 || number.bitLength() > 64) {
            throw new UnsupportedOperationException("an integer outside -2^63 to 2^64 - 1");
        }
        return number;
    }

    private Object pop() {
        Object top = stack.poll();
        if (top == null || top == MARK) {
            throw bad("a value is missing");
        }
        return top;
    }

    private Object top() {
        Object top = stack.peek();
        if (top == null || top == MARK) {
            throw bad("a value is missing");
        }
        return top;
    }

    private Object remembered(int index) {
        if (index >= memo.size()) {
            throw bad("value %d of %d that were remembered".formatted(index, memo.size()));
        }
        return memo.get(index);
    }

    private List<Object> toMark() {
        Deque<Object> items = new ArrayDeque<>();
        while (true) {
            Object item = stack.poll();
            if (item == null) {
                throw bad("a mark is missing");
            } else if (item == MARK) {
                return new ArrayList<>(items);
            }
            items.push(item);
        }
    }

    @SuppressWarnings("unchecked") // only lists of this class come here
    private List<Object> list() {
        if (top() instanceof List<?> list) {
            return (List<Object>) list;
        }
        throw bad("a list is missing");
    }

    private void setItems(List<Object> items) {
        if (!(top() instanceof Dict dict) || items.size() % 2 != 0) {
            throw bad("a dictionary is missing");
        }
        dict.items.addAll(items);
    }

    private void tuple(int length) {
        Object[] items = new Object[length];
        for (int i = length - 1; i >= 0; i--) {
            items[i] = pop();
        }
        stack.push(new ArrayList<>(Arrays.asList(items)));
    }

    /**
     * Counts what a value holds, one that is referred to several times each time, and its height; refuses what is too much, and
     * what holds itself.
     */
    private Extent extent(Object value, int depth) {
        List<Object> items = value instanceof Dict dict ? dict.items : value instanceof List ? listOf(value) : null;
        if (items == null) {
            return LEAF;
        }
        Extent known = extents.get(value);
        if (known == null && depth <= DEEPEST) {
            long count = 1;
            int height = 0;
            for (Object item : items) {
                Extent inner = extent(item, depth + 1);
                count += inner.count();
                height = Math.max(height, inner.height() + 1);
                if (count > most) {
                    throw new UnsupportedOperationException(
                            "values that refer to each other more than %d times".formatted(most));
                }
            }
            known = new Extent(count, height);
            extents.put(value, known);
        }
        if (known == null || depth + known.height() > DEEPEST) {
            throw new UnsupportedOperationException(
                    "values nested deeper than %d, or in themselves".formatted(DEEPEST));
        }
        return known;
    }

    @SuppressWarnings("unchecked")
    private static List<Object> listOf(Object value) {
        return (List<Object>) value;
    }

    private @Nullable Object plain(Object value, Map<Object, Object> done) {
        if (value == NONE) {
            return null;
        }
        Object known = done.get(value);
        if (known != null) {
            return known;
        }
        Object made;
        if (value instanceof Dict dict) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            for (int i = 0; i < dict.items.size(); i += 2) {
                if (!(dict.items.get(i) instanceof String name)) {
                    throw new UnsupportedOperationException("a dictionary key that is no text");
                }
                map.put(name, plain(dict.items.get(i + 1), done));
            }
            made = Collections.unmodifiableMap(map);
        } else if (value instanceof List) {
            List<@Nullable Object> list = new ArrayList<>();
            for (Object item : listOf(value)) {
                list.add(plain(item, done));
            }
            made = Collections.unmodifiableList(list);
        } else {
            return value;
        }
        done.put(value, made);
        return made;
    }
}
