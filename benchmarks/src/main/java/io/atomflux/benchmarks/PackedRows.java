package io.atomflux.benchmarks;

import io.atomflux.atoms.Atoms;
import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.value.BlobRow;
import io.atomflux.value.KeySet;
import io.atomflux.value.Row;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a program on the bare driver does with a reply of the reading scripts: a list in msgpack of fields and values of one
 * row, or of size, two sort keys, and rows, each such a list or one of the values of the wanted fields.
 *
 * <p>Understands what the scripts answer with for rows of this comparison, and nothing else.
 */
final class PackedRows {

    private static volatile @Nullable KeySet lastKeys;

    private final byte[] bytes;
    private int at;

    private PackedRows(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Touches every value of the one row that {@code get.lua} answers, as a structure. */
    static long touchStructure(byte[] reply) {
        return Touch.atoms(Atoms.fromRow(new PackedRows(reply).row()));
    }

    /** Touches every value of every row, as structures. */
    static long touchStructures(byte[] reply) {
        PackedRows packed = of(reply);
        long sum = 0;
        while (packed.at < packed.bytes.length) {
            sum += Touch.atoms(Atoms.fromRow(packed.row()));
        }
        return sum;
    }

    /** Touches the values of one column. */
    static long touchColumn(byte[] reply) {
        PackedRows packed = of(reply);
        long sum = 0;
        while (packed.at < packed.bytes.length) {
            int count = packed.arrayLength();
            for (int i = 0; i < count; i++) {
                int length = packed.textLength();
                sum += Touch.value(NumpyMsgpack.CODEC.decode(packed.bytes, packed.at, length));
                packed.at += length;
            }
        }
        return sum;
    }

    /** Counts bytes only. */
    static long bytes(byte[] reply) {
        return reply.length;
    }

    private static PackedRows of(byte[] reply) {
        PackedRows packed = new PackedRows(reply);
        packed.arrayLength();
        packed.skip();
        packed.skip();
        packed.skip();
        return packed;
    }

    private Row row() {
        int count = arrayLength() / 2;
        int[] names = new int[2 * count];
        int[] bounds = new int[2 * count];
        for (int i = 0; i < count; i++) {
            span(names, i);
            span(bounds, i);
        }
        return NumpyMsgpack.decode(BlobRow.wrap(keys(names), bytes, bounds), "bare driver", 0);
    }

    private void span(int[] spans, int index) {
        int length = textLength();
        spans[2 * index] = at;
        at += length;
        spans[2 * index + 1] = at;
    }

    /** Rows of one store mostly have the same keys. */
    private KeySet keys(int[] names) {
        KeySet last = lastKeys;
        if (last != null && matches(last, names)) {
            return last;
        }
        List<String> found = new ArrayList<>();
        for (int i = 0; i < names.length; i += 2) {
            found.add(new String(bytes, names[i], names[i + 1] - names[i], StandardCharsets.UTF_8));
        }
        KeySet made = KeySet.of(found);
        lastKeys = made;
        return made;
    }

    private boolean matches(KeySet keys, int[] names) {
        if (2 * keys.size() != names.length) {
            return false;
        }
        for (int i = 0; i < keys.size(); i++) {
            if (!keys.encodedEquals(i, bytes, names[2 * i], names[2 * i + 1] - names[2 * i])) {
                return false;
            }
        }
        return true;
    }

    private int arrayLength() {
        int head = bytes[at++] & 0xff;
        return switch (head) {
            case 0xdc -> unsigned(2);
            case 0xdd -> unsigned(4);
            default -> expected(head >> 4 == 0x9, head) & 0x0f;
        };
    }

    private int textLength() {
        int head = bytes[at++] & 0xff;
        return switch (head) {
            case 0xd9, 0xc4 -> unsigned(1);
            case 0xda, 0xc5 -> unsigned(2);
            case 0xdb, 0xc6 -> unsigned(4);
            default -> expected(head >> 5 == 0x5, head) & 0x1f;
        };
    }

    /** Goes over a number, a boolean or a text. */
    private void skip() {
        int head = bytes[at] & 0xff;
        if (head < 0x80 || head == 0xc0 || head == 0xc2 || head == 0xc3) {
            at++;
        } else if (head >= 0xcc && head <= 0xcf) {
            at += 1 + (1 << head - 0xcc);
        } else {
            int length = textLength();
            at += length;
        }
    }

    private int unsigned(int count) {
        int number = 0;
        for (int i = 0; i < count; i++) {
            number = number << 8 | bytes[at++] & 0xff;
        }
        return number;
    }

    private int expected(boolean fits, int head) {
        if (!fits) {
            throw new IllegalStateException(
                    "byte 0x%02x at %d of a reply (expected: as the script packs rows)".formatted(head, at - 1));
        }
        return head;
    }
}
