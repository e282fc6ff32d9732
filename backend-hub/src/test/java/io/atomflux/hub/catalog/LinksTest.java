package io.atomflux.hub.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LinksTest {

    @ParameterizedTest
    @DisplayName("the next page is found among all links of a header")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\u00a7',
            value = {
                "<http://h/x?cursor=a,b;c>; rel=\"next\"|http://h/x?cursor=a,b;c",
                "<http://h/x>; rel=next|http://h/x",
                "<http://h/p>; rel=\"prev\", <http://h/n>; rel=\"next\"|http://h/n",
                "<http://h/p>; title=\"a, <b>; rel=next\"; rel=\"prev\",<http://h/n>;REL=\"first Next\"|http://h/n",
                "</x?y>; rel=\"next\"|/x?y",
                "<http://h/p>; rel=\"prev\"; rel=\"next\"|",
                "<http://h/p>; rel=\"nextish\"|",
                "<http://h/p>|",
                "<http://h/p; rel=\"next\"|",
                "rel=\"next\"|",
                "<a>; rel=\"\\\"|",
            })
    void findsNext(String header, String expected) {
        assertThat(Links.next(header).orElse(null)).isEqualTo(expected);
    }

    @Test
    @DisplayName(
            "a link is resolved against its page, and one to the public hub is led back to the mirror that was asked")
    void resolves() {
        URI page = URI.create("http://127.0.0.1:9001/api/datasets/a/b/tree/c/d?recursive=false");
        URI mirror = URI.create("http://127.0.0.1:9001");
        URI below = URI.create("https://mirror.test/hub");
        URI real = URI.create("https://huggingface.co");
        assertThat(Links.resolve(page, "/x?cursor=%2B", mirror)).hasToString("http://127.0.0.1:9001/x?cursor=%2B");
        assertThat(Links.resolve(page, "?cursor=2", mirror))
                .hasToString("http://127.0.0.1:9001/api/datasets/a/b/tree/c/?cursor=2");
        assertThat(Links.resolve(page, "https://huggingface.co/api/x?cursor=%2B", mirror))
                .hasToString("http://127.0.0.1:9001/api/x?cursor=%2B");
        assertThat(Links.resolve(page, "https://huggingface.co/api/x", below))
                .hasToString("https://mirror.test/hub/api/x");
        assertThat(Links.resolve(page, "https://huggingface.co/api/x", real))
                .hasToString("https://huggingface.co/api/x");
        assertThatThrownBy(() -> Links.resolve(page, "http://[", mirror)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Links.resolve(page, "http://u:p@h/x", mirror))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    @DisplayName("no header makes it fail")
    void survivesNoise() {
        Random random = new Random(7);
        String alphabet = "<>;,\"\\= relnext/";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder header = new StringBuilder();
            for (int n = random.nextInt(40); n > 0; n--) {
                header.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            assertThat(Links.next(header.toString())).isNotNull();
        }
    }
}
