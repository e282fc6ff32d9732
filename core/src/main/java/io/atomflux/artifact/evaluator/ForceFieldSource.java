package io.atomflux.artifact.evaluator;

import java.util.Arrays;
import java.util.Objects;

/** Where a force field comes from; compared by content. */
public sealed interface ForceFieldSource {

    /**
     * A SMIRNOFF force field.
     *
     * @param innerXml the force field as text; not looked into
     */
    record Smirnoff(String innerXml) implements ForceFieldSource {
        public Smirnoff {
            Objects.requireNonNull(innerXml, "innerXml");
        }
    }

    /**
     * A force field of Amber, applied with tleap.
     *
     * @param leapSource e.g. {@code leaprc.gaff2}
     * @param cutoff of interactions that are not bonds
     */
    record TLeap(String leapSource, Quantity cutoff) implements ForceFieldSource {
        public TLeap {
            Objects.requireNonNull(leapSource, "leapSource");
            Objects.requireNonNull(cutoff, "cutoff");
        }
    }

    /**
     * A force field made by a LigParGen server.
     *
     * @param preferredChargeModel how it finds charges
     * @param cutoff of interactions that are not bonds
     * @param requestUrl where to ask; may be empty
     * @param downloadUrl where to fetch; may be empty
     */
    record LigParGen(ChargeModel preferredChargeModel, Quantity cutoff, String requestUrl, String downloadUrl)
            implements ForceFieldSource {
        public LigParGen {
            Objects.requireNonNull(preferredChargeModel, "preferredChargeModel");
            Objects.requireNonNull(cutoff, "cutoff");
            Objects.requireNonNull(requestUrl, "requestUrl");
            Objects.requireNonNull(downloadUrl, "downloadUrl");
        }
    }

    /**
     * A force field applied with Foyer.
     *
     * @param foyerSource e.g. {@code oplsaa}
     * @param cutoff of interactions that are not bonds
     */
    record Foyer(String foyerSource, Quantity cutoff) implements ForceFieldSource {
        public Foyer {
            Objects.requireNonNull(foyerSource, "foyerSource");
            Objects.requireNonNull(cutoff, "cutoff");
        }
    }

    /** How LigParGen finds charges. */
    enum ChargeModel {
        CM1A_1_14_LBCC("1.14*CM1A-LBCC"),
        CM1A_1_14("1.14*CM1A");

        private final String label;

        ChargeModel(String label) {
            this.label = label;
        }

        /** Returns the name in files. */
        public String label() {
            return label;
        }

        static ChargeModel of(String label) {
            return Arrays.stream(values())
                    .filter(model -> model.label.equals(label))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            "charge model: \"%s\" (expected: 1.14*CM1A-LBCC or 1.14*CM1A)".formatted(label)));
        }
    }
}
