package io.atomflux.file.columnar.hdf5;

import io.atomflux.error.AtomfluxException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;

/** A process that reads damaged copies of a file, whatever happens to it; tells the number of each before and what came of it. */
final class MutatedFiles {

    private MutatedFiles() {}

    public static void main(String[] args) throws IOException {
        byte[] whole = Files.readAllBytes(Path.of(args[0]));
        Path damaged = Path.of(args[1]);
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true);
        for (int seed = Integer.parseInt(args[2]); seed < Integer.parseInt(args[3]); seed++) {
            out.print(seed + " ");
            Files.write(damaged, mutated(whole, new Random(seed)));
            String outcome = "read";
            try (Hdf5Store store = Hdf5Store.of(damaged, true, Duration.ofSeconds(5), 1 << 20)) {
                int problems = store.verify().size();
                outcome = problems == 0 ? "read" : "problems";
            } catch (AtomfluxException e) {
                outcome = e.getClass().getSimpleName();
            } catch (IOException | RuntimeException | Error e) {
                outcome = "UNTYPED " + e;
                e.printStackTrace(out);
            }
            out.println(outcome);
        }
        out.println("end open " + Hdf5File.openFiles() + " " + Hdf5File.openIds());
    }

    private static byte[] mutated(byte[] whole, Random random) {
        byte[] bytes = whole.clone();
        int kind = random.nextInt(10);
        if (kind == 0) {
            return Arrays.copyOf(bytes, random.nextInt(bytes.length));
        }
        int times = 1 + random.nextInt(kind < 5 ? 3 : 40);
        for (int i = 0; i < times; i++) {
            int at = random.nextInt(random.nextBoolean() ? Math.min(4096, bytes.length) : bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt();
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 ->
                    Arrays.fill(bytes, at, Math.min(bytes.length, at + 8), (byte) (random.nextBoolean() ? -1 : 0));
                default -> {
                    int from = random.nextInt(bytes.length);
                    int n = Math.min(64, bytes.length - Math.max(from, at));
                    System.arraycopy(whole, from, bytes, at, n);
                }
            }
        }
        return bytes;
    }
}
