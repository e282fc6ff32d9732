package io.atomflux.artifact.evaluator;

import io.atomflux.artifact.evaluator.Amount.ExactAmount;
import io.atomflux.artifact.evaluator.Amount.MoleFraction;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Data classes as trees of plain values, in the form and order of OpenFF Evaluator 0.5: an object per attribute class, its
 * type under {@code @type} as the last member. A type is only ever compared with names that stand here.
 *
 * <p>Longer than most files because each class has its form here once for writing and once for reading.
 */
final class Typed {

    static final String TYPE = "@type";
    static final String PACKAGE = "openff.evaluator.";
    static final String STORAGE = PACKAGE + "storage.data.";
    static final String REGISTRY = PACKAGE + "storage.storage.StorageBackend._ObjectKeyData";

    private static final String SUBSTANCE = PACKAGE + "substances.substances.Substance";
    private static final String COMPONENT = PACKAGE + "substances.components.Component";
    private static final String ROLE = COMPONENT + ".Role";
    private static final String FRACTION = PACKAGE + "substances.amounts.MoleFraction";
    private static final String EXACT = PACKAGE + "substances.amounts.ExactAmount";
    private static final String STATE = PACKAGE + "thermodynamics.ThermodynamicState";
    private static final String OBSERVABLES = PACKAGE + "utils.observables.";
    private static final String GRADIENTS = PACKAGE + "forcefield.gradients.";
    private static final String FORCE_FIELDS = PACKAGE + "forcefield.forcefield.";

    private Typed() {}

    private static Map<String, @Nullable Object> object() {
        return new LinkedHashMap<>();
    }

    private static Map<String, @Nullable Object> typed(Map<String, @Nullable Object> members, String type) {
        members.put(TYPE, type);
        return Collections.unmodifiableMap(members);
    }

    // ---- writing

    static Map<String, @Nullable Object> write(StoredData data) {
        Map<String, @Nullable Object> out = object();
        if (data instanceof CalculationData calculation) {
            common(out, calculation);
        }
        if (data instanceof StoredEquilibrationData box) {
            out.put("coordinate_file_name", box.coordinateFileName());
            out.put("statistical_inefficiency", box.statisticalInefficiency());
            out.put("number_of_molecules", (long) box.numberOfMolecules());
            out.put("max_number_of_molecules", (long) box.maxNumberOfMolecules());
            box.calculationLayer().ifPresent(layer -> out.put("calculation_layer", layer));
        } else if (data instanceof StoredSimulationData simulation) {
            out.put("coordinate_file_name", simulation.coordinateFileName());
            out.put("trajectory_file_name", simulation.trajectoryFileName());
            out.put("observables", frame(simulation.observables()));
            out.put("statistical_inefficiency", simulation.statisticalInefficiency());
            out.put("number_of_molecules", (long) simulation.numberOfMolecules());
        } else if (data instanceof StoredFreeEnergyData difference) {
            out.put("free_energy_difference", observable(difference.freeEnergyDifference()));
            out.put("topology_file_name", difference.topologyFileName());
            out.put("start_state_trajectory", difference.startStateTrajectory());
            out.put("end_state_trajectory", difference.endStateTrajectory());
        } else if (data instanceof ForceFieldData field) {
            out.put("force_field_source", forceField(field.forceFieldSource()));
        }
        return typed(out, STORAGE + data.getClass().getSimpleName());
    }

    private static void common(Map<String, @Nullable Object> out, CalculationData data) {
        out.put("substance", substance(data.substance()));
        out.put("thermodynamic_state", state(data.thermodynamicState()));
        out.put("property_phase", (long) data.propertyPhase().bits());
        out.put("source_calculation_id", data.sourceCalculationId());
        out.put("force_field_id", data.forceFieldId());
    }

    static Map<String, @Nullable Object> substance(Substance substance) {
        List<@Nullable Object> components = new ArrayList<>();
        for (Component component : substance.components()) {
            Map<String, @Nullable Object> role = object();
            role.put("value", component.role().code());
            Map<String, @Nullable Object> one = object();
            one.put("smiles", component.smiles());
            one.put("role", typed(role, ROLE));
            components.add(typed(one, COMPONENT));
        }
        Map<String, @Nullable Object> amounts = object();
        substance
                .amounts()
                .forEach((component, several) -> amounts.put(
                        component, several.stream().map(Typed::amount).toList()));
        Map<String, @Nullable Object> out = object();
        out.put("components", components);
        out.put("amounts", amounts);
        return typed(out, SUBSTANCE);
    }

    private static Object amount(Amount amount) {
        Map<String, @Nullable Object> out = object();
        if (amount instanceof MoleFraction fraction) {
            out.put("value", fraction.value());
            return typed(out, FRACTION);
        }
        out.put("value", (long) ((ExactAmount) amount).value());
        return typed(out, EXACT);
    }

    static Map<String, @Nullable Object> state(ThermodynamicState state) {
        Map<String, @Nullable Object> out = object();
        out.put("temperature", quantity(state.temperature()));
        state.pressure().ifPresent(pressure -> out.put("pressure", quantity(pressure)));
        return typed(out, STATE);
    }

    private static Object quantity(Quantity quantity) {
        Map<String, @Nullable Object> out = object();
        if (quantity.isArray()) {
            Map<String, @Nullable Object> array = object();
            array.put("value", quantity.array());
            out.put("value", typed(array, TypedNode.ARRAY));
        } else {
            out.put("value", quantity.magnitude());
        }
        out.put("unit", quantity.unit());
        return typed(out, TypedNode.QUANTITY);
    }

    private static List<Object> gradients(List<ParameterGradient> gradients) {
        List<Object> out = new ArrayList<>();
        for (ParameterGradient gradient : gradients) {
            Map<String, @Nullable Object> key = object();
            key.put("tag", gradient.key().tag());
            key.put("smirks", gradient.key().smirks().orElse(null));
            key.put("attribute", gradient.key().attribute().orElse(null));
            key.put("virtual_site_type", gradient.key().virtualSiteType().orElse(null));
            key.put("virtual_site_name", gradient.key().virtualSiteName().orElse(null));
            key.put("virtual_site_match", gradient.key().virtualSiteMatch().orElse(null));
            Map<String, @Nullable Object> one = object();
            one.put("key", typed(key, GRADIENTS + "ParameterGradientKey"));
            one.put("value", quantity(gradient.value()));
            out.add(typed(one, GRADIENTS + "ParameterGradient"));
        }
        return out;
    }

    private static Object observable(Observable observable) {
        Map<String, @Nullable Object> measured = object();
        measured.put("value", quantity(observable.value()));
        measured.put("error", quantity(observable.error()));
        Map<String, @Nullable Object> out = object();
        out.put("value", typed(measured, TypedNode.MEASUREMENT));
        out.put("gradients", gradients(observable.gradients()));
        return typed(out, OBSERVABLES + "Observable");
    }

    private static Object frame(ObservableFrame frame) {
        Map<String, @Nullable Object> all = object();
        frame.observables().forEach((kind, array) -> {
            Map<String, @Nullable Object> one = object();
            one.put("value", quantity(array.value()));
            one.put("gradients", gradients(array.gradients()));
            all.put(kind.label(), typed(one, OBSERVABLES + "ObservableArray"));
        });
        Map<String, @Nullable Object> out = object();
        out.put("observables", all);
        return typed(out, OBSERVABLES + "ObservableFrame");
    }

    static Map<String, @Nullable Object> forceField(ForceFieldSource source) {
        Map<String, @Nullable Object> out = object();
        if (source instanceof ForceFieldSource.Smirnoff smirnoff) {
            out.put("inner_xml", smirnoff.innerXml());
            return typed(out, FORCE_FIELDS + "SmirnoffForceFieldSource");
        } else if (source instanceof ForceFieldSource.TLeap leap) {
            out.put("leap_source", leap.leapSource());
            out.put("cutoff", quantity(leap.cutoff()));
            return typed(out, FORCE_FIELDS + "TLeapForceFieldSource");
        } else if (source instanceof ForceFieldSource.LigParGen server) {
            Map<String, @Nullable Object> model = object();
            model.put("value", server.preferredChargeModel().label());
            out.put("preferred_charge_model", typed(model, FORCE_FIELDS + "LigParGenForceFieldSource.ChargeModel"));
            out.put("cutoff", quantity(server.cutoff()));
            out.put("request_url", server.requestUrl());
            out.put("download_url", server.downloadUrl());
            return typed(out, FORCE_FIELDS + "LigParGenForceFieldSource");
        }
        ForceFieldSource.Foyer foyer = (ForceFieldSource.Foyer) source;
        out.put("foyer_source", foyer.foyerSource());
        out.put("cutoff", quantity(foyer.cutoff()));
        return typed(out, FORCE_FIELDS + "FoyerForceFieldSource");
    }

    // ---- reading

    /** Reads one of the data classes; the class is the last part of its type. */
    static StoredData read(Map<String, @Nullable Object> tree) {
        TypedNode node = TypedNode.of(tree);
        String type = node.type();
        return switch (type.startsWith(STORAGE) ? type.substring(STORAGE.length()) : type) {
            case "StoredEquilibrationData" ->
                new StoredEquilibrationData(
                        substance(node.node("substance")),
                        state(node.node("thermodynamic_state")),
                        phase(node),
                        node.text("source_calculation_id"),
                        node.text("force_field_id"),
                        node.text("coordinate_file_name"),
                        node.real("statistical_inefficiency"),
                        node.integer("number_of_molecules"),
                        node.integer("max_number_of_molecules"),
                        node.optionalText("calculation_layer"));
            case "StoredSimulationData" ->
                new StoredSimulationData(
                        substance(node.node("substance")),
                        state(node.node("thermodynamic_state")),
                        phase(node),
                        node.text("source_calculation_id"),
                        node.text("force_field_id"),
                        node.text("coordinate_file_name"),
                        node.text("trajectory_file_name"),
                        frame(node.node("observables")),
                        node.real("statistical_inefficiency"),
                        node.integer("number_of_molecules"));
            case "StoredFreeEnergyData" ->
                new StoredFreeEnergyData(
                        substance(node.node("substance")),
                        state(node.node("thermodynamic_state")),
                        phase(node),
                        node.text("source_calculation_id"),
                        node.text("force_field_id"),
                        observable(node.node("free_energy_difference")),
                        node.text("topology_file_name"),
                        node.text("start_state_trajectory"),
                        node.text("end_state_trajectory"));
            case "ForceFieldData" -> new ForceFieldData(forceField(node.node("force_field_source")));
            default -> throw node.unknown("a data class of Evaluator's storage");
        };
    }

    private static PropertyPhase phase(TypedNode node) {
        return new PropertyPhase(node.integer("property_phase"));
    }

    private static Substance substance(TypedNode node) {
        node.expect(SUBSTANCE);
        List<Component> components = new ArrayList<>();
        for (TypedNode component : node.nodes("components")) {
            component.expect(COMPONENT);
            TypedNode role = component.node("role");
            role.expect(ROLE);
            components.add(new Component(component.text("smiles"), Component.Role.of(role.text("value"))));
        }
        Map<String, List<Amount>> amounts = new LinkedHashMap<>();
        TypedNode all = node.node("amounts");
        for (String component : all.names()) {
            List<Amount> several = new ArrayList<>();
            for (TypedNode amount : all.nodes(component)) {
                several.add(
                        switch (amount.type()) {
                            case FRACTION -> new MoleFraction(amount.real("value"));
                            case EXACT -> new ExactAmount(amount.integer("value"));
                            default -> throw amount.unknown("an amount");
                        });
            }
            amounts.put(component, several);
        }
        return new Substance(components, amounts);
    }

    private static ThermodynamicState state(TypedNode node) {
        node.expect(STATE);
        return new ThermodynamicState(
                node.node("temperature").quantity(),
                node.optionalNode("pressure").map(TypedNode::quantity));
    }

    private static List<ParameterGradient> gradients(TypedNode node) {
        List<ParameterGradient> gradients = new ArrayList<>();
        for (TypedNode one : node.nodes("gradients")) {
            one.expect(GRADIENTS + "ParameterGradient");
            TypedNode key = one.node("key");
            key.expect(GRADIENTS + "ParameterGradientKey");
            gradients.add(new ParameterGradient(
                    new ParameterGradient.Key(
                            key.text("tag"),
                            key.optionalText("smirks"),
                            key.optionalText("attribute"),
                            key.optionalText("virtual_site_type"),
                            key.optionalText("virtual_site_name"),
                            key.optionalText("virtual_site_match")),
                    one.node("value").quantity()));
        }
        return gradients;
    }

    private static Observable observable(TypedNode node) {
        node.expect(OBSERVABLES + "Observable");
        TypedNode measured = node.node("value");
        measured.expect(TypedNode.MEASUREMENT);
        return new Observable(
                measured.node("value").quantity(), measured.node("error").quantity(), gradients(node));
    }

    private static ObservableFrame frame(TypedNode node) {
        node.expect(OBSERVABLES + "ObservableFrame");
        Map<ObservableFrame.Kind, ObservableArray> observables = new LinkedHashMap<>();
        TypedNode all = node.node("observables");
        for (String label : all.names()) {
            TypedNode one = all.node(label);
            one.expect(OBSERVABLES + "ObservableArray");
            observables.put(
                    ObservableFrame.Kind.of(label),
                    new ObservableArray(one.node("value").quantity(), gradients(one)));
        }
        return new ObservableFrame(observables);
    }

    static ForceFieldSource forceField(TypedNode node) {
        String type = node.type();
        return switch (type.startsWith(FORCE_FIELDS) ? type.substring(FORCE_FIELDS.length()) : type) {
            case "SmirnoffForceFieldSource" -> new ForceFieldSource.Smirnoff(node.text("inner_xml"));
            case "TLeapForceFieldSource" ->
                new ForceFieldSource.TLeap(
                        node.text("leap_source"), node.node("cutoff").quantity());
            case "LigParGenForceFieldSource" -> {
                TypedNode model = node.node("preferred_charge_model");
                model.expect(FORCE_FIELDS + "LigParGenForceFieldSource.ChargeModel");
                yield new ForceFieldSource.LigParGen(
                        ForceFieldSource.ChargeModel.of(model.text("value")),
                        node.node("cutoff").quantity(),
                        node.text("request_url"),
                        node.text("download_url"));
            }
            case "FoyerForceFieldSource" ->
                new ForceFieldSource.Foyer(
                        node.text("foyer_source"), node.node("cutoff").quantity());
            default -> throw node.unknown("a source of a force field");
        };
    }

    /** Tells the class of a stored object: the last part of its type, e.g. {@code StoredSimulationData}. */
    static Optional<String> className(Map<String, @Nullable Object> tree) {
        return tree.get(TYPE) instanceof String type && !type.isEmpty()
                ? Optional.of(type.substring(type.lastIndexOf('.') + 1))
                : Optional.empty();
    }
}
