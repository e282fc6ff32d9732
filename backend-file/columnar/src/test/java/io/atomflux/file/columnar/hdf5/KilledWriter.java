package io.atomflux.file.columnar.hdf5;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.ArraySpec;
import io.atomflux.file.columnar.tree.Chunk;
import io.atomflux.file.columnar.tree.Compression;
import io.atomflux.file.columnar.tree.ElementType;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import io.atomflux.file.columnar.tree.TreeEdit;
import io.atomflux.value.DType;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A process that changes rows until it is killed, and what must be true of the file then.
 *
 * <p>Row {@code i} has a text with its version, and numbers that follow from both. It tells each change when it is committed.
 */
final class KilledWriter {

    private static final int CHUNK = 8;
    private static final int WIDTH = 50;
    private static final int MOST_ROWS = 400;

    private KilledWriter() {}

    static Process start(Path file, long seed) throws IOException {
        return new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx128m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+IgnoreUnrecognizedVMOptions",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledWriter.class.getName(),
                        file.toString(),
                        Long.toString(seed)))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    static BufferedReader output(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    static Hdf5Store open(Path file) {
        return Hdf5Store.of(file, false, Duration.ofSeconds(30), 1 << 24);
    }

    public static void main(String[] args) throws IOException {
        Random random = new Random(Long.parseLong(args[1]));
        PrintStream out = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true);
        try (Hdf5Store store = open(Path.of(args[0]))) {
            while (true) {
                String done = store.edit(edit -> {
                    if (!edit.hasGroup("g")) {
                        make(edit);
                    }
                    String told = change(edit, random);
                    edit.commit(told, "g");
                    return told;
                });
                out.println(done);
                if (random.nextInt(20) == 0) {
                    String rewritten = store.rewrite(List.of("g"), (before, edit) -> {
                        int size = size(before);
                        make(edit);
                        grow(edit, size);
                        for (int i = 0; i < size; i += CHUNK) {
                            write(edit, i / CHUNK, texts(before, i / CHUNK));
                        }
                        edit.commit("rewrite", "g");
                        return "rewritten " + size;
                    });
                    out.println(rewritten);
                }
            }
        }
    }

    private static void make(TreeEdit edit) throws IOException {
        edit.createGroup("g");
        Compression gzip = new Compression("gzip", 4, true);
        edit.createArray(
                "g/x", new ArraySpec(ElementType.of(DType.FLOAT64), Shape.of(0, WIDTH), Shape.of(CHUNK, WIDTH), gzip));
        edit.createArray("g/t", new ArraySpec(ElementType.TEXT, Shape.of(0), Shape.of(CHUNK), Compression.NONE));
        edit.attribute("g", "n_frames", 0L);
    }

    private static int size(Tree tree) throws IOException {
        return (int) (long) (Long) tree.attributes("g").get("n_frames");
    }

    private static void grow(TreeEdit edit, int size) throws IOException {
        edit.resize(edit.array("g/x").orElseThrow(), Shape.of(size, WIDTH));
        edit.resize(edit.array("g/t").orElseThrow(), Shape.of(size));
        edit.attribute("g", "n_frames", (long) size);
    }

    private static String change(TreeEdit edit, Random random) throws IOException {
        int size = size(edit);
        if (size > MOST_ROWS) {
            grow(edit, size / 2);
            return "size " + size / 2;
        }
        if (size == 0 || random.nextBoolean()) {
            int more = 1 + random.nextInt(random.nextInt(5) == 0 ? 40 : 3);
            grow(edit, size + more);
            for (int chunk = size / CHUNK; chunk <= (size + more - 1) / CHUNK; chunk++) {
                String[] texts = texts(edit, chunk);
                for (int i = 0; i < CHUNK; i++) {
                    int row = chunk * CHUNK + i;
                    if (row >= size && row < size + more) {
                        texts[i] = text(row, 0);
                    }
                }
                write(edit, chunk, texts);
            }
            return "size " + (size + more);
        }
        int row = random.nextInt(size);
        String[] texts = texts(edit, row / CHUNK);
        int version = version(texts[row % CHUNK]) + 1;
        texts[row % CHUNK] = text(row, version);
        write(edit, row / CHUNK, texts);
        return "version " + row + " " + version;
    }

    private static String text(int row, int version) {
        return row + " " + version + " " + "x".repeat(new Random(31L * row + version).nextInt(60));
    }

    private static int version(String text) {
        return Integer.parseInt(text.split(" ", -1)[1]);
    }

    private static String[] texts(Tree tree, int chunk) throws IOException {
        return tree.chunk(tree.array("g/t").orElseThrow(), Shape.of(chunk))
                .texts()
                .clone();
    }

    private static void write(TreeEdit edit, int chunk, String[] texts) throws IOException {
        edit.writeChunk(edit.array("g/t").orElseThrow(), Shape.of(chunk), Chunk.of(texts));
        edit.writeChunk(edit.array("g/x").orElseThrow(), Shape.of(chunk, 0), Chunk.of(numbers(texts)));
    }

    private static byte[] numbers(String[] texts) {
        ByteBuffer bytes = ByteBuffer.allocate(CHUNK * WIDTH * 8).order(ByteOrder.LITTLE_ENDIAN);
        for (String text : texts) {
            Random random = new Random(text.hashCode());
            for (int k = 0; k < WIDTH; k++) {
                bytes.putDouble(text.isEmpty() ? Double.NaN : random.nextGaussian());
            }
        }
        return bytes.array();
    }

    /** Fails unless the file is in the state of one commit. */
    static int check(Path file, int[] versions) throws IOException {
        try (Hdf5Store store = open(file)) {
            assertThat(store.verify()).isEmpty();
            return store.read(tree -> {
                int size = size(tree);
                ArrayInfo x = tree.array("g/x").orElseThrow();
                assertThat(x.shape()).isEqualTo(Shape.of(size, WIDTH));
                assertThat(tree.array("g/t").orElseThrow().shape()).isEqualTo(Shape.of(size));
                for (int chunk = 0; chunk * CHUNK < size; chunk++) {
                    String[] texts = texts(tree, chunk);
                    byte[] found = tree.chunk(x, Shape.of(chunk, 0)).bytes();
                    byte[] want = numbers(texts);
                    int rows = Math.min(CHUNK, size - chunk * CHUNK) * WIDTH * 8;
                    assertThat(Arrays.copyOf(found, rows)).isEqualTo(Arrays.copyOf(want, rows));
                    for (int i = 0; i < rows / WIDTH / 8; i++) {
                        assertThat(texts[i]).startsWith(chunk * CHUNK + i + " ");
                        versions[chunk * CHUNK + i] = version(texts[i]);
                    }
                }
                return size;
            });
        }
    }
}
