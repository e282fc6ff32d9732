package io.atomflux.cli;

import static io.atomflux.cli.Ran.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.ObjectIO;
import io.atomflux.cli.system.RemoteServers;
import io.atomflux.codec.Json;
import io.atomflux.spi.OpenOptions;
import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Commands on stores of servers: Redis, and the stand-in for MongoDB, see {@link RemoteServers}. */
class RemoteCommandsTest {

    @TempDir
    Path folder;

    private static Stream<String> remotes() {
        return Stream.of(
                RemoteServers.redis(),
                RemoteServers.mongo(RemoteServers.freshDatabase(), ""),
                RemoteServers.mongo(RemoteServers.freshDatabase(), "layout=asebytes"));
    }

    private Path lmdb(String name, int rows) {
        Random random = new Random(7);
        List<Row> many = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            many.add(
                    i % 50 == 17
                            ? Row.reserved()
                            : Row.builder()
                                    .put("arrays.positions", NdArray.of(new double[][] {{random.nextGaussian(), 0, i}}))
                                    .put("calc.energy", random.nextGaussian())
                                    .put("info.tag", "row " + i)
                                    .build());
        }
        Path place = folder.resolve(name);
        ObjectIO db = ObjectIO.open(place);
        db.extend(many).then(db.close()).block();
        return place;
    }

    @Test
    @DisplayName("copied from one kind of store to the next, rows stay the same, reserved ones too")
    void copyAround() {
        Path first = lmdb("first.lmdb", 300);
        List<String> expected = run("digest", first).well().lines();
        String group = RemoteServers.freshDatabase();
        List<String> remotes = remotes().toList();
        String from = first.toString();
        List<String> chain = new ArrayList<>(remotes);
        chain.add(remotes.get(0) + "?group=" + group + "-again"); // also from the last layout to the first
        for (String to : chain) {
            List<String> into = to.contains("?group=") ? List.of() : List.of("--to-group", group);
            List<Object> copy = new ArrayList<>(List.of("copy", from, to));
            copy.addAll(into);
            if (remotes.contains(from)) {
                copy.addAll(List.of("--from-group", group));
            }
            run(copy.toArray()).well();
            List<Object> digest = new ArrayList<>(List.of("digest", to));
            if (!into.isEmpty()) {
                digest.addAll(List.of("--group", group));
            }
            assertThat(run(digest.toArray()).well().lines()).as(to).isEqualTo(expected);
            from = to;
        }
        Path last = folder.resolve("last.lmdb");
        run("copy", from, last).well();
        assertThat(run("digest", last).well().lines()).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("remotes")
    @DisplayName("a store of a server is looked at like any other")
    void looks(String store) {
        Path same = lmdb("same.lmdb", 120);
        String group = RemoteServers.freshDatabase();
        run("copy", same, store, "--to-group", group).well();
        run("copy", same + "@:5", store, "--to-group", group + "-few").well();

        Map<String, Object> facts =
                run("info", store, "--group", group, "--json").well().object();
        assertThat(facts).containsEntry("rows", 120L).containsEntry("group", group);
        assertThat(String.valueOf(facts.get("groups"))).contains(group, group + "-few");
        assertThat(facts.get("columns"))
                .isEqualTo(run("info", same, "--json").well().object().get("columns"));
        assertThat(run("info", store, "--group", group).well().out()).contains("120", "arrays.positions");
        // Parsed, since the order of keys is not content.
        assertThat(run("head", store, "-n", 20, "--json", "--group", group)
                        .well()
                        .array())
                .isEqualTo(run("head", same, "-n", 20, "--json").well().array());
        assertThat(run("cat", store + "@-3:", "--group", group).well().lines().stream()
                        .map(Json::read))
                .isEqualTo(run("cat", same + "@-3:").well().lines().stream()
                        .map(Json::read)
                        .toList());
        assertThat(run("column", store, "calc.energy", "--missing", "null", "--group", group)
                        .well()
                        .lines())
                .isEqualTo(run("column", same, "calc.energy", "--missing", "null")
                        .well()
                        .lines());
        assertThat(run("groups", store, "--group", group).well().lines()).contains(group, group + "-few");
        assertThat(run("verify", store, "--group", group).well().out()).isEmpty();
        run("copy", same, store, "--to-group", group).refused("120 rows", "--append");
        run("copy", same + "@:5", store, "--to-group", group, "--append").well();
        assertThat(run("info", store, "--group", group, "--json").well().object())
                .containsEntry("rows", 125L);
        run("info", store, "--group", group + "-none").refused(group + "-none", "does not exist");
    }

    @Test
    @DisplayName("a collection of one layout is not taken for the other, and read without saying which")
    void layouts() {
        String database = RemoteServers.freshDatabase();
        String unsaid = RemoteServers.mongo(database, "");
        Path same = lmdb("same.lmdb", 10);
        List<String> expected = run("digest", same).well().lines();
        for (String layout : List.of("paged", "asebytes")) {
            String said = RemoteServers.mongo(database, "layout=" + layout);
            run("copy", same, said, "--to-group", layout).well();
            assertThat(run("digest", unsaid, "--group", layout).well().lines()).isEqualTo(expected);
            String other = RemoteServers.mongo(database, "layout=" + (layout.equals("paged") ? "asebytes" : "paged"));
            run("digest", other, "--group", layout).refused("layout", layout);
            run("copy", same, other, "--to-group", layout, "--append").refused("layout", layout);
        }
    }

    @Test
    @DisplayName("a wrong password is told in one line without it")
    void wrongPassword() {
        String place = RemoteServers.redisWithPassword("open-sesame");
        run("info", "redis://:wrong-secret@" + place + "/0").refused(place);
        run("info", "redis://" + place + "/0").refused(place);
        Ran wrong = run("verify", "redis://:wrong-secret@" + place + "/0").refused("<hidden>@" + place);
        assertThat(wrong.err()).doesNotContain("wrong-secret");
        Path same = lmdb("same.lmdb", 10);
        run("copy", same, "redis://:open-sesame@" + place + "/0").well();
        Ran told = run("info", "redis://:open-sesame@" + place + "/0").well();
        assertThat(told.out() + told.err()).contains("<hidden>@").doesNotContain("open-sesame");

        String mongo = RemoteServers.mongo("db", "").replace("://", "://somebody:wrong-secret@");
        Ran refused = run("info", mongo).refused("<hidden>@");
        assertThat(refused.err()).doesNotContain("wrong-secret", "somebody");
    }

    @Test
    @DisplayName("a server that is not there is told in one line, by the process too, which says nothing else")
    void wrongHost() throws Exception {
        String place = "127.0.0.1:" + RemoteServers.freePort();
        for (String uri : List.of(
                "redis://u:wrong-secret@" + place + "/0",
                "mongodb://u:wrong-secret@" + place + "/db?serverSelectionTimeoutMS=300")) {
            Process process = start("info", uri);
            assertThat(text(process.getInputStream())).isEmpty();
            assertThat(text(process.getErrorStream()).lines())
                    .filteredOn(line -> !line.startsWith("WARNING:")) // of the JDK, about natives
                    .singleElement()
                    .asString()
                    .startsWith("atomflux: ")
                    .contains("<hidden>@" + place)
                    .doesNotContain("wrong-secret", "Exception");
            assertThat(process.waitFor()).isEqualTo(2);
        }
        run("info", "redis://no-such-host.invalid/0").refused("no-such-host.invalid");
        run("info", "mongodb://no-such-host.invalid/db?serverSelectionTimeoutMS=300")
                .refused("no-such-host.invalid");
    }

    @ParameterizedTest
    @MethodSource("remotes")
    @DisplayName("the process ends soon after its work, and says nothing but its result")
    void processEnds(String store) throws Exception {
        String group = RemoteServers.freshDatabase();
        ObjectIO db = ObjectIO.open(store, OpenOptions.ofGroup(group));
        db.extend(List.of(Row.of("x", 1), Row.of("x", 2))).then(db.close()).block();
        Process process = start("column", store, "x", "--group", group, "--json");
        String result = "[\n1,\n2\n]\n";
        byte[] told = process.getInputStream().readNBytes(result.length());
        long worked = System.nanoTime();
        assertThat(new String(told, StandardCharsets.UTF_8) + text(process.getInputStream()))
                .isEqualTo(result);
        assertThat(text(process.getErrorStream()).lines())
                .filteredOn(line -> !line.startsWith("WARNING:"))
                .isEmpty();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(Duration.ofNanos(System.nanoTime() - worked)).isLessThan(Duration.ofSeconds(20));
    }

    private static Process start(String... args) throws IOException {
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                // As bin/atomflux has them: newer virtual machines warn of natives and of Unsafe, with empty lines
                // between.
                "-XX:+IgnoreUnrecognizedVMOptions",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "io.atomflux.cli.Main"));
        line.addAll(List.of(args));
        return new ProcessBuilder(line).start();
    }

    private static String text(java.io.InputStream stream) throws IOException {
        return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
}
