package io.atomflux.hub.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

    @ParameterizedTest
    @DisplayName("a pattern matches what fsspec's does")
    @CsvSource(
            delimiter = ' ',
            quoteCharacter = '"',
            value = {
                "a.parquet a.parquet true",
                "a.parquet b.parquet false",
                "*.parquet a.parquet true",
                "*.parquet x/a.parquet false",
                "* .hidden true",
                "a* a true",
                "a*b*c axxbxxc true",
                "a*b*c axxbxx false",
                "*a*b* xbxaxbx true",
                "a?c abc true",
                "a?c a/c false",
                "a?c ac false",
                "? \ud83d\ude00 true",
                "data/*/x data/a/x true",
                "data/*/x data/a/b/x false",
                "** a true",
                "** a/b/c true",
                "data/** data/a true",
                "data/** data/a/b/c true",
                "data/** data false",
                "data/** datab/c false",
                "**/a a true",
                "**/a x/y/a true",
                "**/a x/ya false",
                "x/**/a x/a true",
                "x/**/a x/y/z/a true",
                "x/**/a xa false",
                "**/**/a a true",
                "**/train/** x/train/a true",
                "**/train/** train/a/b true",
                "**/train/** train false",
                "**/a/**/b/*.c x/a/y/a/b/z/b/d.c true",
                "**/a/**/b/*.c x/a/y/a/b/z/d.c false",
                "[ab]c bc true",
                "[ab]c cc false",
                "[!ab]c cc true",
                "[!ab]c ac false",
                "[a-c]x bx true",
                "[a-c]x dx false",
                "[-._\u00a00-9]x -x true",
                "[-._\u00a00-9]x 7x true",
                "[a-]x -x true",
                "[]a]x ]x true",
                "[!]a]x ]x false",
                "[!]x [!]x true",
                "[abc [abc true",
                "[]x []x true",
                "a[!b]c a/c false",
                "{a,b} {a,b} true",
                "{a,b} a false",
                "a.b axb false",
            })
    void matches(String pattern, String path, boolean expected) {
        assertThat(Glob.of(pattern).matches(path)).isEqualTo(expected);
    }

    @Test
    @DisplayName("two stars within a step are refused")
    void refusesHalfDeep() {
        assertThatThrownBy(() -> Glob.of("a/**.parquet")).hasMessageContaining("**.parquet");
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.SECONDS)
    @DisplayName("no pattern makes matching take long")
    void isNotSlow() {
        String path = "a/".repeat(500) + "a".repeat(255);
        assertThat(Glob.of("**/a/".repeat(400) + "b").matches(path)).isFalse();
        assertThat(Glob.of("**/" + "*a".repeat(200) + "b").matches(path)).isFalse();
        assertThat(Glob.of("*" + "[a-z]*".repeat(300) + "B").matches("a".repeat(255)))
                .isFalse();
        assertThat(Glob.of("[".repeat(4000)).matches("[".repeat(4000))).isTrue();
        assertThat(Glob.of("*" + "[".repeat(4000) + "x").matches("[".repeat(4000)))
                .isFalse();
    }
}
