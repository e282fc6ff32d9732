package io.atomflux.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.InvalidNameException;
import io.atomflux.error.InvalidOptionException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocationTest {

    @Test
    @DisplayName("a scheme makes a URI, anything else is a path; a query gives options")
    void readsBothForms() {
        Location uri = Location.parse("REDIS://user:secret@db:6379/0?group=a%20b&x=1");
        assertThat(uri.scheme()).contains("redis");
        assertThat(uri.target()).isEqualTo("user:secret@db:6379/0");
        assertThat(uri.query()).containsExactly(Map.entry("group", "a b"), Map.entry("x", "1"));
        assertThat(Location.parse("hf://a/b?split=train+test%2Ball").query()).containsEntry("split", "train+test+all");
        Location path = Location.parse("dir/x.lmdb?map_size=1G");
        assertThat(path.scheme()).isEmpty();
        assertThat(path.path()).isEqualTo(Path.of("dir/x.lmdb"));
        assertThat(path.query()).containsEntry("map_size", "1G");
        assertThat(Location.parse("what?.xyz").target()).isEqualTo("what?.xyz");
        assertThat(Location.of(Path.of("a?b=c.lmdb")).target()).isEqualTo("a?b=c.lmdb");
        assertThat(Location.parse("file:///tmp/a%20b.lmdb").path()).isEqualTo(Path.of("/tmp/a b.lmdb"));
    }

    @Test
    @DisplayName("credentials and options never show")
    void hidesSecrets() {
        assertThat(Location.parse("redis://user:secret@db:6379/0?password=secret")
                        .toString())
                .isEqualTo("redis://<hidden>@db:6379/0");
        assertThat(OpenOptions.none().with("password", "secret").toString()).doesNotContain("secret");
    }

    @Test
    @DisplayName("options without a value or given twice are refused")
    void refusesBadQueries() {
        assertThatThrownBy(() -> Location.parse("memory://x?a=1&a=2")).isInstanceOf(InvalidOptionException.class);
        assertThatThrownBy(() -> Location.parse("memory://x?a")).isInstanceOf(InvalidOptionException.class);
        assertThatThrownBy(() -> Location.parse("  ")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("all faults of options are told at once, unknown ones with what is known")
    void reportsAllFaults() {
        Settings settings = new Settings(Map.of("size", "ten", "flag", "maybe", "colour", "red"));
        settings.bytes("size", 1);
        settings.flag("flag", true);
        assertThatThrownBy(settings::finish)
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("size=ten")
                .hasMessageContaining("flag=maybe")
                .hasMessageContaining("colour is unknown")
                .hasMessageContaining("flag, size");
        assertThat(new Settings(Map.of("size", "2K")).bytes("size", 1)).isEqualTo(2048);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ".", "..", "a/b", "../x", "a\\b", "a:b", " a", "a ", "a\nb", "a\u0000", "\u202ea", "\ud800"})
    @DisplayName("names that could leave the store, or hide what they are, are refused")
    void guardsNames(String name) {
        assertThatThrownBy(() -> Names.group(name)).isInstanceOf(InvalidNameException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"default", "train", "a.b", "*", "Å-solvent", "with blank", "...", "-x"})
    @DisplayName("ordinary names pass")
    void acceptsNames(String name) {
        assertThat(Names.group(name)).isEqualTo(name);
        assertThat(Names.inside(Path.of("store"), name).getParent())
                .isEqualTo(Path.of("store").toAbsolutePath());
    }

    @Test
    @DisplayName("a file URI with one slash is its path, with options as with three")
    void readsShortFileUris() {
        for (String text : java.util.List.of(
                "file:/tmp/x.lmdb?group=t", "file:///tmp/x.lmdb?group=t", "FILE:/tmp/x.lmdb?group=t")) {
            assertThat(Location.parse(text).path()).isEqualTo(Path.of("/tmp/x.lmdb"));
            assertThat(Location.of(java.net.URI.create(text)).path()).isEqualTo(Path.of("/tmp/x.lmdb"));
            assertThat(Location.parse(text).query()).containsEntry("group", "t");
        }
    }

    @Test
    @DisplayName("a password shows nowhere, also with slashes and at signs in it; a host and its path do")
    void hidesOddPasswords() {
        for (String text : java.util.List.of(
                "redis://user:pa/ss@host:1/x", "redis://user:p@ss@host:1/x", "redis://:pa/s@s@host:1/x")) {
            assertThat(Location.parse(text)).hasToString("redis://<hidden>@host:1/x");
        }
        assertThat(Location.parse("http://host/a@b")).hasToString("http://host/a@b");
        assertThat(Location.parse("redis://host:1/x")).hasToString("redis://host:1/x");
    }
}
