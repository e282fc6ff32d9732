package io.atomflux.file.columnar.hdf5;

import io.atomflux.error.AtomfluxException;
import io.atomflux.file.columnar.tree.ArrayInfo;
import io.atomflux.file.columnar.tree.Shape;
import io.atomflux.file.columnar.tree.Tree;
import java.io.IOException;
import java.util.Arrays;
import java.util.Random;

/** Damages files, and reads all that is left in them. */
final class Mutations {

    private static final int MOST_OBJECTS = 300;
    private static final int MOST_DEPTH = 6;
    private static final int MOST_CHUNKS = 12;

    private Mutations() {}

    /** Returns a file with a few bytes changed, mostly where there were some. */
    static byte[] mutated(byte[] file, Random random) {
        byte[] bytes = file.clone();
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            int at = random.nextInt(bytes.length);
            for (int tries = 0; tries < 8 && bytes[at] == 0; tries++) {
                at = random.nextInt(bytes.length);
            }
            int length = Math.min(1 + random.nextInt(8), bytes.length - at);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt();
                case 2 -> Arrays.fill(bytes, at, at + length, (byte) 0xFF);
                case 3 -> Arrays.fill(bytes, at, at + length, (byte) 0);
                case 4 -> bytes[at]++;
                default -> {
                    int from = random.nextInt(bytes.length - length);
                    System.arraycopy(file, from, bytes, at, length);
                }
            }
        }
        return bytes;
    }

    /**
     * Returns a file that is damaged as files are: cut off, with pages lost or in each other's place, or with a few bytes
     * changed, half of them at the beginning or in what describes objects.
     */
    static byte[] damaged(byte[] file, Random random) {
        int kind = random.nextInt(16);
        if (kind == 0) {
            return Arrays.copyOf(file, random.nextInt(file.length));
        }
        if (kind > 8) {
            return mutated(file, random);
        }
        byte[] bytes = file.clone();
        int page = 1 << (6 + random.nextInt(7));
        int at = random.nextInt(file.length) / page * page;
        int length = Math.min(page, file.length - at);
        if (kind == 1) {
            Arrays.fill(bytes, at, at + length, (byte) 0);
        } else if (kind == 2) {
            int other = random.nextInt(file.length - length + 1) / page * page;
            System.arraycopy(file, other, bytes, at, length);
            System.arraycopy(file, at, bytes, other, length);
        } else {
            int from = random.nextInt(kind < 6 ? Math.min(4096, file.length) : file.length);
            int start = kind < 6 ? from : described(file, from);
            int run = Math.min(kind % 2 == 0 ? 1 : 2 + random.nextInt(7), file.length - start);
            for (int i = 0; i < run; i++) {
                bytes[start + i] = (byte) (random.nextInt(4) == 0 ? random.nextInt(4) : random.nextInt());
            }
        }
        return bytes;
    }

    /** Returns a place shortly behind where a structure begins, as its signature tells, or an object's older header. */
    private static int described(byte[] file, int from) {
        for (int i = from; i < file.length - 8; i++) {
            boolean signature = true;
            for (int j = 0; j < 4; j++) {
                signature &= file[i + j] >= 'A' && file[i + j] <= 'Z';
            }
            boolean header = i % 8 == 0 && file[i] == 1 && file[i + 1] == 0 && file[i + 4] == 1 && file[i + 5] == 0;
            if (signature || header) {
                return Math.min(file.length - 1, i + from % 200);
            }
        }
        return from;
    }

    /** Reads what there is to be read; only typed errors are taken for refusals. Returns how many there were. */
    static int readAll(Tree tree) throws IOException {
        return new Walk(tree).all();
    }

    private static final class Walk {

        private final Tree tree;
        private int objects;
        private int refusals;

        Walk(Tree tree) {
            this.tree = tree;
        }

        int all() throws IOException {
            group("", 0);
            return refusals;
        }

        private void group(String path, int depth) throws IOException {
            if (depth > MOST_DEPTH || objects++ > MOST_OBJECTS) {
                return;
            }
            attempt(() -> tree.attributes(path));
            attempt(() -> {
                for (String name : tree.names(path)) {
                    String child = path.isEmpty() ? name : path + "/" + name;
                    attempt(() -> {
                        if (tree.hasGroup(child)) {
                            group(child, depth + 1);
                        } else {
                            array(child);
                        }
                    });
                }
            });
        }

        private void array(String path) throws IOException {
            objects++;
            attempt(() -> tree.attributes(path));
            attempt(() -> {
                ArrayInfo array = tree.array(path).orElse(null);
                if (array == null) {
                    return;
                }
                attempt(() -> tree.storedBytes(array));
                long[] index = new long[array.shape().rank()];
                for (int i = 0; i < MOST_CHUNKS; i++) {
                    Shape at = Shape.of(index);
                    attempt(() -> tree.chunk(array, at));
                    int axis = index.length - 1;
                    while (axis >= 0 && ++index[axis] >= array.chunksAlong(axis)) {
                        index[axis--] = 0;
                    }
                    if (axis < 0) {
                        return;
                    }
                }
            });
        }

        private interface Attempt {
            void make() throws IOException;
        }

        private void attempt(Attempt attempt) throws IOException {
            try {
                attempt.make();
            } catch (AtomfluxException e) {
                refusals++;
            }
        }
    }
}
