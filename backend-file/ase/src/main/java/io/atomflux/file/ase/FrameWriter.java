package io.atomflux.file.ase;

import io.atomflux.error.UnsupportedDataException;
import io.atomflux.error.UnsupportedStoreOperationException;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns rows into frames of extended xyz, byte for byte as ASE 3.29 does where that loses nothing.
 *
 * <p>Floats of atoms get eight decimals, as the format has it. What a frame cannot hold is refused, naming row and key.
 */
final class FrameWriter {

    private static final Set<String> PER_ATOM = Set.of("energies", "forces", "stresses", "charges", "magmoms");
    private static final Set<String> TAKEN_INFO = Set.of(
            "Lattice",
            "pbc",
            "Properties",
            "energy",
            "free_energy",
            "stress",
            "dipole",
            "magmom",
            "polarization",
            "dielectric_tensor");
    private static final Set<String> TAKEN_ARRAYS = Set.of("symbols", "species", "pos", "Z", "charge", "move_mask");
    private static final int MOST_KNOWN = 256;

    private final String store;
    private final boolean dropConstraints;
    private final Set<String> knownProperties = new HashSet<>();

    FrameWriter(String store, ExtxyzOptions options) {
        this.store = store;
        this.dropConstraints = options.constraints() == ExtxyzOptions.Constraints.DROP;
    }

    /**
     * Appends one frame.
     *
     * @param position the row's position, for errors
     * @throws UnsupportedDataException if the row holds something a frame cannot
     * @throws UnsupportedStoreOperationException if the row is reserved
     */
    void write(Row row, long position, TextBuffer out) {
        if (row.isReserved()) {
            throw new UnsupportedStoreOperationException(
                    store, "writing a reserved row", "a file of frames has no place for rows that are not written yet");
        }
        int from = out.length();
        try {
            frame(row, out);
        } catch (Unwritable e) {
            out.cutTo(from);
            throw new UnsupportedDataException(store, "row %d, key %s".formatted(position, e.key()), e.problem(), null);
        }
    }

    /** One property: how it is called and how its cells are written. */
    private record Column(String name, char type, int width, NdArray values) {}

    private void frame(Row row, TextBuffer out) {
        NdArray numbers = numbers(row);
        int n = numbers.size();
        NdArray positions = real(row, "arrays.positions", n, 3);
        List<Column> columns = columns(row, n, positions);
        List<Column> results = new ArrayList<>();
        Map<String, @Nullable Object> comment = new LinkedHashMap<>();
        row.forEach((key, value) -> sort(key, value, n, comment, results));
        columns.addAll(results);
        out.put(n + "\n");
        comment(row, columns, n, comment, out);
        atoms(numbers, columns, out);
    }

    private static NdArray numbers(Row row) {
        Object value = row.get("arrays.numbers");
        if (!(value instanceof NdArray numbers)
                || numbers.rank() != 1
                || numbers.dtype().kind() != DType.Kind.INT) {
            throw new Unwritable("arrays.numbers", "missing or no integers (expected: an integer array of one axis)");
        }
        for (int i = 0; i < numbers.size(); i++) {
            long number = numbers.longAt(i);
            if (number < 0 || number >= Symbols.count()) {
                throw new Unwritable(
                        "arrays.numbers",
                        "%d of atom %d (expected: 0 to %d)".formatted(number, i, Symbols.count() - 1));
            }
        }
        return numbers;
    }

    private static NdArray real(Row row, String key, int... shape) {
        if (row.get(key) instanceof NdArray array
                && array.hasShape(shape)
                && array.dtype().kind() == DType.Kind.FLOAT) {
            return array;
        }
        throw new Unwritable(
                key, "missing or of another shape (expected: floats of shape %s)".formatted(Arrays.toString(shape)));
    }

    private List<Column> columns(Row row, int n, NdArray positions) {
        List<Column> columns = new ArrayList<>();
        columns.add(new Column("pos", 'R', 3, positions));
        NdArray mask = MoveMask.of(row.get("constraints"), n, dropConstraints);
        if (mask != null) {
            columns.add(column("constraints", "move_mask", mask, n));
        }
        for (String key : row.keys()) {
            if (key.startsWith("arrays.") && !key.equals("arrays.numbers") && !key.equals("arrays.positions")) {
                String name = key.substring(7);
                if (TAKEN_ARRAYS.contains(name) || ColumnPlan.isResult(name)) {
                    throw new Unwritable(
                            key,
                            "a name that means something else in a file (expected: another name, or calc." + name
                                    + ")");
                }
                if (!(row.get(key) instanceof NdArray values)) {
                    throw new Unwritable(key, "no array (expected: one entry per atom)");
                }
                Column column = column(key, name, values, n);
                if (name.equals("initial_charges") && (column.width != 1 || column.type != 'R')) {
                    throw new Unwritable(key, "expected: one float per atom");
                }
                columns.add(column);
            }
        }
        return columns;
    }

    private static Column column(String key, String name, NdArray values, int n) {
        boolean flat = values.rank() == 1;
        if (values.rank() < 1 || values.rank() > 2 || values.length(0) != n || (!flat && values.length(1) < 2)) {
            throw new Unwritable(
                    key,
                    "shape %s (expected: [%d], or [%d, k] with k of 2 or more)"
                            .formatted(Arrays.toString(values.shape()), n, n));
        }
        char type = switch (values.dtype().kind()) {
            case FLOAT -> 'R';
            case INT -> 'I';
            case BOOL -> 'L';
            case UNICODE -> 'S';
            case UINT, COMPLEX, BYTES, STRUCT ->
                throw new Unwritable(
                        key,
                        "an array of %s (expected: floats, signed integers, booleans or texts)"
                                .formatted(values.dtype()));
        };
        if (type == 'I' && values.dtype().itemSize() == 8) {
            for (int i = 0; i < values.size(); i++) {
                if (values.longAt(i) != (int) values.longAt(i)) {
                    throw new Unwritable(
                            key, "%d (expected: 32 bits, as ASE reads columns)".formatted(values.longAt(i)));
                }
            }
        }
        return new Column(name, type, flat ? 1 : values.length(1), values);
    }

    private static void sort(
            String key, @Nullable Object value, int n, Map<String, @Nullable Object> comment, List<Column> results) {
        if (key.startsWith("info.")) {
            if (TAKEN_INFO.contains(key.substring(5))) {
                throw new Unwritable(
                        key,
                        "a name that means something else in a file (expected: another name, or calc."
                                + key.substring(5) + ")");
            }
            comment.put(key, value);
        } else if (key.startsWith("calc.")) {
            String name = key.substring(5);
            if (PER_ATOM.contains(name)) {
                if (!(value instanceof NdArray values) || !values.dtype().isReal()) {
                    throw new Unwritable(key, "expected: numbers, one entry per atom");
                }
                results.add(column(key, name.equals("charges") ? "charge" : name, values, n));
            } else if (Results.isPerFrame(name) && value != null) {
                comment.put(key, Results.toWrite(key, name, value));
            } else {
                throw new Unwritable(
                        key,
                        "a result that ASE does not keep in a file (expected: one of %s, %s)"
                                .formatted(
                                        TAKEN_INFO.stream()
                                                .filter(Results::isPerFrame)
                                                .sorted()
                                                .toList(),
                                        PER_ATOM));
            }
        } else if (!key.startsWith("arrays.")
                && !key.equals("cell")
                && !key.equals("pbc")
                && !key.equals("constraints")) {
            throw new Unwritable(key, "expected: cell, pbc, constraints, or a key in arrays, info or calc");
        }
    }

    // Text

    private void comment(Row row, List<Column> columns, int n, Map<String, @Nullable Object> entries, TextBuffer out) {
        int from = out.length();
        if (row.has("cell")) {
            NdArray cell = real(row, "cell", 3, 3);
            StringBuilder lattice = new StringBuilder();
            boolean zero = true;
            for (int i = 0; i < 9; i++) {
                zero &= cell.doubleAt(i) == 0;
                lattice.append(i == 0 ? "" : " ").append(Numbers.shortest(cell.doubleAt(i)));
            }
            out.put(zero ? "" : "Lattice=\"" + lattice + "\" ");
        }
        StringBuilder properties = new StringBuilder(n == 0 ? "species:R:1" : "species:S:1"); // sic, as ASE
        for (Column column : columns) {
            properties
                    .append(':')
                    .append(column.name)
                    .append(':')
                    .append(column.type)
                    .append(':')
                    .append(column.width);
        }
        out.put("Properties=" + checked(properties.toString(), columns));
        entries.forEach((key, value) -> CommentWriter.entry(key, key.substring(5), value, out));
        out.put(" pbc=\"" + periodicity(row) + "\"\n");
        if (out.length() == from) {
            throw new IllegalStateException("comment line: nothing written");
        }
    }

    private String checked(String properties, List<Column> columns) {
        String quoted = CommentWriter.quoted(properties);
        if (knownProperties.contains(properties)) {
            return quoted;
        }
        String problem = "names of arrays that cannot stand beside each other in a file";
        try {
            boolean read =
                    properties.equals(CommentLexer.lex("Properties=" + quoted).get("Properties"))
                            && properties.equals(CommentValues.convert("Properties", properties))
                            && properties.chars().noneMatch(c -> c == '\n' || c == '\r')
                            && ColumnPlan.parse(properties).columns().size() == columns.size() + 1;
            if (read) {
                if (knownProperties.size() >= MOST_KNOWN) {
                    knownProperties.clear();
                }
                knownProperties.add(properties);
                return quoted;
            }
        } catch (BadFrame e) {
            problem = e.problem();
        }
        throw new Unwritable("arrays", problem + " (expected: names without ':' and line breaks, each once)");
    }

    private static String periodicity(Row row) {
        if (!row.has("pbc")) {
            return "F F F";
        }
        Object value = row.get("pbc");
        if (value instanceof NdArray axes && axes.hasShape(3) && axes.dtype().equals(DType.BOOL)) {
            boolean[] flags = axes.toBooleanArray();
            return (flags[0] ? "T " : "F ") + (flags[1] ? "T " : "F ") + (flags[2] ? "T" : "F");
        }
        throw new Unwritable("pbc", "expected: three booleans");
    }

    private static void atoms(NdArray numbers, List<Column> columns, TextBuffer out) {
        for (int atom = 0; atom < numbers.size(); atom++) {
            String symbol = Symbols.of((int) numbers.longAt(atom));
            out.put(symbol);
            if (symbol.length() < 2) {
                out.put(' ');
            }
            for (Column column : columns) {
                for (int i = atom * column.width; i < (atom + 1) * column.width; i++) {
                    out.put(' ');
                    switch (column.type) {
                        case 'R' -> Numbers.fixed(column.values.doubleAt(i), out);
                        case 'I' -> Numbers.padded(column.values.longAt(i), out);
                        case 'L' -> out.put(column.values.longAt(i) != 0 ? " T" : " F");
                        default -> word(column, (String) column.values.at(i), out);
                    }
                }
            }
            out.put('\n');
        }
    }

    private static void word(Column column, String word, TextBuffer out) {
        boolean whole = !word.isEmpty() && StandardCharsets.UTF_8.newEncoder().canEncode(word);
        for (int i = 0; i < word.length(); i++) {
            whole &= !PyText.isSpace(word.charAt(i));
        }
        if (!whole) {
            throw new Unwritable(
                    "arrays." + column.name, "\"%s\" (expected: words without blanks, not empty)".formatted(word));
        }
        out.put(word);
        if (word.codePointCount(0, word.length()) < 2) {
            out.put(' ');
        }
    }
}
