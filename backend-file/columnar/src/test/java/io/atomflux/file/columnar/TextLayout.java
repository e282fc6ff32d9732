package io.atomflux.file.columnar;

import io.atomflux.codec.NumpyMsgpack;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.ArraySpec;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Compression;
import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.file.columnar.tree.TreeEdit;
import io.atomflux.spi.Columns;
import io.atomflux.spi.Positions;
import io.atomflux.spi.StoredColumn;
import io.atomflux.value.Bytes;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The simplest layout there can be: each row one text. To test what stands on layouts.
 *
 * <p>A key of more than 100 characters needs another type of the column, as a number needs in which nobody had seen a
 * fraction before.
 */
final class TextLayout implements Layout {

    private static final int CHUNK = 8;
    private static final TypeHints WIDE = new TypeHints(Map.of("rows", "wide"));

    @Override
    public String name() {
        return "text";
    }

    @Override
    public String defaultGroup(Tree tree) {
        return "default";
    }

    @Override
    public List<String> groups(Tree tree) throws IOException {
        return tree.names("");
    }

    @Override
    public List<String> paths(String group) {
        return List.of(group);
    }

    @Override
    public Optional<Frames> open(Tree tree, String group, String store) throws IOException {
        if (!tree.hasGroup(group)) {
            return Optional.empty();
        }
        long size = (Long) tree.attributes(group).get("n_frames");
        boolean wide = (Boolean) tree.attributes(group).get("wide");
        return Optional.of(new TextFrames(tree.array(group + "/rows").orElseThrow(), size, wide));
    }

    private record TextFrames(ArrayInfo array, long size, boolean wide) implements Frames {

        @Override
        public TypeHints types() {
            return wide ? WIDE : TypeHints.NONE;
        }

        @Override
        public long bytesPerRow(Columns columns) {
            return columns.keys().isPresent() ? 100 : 2000;
        }

        @Override
        public List<Row> read(Chunks chunks, Positions positions, Columns columns) throws IOException {
            List<Chunks.Wanted> wanted = new ArrayList<>();
            for (long i = 0; i < positions.count(); i++) {
                wanted.add(new Chunks.Wanted(array, Shape.of(positions.at(i) / CHUNK)));
            }
            chunks.prepare(wanted.stream().distinct().toList());
            List<Row> rows = new ArrayList<>();
            for (long i = 0; i < positions.count(); i++) {
                long position = positions.at(i);
                String text = chunks.get(array, Shape.of(position / CHUNK)).texts()[(int) (position % CHUNK)];
                Row row = decode(text);
                rows.add(columns.isAll() ? row : row.only(columns.keys().orElseThrow()));
            }
            return rows;
        }

        @Override
        public Optional<NdArray> stacked(Chunks chunks, Positions positions, String key) throws IOException {
            double[] numbers = new double[(int) positions.count()];
            int i = 0;
            for (Row row : read(chunks, positions, Columns.ALL)) {
                if (!(row.get(key) instanceof Double number)) {
                    return Optional.empty();
                }
                numbers[i++] = number;
            }
            return Optional.of(NdArray.of(numbers, numbers.length));
        }

        @Override
        public List<StoredColumn> columns(Tree tree) throws IOException {
            return List.of(
                    new StoredColumn("rows", "text", "" + array.shape(), "" + array.chunk(), "none", size, size));
        }

        @Override
        public List<String> problems(Chunks chunks) {
            return array.shape().at(0) == size ? List.of() : List.of("rows: longer than the group");
        }
    }

    private static String encode(Row row) {
        return row.isReserved()
                ? ""
                : "r"
                        + Base64.getEncoder()
                                .encodeToString(NumpyMsgpack.packMap(NumpyMsgpack.encode(row))
                                        .toArray());
    }

    private static Row decode(String text) {
        return text.isEmpty()
                ? Row.reserved()
                : Row.of(NumpyMsgpack.decode(
                                NumpyMsgpack.unpackMap(
                                        Bytes.wrap(Base64.getDecoder().decode(text.substring(1)))),
                                "text",
                                0)
                        .toMap());
    }

    @Override
    public FramesEdit edit(TreeEdit tree, String group, String store, TypeHints hints) throws IOException {
        if (!tree.hasGroup(group)) {
            tree.createGroup(group);
            tree.attribute(group, "n_frames", 0L);
            tree.attribute(group, "wide", hints.equals(WIDE));
            tree.createArray(
                    group + "/rows", new ArraySpec(ElementType.TEXT, Shape.of(0), Shape.of(CHUNK), Compression.NONE));
        }
        return new TextEdit(tree, group);
    }

    private static final class TextEdit implements FramesEdit {
        private final TreeEdit tree;
        private final String group;
        private final boolean wide;
        private ArrayInfo array;
        private long size;

        TextEdit(TreeEdit tree, String group) throws IOException {
            this.tree = tree;
            this.group = group;
            this.size = (Long) tree.attributes(group).get("n_frames");
            this.wide = (Boolean) tree.attributes(group).get("wide");
            this.array = tree.array(group + "/rows").orElseThrow();
            this.array = tree.resize(array, Shape.of(size));
        }

        @Override
        public long size() {
            return size;
        }

        @Override
        public String holder() {
            return group;
        }

        @Override
        public void append(List<Row> rows) throws IOException, RewriteNeeded {
            long from = size;
            size += rows.size();
            array = tree.resize(array, Shape.of(size));
            for (Row row : rows) {
                put(from++, row);
            }
        }

        @Override
        public void reserve(long count) throws IOException, RewriteNeeded {
            append(Collections.nCopies((int) count, Row.reserved()));
        }

        @Override
        public void put(long position, Row row) throws IOException, RewriteNeeded {
            if (!wide && row.keys().stream().anyMatch(key -> key.length() > 100)) {
                throw new RewriteNeeded("a long key", WIDE);
            }
            Shape index = Shape.of(position / CHUNK);
            String[] texts = tree.chunk(array, index).texts().clone();
            texts[(int) (position % CHUNK)] = encode(row);
            tree.writeChunk(array, index, Chunk.of(texts));
        }

        @Override
        public void truncate(long shorter) throws IOException {
            size = shorter;
            array = tree.resize(array, Shape.of(size));
        }

        @Override
        public void finish() throws IOException {
            tree.attribute(group, "n_frames", size);
        }
    }
}
