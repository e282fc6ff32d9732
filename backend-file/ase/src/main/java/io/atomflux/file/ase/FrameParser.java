package io.atomflux.file.ase;

import io.atomflux.file.ase.ColumnPlan.Column;
import io.atomflux.file.ase.ColumnPlan.Target;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns the text of one extended xyz frame into a row, exactly as ASE 3.29 reads it; for one thread.
 *
 * <p>Numbers are parsed in place, from bytes to the bytes of arrays, because that is nearly all there is to do. The class
 * is long because every column type has its own loop.
 */
final class FrameParser {

    private static final VarHandle F64 = MethodHandles.byteArrayViewVarHandle(double[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle I64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle I32 = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long NOT_ASCII = 0x8080808080808080L;
    private static final int MOST_PLANS = 256;
    private static final int LONGEST_COMMENT = 32 << 20; // its values take a multiple of it in memory
    private static final NdArray NO_CELL = NdArray.zeros(DType.FLOAT64, 3, 3);
    private static final NdArray ALL_PERIODIC = NdArray.of(new boolean[] {true, true, true});
    private static final NdArray NOT_PERIODIC = NdArray.of(new boolean[] {false, false, false});

    private final Map<String, ColumnPlan> plans = new HashMap<>();
    private final NumberReader numbers = new NumberReader();

    private byte[] text = new byte[0];
    private int at;
    private int end;
    private long line;

    /**
     * Parses one frame.
     *
     * @param bytes holds it
     * @param from where its count begins
     * @param to where the next frame begins
     * @throws BadFrame if ASE could not read it
     */
    Row parse(byte[] bytes, int from, int to) {
        text = bytes;
        at = from;
        end = to;
        line = 0;
        String count = nextLine();
        BigInteger atoms = PyText.integer(count);
        if (atoms == null || atoms.signum() < 0 || atoms.compareTo(BigInteger.valueOf(to - from)) > 0) {
            throw new BadFrame(
                    0,
                    "number of atoms: \"%s\" (expected: an integer from 0 to the lines that follow)".formatted(count));
        }
        if (at == end) {
            throw new BadFrame(1, "the file ends (expected: a comment line)");
        }
        line = 1;
        int commentAt = at;
        skipLine();
        if (at - commentAt > LONGEST_COMMENT) {
            throw new BadFrame(
                    1, "comment of %d bytes (expected: at most %d)".formatted(at - commentAt, LONGEST_COMMENT));
        }
        at = commentAt;
        String comment = nextLine();
        line = 2;
        int n = atoms.intValue();
        int tail = plainTail(n);
        Map<String, @Nullable Object> info = tail < end ? vectors(tail, comment) : values(comment);
        end = tail;
        if (!info.containsKey("Properties")) {
            return row(n, info, plan(ColumnPlan.DEFAULT));
        }
        Object properties = info.remove("Properties");
        if (!(properties instanceof String triplets)) {
            throw new BadFrame(1, "Properties=%s (expected: name:type:columns triplets)".formatted(properties));
        }
        return row(n, info, plan(triplets));
    }

    private ColumnPlan plan(String properties) {
        ColumnPlan known = plans.get(properties);
        if (known == null) {
            if (plans.size() >= MOST_PLANS) {
                plans.clear();
            }
            known = ColumnPlan.parse(properties);
            plans.put(properties, known);
        }
        return known;
    }

    // Lines

    private String nextLine() {
        int from = at;
        boolean ascii = true;
        while (at < end && text[at] != '\n' && text[at] != '\r') {
            ascii &= text[at] >= 0;
            at++;
        }
        int to = at;
        skipTerminator();
        return ascii ? new String(text, from, to - from, StandardCharsets.ISO_8859_1) : decoded(from, to);
    }

    private void skipTerminator() {
        if (at < end && text[at++] == '\r' && at < end && text[at] == '\n') {
            at++;
        }
    }

    private String decoded(int from, int to) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text, from, to - from))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new BadFrame(line, "bytes that are not UTF-8 (expected: UTF-8 text)");
        }
    }

    /** Makes the atom lines ASCII wherever blanks are concerned, and returns where the lines after them begin. */
    private int plainTail(int n) {
        boolean ascii = true;
        int i = at;
        for (; i + 8 <= end && ascii; i += 8) {
            ascii = ((long) I64.get(text, i) & NOT_ASCII) == 0;
        }
        for (; i < end && ascii; i++) {
            ascii = text[i] >= 0;
        }
        if (!ascii) {
            StringBuilder plain = new StringBuilder(decoded(at, end));
            for (int c = 0; c < plain.length(); c++) {
                if (plain.charAt(c) >= 0x80 && PyText.isSpace(plain.charAt(c))) {
                    plain.setCharAt(c, ' ');
                }
            }
            text = plain.toString().getBytes(StandardCharsets.UTF_8);
            at = 0;
            end = text.length;
        }
        // Lines after the atoms are rare, so look for them from the end.
        int last = end;
        while (last > at && (text[last - 1] == '\n' || text[last - 1] == '\r')) {
            last--;
        }
        int begin = last;
        while (begin > at && text[begin - 1] != '\n' && text[begin - 1] != '\r') {
            begin--;
        }
        return isVector(begin, last) ? afterLines(n) : end;
    }

    private boolean isVector(int from, int to) {
        int first = from;
        while (first < to && PyText.isSpace((char) (text[first] & 0x7f)) && text[first] >= 0) {
            first++;
        }
        return first + 3 <= to && text[first] == 'V' && text[first + 1] == 'E' && text[first + 2] == 'C';
    }

    private int afterLines(int n) {
        int begin = at;
        for (int i = 0; i < n && at < end; i++) {
            skipLine();
        }
        int tail = at;
        at = begin;
        return tail;
    }

    private void skipLine() {
        while (at < end && text[at] != '\n' && text[at] != '\r') {
            at++;
        }
        skipTerminator();
    }

    // Comment

    private static Map<String, @Nullable Object> values(String comment) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        for (Map.Entry<String, String> entry : CommentLexer.lex(comment).entrySet()) {
            values.put(entry.getKey(), CommentValues.convert(entry.getKey(), entry.getValue()));
        }
        return values;
    }

    /** Reads VEC lines; with them the comment is plain text, and the cell rows and their periodicity come from them. */
    private Map<String, @Nullable Object> vectors(int tail, String comment) {
        int begin = at;
        at = tail;
        double[] cell = new double[9];
        boolean[] periodic = new boolean[3];
        long firstLine = line;
        long lineOfTail = line;
        for (int i = begin; i < tail; i++) {
            lineOfTail += text[i] == '\n' || (text[i] == '\r' && (i + 1 == end || text[i + 1] != '\n')) ? 1 : 0;
        }
        line = lineOfTail;
        for (int k = 0; at < end; k++, line++) {
            List<String> words = PyText.split(nextLine(), false);
            if (k == 3 || !words.get(0).equals("VEC" + (k + 1))) {
                throw new BadFrame(
                        line,
                        "%s (expected: %s)"
                                .formatted(words.get(0), k == 3 ? "at most three VEC lines" : "VEC" + (k + 1)));
            }
            for (int j = 0; j < 3; j++) {
                Double number = words.size() == 4 ? PyText.real(words.get(j + 1)) : null;
                if (number == null) {
                    throw new BadFrame(line, "%s (expected: three numbers)".formatted(String.join(" ", words)));
                }
                cell[3 * k + j] = number;
            }
            periodic[k] = true;
        }
        at = begin;
        line = firstLine;
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("comment", PyText.strip(comment));
        // The matrix in a comment is kept by columns, as CommentValues gives it.
        double[] byColumns = new double[9];
        for (int i = 0; i < 9; i++) {
            byColumns[i] = cell[i % 3 * 3 + i / 3];
        }
        values.put("Lattice", NdArray.of(byColumns, 3, 3));
        values.put("pbc", NdArray.of(periodic));
        return values;
    }

    // Row

    private Row row(int n, Map<String, @Nullable Object> info, ColumnPlan plan) {
        NdArray[] arrays = columns(n, plan);
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        Object lattice = info.remove("Lattice");
        row.put("cell", lattice == null ? NO_CELL : transposed((NdArray) lattice));
        boolean hasPbc = info.containsKey("pbc");
        Object pbc = info.remove("pbc");
        row.put("pbc", hasPbc ? Periodicity.of(pbc) : lattice != null ? ALL_PERIODIC : NOT_PERIODIC);
        structure(n, plan, arrays, row);
        Map<String, @Nullable Object> results = new LinkedHashMap<>();
        for (int i = 0; i < arrays.length; i++) {
            Column column = plan.columns().get(i);
            if (column.target() == Target.RESULT) {
                results.put(column.key(), Results.ofColumn(column, arrays[i]));
            }
        }
        for (Map.Entry<String, @Nullable Object> entry : info.entrySet()) {
            if (Results.isPerFrame(entry.getKey())) {
                results.put("calc." + entry.getKey(), Results.ofFrame(entry.getKey(), entry.getValue()));
            } else {
                row.put("info." + entry.getKey(), entry.getValue());
            }
        }
        results.forEach((key, value) -> {
            if (value != null) {
                row.put(key, value);
            }
        });
        for (int i = 0; i < arrays.length; i++) {
            if (plan.columns().get(i).target() == Target.MOVE_MASK) {
                List<Object> constraints = MoveMask.constraints(arrays[i]);
                if (!constraints.isEmpty()) {
                    row.put("constraints", constraints);
                }
            }
        }
        return Row.of(row);
    }

    private static NdArray transposed(NdArray matrix) {
        double[] flat = new double[9];
        for (int i = 0; i < 9; i++) {
            flat[i] = matrix.doubleAt(i % 3 * 3 + i / 3);
        }
        return NdArray.of(flat, 3, 3);
    }

    private static void structure(int n, ColumnPlan plan, NdArray[] arrays, Map<String, @Nullable Object> row) {
        NdArray symbols = null;
        NdArray number = null;
        NdArray positions = null;
        for (int i = 0; i < arrays.length; i++) {
            switch (plan.columns().get(i).target()) {
                case SYMBOLS -> symbols = arrays[i];
                case NUMBERS -> number = arrays[i];
                case POSITIONS -> positions = arrays[i];
                case MOVE_MASK, ARRAY, RESULT -> {}
            }
        }
        number = number == null ? symbols : number;
        boolean sized = number != null || positions != null;
        row.put("arrays.numbers", number == null ? NdArray.zeros(DType.INT64, sized ? n : 0) : number);
        row.put("arrays.positions", positions == null ? NdArray.zeros(DType.FLOAT64, sized ? n : 0, 3) : positions);
        for (int i = 0; i < arrays.length; i++) {
            Column column = plan.columns().get(i);
            if (column.target() == Target.ARRAY) {
                if (!sized && n > 0) {
                    throw new BadFrame(
                            1,
                            "Properties without species, Z or pos (expected: one of them beside %s)"
                                    .formatted(column.name()));
                }
                row.put(column.key(), arrays[i]);
            }
        }
    }

    // Columns

    private NdArray[] columns(int n, ColumnPlan plan) {
        List<Column> columns = plan.columns();
        // Every word takes a byte and a blank, so what is claimed and cannot be there is refused before allocating.
        if (n > 0 && 2 * plan.width() * n > (long) (end - at) + 2) {
            checkWidths(n, plan);
        }
        Sink[] sinks = new Sink[columns.size()];
        for (int i = 0; i < sinks.length; i++) {
            sinks[i] = new Sink(columns.get(i), n, plan.isIgnored(i));
        }
        for (int atom = 0; atom < n; atom++, line++) {
            if (at == end) {
                throw new BadFrame(line, "the file ends after %d atoms (expected: %d)".formatted(atom, n));
            }
            for (Sink sink : sinks) {
                sink.readWords();
            }
            skipLine();
        }
        NdArray[] arrays = new NdArray[sinks.length];
        for (int i = 0; i < sinks.length; i++) {
            line = 1;
            arrays[i] = sinks[i].array();
        }
        return arrays;
    }

    private void checkWidths(int n, ColumnPlan plan) {
        for (int atom = 0; atom < n; atom++, line++) {
            for (long word = 0; word < plan.width(); word++) {
                nextWord();
            }
            skipLine();
        }
    }

    /** Moves to the end of the next word of this line and returns where it begins. */
    private int nextWord() {
        int from = wordStart();
        while (at < end && !isBlank(text[at])) {
            at++;
        }
        return from;
    }

    private int wordStart() {
        while (at < end && isBlank(text[at])) {
            if (text[at] == '\n' || text[at] == '\r') {
                throw tooFew();
            }
            at++;
        }
        if (at == end) {
            throw tooFew();
        }
        return at;
    }

    private static boolean isBlank(byte b) {
        return b <= ' ' && b >= 0 && (b == ' ' || (b >= 9 && b <= 13) || b >= 28);
    }

    private BadFrame tooFew() {
        return new BadFrame(
                line,
                "too few columns, or fewer atoms than the count says (expected: as many words as Properties names)");
    }

    private String word(int from) {
        return new String(text, from, at - from, StandardCharsets.UTF_8);
    }

    /** Collects the values of one property. */
    private final class Sink {

        private final Column column;
        private final int atoms;
        private final boolean ignored;
        private final byte[] bytes;
        private final List<String> words = new ArrayList<>();
        private int filled;

        Sink(Column column, int atoms, boolean ignored) {
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

        void readWords() {
            int width = column.width();
            if (ignored) {
                for (int i = 0; i < width; i++) {
                    nextWord();
                }
                return;
            }
            if (column.type() == 'R') {
                readReals(width);
                return;
            }
            for (int i = 0; i < width; i++) {
                int from = nextWord();
                switch (column.type()) {
                    case 'I' -> readInteger(from);
                    case 'L' -> bytes[filled++] = (byte) (isTrue(from) ? 1 : 0);
                    default -> {
                        if (isSymbols()) {
                            readSymbol(from);
                        } else {
                            words.add(word(from));
                        }
                    }
                }
            }
        }

        private void readReals(int width) {
            byte[] source = text; // fields of the outer object are too slow to follow byte by byte
            int limit = end;
            int next = at;
            for (int i = 0; i < width; i++) {
                while (next < limit && source[next] == ' ') {
                    next++;
                }
                int stop = numbers.scan(source, next, limit) ? numbers.end() : next;
                if (stop == next || (stop < limit && !isBlank(source[stop]))) {
                    at = next;
                    int from = nextWord();
                    if (!numbers.read(source, from, at)) {
                        throw new BadFrame(
                                line, "column %s: \"%s\" (expected: a number)".formatted(column.name(), word(from)));
                    }
                    stop = at;
                }
                next = stop;
                F64.set(bytes, filled, numbers.real());
                filled += 8;
            }
            at = next;
        }

        private void readInteger(int from) {
            if (!numbers.read(text, from, at) || !numbers.isInteger() || numbers.integer() != (int) numbers.integer()) {
                throw new BadFrame(
                        line,
                        "column %s: \"%s\" (expected: an integer of 32 bits)".formatted(column.name(), word(from)));
            }
            I32.set(bytes, filled, (int) numbers.integer());
            filled += 4;
        }

        private boolean isTrue(int from) {
            int length = at - from;
            return text[from] == 'T'
                    && (length == 1
                            || (length == 4
                                    && text[from + 1] == 'r'
                                    && text[from + 2] == 'u'
                                    && text[from + 3] == 'e'));
        }

        private void readSymbol(int from) {
            int number = Symbols.number(text, from, at);
            if (number < 0) {
                throw new BadFrame(
                        line,
                        "column %s: \"%s\" (expected: the symbol of an element)".formatted(column.name(), word(from)));
            }
            I64.set(bytes, filled, (long) number);
            filled += 8;
        }

        NdArray array() {
            if (ignored) {
                return NdArray.zeros(DType.INT64, 0);
            }
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
                widest = Math.max(widest, word.codePointCount(0, word.length()));
            }
            long size = widest * 4 * words.size();
            if (size > (1 << 20) + 64L * (end + 1)) {
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
                                2 + i,
                                "column %s: %s (expected: an atomic number)".formatted(column.name(), values.at(i)));
                    }
                }
            }
            return values.as(DType.INT64);
        }

        private NdArray positions(NdArray values) {
            if (column.width() != 3) {
                throw new BadFrame(
                        1, "Properties: %s of %d columns (expected: 3)".formatted(column.name(), column.width()));
            }
            return Results.cast(column, values);
        }

        private NdArray charges(NdArray values) {
            if (column.width() != 1) {
                throw new BadFrame(
                        1, "Properties: initial_charges of %d columns (expected: 1)".formatted(column.width()));
            }
            return Results.cast(column, values);
        }
    }
}
