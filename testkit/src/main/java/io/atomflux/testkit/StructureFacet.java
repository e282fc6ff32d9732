package io.atomflux.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.atomflux.Store;
import io.atomflux.atoms.Atoms;
import io.atomflux.atoms.Constraint;
import io.atomflux.spi.Capability;
import io.atomflux.value.Key;
import io.atomflux.value.NdArray;
import io.atomflux.value.Patch;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Structures and what they are made of; part of {@link AtomsStoreContract}.
 *
 * <p>What is asserted follows the contract suite of the Python package asebytes 0.3, made exact: equal means equal, also
 * in type. What a format cannot hold is left out by {@code representable}.
 */
abstract class StructureFacet extends StoreFacet<Atoms> {

    StructureFacet(StoreContract<Atoms> contract) {
        super(contract);
    }

    private void roundTrips(Atoms... structures) {
        List<Atoms> kept =
                Arrays.stream(structures).filter(contract::representable).toList();
        Store<Atoms> store = open();
        assertThat(get(store.extend(kept))).isEqualTo(kept.size());
        for (int i = 0; i < kept.size(); i++) {
            assertThat(get(store.get(i))).as("structure %d", i).isEqualTo(kept.get(i));
        }
        assertThat(all(store.rows())).isEqualTo(kept);
    }

    @Test
    @DisplayName("22 molecules of different size come back equal, in order, each with its number of atoms")
    final void molecules() {
        List<Atoms> molecules = Samples.molecules().stream().map(Atoms::fromRow).toList();
        Store<Atoms> store = open();
        assertThat(get(store.extend(molecules))).isEqualTo(22);
        assertThat(all(store.rows())).isEqualTo(molecules);
        for (long index : new long[] {0, 10, 21, -1}) {
            assertThat(get(store.get(index))).isEqualTo(molecules.get((int) (index < 0 ? index + 22 : index)));
        }
        assertThat(all(store.rows(0, 5))).isEqualTo(molecules.subList(0, 5));
        assertThat(all(store.rows()).stream().map(Atoms::size))
                .isEqualTo(molecules.stream().map(Atoms::size).toList());
        assertThat(get(store.keys(0))).contains("arrays.numbers", "arrays.positions");
        assertThat(all(store.rows("::-7")).stream().map(Atoms::formula)).first().isEqualTo("C6H6");
    }

    @Test
    @DisplayName("one hydrogen atom comes back with everything it has")
    final void hydrogenAtom() {
        roundTrips(Atoms.builder()
                .symbols("H")
                .positions(new double[][] {{0.1, -0.2, 0.3}})
                .cell(4, 5, 6)
                .pbc(true, false, true)
                .array("tags", new long[] {3})
                .momenta(new double[][] {{1, 2, 3}})
                .info("note", "alone")
                .energy(-13.6)
                .forces(new double[][] {{0, 1e-8, -0.5}})
                .build());
    }

    @Test
    @DisplayName("a thousand frames keep energy, forces and stress")
    final void thousandFrames() {
        SplittableRandom random = new SplittableRandom(1);
        List<Atoms> frames = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            frames.add(Atoms.builder()
                    .symbols("Cu", "O")
                    .positions(Samples.reals(random, -9, 9, 2, 3))
                    .cell(8, 8, 8)
                    .pbc(true)
                    .energy(-i - random.nextDouble())
                    .forces(Samples.reals(random, -2, 2, 2, 3))
                    .stress(random.doubles(6).toArray())
                    .build());
        }
        Store<Atoms> store = open();
        get(store.extend(frames));
        for (int i : new int[] {0, 500, 999}) {
            assertThat(get(store.get(i))).isEqualTo(frames.get(i));
        }
        assertThat(get(store.column(Key.ENERGY).toArray()).toDoubleArray())
                .containsExactly(frames.stream()
                        .mapToDouble(frame -> frame.energy().orElseThrow())
                        .toArray());
        assertThat(get(store.rows("-10:").column(Key.FORCES).toArray()).shape()).containsExactly(10, 2, 3);
        assertThat(all(store.rows())).isEqualTo(frames);
    }

    @Test
    @DisplayName("metadata of every kind of value comes back equal and of the same type")
    final void metadata() {
        Atoms base = atom();
        List<Atoms> structures = new ArrayList<>();
        Samples.values().forEach((name, value) -> structures.add(base.withInfo("value", value)));
        Samples.hostileKeys().forEach(key -> structures.add(base.withInfo(key, "under a hostile key")));
        structures.add(base.withInfo("nested", Map.of("a", Arrays.asList(1L, 2.5, null), "b", Map.of("c", true))));
        structures.add(base.withInfo("calc.energy", 1.0).withInfo("arrays.positions", "only looks like one"));
        roundTrips(structures.toArray(new Atoms[0]));
    }

    private static Atoms atom() {
        return Atoms.builder()
                .symbols("He")
                .positions(new double[][] {{0, 0, 1}})
                .build();
    }

    @Test
    @DisplayName("NaN, infinities and the empty text stay what they are")
    final void notANumber() {
        roundTrips(
                atom().withInfo("x", Double.NaN),
                atom().withInfo("x", Double.POSITIVE_INFINITY),
                atom().withInfo("x", Double.NEGATIVE_INFINITY),
                atom().withInfo("x", ""),
                atom().withResult("energy", Double.NaN),
                atom().withResult("forces", NdArray.of(new double[] {Double.NaN, 0, -0.0}, 1, 3)));
    }

    @Test
    @DisplayName("partly periodic boundaries and skewed cells come back equal")
    final void cells() {
        roundTrips(
                atom().withCell(new double[][] {{4, 0, 0}, {1, 5, 0}, {0.5, 0.25, 6}})
                        .withPbc(true, true, false),
                atom().withPbc(false, false, true),
                atom().withCell(new double[][] {{1e-3, 0, 0}, {0, 1e6, 0}, {0, 0, 0}}));
    }

    @Test
    @DisplayName("fixed atoms come back as the same constraint")
    final void constraints() {
        Atoms fixed = Atoms.builder()
                .symbols("O", "H", "H")
                .positions(new double[][] {{0, 0, 0}, {0, 0, 1}, {0, 1, 0}})
                .constraint(new Constraint.FixAtoms(List.of(0, 2)))
                .build();
        roundTrips(fixed);
    }

    @Test
    @DisplayName("custom arrays of every shape and momenta come back equal")
    final void customArrays() {
        roundTrips(Atoms.builder()
                .symbols("C", "O")
                .positions(new double[][] {{0, 0, 0}, {0, 0, 1.1}})
                .momenta(new double[][] {{1, 2, 3}, {4, 5, 6}})
                .array("charges", new double[] {0.1, -0.1})
                .array("flags", new boolean[] {true, false})
                .array("ids", new long[] {7, Long.MAX_VALUE})
                .array("tensor", NdArray.of(new SplittableRandom(3).doubles(18).toArray(), 2, 3, 3))
                .array("single", NdArray.of(new float[] {1.5f, -2.5f}, 2))
                .build());
    }

    @Test
    @DisplayName("frames with and without results, arrays and metadata mix in one store")
    final void inconsistentFrames() {
        List<Atoms> mixed = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 60; i++) {
            Row row = Samples.row(i);
            List<String> dropped = new ArrayList<>();
            for (String key : List.of("calc.energy", "calc.forces", "info.a.b", "info.count", "cell", "pbc")) {
                if (random.nextInt(3) == 0) {
                    dropped.add(key);
                }
            }
            Atoms frame = Atoms.fromRow(row.without(dropped));
            mixed.add(i % 9 == 0 ? frame.withArray("velocities0", new double[frame.size()]) : frame);
        }
        roundTrips(mixed.toArray(new Atoms[0]));
    }

    @Test
    @DisplayName("a structure without atoms comes back without atoms")
    final void noAtoms() {
        roundTrips(
                Atoms.builder().info("empty", true).build(),
                atom(),
                Atoms.builder().cell(2, 2, 2).pbc(true).build());
    }

    @Test
    @DisplayName("results and metadata can be updated, also by a dotted name; other keys are refused at the call")
    final void updates() {
        Store<Atoms> store = open();
        run(store.extend(List.of(contract.element(0), contract.element(1))));
        assertThatThrownBy(() -> store.update(0, Patch.of("energy", 1.0))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.rows().update(Patch.of("x", 1))).isInstanceOf(IllegalArgumentException.class);
        Patch patch = Patch.calc("energy", -10.5).info("a.b", "done").info("new", true);
        if (!offers(store, Capability.UPDATE, () -> store.update(0, patch))) {
            return;
        }
        run(store.update(-1, patch));
        Atoms expected = contract.element(1)
                .withResult("energy", -10.5)
                .withInfo("a.b", "done")
                .withInfo("new", true);
        assertThat(get(store.get(1))).isEqualTo(expected);
        assertThat(get(store.get(0))).isEqualTo(contract.element(0));
        assertThat(all(store.column(Key.ENERGY)).get(1)).isEqualTo(-10.5);
        assertThat(get(store.get(1, "info.a.b", "info.new"))).isEqualTo(Row.of("info.a.b", "done", "info.new", true));
    }

    @Test
    @DisplayName("the same store can be looked at as typed values")
    final void asObjects() {
        Store<Atoms> store = open();
        run(store.extend(elements(0, 3)));
        assertThat(get(store.objects().get(1)).get("info.count")).isEqualTo(1L);
        assertThat(all(store.objects().atoms().rows())).isEqualTo(elements(0, 3));
    }
}
