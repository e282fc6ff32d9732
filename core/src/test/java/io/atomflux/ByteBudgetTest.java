package io.atomflux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ByteBudgetTest {

    @Test
    @DisplayName("a lone stream gets what it wants, many get equal shares")
    void sharesFairly() {
        ByteBudget budget = new ByteBudget(1 << 20);
        budget.streamBegins();
        assertThat(budget.take(300_000)).isEqualTo(300_000);
        budget.streamBegins();
        budget.streamBegins();
        budget.streamBegins();
        assertThat(budget.take(4 << 20)).isEqualTo(1 << 18);
    }

    @Test
    @DisplayName("when nothing is left a stream still gets the floor, so that nested streams never wait for each other")
    void neverStarves() {
        ByteBudget budget = new ByteBudget(64 << 10);
        budget.streamBegins();
        assertThat(budget.take(64 << 10)).isEqualTo(64 << 10);
        assertThat(budget.take(64 << 10)).isEqualTo(ByteBudget.FLOOR);
    }

    @Test
    @DisplayName("what is given back can be taken again")
    void givesBack() {
        ByteBudget budget = new ByteBudget(64 << 10);
        budget.streamBegins();
        long taken = budget.take(50_000);
        budget.correct(taken, 10_000);
        assertThat(budget.used()).isEqualTo(10_000);
        budget.correct(10_000, 0);
        assertThat(budget.take(64 << 10)).isEqualTo(64 << 10);
    }
}
