"""Makes the folder golden/ as OpenFF Evaluator 0.5 writes it: json.dumps of the same members in the same order."""

import json
import os
import shutil

E = "openff.evaluator."


def typed(type_, **members):
    return {**members, "@type": type_}


def quantity(value, unit):
    return typed(E + "unit.Quantity", value=value, unit=unit)


def component(smiles, role="solv"):
    return typed(
        E + "substances.components.Component",
        smiles=smiles,
        role=typed(E + "substances.components.Component.Role", value=role),
    )


def substance(*smiles):
    fraction = 1.0 / len(smiles)
    return typed(
        E + "substances.substances.Substance",
        components=[component(s) for s in smiles],
        amounts={
            s + "{solv}": [typed(E + "substances.amounts.MoleFraction", value=fraction)]
            for s in smiles
        },
    )


def common(force_field, *smiles):
    return dict(
        substance=substance(*smiles),
        thermodynamic_state=typed(
            E + "thermodynamics.ThermodynamicState",
            temperature=quantity(298.15, "kelvin"),
            pressure=quantity(101.325, "kilopascal"),
        ),
        property_phase=2,
        source_calculation_id="22528b294575406f9188fb60624540bf",
        force_field_id=force_field,
    )


def box(force_field, *smiles, **more):
    return typed(
        E + "storage.data.StoredEquilibrationData",
        **common(force_field, *smiles),
        coordinate_file_name="output.pdb",
        statistical_inefficiency=1.0,
        number_of_molecules=256,
        max_number_of_molecules=256,
        **more,
    )


def array(rows, unit):
    return typed(
        E + "utils.observables.ObservableArray",
        value=quantity(typed("numpy.ndarray", value=rows), unit),
        gradients=[],
    )


FIELD = "64aa12844b01414aa7e01265316be995"
SIMULATION = "0d1b6a3fd7b84a37b2d8fbb5a5c4e1aa"
FREE = "9e2f7a7c8c0e4a6fa3f1f4d1c2b3a4d5"

objects = {
    FIELD: typed(
        E + "storage.data.ForceFieldData",
        force_field_source=typed(
            E + "forcefield.forcefield.SmirnoffForceFieldSource",
            inner_xml='<SMIRNOFF version="0.3"></SMIRNOFF>',
        ),
    ),
    "component_1": box(FIELD, "CCCO", calculation_layer="EquilibrationLayer"),
    "mixture": box(FIELD, "CCCO", "O"),
    SIMULATION: typed(
        E + "storage.data.StoredSimulationData",
        **common(FIELD, "O"),
        coordinate_file_name="output.pdb",
        trajectory_file_name="trajectory.dcd",
        observables=typed(
            E + "utils.observables.ObservableFrame",
            observables={
                "PotentialEnergy": array([[-52113.7], [float("nan")]], "kilojoule / mole"),
                "Density": array([[0.997], [1e-05]], "gram / milliliter"),
            },
        ),
        statistical_inefficiency=3.5,
        number_of_molecules=1000,
    ),
    FREE: typed(
        E + "storage.data.StoredFreeEnergyData",
        **common(FIELD, "O", "CCCO"),
        free_energy_difference=typed(
            E + "utils.observables.Observable",
            value=typed(
                E + "unit.Measurement",
                value=quantity(-1.5, "kilojoule / mole"),
                error=quantity(0.25, "kilojoule / mole"),
            ),
            gradients=[],
        ),
        topology_file_name="topology.pdb",
        start_state_trajectory="start.dcd",
        end_state_trajectory="end.dcd",
    ),
    "own": typed("my_package.data.OwnData", answer=42),
}
files = {
    "component_1": ["output.pdb"],
    "mixture": ["output.pdb"],
    SIMULATION: ["output.pdb", "trajectory.dcd"],
    FREE: ["topology.pdb", "start.dcd", "end.dcd"],
}
registry = typed(
    E + "storage.storage.StorageBackend._ObjectKeyData",
    object_keys={
        "ForceFieldData": [FIELD],
        "StoredEquilibrationData": ["component_1", "mixture"],
        "StoredSimulationData": [SIMULATION],
        "StoredFreeEnergyData": [FREE],
        "OwnData": ["own"],
    },
)

here = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden")
shutil.rmtree(here, ignore_errors=True)
os.makedirs(here)
for key, data in {**objects, "object_keys": registry}.items():
    with open(os.path.join(here, key + ".json"), "w") as out:
        json.dump(data, out)
for key, names in files.items():
    os.makedirs(os.path.join(here, key))
    for name in names:
        with open(os.path.join(here, key, name), "w") as out:
            out.write(f"{name} of {key}\n")
