package io.atomflux.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.AtomsIO;
import io.atomflux.error.LimitExceededException;
import io.atomflux.error.NoBackendException;
import io.atomflux.error.StoreNotFoundException;
import io.atomflux.spi.Location;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which files a pattern names. */
class GlobPatternTest {

    @TempDir
    Path folder;

    private static boolean isStore(Path path) {
        return path.toString().endsWith(".x") || path.toString().endsWith(".s");
    }

    private List<String> found(String pattern) {
        return GlobWalk.of(GlobPattern.parse(folder + "/" + pattern), GlobPatternTest::isStore).files().stream()
                .map(file -> folder.relativize(file).toString())
                .toList();
    }

    private void files(String... names) throws IOException {
        for (String name : names) {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.createFile(file);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "*.x true",
                "frame?.x true",
                "a[0-9].x true",
                "{a,b}.x true",
                "**/a.x true",
                "a[b.x false",
                "a{b}.x false",
                "a]b.x false",
                "{ab.x false",
                "plain/a.x false",
                "memory://a*b false",
                "file:///tmp/a*.x false"
            })
    @DisplayName("a text is a pattern if it holds what cannot be meant otherwise")
    void tellsPatterns(String text, boolean pattern) {
        assertThat(Location.parse(text).isPattern()).isEqualTo(pattern);
        assertThat(Location.of(Path.of("a*.x")).isPattern()).isFalse();
    }

    @Test
    @DisplayName("a question mark begins options only if a name and an equals sign follow")
    void tellsOptionsFromWildcards() {
        Location both = Location.parse("frame?.xyz?readonly=true");
        assertThat(both.target()).isEqualTo("frame?.xyz");
        assertThat(both.query()).containsEntry("readonly", "true");
        assertThat(both.isPattern()).isTrue();
        assertThat(Location.parse("run?/md=1.xyz").target()).isEqualTo("run?/md=1.xyz");
        assertThat(Location.parse("run?/t=3/*.xyz?group=a").target()).isEqualTo("run?/t=3/*.xyz");
        assertThat(Location.parse("a.lmdb?group=b?").query()).containsEntry("group", "b?");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "*.x a.x,b.x",
                "?.x a.x,b.x",
                "[!b].x a.x",
                "[^b].x a.x",
                "[]a].x a.x",
                "{b,a}.x a.x,b.x",
                "{b,a}{.x,.none} a.x,b.x",
                "*/*.x run1/c.x,run2/c.x",
                "run{1,2}/c.x run1/c.x,run2/c.x",
                "**/c.x deep/er/c.x,run1/c.x,run2/c.x",
                "**/*.x a.x,b.x,deep/er/c.x,run1/c.x,run2/c.x",
                "**/**/a.x a.x",
                "deep/** deep/er/c.x",
                "* a.x,b.x,store.s",
                ".* .hidden.x",
                "store.s/*.x store.s/in.x",
                "./run1/../?.x a.x,b.x"
            })
    @DisplayName("wildcards fit as in shells; hidden names want their dot; stores are not looked into but by name")
    void findsFiles(String pattern, String expected) throws IOException {
        files(
                "a.x",
                "b.x",
                ".hidden.x",
                "a.none",
                "run1/c.x",
                "run2/c.x",
                "run2/.d/c.x",
                "deep/er/c.x",
                "store.s/in.x");
        assertThat(found(pattern).stream().map(name -> Path.of(name).normalize().toString()))
                .containsExactly(expected.split(","));
    }

    @Test
    @DisplayName("files come in the order of their paths as text, by code points")
    void sortsAsText() throws IOException {
        files("a-b/1.x", "a/1.x", "a0/1.x", "a/10.x", "a/2.x", "a/B.x", "\uffee.x", "\ud83d\ude00.x");
        assertThat(found("**/*.x"))
                .containsExactly(
                        "a-b/1.x", "a/1.x", "a/10.x", "a/2.x", "a/B.x", "a0/1.x", "\uffee.x", "\ud83d\ude00.x");
    }

    private static String randomPart(SplittableRandom random) {
        String[] pieces = {"a", "b", "c", "*", "?", "[ab]", "[!a]", "{a,bc}", "{b,c*}", "a"};
        StringBuilder part = new StringBuilder();
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            String piece = pieces[random.nextInt(pieces.length)];
            part.append(part.toString().endsWith("*") && piece.equals("*") ? "a" : piece);
        }
        return part.toString().replace("**", "*");
    }

    @Test
    @DisplayName("random patterns find in random trees what matching every path one by one finds")
    void agreesWithMatchingEveryPath() throws IOException {
        SplittableRandom random = new SplittableRandom(11);
        String[] names = {"a", "b", "c", "ab", "bc", "abc", "cab"};
        for (int i = 0; i < 120; i++) {
            StringBuilder path = new StringBuilder();
            for (int depth = random.nextInt(0, 3); depth > 0; depth--) {
                path.append(names[random.nextInt(names.length)])
                        .append(random.nextInt(12) == 0 ? ".s" : "")
                        .append('/');
            }
            Path file = folder.resolve(path + names[random.nextInt(names.length)] + ".x");
            Files.createDirectories(file.getParent());
            if (!Files.exists(file)) {
                Files.createFile(file);
            }
        }
        List<Path> all;
        try (Stream<Path> walk = Files.walk(folder)) {
            all = walk.filter(Files::isRegularFile).map(folder::relativize).toList();
        }
        int some = 0;
        for (int round = 0; round < 400; round++) {
            StringBuilder pattern = new StringBuilder();
            for (int depth = random.nextInt(0, 3); depth > 0; depth--) {
                pattern.append(random.nextInt(4) == 0 ? "**" : randomPart(random))
                        .append('/');
            }
            pattern.append(randomPart(random)).append(".x");
            List<String> expected = all.stream()
                    .filter(path -> matches(pattern.toString(), path))
                    .filter(path -> path.getParent() == null
                            || Stream.of(path.getParent().toString().split("/")).noneMatch(part -> part.endsWith(".s")))
                    .map(Path::toString)
                    .sorted()
                    .toList();
            some += expected.isEmpty() ? 0 : 1;
            if (!Location.parse(folder + "/" + pattern).isPattern()) {
                continue;
            }
            if (expected.isEmpty()) {
                assertThatThrownBy(() -> found(pattern.toString()))
                        .as("%s", pattern)
                        .isInstanceOf(StoreNotFoundException.class);
            } else {
                assertThat(found(pattern.toString())).as("%s", pattern).containsExactlyElementsOf(expected);
            }
        }
        assertThat(some).isGreaterThan(100);
    }

    /** Java's own patterns differ in {@code **}, which there stands for one slash at least. */
    private static boolean matches(String pattern, Path path) {
        List<String> forms = new ArrayList<>(List.of(""));
        for (String part : pattern.split("/")) {
            List<String> longer = new ArrayList<>();
            for (String form : forms) {
                longer.add(form.isEmpty() ? part : form + "/" + part);
                if (part.equals("**")) {
                    longer.add(form);
                }
            }
            forms = longer;
        }
        return forms.stream().anyMatch(form -> {
            PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + form);
            return matcher.matches(path);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"a[*.x", "{a,b*.x", "a**.x", "**b/*.x", "[z-a].x", "*/{a,b/c.x", "?[/x].x"})
    @DisplayName("malformed patterns are refused at the call")
    void refusesMalformedPatterns(String pattern) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AtomsIO.open("folder/" + pattern))
                .withMessageContaining(pattern)
                .withMessageContaining("Path");
    }

    @Test
    @DisplayName("more alternatives than a thousand are refused at the call, before they take memory")
    void refusesTooManyAlternatives() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AtomsIO.open("{a,b,c,d}".repeat(30) + ".x"))
                .withMessageContaining("1000");
    }

    @Test
    @Timeout(60)
    @DisplayName("no pattern takes long, whatever it looks like")
    void matchesInTime() {
        String name = "a".repeat(250);
        assertThat(GlobPattern.parse("a*".repeat(100) + "b")
                        .alternatives()
                        .get(0)
                        .parts()
                        .get(0)
                        .fits(name))
                .isFalse();
    }

    @Test
    @DisplayName(
            "a pattern of which a part of the names is served by nobody is refused at the call, naming the artefact")
    void refusesUnservedSuffixes() {
        assertThatThrownBy(() -> AtomsIO.open("data/*.xyz"))
                .isInstanceOf(NoBackendException.class)
                .hasMessageContaining("atomflux-backend-file-ase");
        assertThatThrownBy(() -> AtomsIO.open("data/*.txt"))
                .isInstanceOf(NoBackendException.class)
                .hasMessageStartingWith("no backend for data/*.txt ");
    }

    @Test
    @DisplayName("loops of symbolic links end, and links to files and folders named by a wildcard are followed")
    @Timeout(60)
    void survivesLinks() throws IOException {
        files("real/a.x");
        Files.createSymbolicLink(folder.resolve("real/loop"), folder.resolve("real"));
        Files.createSymbolicLink(folder.resolve("linked"), folder.resolve("real"));
        Files.createSymbolicLink(folder.resolve("real/self"), folder.resolve("real/self"));
        Files.createSymbolicLink(folder.resolve("real/b.x"), folder.resolve("real/a.x"));
        assertThat(found("**/*.x")).containsExactly("real/a.x", "real/b.x");
        assertThat(found("l*/*.x")).containsExactly("linked/a.x", "linked/b.x");
        assertThat(found("real/*/*/a.x")).containsExactly("real/loop/loop/a.x");
    }

    @Test
    @DisplayName("what is not there is told with pattern and folder; a folder too large with how much was looked at")
    void tellsWhatIsMissing() throws IOException {
        assertThatThrownBy(() -> found("*.x"))
                .isInstanceOf(StoreNotFoundException.class)
                .hasMessageContaining("*.x")
                .hasMessageContaining("fits this pattern in " + folder);
        assertThatThrownBy(() -> found("none/*.x"))
                .isInstanceOf(StoreNotFoundException.class)
                .hasMessageContaining("the folder " + folder.resolve("none"));
        files("a.x", "b.x", "c.x");
        assertThatThrownBy(() -> GlobWalk.of(GlobPattern.parse(folder + "/*.x"), GlobPatternTest::isStore, 2))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("more closely");
    }

    @Test
    @DisplayName("a file of the pattern's own name wins")
    void literalNamesWin() throws IOException {
        files("a[1].x", "a1.x");
        assertThat(found("a[1].x")).containsExactly("a[1].x");
        Files.delete(folder.resolve("a[1].x"));
        assertThat(found("a[1].x")).containsExactly("a1.x");
    }

    @Test
    @DisplayName("what was found counts as long as no folder changes, once their times are old enough to tell")
    void knowsWhetherItIsCurrent() throws IOException {
        files("run1/a.x", "run2/b.x");
        GlobPattern pattern = GlobPattern.parse(folder + "/run?/*.x");
        assertThat(GlobWalk.of(pattern, GlobPatternTest::isStore).isCurrent()).isFalse();
        for (String name : List.of("", "run1", "run2")) {
            Files.setLastModifiedTime(
                    folder.resolve(name),
                    java.nio.file.attribute.FileTime.from(
                            java.time.Instant.now().minusSeconds(60)));
        }
        GlobWalk.Expansion settled = GlobWalk.of(pattern, GlobPatternTest::isStore);
        assertThat(settled.isCurrent()).isTrue();
        files("run2/c.x");
        assertThat(settled.isCurrent()).isFalse();
    }
}
