package io.atomflux.testkit;

import io.atomflux.value.NdArray;
import io.atomflux.value.Row;
import java.util.ArrayList;
import java.util.List;

/** Small molecules at about their gas-phase geometries: a name, then symbol and coordinates in Å of each atom. */
final class Molecules {

    private static final List<String> SYMBOLS =
            List.of("X", "H", "He", "Li", "Be", "B", "C", "N", "O", "F", "Ne", "Na", "Mg", "Al", "Si", "P", "S", "Cl");

    private static final String[] TEXTS = {
        "hydrogen atom; H 0 0 0",
        "helium; He 0 0 0",
        "hydrogen; H 0 0 0.37; H 0 0 -0.37",
        "nitrogen; N 0 0 0.549; N 0 0 -0.549",
        "oxygen; O 0 0 0.604; O 0 0 -0.604",
        "carbon monoxide; C 0 0 -0.644; O 0 0 0.484",
        "hydrogen fluoride; F 0 0 0.092; H 0 0 -0.825",
        "hydrogen chloride; Cl 0 0 0.071; H 0 0 -1.204",
        "lithium hydride; Li 0 0 0.399; H 0 0 -1.197",
        "sodium chloride; Na 0 0 -1.431; Cl 0 0 0.930",
        "water; O 0 0 0.119; H 0 0.763 -0.477; H 0 -0.763 -0.477",
        "carbon dioxide; C 0 0 0; O 0 0 1.162; O 0 0 -1.162",
        "hydrogen cyanide; C 0 0 -0.501; N 0 0 0.652; H 0 0 -1.567",
        "ammonia; N 0 0 0.116; H 0 0.940 -0.271; H 0.814 -0.470 -0.271; H -0.814 -0.470 -0.271",
        "methane; C 0 0 0; H 0.629 0.629 0.629; H -0.629 -0.629 0.629; H 0.629 -0.629 -0.629; H -0.629 0.629 -0.629",
        "silane; Si 0 0 0; H 0.856 0.856 0.856; H -0.856 -0.856 0.856; H 0.856 -0.856 -0.856; H -0.856 0.856 -0.856",
        "ethyne; C 0 0 0.608; C 0 0 -0.608; H 0 0 -1.674; H 0 0 1.674",
        "formaldehyde; O 0 0 0.684; C 0 0 -0.536; H 0 0.935 -1.124; H 0 -0.935 -1.124",
        "ethene; C 0 0 0.668; C 0 0 -0.668; H 0 0.923 1.238; H 0 -0.923 1.238; H 0 0.923 -1.238; H 0 -0.923 -1.238",
        "methanol; C -0.047 0.664 0; O -0.047 -0.758 0; H -1.092 0.970 0; H 0.878 -1.046 0; H 0.438 1.072 0.889;"
                + " H 0.438 1.072 -0.889",
        "ethane; C 0 0 0.763; C 0 0 -0.763; H 0 1.018 1.157; H -0.882 -0.509 1.157; H 0.882 -0.509 1.157;"
                + " H 0 -1.018 -1.157; H -0.882 0.509 -1.157; H 0.882 0.509 -1.157",
        "benzene; C 0 1.395 0; C 1.208 0.698 0; C 1.208 -0.698 0; C 0 -1.395 0; C -1.208 -0.698 0; C -1.208 0.698 0;"
                + " H 0 2.482 0; H 2.150 1.241 0; H 2.150 -1.241 0; H 0 -2.482 0; H -2.150 -1.241 0; H -2.150 1.241 0",
    };

    private Molecules() {}

    static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (String text : TEXTS) {
            rows.add(row(text));
        }
        return rows;
    }

    private static Row row(String text) {
        String[] parts = text.split("; *");
        int atoms = parts.length - 1;
        long[] numbers = new long[atoms];
        double[] positions = new double[3 * atoms];
        for (int i = 0; i < atoms; i++) {
            String[] words = parts[i + 1].split(" +");
            numbers[i] = SYMBOLS.indexOf(words[0]);
            for (int axis = 0; axis < 3; axis++) {
                positions[3 * i + axis] = Double.parseDouble(words[axis + 1]);
            }
        }
        return Row.builder()
                .put("cell", NdArray.of(new double[9], 3, 3))
                .put("pbc", NdArray.of(new boolean[3], 3))
                .put("arrays.numbers", NdArray.of(numbers, atoms))
                .put("arrays.positions", NdArray.of(positions, atoms, 3))
                .put("info.name", parts[0])
                .build();
    }
}
