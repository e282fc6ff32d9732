package io.atomflux.cli;

import static io.atomflux.cli.Ran.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomflux.ObjectIO;
import io.atomflux.spi.CacheOptions;
import io.atomflux.testkit.hub.Host;
import io.atomflux.testkit.hub.ImitatedDataset;
import io.atomflux.testkit.hub.ImitationHub;
import io.atomflux.value.Row;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A dataset of a hub behind a cache in an LMDB file: what is asked of the hub. */
@Timeout(120)
class HubCacheTest {

    private static final int ROWS = 400;

    @TempDir
    Path folder;

    private final ImitationHub hub =
            ImitationHub.builder().dataset(dataset("some")).start();

    @AfterEach
    void stop() {
        hub.close();
    }

    private static ImitatedDataset dataset(String word) {
        return ImitatedDataset.of("lab/lines")
                .file("a.jsonl", lines(word))
                .file("b.jsonl", lines("other"))
                .cardData("{\"configs\":[{\"config_name\":\"default\",\"data_files\":\"a.jsonl\"}]}")
                .build();
    }

    private static String lines(String word) {
        return IntStream.range(0, ROWS)
                .mapToObj(i -> "{\"i\":%d,\"word\":\"%s\",\"text\":\"%s\"}".formatted(i, word, "x".repeat(2000)))
                .collect(Collectors.joining("\n", "", "\n"));
    }

    private String location(String more) {
        return "hf://lab/lines?mapping=none&endpoint=%s&cache_dir=%s%s"
                .formatted(hub.endpoint(), folder.resolve("hub"), more);
    }

    private Path cache() {
        return folder.resolve("cache.lmdb");
    }

    private ObjectIO open(String more, CacheOptions options) {
        return ObjectIO.open(location(more)).cached(ObjectIO.open(cache()), options);
    }

    private List<Row> all(String more, CacheOptions options) {
        ObjectIO store = open(more, options);
        List<Row> rows = Objects.requireNonNull(store.rows().collectList().block());
        rows.forEach(Row::toMap);
        store.close().block();
        return rows;
    }

    private List<Row> all(String more) {
        return all(more, CacheOptions.defaults());
    }

    private static Object word(List<Row> rows) {
        assertThat(rows).hasSize(ROWS);
        for (int i = 0; i < ROWS; i++) {
            assertThat(rows.get(i).get("i", Long.class)).isEqualTo(i);
        }
        return Objects.requireNonNull(rows.get(0).get("word"));
    }

    @Test
    @DisplayName("a second epoch asks for nothing; another process asks once which commit there is, or not at all")
    void asksForNothing() {
        ObjectIO store = open("", CacheOptions.defaults());
        assertThat(store.rows().count().block()).isEqualTo(ROWS);
        hub.forget();
        assertThat(store.rows().count().block()).isEqualTo(ROWS);
        assertThat(store.columns("i").count().block()).isEqualTo(ROWS);
        assertThat(hub.requests()).as("the second epoch").isEmpty();
        store.close().block();

        assertThat(word(all(""))).isEqualTo("some");
        assertThat(hub.requests()).as("the second process").hasSize(1);
        assertThat(hub.requests(Host.CDN)).isEmpty();
        hub.forget();
        assertThat(word(all("", CacheOptions.defaults().withValidation(CacheOptions.Validation.NEVER))))
                .isEqualTo("some");
        assertThat(word(all("&revision=" + dataset("some").commit()))).isEqualTo("some");
        hub.stop();
        assertThat(run("digest", location("&revision=" + dataset("some").commit()), "--cache-to", cache())
                        .well()
                        .out())
                .isNotBlank();
        assertThat(hub.requests()).isEmpty();
    }

    @Test
    @DisplayName("an epoch that was given up half-way goes on where it was")
    void goesOn() {
        ObjectIO store = open("", CacheOptions.defaults());
        assertThat(store.rows().take(ROWS / 2, true).count().block()).isEqualTo(ROWS / 2);
        store.close().block();
        ObjectIO again = open("", CacheOptions.defaults());
        hub.forget();
        assertThat(again.rows(0, ROWS / 2).count().block()).isEqualTo(ROWS / 2);
        assertThat(hub.requests()).as("the first half").hasSizeLessThanOrEqualTo(1);
        assertThat(again.rows().count().block()).isEqualTo(ROWS);
        again.close().block();
        hub.forget();
        assertThat(word(all(""))).isEqualTo("some");
        assertThat(hub.requests()).hasSize(1);
    }

    @Test
    @DisplayName("a branch that moved is noticed, and other files of the same commit are not taken for those cached")
    void noticesChanges() {
        assertThat(word(all(""))).isEqualTo("some");
        assertThat(word(all("&data_files=b.jsonl"))).isEqualTo("other");
        assertThat(word(all(""))).isEqualTo("some");
        hub.publish(dataset("new"));
        assertThat(word(all(""))).isEqualTo("new");
        assertThat(word(all(""))).isEqualTo("new");
    }
}
