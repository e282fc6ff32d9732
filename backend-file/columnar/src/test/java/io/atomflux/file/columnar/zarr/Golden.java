package io.atomflux.file.columnar.zarr;

import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Stores that zarr-python wrote, and whole arrays put together of chunks. */
final class Golden {

    private Golden() {}

    /** Unpacks stores.zip, see make_stores.py there. */
    static void unpack(Path folder) throws IOException {
        try (InputStream resource = Golden.class.getResourceAsStream("/zarr/stores.zip");
                ZipInputStream zip = new ZipInputStream(Objects.requireNonNull(resource))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path file = folder.resolve(entry.getName());
                Files.createDirectories(file.getParent());
                Files.write(file, zip.readAllBytes());
            }
        }
    }

    /** Returns an array's elements in row-major order. */
    static byte[] bytes(Tree tree, ArrayInfo info) throws IOException {
        int size = info.element().dtype().itemSize();
        byte[] all = new byte[Math.toIntExact(info.shape().count()) * size];
        each(tree, info, (chunk, from, to) -> System.arraycopy(chunk.bytes(), from * size, all, to * size, size));
        return all;
    }

    /** Returns an array's texts in row-major order. */
    static List<String> texts(Tree tree, ArrayInfo info) throws IOException {
        String[] all = new String[Math.toIntExact(info.shape().count())];
        each(tree, info, (chunk, from, to) -> all[to] = chunk.texts()[from]);
        return List.of(all);
    }

    private interface Copy {
        void element(Chunk chunk, int from, int to);
    }

    private static void each(Tree tree, ArrayInfo info, Copy copy) throws IOException {
        long[] place = new long[info.shape().rank()];
        Shape last = null;
        Chunk chunk = null;
        for (int to = 0; to < info.shape().count(); to++) {
            long[] index = new long[place.length];
            long from = 0;
            for (int i = 0; i < place.length; i++) {
                index[i] = place[i] / info.chunk().at(i);
                from = from * info.chunk().at(i) + place[i] % info.chunk().at(i);
            }
            if (chunk == null || !Shape.of(index).equals(last)) {
                last = Shape.of(index);
                chunk = tree.chunk(info, last);
            }
            copy.element(chunk, (int) from, to);
            for (int i = place.length - 1; i >= 0 && ++place[i] == info.shape().at(i); i--) {
                place[i] = 0;
            }
        }
    }

    /** Lists files below a folder, relative, sorted. */
    static List<String> files(Path folder) {
        try (var all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads a JSON list of texts. */
    static List<String> list(Path file) throws IOException {
        String object = "{\"list\": " + Files.readString(file) + "}";
        List<String> list = new ArrayList<>();
        for (Object item : (List<?>) Objects.requireNonNull(
                ZarrJson.read(object.getBytes(StandardCharsets.UTF_8)).get("list"))) {
            list.add((String) item);
        }
        return list;
    }
}
