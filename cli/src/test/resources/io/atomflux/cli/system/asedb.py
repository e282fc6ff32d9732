"""What live tests of ASE's SQLite databases ask of Python.

  asedb.py write FILE SEED COUNT   add seeded rows by ase.db, then change some and delete one
  asedb.py read FILE               what ase.db gives of each row, in the order of ids: one line of ASE's JSON each
  asedb.py select FILE             how many rows ase.db finds by each of some selections
"""
import sys

import numpy as np
from ase import Atoms
from ase.calculators.singlepoint import SinglePointCalculator
from ase.constraints import FixAtoms, FixedLine
from ase.db import connect
from ase.io.jsonio import encode


def write(path, seed, count):
    rng = np.random.RandomState(seed)
    with connect(path) as db:
        for i in range(count):
            n = rng.randint(0, 6)
            a = Atoms(numbers=rng.randint(1, 90, n), positions=rng.randn(n, 3), cell=rng.rand(3, 3) * 9 * (i % 3),
                      pbc=[bool(rng.randint(2)), False, i % 4 == 0])
            if n and i % 2:
                a.set_tags(rng.randint(0, 3, n))
                a.set_momenta(rng.randn(n, 3))
                a.set_masses(rng.rand(n) + 1)
                a.set_initial_charges(rng.randn(n))
                a.set_initial_magnetic_moments(rng.randn(n))
                a.set_constraint([FixAtoms([0]), FixedLine([n - 1], [0, 0, 1])])
            if n and i % 5:
                a.calc = SinglePointCalculator(a, energy=float(rng.randn()), forces=rng.randn(n, 3), stress=rng.randn(6),
                                               charges=rng.randn(n), dipole=rng.randn(3), magmom=1.5,
                                               free_energy=float(rng.randn()))
            db.write(a, data={"charge": int(rng.randint(3)), "mulliken": rng.randn(n), "source": f"row {i} é\n",
                              "odd": [1, None, {"x": float("nan"), "y": 1 + 2j}], "inf": float("inf"),
                              "f32": rng.rand(2).astype(np.float32), "flags": np.array([True, False])},
                     label=f"seed {seed}", step=i, ratio=float(rng.rand()), good=bool(i % 2))
        ids = [row.id for row in db.select()]
        db.update(ids[-1], step=-1, extra="x", data={"added": [1.5]})
        db.delete([ids[len(ids) // 2]])


def told(row):
    a = row.toatoms()
    info = dict(row.key_value_pairs)
    info.update(row.data)
    return encode({"arrays": dict(a.arrays), "cell": np.array(a.cell), "pbc": a.pbc,
                   "calc": dict(a.calc.results) if a.calc else {}, "info": info,
                   "constraints": [c.todict() for c in a.constraints]})


def read(path):
    with connect(path) as db:
        for row in sorted(db.select(), key=lambda row: row.id):
            print(told(row))


def select(path):
    with connect(path) as db:
        rows = list(db.select())
        for query in ["step>3", "label", "good=True", "ratio<0.5", "natoms=3", "energy<0", "extra=x", "calculator=unknown"]:
            print(query, db.count(query))
        # the tables to select by, against the rows themselves
        assert db.count("step>3") == sum(row.get("step", 0) > 3 for row in rows)
        assert db.count("label") == sum("label" in row for row in rows)
        assert db.count("label=ours") == sum(row.get("label") == "ours" for row in rows)
        assert db.count("natoms=3") == sum(row.natoms == 3 for row in rows)
        for fmax in [0.5, 1, 2]:
            found = sum("forces" in row and row.natoms > 0 and row.fmax < fmax for row in rows)
            assert db.count(f"fmax<{fmax}") == found, (fmax, found)
        for z in range(1, 90):
            assert db.count(Atoms(numbers=[z]).symbols[0]) == \
                sum(z in row.numbers for row in rows)
        masses = sorted(round(row.mass, 6) for row in rows)
        assert masses == sorted(round(row.toatoms().get_masses().sum(), 6) for row in rows)


if sys.argv[1] == "write":
    write(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
else:
    {"read": read, "select": select}[sys.argv[1]](sys.argv[2])
