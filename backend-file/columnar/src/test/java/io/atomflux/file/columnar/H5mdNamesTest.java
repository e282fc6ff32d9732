package io.atomflux.file.columnar;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class H5mdNamesTest {

    @ParameterizedTest
    @CsvSource({
        "cell, particles/g/box/edges, atoms, Angstrom",
        "pbc, particles/g/box/pbc, atoms,",
        "arrays.positions, particles/g/position, atoms, Angstrom",
        "arrays.numbers, particles/g/species, atoms,",
        "arrays.masses, particles/g/mass, arrays,",
        "arrays.momenta, particles/g/momenta, arrays,",
        "arrays.velocities, particles/g/velocity, arrays, Angstrom/fs",
        "arrays.tags, particles/g/tags, arrays,",
        "calc.forces, particles/g/force, calc, eV/Angstrom",
        "calc.charges, particles/g/charge, calc,",
        "calc.magmoms, observables/g/magmoms, calc,",
        "calc.energy, observables/g/potential_energy, calc, eV",
        "calc.stress, observables/g/stress, calc, eV/Angstrom^3",
        "info.energy, observables/g/energy, info, eV",
        "info.a.b, observables/g/a.b, info,"
    })
    @DisplayName("every key has the place, origin and unit that asebytes gives it, and the place gives back the key")
    void places(String key, String element, String origin, String unit) {
        assertThat(H5mdNames.refusal(key)).isEmpty();
        assertThat(H5mdNames.element("g", key)).isEqualTo(element);
        assertThat(H5mdNames.origin(key)).contains(origin);
        assertThat(H5mdNames.unit(key).orElse(null)).isEqualTo(unit);
        String name = element.substring(element.lastIndexOf('/') + 1);
        if (element.startsWith("particles/g/box/")) {
            return;
        }
        assertThat(
                        element.startsWith("particles/")
                                ? H5mdNames.particleKey(name, origin)
                                : H5mdNames.observableKey(name, origin))
                .isEqualTo(key);
    }

    @Test
    @DisplayName("elements without origin are arrays if they are of particles, else results")
    void withoutOrigin() {
        assertThat(H5mdNames.particleKey("force", null)).isEqualTo("arrays.forces");
        assertThat(H5mdNames.particleKey("image", null)).isEqualTo("arrays.image");
        assertThat(H5mdNames.observableKey("potential_energy", null)).isEqualTo("calc.energy");
        assertThat(H5mdNames.observableKey("water/density", null)).isEqualTo("calc.water/density");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "energy",
                "cells",
                "info",
                "info.",
                "Info.x",
                "info.a/b",
                "info..",
                "info...",
                "info.a\0",
                "info.\ud800",
                "arrays.box",
                "arrays.position",
                "info.mass",
                "calc.potential_energy",
                "info.constraints_json",
                "_n_atoms"
            })
    @DisplayName("a key without a place, or that would come back as another, is refused")
    void refused(String key) {
        assertThat(H5mdNames.refusal(key)).isPresent();
    }

    @Test
    @DisplayName("a name may be as long as 200 bytes")
    void longNames() {
        assertThat(H5mdNames.refusal("info." + "ä".repeat(100))).isEmpty();
        assertThat(H5mdNames.refusal("info." + "ä".repeat(101))).isPresent();
    }

    @Test
    @DisplayName("constraints are refused under the name they are stored as only")
    void constraints() {
        assertThat(H5mdNames.refusal("constraints")).isEmpty();
        assertThat(H5mdNames.refusal("info.constraints_json"))
                .hasValueSatisfying(why -> assertThat(why).contains("expected: the key constraints"));
    }
}
