package io.atomflux.artifact.evaluator;

import io.atomflux.artifact.ArtifactType;
import io.atomflux.artifact.IdentityPolicy;
import io.atomflux.artifact.Replacement;
import io.atomflux.artifact.spi.Term;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One of the data classes; the descriptor is the tree of its JSON. */
final class DataType<T extends StoredData> implements ArtifactType<T> {

    static final String FORCE_FIELD_ID = "force_field_id";

    private final Class<T> javaType;
    private final FreeEnergyPolicy policy;

    DataType(Class<T> javaType, FreeEnergyPolicy policy) {
        this.javaType = javaType;
        this.policy = policy;
    }

    @Override
    public String tag() {
        return javaType.getSimpleName();
    }

    @Override
    public Class<T> javaType() {
        return javaType;
    }

    @Override
    public Map<String, @Nullable Object> write(T object) {
        return Typed.write(object);
    }

    @Override
    public T read(Map<String, @Nullable Object> descriptor) {
        StoredData data = EvaluatorJson.object(descriptor);
        if (!javaType.isInstance(data)) {
            throw new IllegalArgumentException(
                    "@type: %s (expected: %s)".formatted(data.getClass().getSimpleName(), javaType.getSimpleName()));
        }
        return javaType.cast(data);
    }

    @Override
    public IdentityPolicy<T> identity() {
        return IdentityPolicy.fields(this::identity);
    }

    private List<@Nullable Object> identity(T object) {
        if (object instanceof CalculationData data) {
            List<@Nullable Object> values = new ArrayList<>(Arrays.asList(
                    data.substance().identifier(),
                    data.thermodynamicState().identifier(),
                    (long) data.propertyPhase().bits(),
                    data.sourceCalculationId(),
                    data.forceFieldId()));
            if (object instanceof StoredSimulationData simulation) {
                values.add((long) simulation.numberOfMolecules());
            } else if (object instanceof StoredEquilibrationData box) {
                values.add((long) box.numberOfMolecules());
                values.add((long) box.maxNumberOfMolecules());
                values.add(box.calculationLayer().orElse(null));
            } else if (policy == FreeEnergyPolicy.KEEP_ALL) {
                return List.of(EvaluatorJson.write(object));
            }
            return values;
        }
        return List.of(EvaluatorJson.write(object));
    }

    @Override
    public Replacement<T> replacement() {
        return (existing, candidate) -> {
            boolean better = existing instanceof StoredSimulationData a && candidate instanceof StoredSimulationData b
                    ? b.statisticalInefficiency() < a.statisticalInefficiency()
                    : existing instanceof StoredEquilibrationData c && candidate instanceof StoredEquilibrationData d
                            ? d.statisticalInefficiency() < c.statisticalInefficiency()
                            : policy == FreeEnergyPolicy.KEEP_BEST && moreCertain(existing, candidate);
            return better ? Replacement.Choice.REPLACE : Replacement.Choice.KEEP;
        };
    }

    private static boolean moreCertain(StoredData existing, StoredData candidate) {
        Quantity a = ((StoredFreeEnergyData) existing).freeEnergyDifference().error();
        Quantity b = ((StoredFreeEnergyData) candidate).freeEnergyDifference().error();
        return a.unit().equals(b.unit()) && b.value() < a.value(); // units are not converted: other ones decide nothing
    }

    @Override
    public Set<String> requiredFiles(T object) {
        return object instanceof CalculationData data ? data.fileNames() : Set.of();
    }

    @Override
    public Set<String> references() {
        return CalculationData.class.isAssignableFrom(javaType) ? Set.of(FORCE_FIELD_ID) : Set.of();
    }

    @Override
    public List<Term> terms(T object) {
        List<Term> terms = new ArrayList<>();
        if (object instanceof CalculationData data) {
            terms.add(Term.ofText("substance", data.substance().identifier()));
            for (Component component : data.substance().components()) {
                terms.add(Term.ofText("component", component.identifier()));
                terms.add(Term.ofText("component.smiles", component.smiles()));
            }
            terms.add(Term.ofNumber("components", data.substance().components().size()));
            terms.add(Term.ofNumber("temperature", data.thermodynamicState().kelvin()));
            data.thermodynamicState().pascals().ifPresent(value -> terms.add(Term.ofNumber("pressure", value)));
            terms.add(Term.ofNumber("property_phase", data.propertyPhase().bits()));
            terms.add(Term.ofText("source_calculation_id", data.sourceCalculationId()));
            terms.add(Term.ofText(FORCE_FIELD_ID, data.forceFieldId()));
        }
        if (object instanceof StoredSimulationData simulation) {
            terms.add(Term.ofNumber("number_of_molecules", simulation.numberOfMolecules()));
        } else if (object instanceof StoredEquilibrationData box) {
            terms.add(Term.ofNumber("number_of_molecules", box.numberOfMolecules()));
            terms.add(Term.ofNumber("max_number_of_molecules", box.maxNumberOfMolecules()));
            box.calculationLayer().ifPresent(layer -> terms.add(Term.ofText("calculation_layer", layer)));
        } else if (object instanceof ForceFieldData field) {
            terms.add(Term.ofText("force_field_source", hash(field.forceFieldSource())));
        }
        return terms;
    }

    /** Returns the SHA-256 of a force field's JSON text, which is the same in every process. */
    static String hash(ForceFieldSource source) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(EvaluatorJson.write(source).getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return tag();
    }
}
