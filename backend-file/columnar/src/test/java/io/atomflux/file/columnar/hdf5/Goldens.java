package io.atomflux.file.columnar.hdf5;

import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Reference;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.value.NdArray;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Files that h5py 3.16 (HDF5 2.0) wrote, and what it reads in them: a line for each group, attribute and array.
 *
 * <p>{@code old} has libver earliest, {@code new} and {@code indexes} have latest; {@code refused} holds what is not read.
 */
final class Goldens {

    private Goldens() {}

    static byte[] file(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(Goldens.class.getResourceAsStream(name + ".h5.gz"));
                GZIPInputStream unzipped = new GZIPInputStream(in)) {
            return unzipped.readAllBytes();
        }
    }

    static List<String> lines(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(Goldens.class.getResourceAsStream(name + ".txt"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    /** Tells what a tree has where a line tells what h5py had, in its words. */
    static String asRead(Tree tree, String line) throws IOException {
        String[] parts = line.split("\t", -1);
        return switch (parts[0]) {
            case "group" -> "group\t%s\t%s".formatted(parts[1], String.join(",", tree.names(parts[1])));
            case "attribute" ->
                "attribute\t%s\t%s\t%s"
                        .formatted(
                                parts[1],
                                parts[2],
                                told(tree.attributes(parts[1]).get(parts[2])));
            default -> array(tree, tree.array(parts[1]).orElseThrow(), parts[4].equals("-"));
        };
    }

    private static String array(Tree tree, ArrayInfo array, boolean whole) throws IOException {
        String body;
        if (array.element().isText()) {
            body = Arrays.stream(texts(tree, array)).map(Goldens::quoted).collect(Collectors.joining(", ", "[", "]"));
        } else {
            byte[] bytes = bytes(tree, array);
            body = Base64.getEncoder().encodeToString(bytes);
            if (body.length() > 3000) {
                CRC32 crc = new CRC32();
                crc.update(bytes);
                body = "crc " + crc.getValue();
            }
        }
        return "array\t%s\t%s\t%s\t%s\t%s"
                .formatted(
                        array.path(),
                        array.element().isText()
                                ? "text"
                                : array.element().dtype().name(),
                        shape(array.shape()),
                        whole ? "-" : shape(array.chunk()),
                        body);
    }

    private static String shape(Shape shape) {
        return Arrays.stream(shape.toArray()).mapToObj(Long::toString).collect(Collectors.joining("x"));
    }

    /** Reads an array chunk by chunk. */
    static byte[] bytes(Tree tree, ArrayInfo array) throws IOException {
        int size = array.element().dtype().itemSize();
        byte[] all = new byte[Math.toIntExact(array.shape().count() * size)];
        scatter(
                tree,
                array,
                (chunk, from, to, count) -> System.arraycopy(chunk.bytes(), from * size, all, to * size, count * size));
        return all;
    }

    static String[] texts(Tree tree, ArrayInfo array) throws IOException {
        String[] all = new String[Math.toIntExact(array.shape().count())];
        scatter(tree, array, (chunk, from, to, count) -> System.arraycopy(chunk.texts(), from, all, to, count));
        return all;
    }

    private interface Copy {
        void elements(Chunk chunk, int from, int to, int count);
    }

    private static void scatter(Tree tree, ArrayInfo array, Copy copy) throws IOException {
        int rank = array.shape().rank();
        if (rank == 0) {
            copy.elements(tree.chunk(array, Shape.of()), 0, 0, 1);
            return;
        }
        int chunks =
                IntStream.range(0, rank).map(i -> (int) array.chunksAlong(i)).reduce(1, (a, b) -> a * b);
        for (int i = 0; i < chunks; i++) {
            long[] index = new long[rank];
            int rest = i;
            for (int axis = rank - 1; axis >= 0; axis--) {
                index[axis] = rest % array.chunksAlong(axis);
                rest /= (int) array.chunksAlong(axis);
            }
            Chunk chunk = tree.chunk(array, Shape.of(index));
            int row = (int) array.chunk().at(rank - 1);
            int rows = (int) (array.chunk().count() / row);
            for (int r = 0; r < rows; r++) {
                long to = 0;
                boolean inside = true;
                int left = r;
                long[] at = new long[rank];
                for (int axis = rank - 2; axis >= 0; axis--) {
                    at[axis] = index[axis] * array.chunk().at(axis)
                            + left % array.chunk().at(axis);
                    inside &= at[axis] < array.shape().at(axis);
                    left /= (int) array.chunk().at(axis);
                }
                at[rank - 1] = index[rank - 1] * row;
                for (int axis = 0; axis < rank; axis++) {
                    to = to * array.shape().at(axis) + at[axis];
                }
                if (inside) {
                    copy.elements(chunk, r * row, (int) to, (int)
                            Math.min(row, array.shape().at(rank - 1) - at[rank - 1]));
                }
            }
        }
    }

    private static String told(@Nullable Object value) {
        if (value instanceof NdArray array) {
            byte[] bytes = new byte[array.byteSize()];
            array.copyTo(bytes, 0);
            return "%s %s %s"
                    .formatted(
                            array.dtype().name(),
                            Arrays.stream(array.shape())
                                    .mapToObj(Integer::toString)
                                    .collect(Collectors.joining("x")),
                            HexFormat.of().formatHex(bytes));
        }
        if (value instanceof String text) {
            return quoted(text);
        }
        if (value instanceof Reference reference) {
            return "ref " + reference.path();
        }
        if (value instanceof List<?> list) {
            return list.stream().map(Goldens::told).collect(Collectors.joining(",", "[", "]"));
        }
        return String.valueOf(value);
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder("\"");
        text.chars().forEach(c -> out.append(c < 128 ? String.valueOf((char) c) : "\\u%04x".formatted(c)));
        return out.append('"').toString();
    }
}
