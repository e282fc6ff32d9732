package io.atomflux.file.columnar;

import io.atomflux.atoms.Elements;
import io.atomflux.file.columnar.Described.Reading;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.value.Bytes;
import io.atomflux.value.DType;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What other programs mean by what they store: vectors of edges, flags as numbers, periodicity in words, species by name.
 *
 * <p>Numbers are never changed, whatever their unit.
 */
final class H5mdReadings {

    private static final Set<String> SYMBOLS = Set.copyOf(Elements.symbols());

    private H5mdReadings() {}

    /**
     * What species are.
     *
     * @param key {@code arrays.numbers}, or {@code arrays.species} if some are not named as chemical elements
     * @param reading from what is stored
     */
    record Species(String key, Reading reading) {}

    /**
     * Tells what species are that are labelled, texts or integers; empty if they are as asebytes has them.
     *
     * <p>H5MD 1.1 leaves their type open but suggests an enumeration.
     */
    static Optional<Species> species(Tree tree, H5mdElement element) throws IOException {
        ArrayInfo value = element.value();
        if (value == null) {
            return Optional.empty();
        }
        Map<Long, String> labels = value.labels();
        if (!labels.isEmpty()) {
            boolean elements = SYMBOLS.containsAll(labels.values());
            return Optional.of(new Species(
                    elements ? H5mdNames.NUMBERS : "arrays.species",
                    elements
                            ? stored -> numbers(labelled(stored, labels))
                            : stored -> texts(labelled(stored, labels))));
        }
        boolean text = value.element().isText()
                || value.element().dtype().kind() == DType.Kind.BYTES
                || value.element().dtype().kind() == DType.Kind.UNICODE;
        if (!text) {
            DType.Kind kind = value.element().dtype().kind();
            boolean integer = kind == DType.Kind.INT || kind == DType.Kind.UINT;
            return integer
                    ? Optional.of(new Species(
                            H5mdNames.NUMBERS, new Integers(value.element().dtype())))
                    : Optional.empty();
        }
        // Of species that change only the file as a whole could tell that all of them are elements.
        boolean elements = element.fixed() && symbols(tree, value);
        return Optional.of(new Species(
                elements ? H5mdNames.NUMBERS : "arrays.species",
                elements ? stored -> numbers(plain(stored)) : stored -> texts(plain(stored))));
    }

    /** Species as integers, where this library and asebytes have floats. */
    private record Integers(DType type) implements Reading {

        @Override
        public @Nullable Object of(@Nullable Object stored) {
            return stored;
        }

        @Override
        public Object back(Object value) {
            if (!(value instanceof NdArray array) || !array.dtype().isReal()) {
                return value;
            }
            NdArray back = array.as(type);
            return back.as(array.dtype()).equals(array) ? back : value;
        }
    }

    private static boolean symbols(Tree tree, ArrayInfo array) throws IOException {
        for (long i = 0; i < array.chunksAlong(0); i++) {
            Chunk chunk = tree.chunk(array, Shape.of(i));
            long count = Math.min(
                    array.chunk().at(0), array.shape().at(0) - i * array.chunk().at(0));
            for (int k = 0; k < count; k++) {
                String text = array.element().isText()
                        ? chunk.texts()[k]
                        : text(NdArray.wrap(
                                        array.element().dtype(),
                                        new int[] {1},
                                        chunk.bytes(),
                                        k * array.element().dtype().itemSize())
                                .at(0));
                if (!SYMBOLS.contains(text)) {
                    return false;
                }
            }
        }
        return true;
    }

    private static @Nullable List<@Nullable String> labelled(@Nullable Object stored, Map<Long, String> labels) {
        if (!(stored instanceof NdArray array) || array.rank() == 0) {
            return null;
        }
        List<@Nullable String> names = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            long code = array.longAt(i);
            names.add(labels.getOrDefault(code, Long.toString(code)));
        }
        return names;
    }

    private static @Nullable List<@Nullable String> plain(@Nullable Object stored) {
        if (stored instanceof NdArray array) {
            List<@Nullable String> names = new ArrayList<>();
            for (int i = 0; i < array.size(); i++) {
                names.add(text(array.at(i)));
            }
            return names;
        }
        if (stored instanceof List<?> list) {
            List<@Nullable String> names = new ArrayList<>();
            for (Object item : list) {
                names.add(item == null ? null : text(item));
            }
            return names;
        }
        return stored == null ? null : List.of(text(stored));
    }

    private static String text(Object value) {
        return value instanceof Bytes bytes
                ? new String(bytes.toArray(), StandardCharsets.UTF_8).replace("\0", "")
                : String.valueOf(value);
    }

    private static @Nullable Object numbers(@Nullable List<@Nullable String> names) {
        if (names == null) {
            return null;
        }
        long[] numbers = new long[names.size()];
        for (int i = 0; i < numbers.length; i++) {
            String name = names.get(i);
            if (name == null || !SYMBOLS.contains(name)) {
                return texts(names); // an enumeration may lack a label for a number it has
            }
            numbers[i] = Elements.number(name);
        }
        return NdArray.of(numbers);
    }

    private static @Nullable Object texts(@Nullable List<@Nullable String> names) {
        return names == null
                ? null
                : NdArray.ofTexts(
                        names.stream().map(name -> name == null ? "" : name).collect(Collectors.toList()));
    }

    /** Tells how edges are a cell: lengths lie on its diagonal, and fewer than three axes leave the others at zero. */
    static @Nullable Reading edges(H5mdElement element) {
        Shape shape = element.inner();
        return shape.rank() == 2 && shape.at(0) == 3 && shape.at(1) == 3 ? null : new Edges(shape);
    }

    /** Edges that are no matrix of three by three. */
    private record Edges(Shape shape) implements Reading {

        @Override
        public @Nullable Object of(@Nullable Object stored) {
            return cell(stored);
        }

        @Override
        public Object back(Object value) {
            if (!(value instanceof NdArray array) || !array.hasShape(3, 3) || shape.rank() != 1 || shape.at(0) > 3) {
                return value;
            }
            int side = (int) shape.at(0);
            double[] lengths = new double[side];
            for (int i = 0; i < side; i++) {
                lengths[i] = array.doubleAt(i * 4);
            }
            NdArray back = NdArray.of(lengths).as(array.dtype());
            return value.equals(cell(back)) ? back : value;
        }
    }

    private static @Nullable Object cell(@Nullable Object stored) {
        if (!(stored instanceof NdArray array) || !array.dtype().isReal()) {
            return stored;
        }
        int side = array.rank() == 0 ? 1 : array.length(0);
        boolean vector = array.rank() <= 1;
        if (side > 3 || array.rank() > 2 || (!vector && array.length(1) != side)) {
            return stored;
        }
        double[] cell = new double[9];
        for (int i = 0; i < array.size(); i++) {
            cell[vector ? i * 4 : i / side * 3 + i % side] = array.doubleAt(i);
        }
        return NdArray.of(cell, 3, 3).as(array.dtype());
    }

    /** Tells how flags are stored that znh5md writes as float64. */
    static @Nullable Reading flags(H5mdElement element) {
        ArrayInfo value = element.value();
        return value == null
                        || value.element().isText()
                        || value.element().dtype().equals(DType.BOOL)
                ? null
                : H5mdReadings::flags;
    }

    private static @Nullable Object flags(@Nullable Object stored) {
        if (!(stored instanceof NdArray array) || !array.dtype().isReal()) {
            return stored;
        }
        for (int i = 0; i < array.size(); i++) {
            if (array.doubleAt(i) != 0 && array.doubleAt(i) != 1) {
                return stored;
            }
        }
        return array.as(DType.BOOL);
    }

    /** Reads the attribute {@code boundary} of a box: {@code periodic} or {@code none} for each axis; empty if it is neither. */
    static Optional<Reading> boundary(@Nullable Object attribute) {
        List<@Nullable String> words =
                attribute instanceof NdArray || attribute instanceof List<?> || attribute instanceof String
                        ? plain(attribute)
                        : null;
        if (words == null || words.isEmpty() || words.size() > 3) {
            return Optional.empty();
        }
        boolean[] periodic = new boolean[3];
        for (int i = 0; i < words.size(); i++) {
            String word = String.valueOf(words.get(i)).strip().toLowerCase(Locale.ROOT);
            if (!word.equals("periodic") && !word.equals("none")) {
                return Optional.empty();
            }
            periodic[i] = word.equals("periodic");
        }
        NdArray flags = NdArray.of(periodic);
        return Optional.of(stored -> flags);
    }
}
