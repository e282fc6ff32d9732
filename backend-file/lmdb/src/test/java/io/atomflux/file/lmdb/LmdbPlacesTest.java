package io.atomflux.file.lmdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.ObjectIO;
import io.atomflux.error.StoreChangedException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** Places that are read-only, littered, or change behind an open store. */
class LmdbPlacesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final List<ObjectIO> opened = new ArrayList<>();

    @AfterEach
    void closeAll() {
        opened.forEach(store -> store.close().block(PATIENCE));
        assertThat(Environments.count()).isZero();
    }

    private ObjectIO open() {
        ObjectIO store =
                ObjectIO.open(folder.resolve("p.lmdb"), OpenOptions.none().with("map_size", "16M"));
        opened.add(store);
        return store;
    }

    private static List<Row> rows(int count, int bytes) {
        return IntStream.range(0, count)
                .mapToObj(i -> Row.of("i", i, "data", new byte[bytes]))
                .toList();
    }

    @Test
    @EnabledOnOs({OS.LINUX, OS.MAC})
    @DisplayName("what may not be written can be read all the same, and a change says so")
    void readsWithoutPermissionToWrite() throws Exception {
        open().extend(rows(100, 2000)).block();
        closeAll();
        opened.clear();
        Path group = folder.resolve("p.lmdb/default");
        for (boolean lockFile : new boolean[] {true, false}) {
            if (!lockFile) {
                Files.delete(group.resolve("lock.mdb"));
            }
            forbid(group);
            try {
                assertThat(otherProcess(group))
                        .as("lock file: %s", lockFile)
                        .contains("size 100", "sum 4950", "snapshot 100", "readonly 100")
                        .anyMatch(line ->
                                line.startsWith("refused " + folder.resolve("p.lmdb")) && line.contains("denied"))
                        .doesNotContain("written");
            } finally {
                Files.setPosixFilePermissions(group, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            assertThat(group.resolve("lock.mdb").toFile().exists()).isEqualTo(lockFile);
        }
    }

    private static void forbid(Path group) throws IOException {
        try (Stream<Path> files = Files.list(group)) {
            for (Path file : files.toList()) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
            }
        }
        Files.setPosixFilePermissions(group, PosixFilePermissions.fromString("r-xr-xr-x"));
    }

    /** Runs a process that permissions bind; those of the administrator do not, unless it gives up that right. */
    private List<String> otherProcess(Path group) throws Exception {
        List<String> command = new ArrayList<>();
        if (Files.isWritable(group)) {
            Assumptions.assumeTrue(
                    Files.isExecutable(Path.of("/usr/bin/setpriv")), "needs setpriv where permissions do not bind");
            command.addAll(List.of("/usr/bin/setpriv", "--bounding-set", "-dac_override,-dac_read_search"));
        }
        return run(command, folder.resolve("p.lmdb"));
    }

    private List<String> run(List<String> prefix, Path place) throws Exception {
        Path temporary = Files.createDirectories(folder.resolve("tmp"));
        Path working = Files.createDirectories(folder.resolve("work"));
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                ReadingProcess.class.getName(),
                place.toString()));
        Process process = new ProcessBuilder(command)
                .directory(working.toFile())
                .redirectErrorStream(true)
                .start();
        List<String> said;
        try (var out = process.inputReader(StandardCharsets.UTF_8)) {
            said = out.lines().toList();
        }
        assertThat(process.waitFor()).as("%s", said).isZero();
        return said;
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    @DisplayName("processes that start at once leave nothing of the native library behind")
    void leavesNoLibraries() throws Exception {
        open().extend(rows(3, 10)).block();
        List<List<String>> said = Flux.range(0, 3)
                .flatMap(i -> Mono.fromCallable(() -> run(List.of(), folder.resolve("p.lmdb")))
                        .subscribeOn(Schedulers.boundedElastic()))
                .collectList()
                .block(Duration.ofSeconds(60));
        assertThat(said).hasSize(3).allSatisfy(lines -> assertThat(lines).contains("written"));
        assertThat(folder.resolve("work")).isEmptyDirectory();
        assertThat(folder.resolve("tmp").toFile().list())
                .noneMatch(name -> name.contains("lwjgl") || name.contains("lmdb"));
    }

    @Test
    @DisplayName("what a removal left that was cut short is deleted by a later change, but not one under way")
    void sweepsRests() throws IOException {
        Path place = folder.resolve("p.lmdb");
        Path old = place.resolve(".removed-" + UUID.randomUUID());
        Path fresh = place.resolve(".removed-" + UUID.randomUUID());
        Path other = place.resolve(".removed-mine");
        for (Path rest : List.of(old, fresh, other)) {
            Files.createDirectories(rest);
            Files.writeString(rest.resolve("data.mdb"), "gone");
        }
        FileTime hourAgo = FileTime.from(Instant.now().minus(Duration.ofHours(1)));
        for (Path rest : List.of(old, fresh, other)) {
            Files.setLastModifiedTime(rest, hourAgo); // renaming a folder leaves its own time as it was
        }
        Files.setLastModifiedTime(old.resolve("data.mdb"), hourAgo);
        Files.setLastModifiedTime(other.resolve("data.mdb"), hourAgo);
        ObjectIO db = open();
        assertThatThrownBy(() -> db.size().block()).isInstanceOf(StoreNotFoundException.class);
        assertThat(old).exists();
        db.append(Row.of("i", 1)).block();
        assertThat(old).doesNotExist();
        assertThat(fresh.resolve("data.mdb")).exists();
        assertThat(other.resolve("data.mdb")).exists();
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    @DisplayName("a change after the folder was deleted from outside goes to a new store, never into nothing")
    void writesAfterDeletion() throws IOException {
        ObjectIO db = open();
        db.extend(rows(3, 10)).block();
        Removal.delete(folder.resolve("p.lmdb"));
        assertThat(db.append(Row.of("i", 7)).block()).isEqualTo(1);
        assertThat(folder.resolve("p.lmdb/default/data.mdb")).exists();
        closeAll();
        opened.clear();
        assertThat(open().get(0).block()).isEqualTo(Row.of("i", 7));
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    @DisplayName("reads notice soon that the store was deleted or replaced from outside; streams say that it changed")
    void readsAfterReplacement() throws Exception {
        ObjectIO db = open();
        db.extend(rows(100, 4096)).block();
        ObjectIO other =
                ObjectIO.open(folder.resolve("new.lmdb"), OpenOptions.none().with("map_size", "16M"));
        other.append(Row.of("i", -1)).block();
        other.close().block();
        Flux<Row> stream = db.rows()
                .limitRate(4)
                .concatMap(row -> row.get("i").equals(3L) ? replaceAndNotice(db).thenReturn(row) : Mono.just(row), 1);
        assertThatThrownBy(() -> stream.blockLast(PATIENCE)).isInstanceOf(StoreChangedException.class);
        assertThat(db.size().block()).isEqualTo(1);
        Removal.delete(folder.resolve("p.lmdb"));
        assertThatThrownBy(() -> Flux.interval(Duration.ofMillis(20))
                        .onBackpressureDrop()
                        .concatMap(tick -> db.size())
                        .blockLast(PATIENCE))
                .isInstanceOf(StoreNotFoundException.class)
                .hasMessageContaining(folder.resolve("p.lmdb").toString());
    }

    private Mono<Long> replaceAndNotice(ObjectIO db) {
        return Mono.fromCallable(() -> {
                    Removal.delete(folder.resolve("p.lmdb"));
                    return Files.move(folder.resolve("new.lmdb"), folder.resolve("p.lmdb"));
                })
                .thenMany(Flux.interval(Duration.ofMillis(20)).onBackpressureDrop())
                .concatMap(tick -> db.size())
                .filter(size -> size == 1)
                .next();
    }

    @Test
    @DisplayName("messages name the place as the user gave it, and the group")
    void namesThePlace() {
        Path place = folder.resolve("deep/er/../q.lmdb");
        assertThat(ObjectIO.open(place).name()).isEqualTo(place.toString());
        assertThatThrownBy(() -> ObjectIO.open(place + "?group=train").size().block())
                .isInstanceOf(StoreNotFoundException.class)
                .hasMessageContaining(place + ", group train");
        assertThat(ObjectIO.open("data/x.lmdb?group=train").name()).isEqualTo("data/x.lmdb, group train");
    }
}
