package io.atomflux.file.columnar.journal;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Another process that changes a store again and again, or only holds its lock, and says what it did. */
final class ChangingProcess {

    /** What a change touches. */
    enum Kind {
        /** Two files of a folder hold the same number; chunks are added and removed. */
        FILES,
        /** Two places of one file hold the same number, as does its end. */
        PAGES,
        /** The folder is written anew. */
        REWRITE
    }

    private static final int FAR = 40_000;

    private ChangingProcess() {}

    public static void main(String[] arguments) throws IOException {
        Path place = Path.of(arguments[0]);
        try (StoreAccess store =
                StoreAccess.of(place, false, Duration.ofMinutes(2), StoreAccess.Fence.NONE, "the store")) {
            if (arguments[1].equals("HOLD")) {
                hold(store, arguments[2].equals("exclusive"));
                return;
            }
            Kind kind = Kind.valueOf(arguments[1]);
            for (int i = Integer.parseInt(arguments[2]); i > 0; i--) {
                System.out.println("done " + increase(store, kind));
                System.out.flush();
            }
        }
    }

    private static void hold(StoreAccess store, boolean exclusive) throws IOException {
        if (exclusive) {
            store.writing(edit -> said());
        } else {
            store.reading(files -> said());
        }
    }

    private static int said() throws IOException {
        System.out.println("inside");
        System.out.flush();
        return System.in.read();
    }

    /** Counts up what is in a store. */
    static int increase(StoreAccess store, Kind kind) throws IOException {
        return store.writing(edit -> {
            int number = number(edit, kind) + 1;
            String text = String.format(Locale.ROOT, "%08d", number);
            switch (kind) {
                case FILES -> {
                    edit.fresh("c/" + number, Stores.bytes(text.repeat(2_000)));
                    edit.replace("a/meta", Stores.bytes(text));
                    edit.replace("meta", Stores.bytes(text));
                    edit.delete("c/" + (number - 3));
                }
                case PAGES -> {
                    edit.write("", 0, Stores.bytes(text));
                    edit.write("", FAR, Stores.bytes(text.repeat(600)));
                    edit.write("", FAR + 4_800 + 1_000L * number, ByteBuffer.wrap(filled(number)));
                }
                case REWRITE -> {
                    Path beside = store.beside();
                    Files.createDirectories(beside.resolve("a"));
                    Files.createDirectories(beside.resolve("c"));
                    Files.writeString(beside.resolve("meta"), text);
                    Files.writeString(beside.resolve("a/meta"), text);
                    Files.writeString(beside.resolve("c/" + number), text.repeat(2_000));
                    edit.adopt("");
                }
            }
            edit.commit("count to " + number);
            return number;
        });
    }

    private static byte[] filled(int number) {
        byte[] bytes = new byte[1_000];
        Arrays.fill(bytes, (byte) number);
        return bytes;
    }

    /** Reads the number, and checks that all of the store is of one commit. */
    static int number(StoreFiles files, Kind kind) throws IOException {
        if (kind == Kind.PAGES) {
            if (files.length("").isEmpty()) {
                return 0;
            }
            byte[] content = files.read("", 1 << 26);
            String text = new String(content, 0, 8, StandardCharsets.UTF_8);
            int number = Integer.parseInt(text);
            String far = new String(content, FAR, 4_800, StandardCharsets.UTF_8);
            byte[] end = filled(number);
            int from = FAR + 4_800 + 1_000 * number;
            if (!far.equals(text.repeat(600)) || !Arrays.equals(content, from, from + 1_000, end, 0, 1_000)) {
                throw new AssertionError("two states in one file: " + text + " and " + far.substring(0, 8));
            }
            return number;
        }
        if (files.length("meta").isEmpty()) {
            return 0;
        }
        String text = Stores.text(files, "meta");
        int number = Integer.parseInt(text);
        if (!Stores.text(files, "a/meta").equals(text)
                || !Stores.text(files, "c/" + number).equals(text.repeat(2_000))) {
            throw new AssertionError("two states in one store: " + text + " and " + Stores.text(files, "a/meta"));
        }
        return number;
    }

    static Process start(Path store, String kind, String more) throws IOException {
        return new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ChangingProcess.class.getName(),
                        store.toString(),
                        kind,
                        more))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    static BufferedReader output(Process process) {
        return new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }
}
