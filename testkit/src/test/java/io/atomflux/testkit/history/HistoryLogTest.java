package io.atomflux.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Logs that were written to their end, and others. */
class HistoryLogTest {

    @TempDir
    Path folder;

    @Test
    @DisplayName("what several processes logged is read back as it was, in the order of its beginning")
    void joinsLogs() throws Exception {
        Path first = folder.resolve("1");
        Path second = folder.resolve("2");
        try (HistoryLog a = new HistoryLog(first);
                HistoryLog b = new HistoryLog(second)) {
            long append = a.invoked("a", Call.append(List.of(1L, 2L)));
            long read = b.invoked("b", Call.read());
            b.returned(read, Reply.seen(List.of(new Content(1, 0), new Content(2, 7), Content.RESERVED)));
            a.returned(append, Reply.done(2));
            b.returned(b.invoked("b", Call.setIf(-1, new Content(2, 7), 3)), Reply.conflict());
            a.returned(a.invoked("a", Call.get(5)), Reply.outOfRange(2));
            a.returned(a.invoked("a", Call.clear()), Reply.done());
        }
        History history = History.read(List.of(second, first));
        assertThat(history.events().stream()
                        .map(event -> event.client() + " " + event.call() + " > " + event.reply())
                        .collect(Collectors.toList()))
                .containsExactly(
                        "a APPEND 0 1,2 0/0 > DONE 2 -",
                        "b READ 0 - 0/0 > DONE - 1/0,2/7,0/0",
                        "b SET_IF -1 3 2/7 > CONFLICT - -",
                        "a GET 5 - 0/0 > OUT_OF_RANGE 2 -",
                        "a CLEAR 0 - 0/0 > DONE - -");
        assertThat(history.events().get(1).invoked())
                .isBetween(
                        history.events().get(0).invoked(),
                        history.events().get(0).returned());
    }

    @Test
    @DisplayName("a call without an end is unknown, and a line cut short was never begun")
    void readsKilledLogs() throws Exception {
        Path file = folder.resolve("log");
        try (HistoryLog log = new HistoryLog(file)) {
            log.invoked("a", Call.append(List.of(1L)));
            log.returned(log.invoked("a", Call.delete(0)), Reply.unknown());
        }
        Files.writeString(file, "I 7 a 12", StandardCharsets.US_ASCII, StandardOpenOption.APPEND);
        History history = History.read(List.of(file));
        assertThat(history.events()).hasSize(2).allSatisfy(event -> {
            assertThat(event.reply()).isEqualTo(Reply.unknown());
            assertThat(event.returned()).isEqualTo(Long.MAX_VALUE);
        });
        assertThat(history.unknown()).isEqualTo(2);
    }

    @Test
    @DisplayName("an unknown call ends when all was settled after it, whoever noted that")
    void settles() throws Exception {
        try (HistoryLog client = new HistoryLog(folder.resolve("1"));
                HistoryLog parent = new HistoryLog(folder.resolve("2"))) {
            client.invoked("a", Call.delete(0));
            parent.settled();
            client.invoked("a", Call.delete(1));
        }
        List<Event> events =
                History.read(List.of(folder.resolve("1"), folder.resolve("2"))).events();
        assertThat(events.get(0).returned()).isLessThan(events.get(1).invoked());
        assertThat(events.get(1).returned()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    @DisplayName("an end without a beginning is refused")
    void refusesStrayEnds() throws IOException {
        Path file = Files.writeString(folder.resolve("log"), "R 1 5 DONE 1 -\n");
        assertThatThrownBy(() -> History.read(List.of(file))).isInstanceOf(IllegalArgumentException.class);
    }
}
