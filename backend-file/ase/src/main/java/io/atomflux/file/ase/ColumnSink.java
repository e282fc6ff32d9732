package io.atomflux.file.ase;

import io.atomflux.file.ase.ColumnPlan.Column;
import io.atomflux.file.ase.ColumnPlan.Target;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects the values of one property from the atom lines of one frame.
 *
 * <p>Numbers are parsed in place, from bytes to the bytes of arrays, because that is nearly all there is to do in reading.
 */
final class ColumnSink {

    private static final VarHandle F64 = MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle I64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle I32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final TextCursor in;
    private final NumberReader numbers;
    private final Column column;
    private final int atoms;
    private final boolean ignored;
    private final byte[] bytes;
    private final List<String> words = new ArrayList<>();
    private int filled;

    /**
     * Starts to collect.
     *
     * @param ignored whether the words are skipped, because nobody asks for the values
     */
    ColumnSink(Column column, int atoms, boolean ignored, TextCursor in, NumberReader numbers) {
        this.in = in;
        this.numbers = numbers;
        this.column = column;
        this.atoms = atoms;
        this.ignored = ignored;
        long count = (long) atoms * column.width();
        int itemSize = ignored ? 0 : itemSize();
        if (count * itemSize > Integer.MAX_VALUE - 16) {
            throw new BadFrame(
                    1, "column %s of %d values (expected: an array below 2 GiB)".formatted(column.name(), count));
        }
        bytes = new byte[(int) (count * itemSize)];
    }

    private int itemSize() {
        if (isSymbols()) {
            return 8;
        }
        return switch (column.type()) {
            case 'R' -> 8;
            case 'I' -> 4;
            case 'L' -> 1;
            default -> 0;
        };
    }

    private boolean isSymbols() {
        return column.type() == 'S' && (column.target() == Target.SYMBOLS || column.target() == Target.NUMBERS);
    }

    /** Reads the words of one atom. */
    void readWords() {
        int width = column.width();
        if (ignored) {
            for (int i = 0; i < width; i++) {
                in.nextWord();
            }
            return;
        }
        if (column.type() == 'R') {
            readReals(width);
            return;
        }
        for (int i = 0; i < width; i++) {
            int from = in.nextWord();
            switch (column.type()) {
                case 'I' -> readInteger(from);
                case 'L' -> bytes[filled++] = (byte) (isTrue(from) ? 1 : 0);
                default -> {
                    if (isSymbols()) {
                        readSymbol(from);
                    } else {
                        words.add(in.word(from));
                    }
                }
            }
        }
    }

    private void readReals(int width) {
        byte[] source = in.text; // fields of other objects are too slow to follow byte by byte
        int limit = in.end;
        int next = in.at;
        for (int i = 0; i < width; i++) {
            while (next < limit && source[next] == ' ') {
                next++;
            }
            int stop = numbers.scan(source, next, limit) ? numbers.end() : next;
            if (stop == next || (stop < limit && !TextCursor.isBlank(source[stop]))) {
                in.at = next;
                int from = in.nextWord();
                if (!numbers.read(source, from, in.at)) {
                    throw new BadFrame(
                            in.line, "column %s: \"%s\" (expected: a number)".formatted(column.name(), in.word(from)));
                }
                stop = in.at;
            }
            next = stop;
            F64.set(bytes, filled, numbers.real());
            filled += 8;
        }
        in.at = next;
    }

    private void readInteger(int from) {
        if (!numbers.read(in.text, from, in.at)
                || !numbers.isInteger()
                || numbers.integer() != (int) numbers.integer()) {
            throw new BadFrame(
                    in.line,
                    "column %s: \"%s\" (expected: an integer of 32 bits)".formatted(column.name(), in.word(from)));
        }
        I32.set(bytes, filled, (int) numbers.integer());
        filled += 4;
    }

    private boolean isTrue(int from) {
        int length = in.at - from;
        byte[] text = in.text;
        return text[from] == 'T'
                && (length == 1
                        || (length == 4 && text[from + 1] == 'r' && text[from + 2] == 'u' && text[from + 3] == 'e'));
    }

    private void readSymbol(int from) {
        int number = Symbols.number(in.text, from, in.at);
        // Only symbols in the column of symbols are read in any case.
        if (number < 0
                || (column.target() == Target.NUMBERS && !Symbols.of(number).equals(in.word(from)))) {
            throw new BadFrame(
                    in.line,
                    "column %s: \"%s\" (expected: the symbol of an element)".formatted(column.name(), in.word(from)));
        }
        I64.set(bytes, filled, (long) number);
        filled += 8;
    }

    /** Tells whether there are no values. */
    boolean isIgnored() {
        return ignored;
    }

    /** Returns the values as the row has them. */
    NdArray array() {
        int[] shape = column.width() == 1 ? new int[] {atoms} : new int[] {atoms, column.width()};
        NdArray values;
        if (isSymbols()) {
            values = NdArray.wrap(DType.INT64, shape, bytes, 0);
        } else {
            values = switch (column.type()) {
                case 'R' -> NdArray.wrap(DType.FLOAT64, shape, bytes, 0);
                case 'I' -> NdArray.wrap(DType.INT32, shape, bytes, 0);
                case 'L' -> NdArray.wrap(DType.BOOL, shape, bytes, 0);
                default -> texts(shape);
            };
        }
        return switch (column.target()) {
            case SYMBOLS, NUMBERS -> atomicNumbers(values);
            case POSITIONS -> positions(values);
            case ARRAY -> column.name().equals("initial_charges") ? charges(values) : values;
            case MOVE_MASK, RESULT -> values;
        };
    }

    private NdArray texts(int[] shape) {
        long widest = 0;
        for (String word : words) {
            if (word.charAt(word.length() - 1) == 0) {
                throw new BadFrame(1, "column %s: a word that ends with NUL (expected: text)".formatted(column.name()));
            }
            widest = Math.max(widest, word.codePointCount(0, word.length()));
        }
        long size = widest * 4 * words.size();
        if (size > (1 << 20) + 64L * (in.end + 1)) {
            throw new BadFrame(
                    1,
                    "column %s: %d bytes of padded text (expected: words of about one length)"
                            .formatted(column.name(), size));
        }
        return NdArray.ofTexts(words, shape);
    }

    private NdArray atomicNumbers(NdArray values) {
        boolean symbolic = column.target() == Target.SYMBOLS;
        if (atoms > 0 && (column.width() != 1 || (symbolic && !isSymbols()))) {
            throw new BadFrame(
                    1,
                    "Properties: %s:%s:%d (expected: %s)"
                            .formatted(
                                    column.name(),
                                    column.type(),
                                    column.width(),
                                    symbolic ? column.name() + ":S:1" : "one column"));
        }
        if (values.dtype().equals(DType.FLOAT64)) {
            for (int i = 0; i < values.size(); i++) {
                if (!(Math.abs(values.doubleAt(i)) < 0x1p63)) {
                    throw new BadFrame(
                            2 + i, "column %s: %s (expected: an atomic number)".formatted(column.name(), values.at(i)));
                }
            }
        }
        return atoms == 0 ? NdArray.zeros(DType.INT64, 0) : values.as(DType.INT64);
    }

    private NdArray positions(NdArray values) {
        if (atoms == 0) {
            return NdArray.zeros(DType.FLOAT64, 0, 3);
        }
        if (column.width() != 3) {
            throw new BadFrame(
                    1, "Properties: %s of %d columns (expected: 3)".formatted(column.name(), column.width()));
        }
        return Results.cast(column, values);
    }

    private NdArray charges(NdArray values) {
        if (column.width() != 1) {
            throw new BadFrame(1, "Properties: initial_charges of %d columns (expected: 1)".formatted(column.width()));
        }
        return Results.cast(column, values);
    }
}
