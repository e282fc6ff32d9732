package io.atomflux.artifact.evaluator;

import java.util.Arrays;
import java.util.Objects;

/**
 * A kind of molecule in a substance.
 *
 * <p>SMILES are kept and compared as they are given: Evaluator makes them canonical with a chemistry toolkit, which is not
 * here. Give canonical ones where {@code CO} and {@code OC} shall be one.
 *
 * @param smiles not empty
 * @param role what it is there for
 */
public record Component(String smiles, Role role) {

    public Component {
        if (smiles.isBlank()) {
            throw new IllegalArgumentException("smiles: \"%s\" (expected: a molecule)".formatted(smiles));
        }
        Objects.requireNonNull(role, "role");
    }

    /** Returns a solvent. */
    public static Component of(String smiles) {
        return new Component(smiles, Role.SOLVENT);
    }

    /** Returns SMILES and role, e.g. <code>CO{solv}</code>; what components are told apart by. */
    public String identifier() {
        return smiles + "{" + role.code() + "}";
    }

    @Override
    public String toString() {
        return identifier();
    }

    /** What a component is there for. */
    public enum Role {
        SOLVENT("solv"),
        SOLUTE("sol"),
        LIGAND("lig"),
        RECEPTOR("rec");

        private final String code;

        Role(String code) {
            this.code = code;
        }

        /** Returns the short form in files. */
        public String code() {
            return code;
        }

        static Role of(String code) {
            return Arrays.stream(values())
                    .filter(role -> role.code.equals(code))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "role: \"%s\" (expected: solv, sol, lig or rec)".formatted(code)));
        }
    }
}
