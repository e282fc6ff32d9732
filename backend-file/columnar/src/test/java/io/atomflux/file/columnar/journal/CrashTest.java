package io.atomflux.file.columnar.journal;

import static io.atomflux.file.columnar.journal.Stores.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kills the process, and takes the power, at every step of a commit and of a recovery. */
class CrashTest {

    private static final Places PLACES = new Places(Path.of("/store"));
    private static final int SEEDS = Boolean.getBoolean("atomflux.proof") ? 200 : 6;

    /** Something done by a process. */
    @FunctionalInterface
    private interface Change {
        void make(Edit edit, CrashDisk disk) throws IOException;
    }

    private enum Scenario {
        CHUNKS(
                (edit, disk) -> {
                    edit.replace("meta", bytes("one"));
                    edit.replace("a/c/0", bytes("chunk"));
                    edit.replace("b/c/0", bytes("gone"));
                },
                (edit, disk) -> {
                    edit.fresh("a/c/1", bytes("fresh".repeat(200)));
                    edit.fresh("n/c/1", bytes("new".repeat(300)));
                    edit.replace("a/c/0", bytes("changed".repeat(100)));
                    edit.replace("n/meta", bytes("meta"));
                    edit.delete("b");
                    edit.fresh("b/d", bytes("instead"));
                    edit.replace("meta", bytes("two"));
                }),
        PAGES((edit, disk) -> edit.write("", 0, text('a', 10_000)), (edit, disk) -> {
            edit.write("", 0, text('b', 10));
            edit.write("", 9_000, text('c', 5_000));
            edit.write("", 100, text('d', 4_500));
        }),
        SHORTER((edit, disk) -> edit.write("", 0, text('a', 12_000)), (edit, disk) -> {
            edit.write("", 3_000, text('b', 3_000));
            edit.truncate("", 5_000);
        }),
        CREATED((edit, disk) -> {}, (edit, disk) -> edit.write("", 10, text('a', 5_000))),
        FOLDER_ADOPTED(
                (edit, disk) -> {
                    edit.replace("g/meta", bytes("one"));
                    edit.replace("g/c", text('a', 3_000));
                    edit.replace("keep", bytes("kept"));
                },
                (edit, disk) -> {
                    beside(disk);
                    edit.adopt("g");
                    edit.replace("keep", bytes("changed"));
                }),
        STORE_ADOPTED((edit, disk) -> edit.replace("g/meta", bytes("one")), (edit, disk) -> {
            beside(disk);
            edit.adopt("");
        }),
        FILE_ADOPTED((edit, disk) -> edit.write("", 0, text('a', 3_000)), (edit, disk) -> {
            write(disk, PLACES.rewrite(), "two".repeat(1_000));
            edit.adopt("");
        });

        private final Change before;
        private final Change change;

        Scenario(Change before, Change change) {
            this.before = before;
            this.change = change;
        }
    }

    private static ByteBuffer text(char c, int length) {
        return bytes(String.valueOf(c).repeat(length));
    }

    private static void beside(CrashDisk disk) throws IOException {
        disk.makeFolder(PLACES.rewrite());
        disk.makeFolder(PLACES.rewrite().resolve("c"));
        write(disk, PLACES.rewrite().resolve("meta"), "two");
        write(disk, PLACES.rewrite().resolve("c/0"), "rewritten".repeat(100));
    }

    private static void write(CrashDisk disk, Path path, String text) throws IOException {
        try (Disk.Handle handle = disk.open(path, Disk.Mode.EMPTY)) {
            handle.write(bytes(text), 0);
        }
    }

    /** Changes a store as a process does that opens it; returns only if it is committed. */
    private static void run(CrashDisk disk, Change change) throws IOException {
        Recovery recovery = new Recovery(disk, PLACES, "the store");
        recovery.run(disk);
        recovery.sweep();
        try (Edit edit = new Edit(disk, PLACES, "the store", disk, recovery)) {
            change.make(edit, disk);
            edit.commit("change");
        }
    }

    private static void open(CrashDisk disk) throws IOException {
        Recovery recovery = new Recovery(disk, PLACES, "the store");
        recovery.run(disk);
        recovery.sweep();
    }

    /** Opens and reads all files. */
    private static Map<String, String> opened(CrashDisk disk) throws IOException {
        disk.begin(Integer.MAX_VALUE);
        open(disk);
        assertThat(disk.kind(PLACES.journal())).isEqualTo(Disk.Kind.NONE);
        return content(disk);
    }

    private static Map<String, String> content(CrashDisk disk) throws IOException {
        Map<String, String> content = new TreeMap<>();
        try (View view = new View(disk, PLACES, new Changes(), null)) {
            collect(view, "", content);
        }
        return content;
    }

    private static void collect(View view, String path, Map<String, String> content) throws IOException {
        if (view.length(path).isPresent()) {
            content.put(path, new String(view.read(path, 1 << 20), StandardCharsets.UTF_8));
        }
        for (String name : view.names(path)) {
            collect(view, View.below(path, name), content);
        }
    }

    /** What readers see: chunks nobody refers to, and bytes beyond what a file says is its end, are nothing. */
    private static Map<String, String> seen(Map<String, String> content, Map<String, String> before) {
        Map<String, String> seen = new TreeMap<>(content);
        if (content.getOrDefault("meta", "").equals("one")) {
            seen.keySet().removeAll(List.of("a/c/1", "n/c/1"));
        }
        String old = before.get("");
        if (old != null && content.getOrDefault("", "").startsWith(old)) {
            seen.put("", old);
        }
        return seen;
    }

    /** A disk before a change, what was before it and what is after it. */
    private record Case(Scenario scenario, Map<String, String> before, Map<String, String> after, int steps) {

        static CrashDisk disk(Scenario scenario) throws IOException {
            CrashDisk disk = new CrashDisk();
            disk.begin(Integer.MAX_VALUE);
            run(disk, scenario.before);
            disk.settle();
            return disk;
        }

        static Case of(Scenario scenario) throws IOException {
            CrashDisk disk = disk(scenario);
            Map<String, String> before = content(disk);
            disk.begin(Integer.MAX_VALUE);
            run(disk, scenario.change);
            int steps = disk.steps();
            return new Case(scenario, before, content(disk), steps);
        }

        /** Runs the change and dies; tells whether it was committed for all its caller knows. */
        boolean crash(CrashDisk disk, int step) throws IOException {
            disk.begin(step);
            try {
                run(disk, scenario.change);
                return true;
            } catch (CrashDisk.Killed e) {
                return false;
            }
        }

        /** Returns what is wrong with what is found, or an empty text. */
        String flaw(Map<String, String> found, boolean mustBeAfter) {
            Map<String, String> seen = seen(found, before);
            return seen.equals(after) || !mustBeAfter && seen.equals(before)
                    ? ""
                    : "%s holds neither state%s: %s"
                            .formatted(scenario, mustBeAfter ? " (acknowledged)" : "", shortened(found));
        }

        private static String shortened(Map<String, String> found) {
            Map<String, String> shorter = new TreeMap<>();
            found.forEach((path, text) ->
                    shorter.put(path, text.length() + ":" + text.substring(0, Math.min(12, text.length()))));
            return shorter.toString();
        }
    }

    private interface Planting {
        void plant(CrashDisk disk);
    }

    /** Crashes at every step, then at every step of the recovery, by kill and by loss of power; returns what went wrong. */
    private static List<String> explore(Scenario scenario, Planting planting, int seeds) throws IOException {
        List<String> flaws = new ArrayList<>();
        Case change = Case.of(scenario);
        for (int step = 1; step <= change.steps() + 1; step++) {
            for (int seed = 0; seed < seeds; seed++) {
                // The first seed only kills; the others take the power as well, before or after the recovery is killed.
                int recoverySteps = crashed(change, planting, step, seed, Integer.MAX_VALUE, flaws);
                for (int again = 1; again <= recoverySteps; again++) {
                    crashed(change, planting, step, seed, again, flaws);
                }
            }
        }
        return flaws;
    }

    private static int crashed(Case change, Planting planting, int step, int seed, int again, List<String> flaws)
            throws IOException {
        SplittableRandom random = new SplittableRandom(1_000_003L * step + 1_009L * again + seed);
        CrashDisk disk = Case.disk(change.scenario());
        planting.plant(disk);
        boolean acknowledged = change.crash(disk, step);
        if (seed % 3 == 1) {
            disk.losePower(random);
        }
        String place = ", killed at step %d, then at %d, seed %d".formatted(step, again, seed);
        disk.begin(again);
        int steps = 0;
        try {
            open(disk);
            steps = disk.steps();
            String flaw = change.flaw(content(disk), acknowledged);
            if (!flaw.isEmpty()) {
                flaws.add(flaw + place);
                return steps;
            }
            acknowledged |= seen(content(disk), change.before()).equals(change.after())
                    && !change.before().equals(change.after());
        } catch (CrashDisk.Killed e) {
            steps = again;
        } catch (RuntimeException | IOException e) {
            flaws.add(e + place);
            return 0;
        }
        if (seed > 0) {
            disk.losePower(random);
        }
        try {
            String flaw = change.flaw(opened(disk), acknowledged);
            if (!flaw.isEmpty()) {
                flaws.add(flaw + place + ", at the end");
                return steps;
            }
            later(disk, random, flaws, change.scenario() + place);
        } catch (RuntimeException | IOException e) {
            flaws.add(e + place + ", at the end");
        }
        return steps;
    }

    /** A change made after a recovery is not taken back by the journal of before. */
    private static void later(CrashDisk disk, SplittableRandom random, List<String> flaws, String place)
            throws IOException {
        String path = disk.kind(PLACES.root()) == Disk.Kind.FOLDER ? "later" : "";
        disk.begin(Integer.MAX_VALUE);
        run(disk, (edit, other) -> edit.replace(path, bytes("later")));
        disk.losePower(random);
        if (!"later".equals(opened(disk).get(path))) {
            flaws.add("a later change is lost, " + place);
        }
    }

    @ParameterizedTest
    @EnumSource(Scenario.class)
    @DisplayName(
            "after a crash at any step, and another while recovering, the store is as before or as after the change")
    void crashAnywhere(Scenario scenario) throws IOException {
        assertThat(explore(scenario, disk -> {}, SEEDS)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Scenario.class)
    @DisplayName("the simulation finds a disk that forgets what was synced: this test can fail")
    void forgettingDiskIsFound(Scenario scenario) throws IOException {
        assertThat(explore(scenario, disk -> disk.forgetsFiles = true, 3)).isNotEmpty();
        assertThat(explore(scenario, disk -> disk.forgetsFolders = true, 3)).isNotEmpty();
    }

    @Test
    @DisplayName("a commit tells others that something changed before it is answered, and not before it is there")
    void generationTells() throws IOException {
        Case change = Case.of(Scenario.CHUNKS);
        for (int step = 1; step <= change.steps() + 1; step++) {
            CrashDisk disk = Case.disk(Scenario.CHUNKS);
            long generation = disk.generation();
            boolean acknowledged = change.crash(disk, step);
            boolean told = disk.generation() != generation;
            Map<String, String> found = opened(disk);
            boolean after = seen(found, change.before()).equals(change.after());
            assertThat(told && !after).as("step %d", step).isFalse();
            assertThat(acknowledged && !told).as("step %d", step).isFalse();
            assertThat(disk.generation() != generation).isEqualTo(after);
        }
    }
}
