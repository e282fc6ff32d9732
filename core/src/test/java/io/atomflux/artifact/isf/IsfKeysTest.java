package io.atomflux.artifact.isf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.InvalidNameException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IsfKeysTest {

    @Test
    @DisplayName("a key of three parts is a folder in the db of a folder in the db of a folder")
    void keyIsNestedFolders() {
        assertThat(IsfKeys.folder(Path.of("base"), IsfKeys.parts("a/b/c")))
                .isEqualTo(Path.of("base", "a", "db", "b", "db", "c"));
        assertThat(IsfKeys.key("a", "b", "c")).isEqualTo("a/b/c");
        assertThat(IsfKeys.parts("a")).isEqualTo(List.of("a"));
    }

    @ParameterizedTest
    @DisplayName("I3: empty keys, dots, reserved names, names of what is deleted, separators and escapes are refused")
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "...",
                "db_state.json",
                "DB_STATE.JSON",
                "Loader.json",
                "loader.json",
                "Loader.pickle",
                "metadata.json",
                "metadata.db",
                "dbcore.pickle",
                "sqlitedict.db",
                "x.deleting.y",
                ".deleting.",
                ".atomflux.json",
                ".atomflux.deleting.d",
                "a/b",
                "a\\b",
                "%2e%2e",
                "a b",
                "a:b",
                "ä",
                "a\0b",
                "a\n",
                "*"
            })
    void badPartsAreRefused(String part) {
        assertThatThrownBy(() -> IsfKeys.key(part)).isInstanceOf(InvalidNameException.class);
        assertThatThrownBy(() -> IsfKeys.key("a", part)).isInstanceOf(InvalidNameException.class);
        assertThat(IsfKeys.isPart(part)).isFalse();
    }

    @Test
    @DisplayName("I3: a part has at most 120 characters, and a key at least one part")
    void lengthsAreBounded() {
        assertThat(IsfKeys.key("x".repeat(120))).hasSize(120);
        assertThatThrownBy(() -> IsfKeys.key("x".repeat(121))).isInstanceOf(InvalidNameException.class);
        assertThatThrownBy(IsfKeys::key).isInstanceOf(InvalidNameException.class);
    }
}
