package io.atomflux.artifact.evaluator;

import java.util.ArrayList;
import java.util.List;

/**
 * The phases a property belongs to, as bits that may be combined.
 *
 * @param bits 0 to 7
 */
public record PropertyPhase(int bits) {

    public static final PropertyPhase UNDEFINED = new PropertyPhase(0);
    public static final PropertyPhase SOLID = new PropertyPhase(1);
    public static final PropertyPhase LIQUID = new PropertyPhase(2);
    public static final PropertyPhase GAS = new PropertyPhase(4);

    public PropertyPhase {
        if (bits < 0 || bits > 7) {
            throw new IllegalArgumentException(
                    "phase: %d (expected: 0, or a sum of 1 solid, 2 liquid and 4 gas)".formatted(bits));
        }
    }

    /** Returns this phase and another. */
    public PropertyPhase and(PropertyPhase other) {
        return new PropertyPhase(bits | other.bits);
    }

    /** Returns the names, e.g. {@code Liquid + Gas}. */
    @Override
    public String toString() {
        List<String> names = new ArrayList<>();
        if ((bits & 1) != 0) {
            names.add("Solid");
        }
        if ((bits & 2) != 0) {
            names.add("Liquid");
        }
        if ((bits & 4) != 0) {
            names.add("Gas");
        }
        return names.isEmpty() ? "Undefined" : String.join(" + ", names);
    }
}
