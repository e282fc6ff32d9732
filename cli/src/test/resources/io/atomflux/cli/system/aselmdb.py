"""What live tests of ASE's LMDB databases ask of Python.

  aselmdb.py write FILE SEED COUNT   add seeded rows by ase.db with ase-db-backends, then change some and delete one
  aselmdb.py read FILE               what ase.db gives of each row, in the order of ids: one line of ASE's JSON each
  aselmdb.py fairchem FILE           the same, read as data loaders do: lmdb without locks, zlib, AtomsRow
"""
import json
import sys
import zlib

import numpy as np
from ase import Atoms
from ase.constraints import FixAtoms, FixedLine
from ase.io.jsonio import decode, encode


def write(path, seed, count):
    from ase.calculators.singlepoint import SinglePointCalculator
    from ase.db import connect

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
                a.set_initial_magnetic_moments(rng.randn(n, 3) if i % 4 == 1 else rng.randn(n))
                a.set_constraint([FixAtoms([0]), FixedLine([n - 1], [0, 0, 1])])
            if i % 5:
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
                   "constraints": [c.todict() for c in a.constraints], "unique_id": row.unique_id, "id": row.id})


def read(path):
    from ase.db import connect

    with connect(path) as db:
        for row in sorted(db.select(), key=lambda row: row.id):
            print(told(row))


def fairchem(path):
    import lmdb
    from ase.db.row import AtomsRow

    env = lmdb.open(path, subdir=False, readonly=True, lock=False)
    with env.begin() as txn:
        def get(key, otherwise):
            found = txn.get(key.encode())
            return otherwise if found is None else json.loads(zlib.decompress(found))

        deleted = set(get("deleted_ids", []))
        for i in range(1, get("nextid", 1)):
            if i not in deleted:
                row = AtomsRow({**decode(zlib.decompress(txn.get(str(i).encode())).decode()), "id": i})
                print(told(row))
    env.close()


if sys.argv[1] == "write":
    write(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
else:
    {"read": read, "fairchem": fairchem}[sys.argv[1]](sys.argv[2])
