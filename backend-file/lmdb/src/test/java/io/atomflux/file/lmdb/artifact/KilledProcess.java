package io.atomflux.file.lmdb.artifact;

import io.atomflux.file.lmdb.GuardedFile;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;

/**
 * A process that is killed at a place it says: {@code inside} a transaction that has written much, or inside a read.
 *
 * <p>Counts under a key first, saying each number when it is durable; ends with its standard input at the latest.
 */
public final class KilledProcess {

    static final byte[] COUNTER = {'k'};
    static final int COUNTS = 150;
    private static final int MOST = 400;

    private KilledProcess() {}

    /** Takes the file, whether it dies reading or writing, and a seed. */
    public static void main(String[] arguments) throws Exception {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        Thread watching = new Thread(() -> {
            try (BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
                while (in.readLine() != null) {
                    Thread.onSpinWait();
                }
            } catch (java.io.IOException e) {
                out.println("problem " + e);
            }
            Runtime.getRuntime().halt(1);
        });
        watching.setDaemon(true);
        watching.start();
        GuardedFile file = new GuardedFile(Path.of(arguments[0]), "test", new GuardedFile.Access(1 << 20, true), false);
        Random random = new Random(Long.parseLong(arguments[2]));
        if (arguments[1].equals("counting")) {
            for (int i = 0; i < COUNTS; i++) {
                file.write(KilledProcess::count).get();
            }
            out.println("done");
            System.exit(0);
        }
        for (int i = 0; i < 3; i++) {
            out.println("done " + file.write(KilledProcess::count).get());
        }
        if (arguments[1].equals("reading")) {
            file.read(entries -> {
                        entries.find(COUNTER);
                        out.println("inside");
                        return stuck();
                    })
                    .get();
        }
        int said = random.nextInt(MOST);
        file.write(changes -> {
                    count(changes);
                    for (int i = 0; i < MOST; i++) {
                        byte[] bulk = new byte[random.nextInt(40_000)];
                        random.nextBytes(bulk);
                        changes.put(("bulk" + random.nextInt(2 * MOST)).getBytes(StandardCharsets.UTF_8), bulk);
                        if (i == said) {
                            out.println("inside");
                        }
                        if (i > said && arguments[1].equals("waiting")) {
                            return stuck();
                        }
                    }
                    return 0; // on to the commit
                })
                .get();
        stuck();
    }

    /** Adds one to the counter. */
    static long count(GuardedFile.Changes changes) {
        long next =
                1 + (changes.find(COUNTER) ? ByteBuffer.wrap(changes.value()).getLong() : 0);
        changes.put(COUNTER, ByteBuffer.allocate(Long.BYTES).putLong(next).array());
        return next;
    }

    private static int stuck() {
        while (true) {
            Thread.onSpinWait();
        }
    }
}
