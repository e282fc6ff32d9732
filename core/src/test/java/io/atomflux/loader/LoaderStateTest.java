package io.atomflux.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;

import io.atomflux.error.StateMismatchException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LoaderStateTest {

    private static final SourcePlan SOURCE = new SourcePlan("list", 3000, "0123456789abcdef", 0, 0.9, 5, 64, 32, 1);
    private static final EpochPlan PLAN = new EpochPlan(3, -7, List.of(SOURCE), MixtureEnd.FIRST_ENDS, 0);
    private static final String TEXT = """
            {"format":"atomflux-loader-state","version":1,"epoch":3,"seed":-7,"end":"first","sources":[{"store":"list",\
            "rows":3000,"mark":"0123456789abcdef","part":[0.0,0.9],"partSeed":5,"blockRows":64,"blocks":32,"weight":1.0}],\
            "length":2700,"position":64}""";

    @Test
    @DisplayName("a state is written as this text, and the text is read as this state, in this version and later ones")
    void isThisText() {
        LoaderState state = new LoaderState(PLAN, 2700, 64);
        assertThat(state.toJson()).isEqualTo(TEXT);
        assertThat(LoaderState.parse(TEXT)).isEqualTo(state).hasSameHashCodeAs(state);
        assertThat(state.at(65)).isNotEqualTo(state).isEqualTo(new LoaderState(PLAN, 2700, 65));
        assertThat(state.at(65).toJson()).isEqualTo(TEXT.replace("\"position\":64", "\"position\":65"));
        assertThat(state)
                .extracting(LoaderState::epoch, LoaderState::position, LoaderState::length)
                .containsExactly(3L, 64L, 2700L);
    }

    @Test
    @DisplayName("any state comes back from its text as it was")
    void anyStateComesBack() {
        SplittableRandom random = new SplittableRandom(23);
        for (int i = 0; i < 1000; i++) {
            LoaderState state = random(random);
            assertThat(LoaderState.parse(state.toJson())).isEqualTo(state);
        }
    }

    private static LoaderState random(SplittableRandom random) {
        List<SourcePlan> sources = new ArrayList<>();
        int count = random.nextInt(4) == 0 ? random.nextInt(1, 5) : 1;
        for (int i = 0; i < count; i++) {
            long size = random.nextLong(0, 1L << random.nextInt(1, 45));
            double from = random.nextBoolean() ? 0 : random.nextInt(0, 500) / 1000.0;
            double to = random.nextBoolean() ? 1 : random.nextInt(501, 1000) / 1000.0;
            sources.add(new SourcePlan(
                    "store \"" + (char) random.nextInt(1, 0xd800) + "\\" + random.nextLong(),
                    size,
                    size == 0 ? "" : Long.toHexString(random.nextLong()),
                    from,
                    to,
                    random.nextLong(),
                    random.nextBoolean() ? 0 : random.nextInt(1, Integer.MAX_VALUE),
                    random.nextInt(1, Integer.MAX_VALUE),
                    random.nextBoolean() ? 1 : random.nextInt(1, 10) / 10.0));
        }
        MixtureEnd end = MixtureEnd.values()[random.nextInt(3)];
        long samples = end == MixtureEnd.COUNT ? random.nextLong(1, Permutation.MOST) : 0;
        EpochPlan plan = new EpochPlan(random.nextLong(Long.MAX_VALUE), random.nextLong(), sources, end, samples);
        long length = Sequence.of(plan).length();
        return new LoaderState(plan, length, random.nextLong(length + 1));
    }

    @ParameterizedTest(name = "{0} -> {1}: {2}")
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "\"version\":1 | \"version\":2 | version: 2 (expected: 1; a newer Atomflux wrote it)",
                "\"version\":1 | \"version\":0 | version: 0 (expected: an integer from 1",
                "\"version\":1 | \"version\":1.0 | version: 1.0 (expected: an integer from 1",
                "\"version\":1, | ~~ | version: missing (expected: an integer from 1",
                "\"format\":\"atomflux-loader-state\" | \"format\":\"artifact\" | format: artifact (expected: atomflux-loader-state)",
                "\"epoch\":3 | \"epoch\":-1 | epoch: -1 (expected: an integer from 0",
                "\"epoch\":3 | \"epoch\":3,\"epoch\":3 | text: JSON: key \"epoch\" twice (expected: once)",
                "\"epoch\":3 | \"epoch\":9223372036854775808 | epoch: 9223372036854775808 (expected: an integer",
                "\"epoch\":3 | \"epoch\":1e3 | epoch: 1000.0 (expected: an integer",
                "\"seed\":-7 | \"seed\":\"-7\" | seed: -7 (expected: an integer",
                "\"seed\":-7 | \"seed\":null | seed: missing (expected: an integer",
                "\"seed\":-7 | \"seed\":NaN | text: JSON: ",
                "\"end\":\"first\" | \"end\":\"last\" | end: last (expected: \"first\", \"all\" or an integer from 1",
                "\"end\":\"first\" | \"end\":0 | end: 0 (expected: \"first\"",
                "\"rows\":3000 | \"rows\":-1 | sources[0].rows: -1 (expected: an integer from 0",
                "\"rows\":3000 | \"rows\":4611686018427387905 | sources[0].rows: 4611686018427387905 (expected: an integer from 0",
                "\"rows\":3000 | \"rows\":4611686018427387904 | length: 2700 (expected: 4150517416584649114, as rows",
                "\"rows\":3000 | \"rows\":0 | sources[0].mark: 0123456789abcdef (expected: a short text; an empty one",
                "\"mark\":\"0123456789abcdef\" | \"mark\":\"\" | sources[0].mark:  (expected: a short text",
                "\"store\":\"list\" | \"store\":[] | sources[0].store: a list of 0 (expected: a text)",
                "[0.0,0.9] | [0.9,0.9] | sources[0].part: a list of 2 (expected: ascending numbers from 0 to 1)",
                "[0.0,0.9] | [-0.1,0.9] | sources[0].part: a list of 2 (expected: ascending",
                "[0.0,0.9] | [0.0,1.1] | sources[0].part: a list of 2 (expected: ascending",
                "[0.0,0.9] | [0.0] | sources[0].part: a list of 1 (expected: two numbers)",
                "[0.0,0.9] | [0.0,\"NaN\"] | sources[0].part[1]: NaN (expected: a number)",
                "[0.0,0.9] | 0.9 | sources[0].part: 0.9 (expected: a list)",
                "\"blockRows\":64 | \"blockRows\":2147483648 | sources[0].blockRows: 2147483648 (expected: an integer from 0 to 2147483647)",
                "\"blocks\":32 | \"blocks\":0 | sources[0].blocks: 0 (expected: an integer from 1",
                "\"weight\":1.0 | \"weight\":0 | sources[0].weight: 0.0 (expected: 1e-12 to 1e12)",
                "\"weight\":1.0 | \"weight\":1e999 | text: JSON: number 1e999 (expected: a double)",
                "\"length\":2700 | \"length\":2701 | length: 2701 (expected: 2700, as rows, parts and weights have it)",
                "\"position\":64 | \"position\":2701 | position: 2701 (expected: an integer from 0 to 2700)",
                "\"position\":64 | \"position\":-1 | position: -1 (expected: an integer from 0 to 2700)",
                "\"position\":64} | \"position\":64 | text: JSON: ",
                "\"position\":64} | \"position\":64}x | text: JSON: ",
                "\"position\":64} | \"position\":64}{} | text: JSON: START_OBJECT after the value (expected: nothing)",
            })
    @DisplayName("a text that was tampered with is refused with what is wrong and what was expected")
    void tamperedIsRefused(String before, String after, String message) {
        String tampered = TEXT.replace(before, after == null ? "" : after);
        assertThat(tampered).isNotEqualTo(TEXT);
        assertThatExceptionOfType(StateMismatchException.class)
                .isThrownBy(() -> LoaderState.parse(tampered))
                .withMessageStartingWith("state of a loader: " + message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"''", "null", "[]", "7", "\"text\"", "{}", "{\"format\":null}"})
    @DisplayName("a text that is something else is refused")
    void somethingElseIsRefused(String text) {
        assertThatExceptionOfType(StateMismatchException.class).isThrownBy(() -> LoaderState.parse(text));
    }

    @Test
    @DisplayName("deep, long and numerous texts are refused with a short message")
    void hugeIsRefused() {
        String source = TEXT.substring(TEXT.indexOf("[{") + 1, TEXT.indexOf("}]") + 1);
        for (String text : List.of(
                "[".repeat(100_000),
                TEXT.replace("\"list\"", "[".repeat(100_000)),
                TEXT.replace("\"list\"", "[".repeat(100) + "]".repeat(100)),
                TEXT.replace("list", "x".repeat(5_000_000)),
                TEXT.replace("-7", "7".repeat(100_000)),
                TEXT.replace(source, (source + ",").repeat(256) + source),
                TEXT.replace(source, ""),
                TEXT.replace("first", "x".repeat(1_000_000)))) {
            assertThatExceptionOfType(StateMismatchException.class)
                    .isThrownBy(() -> LoaderState.parse(text))
                    .satisfies(refused -> assertThat(refused.getMessage()).hasSizeLessThan(1000));
        }
    }

    @Test
    @DisplayName("texts changed at random are read as a state, or refused as one, never anything else")
    void changedAtRandom() {
        SplittableRandom random = new SplittableRandom(29);
        int rounds = Boolean.getBoolean("atomflux.proof") ? 1_000_000 : 20_000;
        String letters = "{}[]\",:0123456789-+.eEnulltruefalseNaN\\u0000 ";
        int read = 0;
        for (int i = 0; i < rounds; i++) {
            StringBuilder text = new StringBuilder(TEXT);
            for (int change = random.nextInt(1, 4); change > 0; change--) {
                int at = random.nextInt(text.length());
                char letter = random.nextInt(8) == 0
                        ? (char) random.nextInt(0x10000)
                        : letters.charAt(random.nextInt(letters.length()));
                switch (random.nextInt(4)) {
                    case 0 -> text.setCharAt(at, letter);
                    case 1 -> text.insert(at, letter);
                    case 2 -> text.delete(at, Math.min(text.length(), at + random.nextInt(1, 20)));
                    default -> text.insert(at, text.substring(at, Math.min(text.length(), at + random.nextInt(1, 60))));
                }
            }
            try {
                LoaderState state = LoaderState.parse(text.toString());
                assertThat(LoaderState.parse(state.toJson())).isEqualTo(state);
                read++;
            } catch (StateMismatchException refused) {
                assertThat(refused).hasMessageContaining("(expected: ");
            } catch (RuntimeException other) {
                fail("for " + text, other);
            }
        }
        assertThat(read).as("some changes are harmless").isPositive();
    }

    @Test
    @DisplayName("members of later versions that change no meaning are passed over")
    void unknownMembersArePassedOver() {
        assertThat(LoaderState.parse(TEXT.replace("\"epoch\"", "\"note\":{\"a\":[1]},\"epoch\"")))
                .isEqualTo(LoaderState.parse(TEXT));
    }

    @Test
    @DisplayName("an epoch goes on in the same store, also if it was moved or has grown")
    void movedAndGrownStoresGoOn() {
        LoaderState state = LoaderState.parse(TEXT);
        state.check(PLAN);
        SourcePlan grown = SOURCE.found("elsewhere", 5000, SOURCE.mark());
        state.check(new EpochPlan(99, -7, List.of(grown), MixtureEnd.FIRST_ENDS, 0));
        assertThat(state.markedRows(0, 5000)).isEqualTo(3000);
        assertThat(state.markedRows(0, 10)).isEqualTo(10);
        assertThat(state.markedRows(1, 10)).isEqualTo(10);
    }

    @Test
    @DisplayName("a state of another store, seed, split, shuffling or mixture is refused with what differs")
    void othersAreRefused() {
        SourcePlan s = SOURCE;
        refused(
                "seed: -7 (expected: 8, as the loader has it)",
                new EpochPlan(3, 8, List.of(s), MixtureEnd.FIRST_ENDS, 0));
        refused("number of stores: 1 (expected: 2", new EpochPlan(3, -7, List.of(s, s), MixtureEnd.FIRST_ENDS, 0));
        refused(
                "end of the mixture: when the first store ends (expected: after 9 samples",
                new EpochPlan(3, -7, List.of(s), MixtureEnd.COUNT, 9));
        refused("rows of list: 3000 (expected: at most 2999, which x has)", s.found("x", 2999, s.mark()));
        refused(
                "first and last row: mark 0123456789abcdef, of 3000 rows of list (expected: mark 00, of as many rows of x)",
                s.found("x", 3000, "00"));
        refused("split: 0.0 to 0.9 by seed 5 (expected: none", changed(0, 1, 5, 64, 32, 1));
        refused("split: 0.0 to 0.9 by seed 5 (expected: 0.9 to 1.0 by seed 5", changed(0.9, 1, 5, 64, 32, 1));
        refused("split: 0.0 to 0.9 by seed 5 (expected: 0.0 to 0.9 by seed 6", changed(0, 0.9, 6, 64, 32, 1));
        refused("shuffling: blocks of 64 rows, 32 at once (expected: none", changed(0, 0.9, 5, 0, 32, 1));
        refused(
                "shuffling: blocks of 64 rows, 32 at once (expected: blocks of 64 rows, 33",
                changed(0, 0.9, 5, 64, 33, 1));
        refused("weight: 1.0 (expected: 2.0", changed(0, 0.9, 5, 64, 32, 2));
    }

    private static SourcePlan changed(double from, double to, long seed, int blockRows, int blocks, double weight) {
        return new SourcePlan("list", 3000, SOURCE.mark(), from, to, seed, blockRows, blocks, weight);
    }

    private static void refused(String message, SourcePlan now) {
        refused(message, new EpochPlan(3, -7, List.of(now), MixtureEnd.FIRST_ENDS, 0));
    }

    private static void refused(String message, EpochPlan now) {
        assertThatExceptionOfType(StateMismatchException.class)
                .isThrownBy(() -> LoaderState.parse(TEXT).check(now))
                .withMessageStartingWith("state of a loader: " + message);
    }
}
