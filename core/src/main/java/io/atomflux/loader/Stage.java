package io.atomflux.loader;

import io.atomflux.value.Row;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** One step that each row goes through before it is collated: a map or an augmentation. */
@FunctionalInterface
interface Stage {

    /**
     * Changes a row.
     *
     * @param random the generator of this sample, the same whenever it is read
     */
    Row apply(Row row, RandomGenerator random);

    static Stage map(UnaryOperator<Row> map) {
        return (row, random) -> map.apply(row);
    }

    static Stage augment(BiFunction<Row, RandomGenerator, Row> augmentation) {
        return augmentation::apply;
    }
}
