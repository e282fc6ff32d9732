package io.atomflux.artifact.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.artifact.catalog.Catalog;
import io.atomflux.artifact.catalog.Commit;
import io.atomflux.artifact.spi.StoredFile;
import io.atomflux.value.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Flux;

/** A store that is killed, loses power, or finds the disk full, at every step of what it does. */
@Timeout(120)
class CrashTest {

    private static final boolean PROOF = Boolean.getBoolean("atomflux.proof");
    private static final Path ROOT = Path.of("/place/store");
    private static final int COMMITS = 40;
    private static final int LOG = 700; // so short that it becomes a run every few commits
    private static final Bytes COUNT = Bytes.ofText("count");
    private static final Bytes LEFT = Bytes.ofText("left");
    private static final Bytes RIGHT = Bytes.ofText("right");
    private static final Bytes FIRST = Bytes.of((byte) 0);
    private static final Bytes LAST = Bytes.of((byte) 0xff);

    /** One process that has the store open. */
    private static final class Process {
        final FolderPlace place;
        final IndexFiles files;
        final IndexWriter writer;

        Process(CrashDisk disk) {
            this.place = new FolderPlace(disk, ROOT, true);
            this.files = new IndexFiles(disk, place.folder("index"), "store", new BlockCache(1 << 16));
            this.writer = new IndexWriter(files, LOG);
        }

        /** Makes a commit that holds only after those before it. */
        void commit(int number) throws IOException {
            Bytes text = Bytes.ofText("" + number);
            Commit.Builder commit = Commit.builder()
                    .put(COUNT, text)
                    .put(LEFT, text)
                    .put(RIGHT, text)
                    .put(Bytes.ofText("k" + number), Bytes.wrap(new byte[number % 7 * 30]));
            if (number == 0) {
                commit.expectAbsent(COUNT);
            } else {
                commit.expect(COUNT, Bytes.ofText("" + (number - 1)));
                if (number % 3 == 0) {
                    commit.delete(Bytes.ofText("k" + (number - 2)));
                }
            }
            assertThat(writer.commit(List.of(commit.build()))).containsExactly(true);
            writer.flushIfLong();
            writer.merge(0);
        }

        List<Catalog.Entry> all() throws IOException {
            View view = files.fresh();
            try {
                return view.page(FIRST, LAST, 1000, Long.MAX_VALUE).stream()
                        .filter(entry -> entry.key().length() > 1) // all but the id of the store
                        .toList();
            } finally {
                view.release();
            }
        }

        /** Returns the number of the last commit, having checked that what stands is what it left; -1 for none. */
        int state() throws IOException {
            List<Catalog.Entry> all = all();
            if (all.isEmpty()) {
                return -1;
            }
            View view = files.fresh();
            int count = number(view.get(COUNT));
            view.release();
            assertThat(all).isEqualTo(expected(count));
            return count;
        }
    }

    private static int number(Bytes text) {
        return Integer.parseInt(text.keyText());
    }

    /** What stands after a commit. */
    private static List<Catalog.Entry> expected(int count) {
        List<Catalog.Entry> entries = new ArrayList<>();
        for (Bytes key : List.of(COUNT, LEFT, RIGHT)) {
            entries.add(new Catalog.Entry(key, Bytes.ofText("" + count)));
        }
        for (int i = 0; i <= count; i++) {
            boolean deleted = (i + 2) % 3 == 0 && i + 2 <= count;
            if (!deleted) {
                entries.add(new Catalog.Entry(Bytes.ofText("k" + i), Bytes.wrap(new byte[i % 7 * 30])));
            }
        }
        entries.sort(java.util.Comparator.comparing(Catalog.Entry::key));
        return entries;
    }

    /** Makes a store and commits, from where it stands, until it is killed; returns the last commit that was told done. */
    private static int run(CrashDisk disk, int from) {
        int done = from;
        try {
            Process process = new Process(disk);
            process.place.create(process.files);
            while (done < COMMITS - 1) {
                process.commit(done + 1);
                done++;
            }
        } catch (CrashDisk.Killed killed) {
            return done;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return done;
    }

    private static int steps() {
        CrashDisk disk = new CrashDisk();
        disk.begin(Integer.MAX_VALUE);
        assertThat(run(disk, -1)).isEqualTo(COMMITS - 1);
        return disk.steps();
    }

    private static void checkAfter(CrashDisk disk, int done, String when) throws IOException {
        disk.begin(Integer.MAX_VALUE);
        Process process = new Process(disk);
        int state = -1;
        if (process.place.exists()) {
            state = process.state();
        }
        // The last one may have been made although the process could not tell any more.
        assertThat(state).as(when).isBetween(done, done + 1);
        assertThat(run(disk, state)).as(when).isEqualTo(COMMITS - 1);
        assertThat(new Process(disk).state()).as(when).isEqualTo(COMMITS - 1);
    }

    @Test
    @DisplayName("H3 killed at any step, the store has every commit that was told done, at most one more, and goes on")
    void survivesKilling() throws IOException {
        int steps = steps();
        assertThat(steps).isGreaterThan(200);
        for (int kill = 1; kill <= steps; kill++) {
            CrashDisk disk = new CrashDisk();
            disk.begin(kill);
            checkAfter(disk, run(disk, -1), "killed at " + kill);
        }
    }

    @Test
    @DisplayName(
            "I11 losing power at any step, with any part of what was not synced, leaves every commit that was told done")
    void survivesLossOfPower() throws IOException {
        int steps = steps();
        for (int kill = 1; kill <= steps; kill++) {
            for (int seed = 0; seed < (PROOF ? 100 : 4); seed++) {
                CrashDisk disk = new CrashDisk();
                disk.begin(kill);
                int done = run(disk, -1);
                disk.losePower(new SplittableRandom(1000L * kill + seed));
                checkAfter(disk, done, "lost power at " + kill + ", seed " + seed);
            }
        }
    }

    @Test
    @DisplayName("the crash test notices a disk that does not sync")
    void noticesForgetting() {
        for (boolean files : new boolean[] {true, false}) {
            assertThatThrownBy(() -> {
                        for (int kill = 1; kill <= steps(); kill += 5) {
                            CrashDisk disk = new CrashDisk();
                            disk.forgetsFiles = files;
                            disk.forgetsFolders = !files;
                            disk.begin(kill);
                            int done = run(disk, -1);
                            disk.losePower(new SplittableRandom(kill));
                            checkAfter(disk, done, "");
                        }
                    })
                    .isInstanceOf(Throwable.class);
        }
    }

    @Test
    @DisplayName("a full disk, from any step on, fails commits that change nothing; with room again the store goes on")
    void survivesFullDisk() throws IOException {
        int steps = steps();
        int failed = 0;
        for (int full = 1; full <= steps; full++) {
            CrashDisk disk = new CrashDisk();
            disk.begin(Integer.MAX_VALUE);
            disk.beginFilling(full);
            Process process = new Process(disk);
            int done = -1;
            int failures = 0;
            while (done < COMMITS - 1) {
                try {
                    process.place.create(process.files);
                    process.writer.flushIfLong();
                    process.commit(done + 1);
                    done++;
                } catch (IOException e) {
                    assertThat(e).hasMessage("No space left on device");
                    if (process.place.exists()) {
                        int state = process.state();
                        assertThat(state).as("full at " + full).isBetween(done, done + 1);
                        assertThat(new Process(disk).state()).isEqualTo(state);
                        done = state; // the commit was made, tidying up failed
                    }
                    if (++failures == 3) {
                        disk.beginFilling(Integer.MAX_VALUE);
                    }
                }
            }
            failed += failures;
            assertThat(new Process(disk).state()).isEqualTo(COMMITS - 1);
        }
        assertThat(failed).isGreaterThan(2 * steps);
    }

    @Test
    @DisplayName(
            "who reads beside a writer sees each commit at once, though the files tell it nothing but their lengths")
    void readsAtOnce() throws IOException {
        CrashDisk disk = new CrashDisk();
        disk.begin(Integer.MAX_VALUE);
        Process writer = new Process(disk);
        Process rarely = new Process(disk);
        Process often = new Process(disk);
        writer.place.create(writer.files);
        for (int number = 0; number < 300; number++) {
            writer.commit(number);
            assertThat(often.state()).isEqualTo(number);
            if (number % 37 == 0) {
                assertThat(rarely.state()).isEqualTo(number);
            }
        }
        assertThat(writer.files.current().runs()).hasSizeLessThan(8);
    }

    @Test
    @DisplayName(
            "H3 a set of files that was sealed survives loss of power whole, and what is removed goes whole or stays")
    void keepsFiles() throws IOException {
        String set = "ab".repeat(16);
        int steps = Integer.MAX_VALUE;
        for (int kill = 1; kill <= steps; kill++) {
            for (int seed = 0; seed < 4; seed++) {
                CrashDisk disk = new CrashDisk();
                disk.begin(Integer.MAX_VALUE);
                Process first = new Process(disk);
                first.place.create(first.files);
                disk.losePower(new SplittableRandom(seed));
                disk.begin(kill);
                int done = 0;
                try {
                    FolderFiles files = new FolderFiles(new FolderPlace(disk, ROOT, true));
                    write(files, set, "x");
                    write(files, set, "sub/y");
                    files.seal(set).block();
                    done = 1;
                    files.remove(set).block();
                    done = 2;
                } catch (RuntimeException failure) {
                    assertThat(failure).hasCauseInstanceOf(CrashDisk.Killed.class);
                }
                if (done == 2) {
                    steps = kill;
                }
                disk.losePower(new SplittableRandom(seed));
                disk.begin(Integer.MAX_VALUE);
                FolderFiles files = new FolderFiles(new FolderPlace(disk, ROOT, true));
                if (done == 1) {
                    List<StoredFile> left = files.list(set).block();
                    if (!left.isEmpty()) {
                        assertThat(left).hasSize(2);
                        for (StoredFile file : left) {
                            assertThat(read(files, set, file.name())).isEqualTo(content(file.name()));
                        }
                    }
                }
                for (String leftover : files.sets("", 10).block()) {
                    assertThat(leftover).isEqualTo(set);
                    files.remove(leftover).block();
                }
                assertThat(files.sets("", 10).block()).isEmpty();
                assertThat(files.list(set).block()).isEmpty();
            }
        }
        assertThat(steps).isGreaterThan(15);
    }

    private static String content(String name) {
        return name.repeat(2000);
    }

    private static void write(FolderFiles files, String set, String name) {
        files.write(set, name, Flux.just(ByteBuffer.wrap(content(name).getBytes(StandardCharsets.UTF_8))))
                .block();
    }

    private static String read(FolderFiles files, String set, String name) {
        return files.read(set, name, 0, Long.MAX_VALUE)
                .map(buffer -> StandardCharsets.UTF_8.decode(buffer).toString())
                .reduce("", String::concat)
                .block();
    }

    @Test
    @DisplayName(
            "a torn commit is not seen, is cut by the next one, and a commit of several changes is whole or absent")
    void cutsTails() throws IOException {
        CrashDisk disk = new CrashDisk();
        disk.begin(Integer.MAX_VALUE);
        Process process = new Process(disk);
        process.place.create(process.files);
        process.commit(0);
        String log = process.files.current().log();
        Disk.Handle file = disk.write(process.place.folder("index").resolve(LogFile.fileName(log)));
        long end = file.size();
        byte[] content =
                LogFile.content(List.of(new Commit.Change(Bytes.ofText("zz"), Optional.of(Bytes.wrap(new byte[100])))));
        long whole = new LogFile("store", log, file).append(content, end);
        byte[] bytes = new byte[(int) whole];
        file.read(ByteBuffer.wrap(bytes), 0);
        for (long length = end; length < whole; length++) {
            file.truncate(end);
            file.write(ByteBuffer.wrap(bytes, (int) end, (int) (length - end)), end);
            assertThat(process.state()).isZero();
            assertThat(new Process(disk).state()).isZero();
        }
        process.commit(1);
        assertThat(process.state()).isEqualTo(1);
        assertThat(new Process(disk).state()).isEqualTo(1);
    }
}
