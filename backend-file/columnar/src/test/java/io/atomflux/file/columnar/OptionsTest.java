package io.atomflux.file.columnar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.error.InvalidOptionException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class OptionsTest {

    @Test
    @DisplayName("no options by name are the defaults")
    void defaults() {
        assertThat(ZarrOptions.from(Map.of())).isEqualTo(ZarrOptions.defaults());
        assertThat(Hdf5Options.from(Map.of())).isEqualTo(Hdf5Options.defaults());
    }

    @Test
    @DisplayName("options by name are those of the typed record")
    void byName() {
        assertThat(ZarrOptions.from(Map.of(
                        "compressor", "Zstd",
                        "clevel", "7",
                        "shuffle", "false",
                        "chunk_frames", "64",
                        "cache", "1M",
                        "max_chunk_bytes", "2M",
                        "lock_timeout_ms", "250")))
                .isEqualTo(ZarrOptions.defaults()
                        .withCompressor(ZarrOptions.Compressor.ZSTD)
                        .withLevel(7)
                        .withShuffle(false)
                        .withChunkFrames(64)
                        .withCache(1 << 20)
                        .withMaxChunkBytes(2 << 20)
                        .withLockTimeout(Duration.ofMillis(250)));
        assertThat(Hdf5Options.from(Map.of(
                        "compression", "none",
                        "clevel", "1",
                        "author_name", "A. Uthor",
                        "author_email", "a@example.org",
                        "creator", "mdcode",
                        "creator_version", "3")))
                .isEqualTo(Hdf5Options.builder()
                        .gzip(false)
                        .level(1)
                        .author("A. Uthor", "a@example.org")
                        .creator("mdcode", "3")
                        .build());
    }

    @Test
    @DisplayName("what is unknown or out of bounds is refused, all of it at once and by name")
    void refuses() {
        assertThatThrownBy(() -> ZarrOptions.from(Map.of("compressor", "bzip", "chunk_frames", "0", "author", "x")))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("bzip (expected: one of lz4, lz4hc, zstd, zlib, gzip, none)")
                .hasMessageContaining("chunk_frames=0 (expected: an integer from 1 to")
                .hasMessageContaining("author is unknown");
        assertThatThrownBy(() -> Hdf5Options.from(Map.of("compressor", "lz4", "max_chunk_bytes", "2G")))
                .isInstanceOf(InvalidOptionException.class)
                .hasMessageContaining("compressor is unknown")
                .hasMessageContaining("expected: at most 1G");
        assertThatThrownBy(() -> ZarrOptions.defaults().withLevel(10)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ZarrOptions.defaults().withChunkFrames(0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Hdf5Options.builder().cache(0).build()).isInstanceOf(IllegalArgumentException.class);
    }
}
