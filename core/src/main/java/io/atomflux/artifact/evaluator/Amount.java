package io.atomflux.artifact.evaluator;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** How much of a component a substance has; equal if the identifiers are, so fractions to six decimals. */
public sealed interface Amount {

    /** Returns the text it is compared by, e.g. {@code x=0.500000} or {@code n=1}. */
    String identifier();

    /** A part of the molecules, at least 1e-6 and at most 1 (and rounding beyond). */
    record MoleFraction(double value) implements Amount {

        private static final double LEAST = 1e-6;

        public MoleFraction {
            if (!(value >= LEAST && value <= 1 + Substance.TOLERANCE)) {
                throw new IllegalArgumentException("mole fraction: %s (expected: 0.000001 to 1)".formatted(value));
            }
        }

        @Override
        public String identifier() {
            return "x=" + decimals(value, 6);
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof MoleFraction other && identifier().equals(other.identifier());
        }

        @Override
        public int hashCode() {
            return identifier().hashCode();
        }
    }

    /** A number of molecules, for what is infinitely dilute. */
    record ExactAmount(int value) implements Amount {

        public ExactAmount {
            if (value < 1) {
                throw new IllegalArgumentException("amount: %d molecules (expected: at least 1)".formatted(value));
            }
        }

        @Override
        public String identifier() {
            return "n=" + value;
        }
    }

    /** Writes a number with so many decimals as Python does: the exact binary value, halves to even. */
    static String decimals(double value, int count) {
        return new BigDecimal(value).setScale(count, RoundingMode.HALF_EVEN).toPlainString();
    }
}
