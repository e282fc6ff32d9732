package io.atomflux.examples;

import io.atomflux.AtomsIO;
import io.atomflux.Ragged;
import io.atomflux.RowView;
import io.atomflux.atoms.Atoms;
import io.atomflux.value.DType;
import io.atomflux.value.Key;
import io.atomflux.value.NdArray;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;

/** The program for machine-learning engineers in the README: shuffled batches as contiguous arrays. */
@SuppressWarnings("NullAway") // block() answers null for an empty Mono; none here is
public final class ForMlEngineers {

    private ForMlEngineers() {}

    /** Goes through one epoch of a store. */
    public static void main(String[] args) {
        String store = args[0];
        // README: begin ml-engineer
        AtomsIO train = AtomsIO.open(store);
        List<Long> order = new ArrayList<>(
                LongStream.range(0, train.size().block()).boxed().toList());
        Collections.shuffle(order, new Random(7));
        for (int i = 0; i + 32 <= order.size(); i += 32) {
            RowView<Atoms> batch = train.rowsAt(
                    order.subList(i, i + 32).stream().mapToLong(n -> n).toArray());
            NdArray energies = batch.column(Key.ENERGY).toArray().block().as(DType.FLOAT32); // (32)
            Ragged positions = batch.column(Key.POSITIONS).toRagged().block(); // (atoms of all 32, 3), and offsets
            step(positions.values().as(DType.FLOAT32), positions.offsets(), energies);
        }
        // README: end ml-engineer
        train.close().block();
    }

    private static void step(NdArray positions, NdArray offsets, NdArray energies) {
        System.out.println("batch of " + energies.length(0) + " structures, " + positions.length(0)
                + " atoms, last offset " + offsets.longAt(offsets.size() - 1));
    }
}
