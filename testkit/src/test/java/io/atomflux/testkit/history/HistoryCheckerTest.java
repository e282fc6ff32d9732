package io.atomflux.testkit.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Histories that were right, and histories in which one thing went wrong. */
@Timeout(120)
class HistoryCheckerTest {

    @ParameterizedTest(name = "{0} clients, {1} calls, {2} of the answers lost")
    @DisplayName("right histories are accepted, whatever was lost or late")
    @CsvSource({
        "1, 200, 0, false, 20",
        "3, 300, 0, false, 20",
        "4, 300, 0.04, true, 20",
        "4, 300, 0.02, false, 20",
        "8, 1000, 0.04, true, 10",
        "16, 2000, 0.04, true, 10",
        "64, 4000, 0, true, 6",
        "64, 4000, 0.02, true, 12",
        "64, 4000, 0.04, true, 12",
    })
    void acceptsRight(int clients, int calls, double lossy, boolean settles, int seeds) {
        for (int seed = 0; seed < seeds; seed++) {
            History history = new Simulation(seed, clients, calls, lossy, settles, Simulation.Bug.NONE).run();
            Verdict verdict = HistoryChecker.check(history);
            assertThat(verdict.kind())
                    .as("seed %d: %s", seed, verdict.message())
                    .isEqualTo(Verdict.Kind.LINEARIZABLE);
            verdict.assertLinearizable();
        }
    }

    @ParameterizedTest
    @DisplayName("one thing wrong is found, unless what others did at that moment explains it")
    @EnumSource(names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void findsWrong(Simulation.Bug bug) {
        int planted = 0;
        int found = 0;
        for (int seed = 0; planted < 20 && seed < 200; seed++) {
            Simulation simulation = new Simulation(seed, 6, 400, seed % 2 * 0.01, true, bug);
            History history = simulation.run();
            if (simulation.planted()) {
                planted++;
                Verdict verdict = HistoryChecker.check(history);
                if (verdict.kind() == Verdict.Kind.VIOLATED) {
                    found++;
                    assertThatThrownBy(verdict::assertLinearizable)
                            .isInstanceOf(AssertionError.class)
                            .hasMessageStartingWith("VIOLATED: ");
                }
            }
        }
        assertThat(planted).isEqualTo(20);
        assertThat(found).as("found of 20").isGreaterThanOrEqualTo(15);
    }

    private long time;

    /** An event that ends before the next one begins. */
    private Event event(Call call, Reply reply) {
        time += 10;
        return new Event("c", time, time + 5, call, reply);
    }

    private static Reply seen(long... tags) {
        return Reply.seen(
                Arrays.stream(tags).mapToObj(tag -> new Content(tag, 0)).toList());
    }

    private void assertViolated(String message, Event... events) {
        Verdict verdict = HistoryChecker.check(new History(List.of(events)));
        assertThat(verdict.kind()).isEqualTo(Verdict.Kind.VIOLATED);
        assertThat(verdict.message()).contains(message);
    }

    @Test
    @DisplayName("what is plainly wrong is named")
    void namesPlainProblems() {
        Event two = event(Call.append(List.of(1L, 2L)), Reply.done(2));
        assertViolated("nobody wrote 3", two, event(Call.read(), seen(1, 2, 3)));
        assertViolated("row 2/0 stands twice", two, event(Call.read(), seen(1, 2, 2)));
        assertViolated("changed their order", two, event(Call.read(), seen(1, 2)), event(Call.read(), seen(2, 1)));
        assertViolated(
                "2 rows in the end (expected: 3 to 3",
                two,
                event(Call.append(List.of(3L)), Reply.done(3)),
                event(Call.read(), seen(1, 2)));
        assertViolated(
                "was told NOT_APPLIED", two, event(Call.set(0, 4), Reply.notApplied()), event(Call.get(0), seen(4)));
        assertViolated(
                "before it was written",
                two,
                event(Call.read(), seen(1, 2, 5)),
                event(Call.append(List.of(5L)), Reply.done(3)));
        assertViolated(
                "was there, then not, then again",
                two,
                event(Call.read(), seen(1, 2)),
                event(Call.delete(0), Reply.done(1)),
                event(Call.read(), seen(2)),
                event(Call.read(), seen(1, 2)));
    }

    @Test
    @DisplayName("calls that no order explains are shown behind the best one")
    void namesMisfits() {
        Event two = event(Call.append(List.of(1L, 2L)), Reply.done(2));
        assertViolated("c: GET 0 - 0/0 -> DONE - 2/0", two, event(Call.get(0), seen(2)));
        assertViolated("SIZE 0", two, event(Call.size(), Reply.done(1)));
        assertViolated("SET_IF 0 3 2/0", two, event(Call.setIf(0, new Content(2, 0), 3), Reply.done(2)));
        assertViolated("CONFLICT", two, event(Call.setIf(0, new Content(1, 0), 3), Reply.conflict()));
        assertViolated("OUT_OF_RANGE", two, event(Call.update(-2, 3), Reply.outOfRange(2)));
    }

    @Test
    @DisplayName("an empty history, reserved rows, negative positions and a clear are understood")
    void understandsBorders() {
        HistoryChecker.check(new History(List.of())).assertLinearizable();
        List<Event> events = List.of(
                event(Call.read(), Reply.seen(List.of())),
                event(Call.reserve(2), Reply.done(2)),
                event(Call.update(-1, 7), Reply.done(2)),
                event(Call.read(), Reply.seen(List.of(Content.RESERVED, new Content(0, 7)))),
                event(Call.insert(-1, List.of(8L)), Reply.done(3)),
                event(Call.get(1), seen(8)),
                event(Call.delete(3), Reply.outOfRange(3)),
                event(Call.clear(), Reply.done(0)),
                event(Call.insert(9, List.of(9L)), Reply.done()),
                event(Call.read(), seen(9)));
        HistoryChecker.check(new History(events)).assertLinearizable();
    }

    @Test
    @DisplayName("a call of unknown outcome counts as either, until it is settled, and one that was refused as none")
    void takesUnknownAsEither() {
        Event one = event(Call.append(List.of(1L)), Reply.done(1));
        Event lost = new Event("d", 20, 40, Call.delete(0), Reply.unknown());
        Event early = new Event("c", 30, 35, Call.read(), seen(1));
        Event after = new Event("c", 50, 55, Call.read(), Reply.seen(List.of()));
        HistoryChecker.check(new History(List.of(one, lost, after))).assertLinearizable();
        HistoryChecker.check(new History(List.of(one, lost, early))).assertLinearizable();
        HistoryChecker.check(new History(List.of(one, lost, early, after))).assertLinearizable();
        Event still = new Event("c", 60, 65, Call.size(), Reply.done(1));
        Event gone = new Event("c", 70, 75, Call.size(), Reply.done(0));
        Verdict late = HistoryChecker.check(new History(List.of(one, lost, still, gone)));
        assertThat(late.kind()).isEqualTo(Verdict.Kind.VIOLATED);
        Event open = new Event("d", 20, Long.MAX_VALUE, Call.delete(0), Reply.unknown());
        HistoryChecker.check(new History(List.of(one, open, still, gone))).assertLinearizable();
        Event refused = new Event("d", 20, 40, Call.delete(0), Reply.notApplied());
        assertThat(HistoryChecker.check(new History(List.of(one, refused, gone)))
                        .kind())
                .isEqualTo(Verdict.Kind.VIOLATED);
    }

    @Test
    @DisplayName("what was not decided within the budget is said to be so, and fails")
    void admitsDefeat() {
        History history = new Simulation(1, 16, 500, 0.02, true, Simulation.Bug.NONE).run();
        Verdict verdict = HistoryChecker.check(history, 50);
        assertThat(verdict.kind()).isEqualTo(Verdict.Kind.UNDECIDED);
        assertThatThrownBy(verdict::assertLinearizable)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("UNDECIDED: gave up after")
                .hasMessageContaining("none of these fits next");
    }

    @Test
    @DisplayName("a tag used twice is refused, and so is the version of a reserved row")
    void refusesArguments() {
        List<Event> events =
                List.of(event(Call.append(List.of(1L)), Reply.done(1)), event(Call.set(0, 1), Reply.done(1)));
        assertThatThrownBy(() -> HistoryChecker.check(new History(events)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Call.setIf(0, Content.RESERVED, 1)).isInstanceOf(IllegalArgumentException.class);
    }
}
