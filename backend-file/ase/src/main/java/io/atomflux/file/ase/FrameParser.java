package io.atomflux.file.ase;

import io.atomflux.file.ase.ColumnPlan.Column;
import io.atomflux.file.ase.ColumnPlan.Target;
import io.atomflux.spi.Columns;
import io.atomflux.value.DType;
import io.atomflux.value.KeySet;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.math.BigInteger;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns the text of one extended xyz frame into a row, exactly as ASE 3.29 reads it; for one thread.
 *
 * <p>Only what is asked for is parsed, so faults in the rest are not seen. Long because a frame's parts depend on each
 * other: the comment tells the columns, lines after the atoms replace the comment, results come from both.
 */
final class FrameParser {

    private static final VarHandle I64 = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long NOT_ASCII = 0x8080808080808080L;
    private static final int MOST_PLANS = 256;
    private static final int LONGEST_COMMENT = 32 << 20; // its values take a multiple of it in memory
    private static final NdArray NO_CELL = NdArray.zeros(DType.FLOAT64, 3, 3);
    private static final NdArray ALL_PERIODIC = NdArray.of(new boolean[] {true, true, true});
    private static final NdArray NOT_PERIODIC = NdArray.of(new boolean[] {false, false, false});

    private final Wanted wanted;
    private final Map<String, ColumnPlan> plans = new HashMap<>();
    private final NumberReader numbers = new NumberReader();
    private final TextCursor in = new TextCursor();
    private KeySet lastKeys = KeySet.EMPTY;

    FrameParser() {
        this(Columns.ALL);
    }

    /** Makes a parser of the keys asked for. */
    FrameParser(Columns columns) {
        this.wanted = new Wanted(columns);
    }

    /**
     * Parses one frame.
     *
     * @param bytes holds it
     * @param from where its count begins
     * @param to where the next frame begins
     * @throws BadFrame if ASE could not read it
     */
    Row parse(byte[] bytes, int from, int to) {
        in.begin(bytes, from, to);
        String count = in.nextLine();
        BigInteger atoms = PyText.integer(count);
        if (atoms == null || atoms.signum() < 0 || atoms.compareTo(BigInteger.valueOf(to - from)) > 0) {
            throw new BadFrame(
                    0,
                    "number of atoms: \"%s\" (expected: an integer from 0 to the lines that follow)".formatted(count));
        }
        if (in.at == in.end) {
            throw new BadFrame(1, "the file ends (expected: a comment line)");
        }
        in.line = 1;
        int commentAt = in.at;
        in.skipLine();
        if (in.at - commentAt > LONGEST_COMMENT) {
            throw new BadFrame(
                    1, "comment of %d bytes (expected: at most %d)".formatted(in.at - commentAt, LONGEST_COMMENT));
        }
        in.at = commentAt;
        String comment = in.nextLine();
        in.line = 2;
        int n = atoms.intValue();
        int tail = plainTail(n);
        Map<String, @Nullable Object> info = tail < in.end ? vectors(tail, comment) : values(comment);
        in.end = tail;
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

    /** Makes the atom lines ASCII wherever blanks are concerned, and returns where the lines after them begin. */
    private int plainTail(int n) {
        boolean ascii = true;
        int i = in.at;
        for (; i + 8 <= in.end && ascii; i += 8) {
            ascii = ((long) I64.get(in.text, i) & NOT_ASCII) == 0;
        }
        for (; i < in.end && ascii; i++) {
            ascii = in.text[i] >= 0;
        }
        if (!ascii) {
            StringBuilder plain = new StringBuilder(in.decoded(in.at, in.end));
            for (int c = 0; c < plain.length(); c++) {
                if (plain.charAt(c) >= 0x80 && PyText.isSpace(plain.charAt(c))) {
                    plain.setCharAt(c, ' ');
                }
            }
            in.text = plain.toString().getBytes(StandardCharsets.UTF_8);
            in.at = 0;
            in.end = in.text.length;
        }
        // Lines after the atoms are rare, so look for them from the end.
        int last = in.end;
        while (last > in.at && (in.text[last - 1] == '\n' || in.text[last - 1] == '\r')) {
            last--;
        }
        int begin = last;
        while (begin > in.at && in.text[begin - 1] != '\n' && in.text[begin - 1] != '\r') {
            begin--;
        }
        return isVector(begin, last) ? afterLines(n) : in.end;
    }

    private boolean isVector(int from, int to) {
        byte[] text = in.text;
        int first = from;
        while (first < to && PyText.isSpace((char) (text[first] & 0x7f)) && text[first] >= 0) {
            first++;
        }
        return first + 3 <= to && text[first] == 'V' && text[first + 1] == 'E' && text[first + 2] == 'C';
    }

    private int afterLines(int n) {
        int begin = in.at;
        for (int i = 0; i < n && in.at < in.end; i++) {
            in.skipLine();
        }
        int tail = in.at;
        in.at = begin;
        return tail;
    }

    // Comment

    private Map<String, @Nullable Object> values(String comment) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        for (Map.Entry<String, String> entry : CommentLexer.lex(comment).entrySet()) {
            if (wanted.hasEntry(entry.getKey())) {
                values.put(entry.getKey(), CommentValues.convert(entry.getKey(), entry.getValue()));
            }
        }
        return values;
    }

    /** Reads VEC lines; with them the comment is plain text, and the cell rows and their periodicity come from them. */
    private Map<String, @Nullable Object> vectors(int tail, String comment) {
        int begin = in.at;
        byte[] text = in.text;
        in.at = tail;
        double[] cell = new double[9];
        boolean[] periodic = new boolean[3];
        long firstLine = in.line;
        long lineOfTail = in.line;
        for (int i = begin; i < tail; i++) {
            lineOfTail += text[i] == '\n' || (text[i] == '\r' && (i + 1 == in.end || text[i + 1] != '\n')) ? 1 : 0;
        }
        in.line = lineOfTail;
        for (int k = 0; in.at < in.end; k++, in.line++) {
            List<String> words = PyText.split(in.nextLine(), false);
            if (k == 3 || !words.get(0).equals("VEC" + (k + 1))) {
                throw new BadFrame(
                        in.line,
                        "%s (expected: %s)"
                                .formatted(words.get(0), k == 3 ? "at most three VEC lines" : "VEC" + (k + 1)));
            }
            for (int j = 0; j < 3; j++) {
                Double number = words.size() == 4 ? PyText.real(words.get(j + 1)) : null;
                if (number == null) {
                    throw new BadFrame(in.line, "%s (expected: three numbers)".formatted(String.join(" ", words)));
                }
                cell[3 * k + j] = number;
            }
            periodic[k] = true;
        }
        in.at = begin;
        in.line = firstLine;
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        if (wanted.hasEntry("comment")) {
            values.put("comment", PyText.strip(comment));
        }
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
        @Nullable NdArray[] arrays = columns(n, plan);
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        Object lattice = info.remove("Lattice");
        boolean hasPbc = info.containsKey("pbc");
        Object pbc = info.remove("pbc");
        if (wanted.has("cell")) {
            row.put("cell", lattice == null ? NO_CELL : transposed((NdArray) lattice));
        }
        if (wanted.has("pbc")) {
            row.put("pbc", hasPbc ? Periodicity.of(pbc) : lattice != null ? ALL_PERIODIC : NOT_PERIODIC);
        }
        structure(n, plan, arrays, row);
        Map<String, @Nullable Object> results = new LinkedHashMap<>();
        for (int i = 0; i < arrays.length; i++) {
            Column column = plan.columns().get(i);
            NdArray values = arrays[i];
            if (column.target() == Target.RESULT && values != null) {
                results.put(column.key(), Results.ofColumn(column, values));
            }
        }
        for (Map.Entry<String, @Nullable Object> entry : info.entrySet()) {
            String key = wanted.rowKey(entry.getKey());
            if (Results.isPerFrame(entry.getKey())) {
                results.put(key, Results.ofFrame(entry.getKey(), entry.getValue()));
            } else {
                row.put(key, entry.getValue());
            }
        }
        results.forEach((key, value) -> {
            if (value != null) {
                row.put(key, value);
            }
        });
        for (int i = 0; i < arrays.length; i++) {
            NdArray mask = arrays[i];
            if (plan.columns().get(i).target() == Target.MOVE_MASK && mask != null) {
                List<Object> constraints = MoveMask.constraints(mask);
                if (!constraints.isEmpty()) {
                    row.put("constraints", constraints);
                }
            }
        }
        return row(row);
    }

    /** Makes the row; rows with the same keys share them. */
    private Row row(Map<String, @Nullable Object> values) {
        KeySet keys = lastKeys;
        boolean same = keys.size() == values.size();
        int i = 0;
        for (String key : values.keySet()) {
            if (!same || !keys.name(i++).equals(key)) {
                same = false;
                break;
            }
        }
        if (!same) {
            keys = KeySet.of(values.keySet());
            lastKeys = keys;
        }
        return Row.of(keys, values.values());
    }

    private static NdArray transposed(NdArray matrix) {
        double[] flat = new double[9];
        for (int i = 0; i < 9; i++) {
            flat[i] = matrix.doubleAt(i % 3 * 3 + i / 3);
        }
        return NdArray.of(flat, 3, 3);
    }

    private void structure(int n, ColumnPlan plan, @Nullable NdArray[] arrays, Map<String, @Nullable Object> row) {
        NdArray symbols = null;
        NdArray number = null;
        NdArray positions = null;
        boolean sized = false;
        for (int i = 0; i < arrays.length; i++) {
            switch (plan.columns().get(i).target()) {
                case SYMBOLS -> {
                    symbols = arrays[i] == null ? symbols : arrays[i];
                    sized = true;
                }
                case NUMBERS -> {
                    number = arrays[i];
                    sized = true;
                }
                case POSITIONS -> {
                    positions = arrays[i];
                    sized = true;
                }
                case MOVE_MASK, ARRAY, RESULT -> {}
            }
        }
        number = number == null ? symbols : number;
        if (wanted.has("arrays.numbers")) {
            row.put("arrays.numbers", number == null ? NdArray.zeros(DType.INT64, sized ? n : 0) : number);
        }
        if (wanted.has("arrays.positions")) {
            row.put("arrays.positions", positions == null ? NdArray.zeros(DType.FLOAT64, sized ? n : 0, 3) : positions);
        }
        for (int i = 0; i < arrays.length; i++) {
            Column column = plan.columns().get(i);
            NdArray values = arrays[i];
            if (column.target() == Target.ARRAY && values != null) {
                if (!sized && n > 0) {
                    throw new BadFrame(
                            1,
                            "Properties without species, Z or pos (expected: one of them beside %s)"
                                    .formatted(column.name()));
                }
                row.put(column.key(), values);
            }
        }
    }

    // Columns

    /** Reads the atom lines; null for columns nobody asks for. */
    private @Nullable NdArray[] columns(int n, ColumnPlan plan) {
        List<Column> columns = plan.columns();
        @Nullable NdArray[] arrays = new NdArray[columns.size()];
        if (!wanted.hasAny(columns)) {
            return arrays;
        }
        // Every word takes a byte and a blank, so what is claimed and cannot be there is refused before allocating.
        if (n > 0 && 2 * plan.width() * n > (long) (in.end - in.at) + 2) {
            checkWidths(n, plan);
        }
        ColumnSink[] sinks = new ColumnSink[columns.size()];
        int needed = 0;
        for (int i = 0; i < sinks.length; i++) {
            boolean ignored = plan.isIgnored(i) || !wanted.has(columns.get(i).key());
            sinks[i] = new ColumnSink(columns.get(i), n, ignored, in, numbers);
            needed = ignored && !wanted.isAll() ? needed : i + 1;
        }
        for (int atom = 0; atom < n; atom++, in.line++) {
            if (in.at == in.end) {
                throw new BadFrame(in.line, "the file ends after %d atoms (expected: %d)".formatted(atom, n));
            }
            for (int i = 0; i < needed; i++) {
                sinks[i].readWords();
            }
            in.skipLine();
        }
        for (int i = 0; i < sinks.length; i++) {
            in.line = 1;
            arrays[i] = sinks[i].isIgnored() ? null : sinks[i].array();
        }
        return arrays;
    }

    private void checkWidths(int n, ColumnPlan plan) {
        for (int atom = 0; atom < n; atom++, in.line++) {
            for (long word = 0; word < plan.width(); word++) {
                in.nextWord();
            }
            in.skipLine();
        }
    }
}
