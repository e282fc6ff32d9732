package io.atomflux.hub.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LocationsTest {

    @ParameterizedTest(name = "{0}")
    @DisplayName("references resolve as the examples of RFC 3986 section 5.4, fragments left out")
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "g,http://a/b/c/g",
                "./g,http://a/b/c/g",
                "g/,http://a/b/c/g/",
                "/g,http://a/g",
                "//g,http://g",
                "?y,http://a/b/c/d;p?y",
                "g?y,http://a/b/c/g?y",
                "g#s,http://a/b/c/g",
                "#s,http://a/b/c/d;p?q",
                "g;x=1/../y,http://a/b/c/y",
                "``,http://a/b/c/d;p?q",
                ".,http://a/b/c/",
                "..,http://a/b/",
                "../g,http://a/b/g",
                "../../../g,http://a/g",
                "/./g,http://a/g",
                "/../g,http://a/g",
                "g.,http://a/b/c/g.",
                "..g,http://a/b/c/..g",
                "g?y/./x,http://a/b/c/g?y/./x",
                "https://h/x/../y?b,https://h/x/../y?b"
            })
    void resolves(String reference, String expected) {
        assertThat(Locations.resolve(URI.create("http://a/b/c/d;p?q"), reference))
                .hasToString(expected);
    }

    @ParameterizedTest(name = "{0}")
    @DisplayName("an address stays as it was signed; only what cannot be in one is escaped")
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "https://h/f%2Fg+h%20i?X-Sig=s%2B1~*&k=a+b%3D,https://h/f%2Fg+h%20i?X-Sig=s%2B1~*&k=a+b%3D",
                "https://h/f?d=attachment; filename=\"a b\"|c,https://h/f?d=attachment;%20filename=%22a%20b%22%7Cc",
                "https://h/100%?a=%zz,https://h/100%25?a=%25zz",
                "https://h/a[1]?b[]=2,https://h/a%5B1%5D?b%5B%5D=2",
                "https://h/\u00c3\u00a9,https://h/%C3%A9",
                "https://h/f?b[]=2,https://h/f?b[]=2"
            })
    void keepsBytes(String location, String expected) {
        assertThat(Locations.resolve(URI.create("https://hub/a"), location)).hasToString(expected);
    }

    @Test
    @DisplayName("what is no address even then is refused without repeating it")
    void refuses() {
        assertThatThrownBy(() -> Locations.resolve(URI.create("https://hub/a"), "http://[::1/secret?sig=1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    @DisplayName("an origin is scheme, host and port, default ports included")
    void comparesOrigins() {
        URI hub = URI.create("https://Hub.example/x");
        assertThat(Locations.sameOrigin(hub, URI.create("https://hub.example:443/y")))
                .isTrue();
        assertThat(Locations.sameOrigin(hub, URI.create("http://hub.example:443/y")))
                .isFalse();
        assertThat(Locations.sameOrigin(hub, URI.create("https://hub.example:8443/y")))
                .isFalse();
        assertThat(Locations.sameOrigin(hub, URI.create("https://cdn.hub.example/y")))
                .isFalse();
    }

    @Test
    @DisplayName("messages show neither query nor user")
    void showsNoSecret() {
        assertThat(Locations.shown(URI.create("https://u:p@h:1/a%20b?sig=1#f"))).isEqualTo("https://h:1/a%20b");
    }
}
