"""Writes rows.db and rows.db.json into the directory given. Needs ase 3.29.0, numpy."""
import json
import os
import sys

import ase.db.row
import ase.db.sqlite
import numpy as np
from ase import Atoms, __version__
from ase.calculators.singlepoint import SinglePointCalculator
from ase.constraints import FixAtoms, FixCartesian, FixedLine, Hookean
from ase.db import connect

os.chdir(sys.argv[1])
os.environ["USER"] = "golden"
# fixed ids and times so that a second run writes the same rows
counter = [0]


class Identity:
    def __init__(self):
        counter[0] += 1
        self.hex = f"{counter[0]:032x}"


ase.db.row.uuid.uuid4 = Identity
ase.db.sqlite.now = lambda: 26.0


def told(v):
    """Typed JSON: scalars keep Python's kind, arrays tell dtype and shape."""
    if isinstance(v, np.ndarray):
        return {"kind": "array", "dtype": str(v.dtype), "shape": list(v.shape), "data": v.ravel().tolist()}
    if isinstance(v, float):
        return {"kind": "float", "value": v}
    if isinstance(v, complex):
        return {"kind": "complex", "value": [v.real, v.imag]}
    if isinstance(v, list):
        return {"kind": "list", "items": [told(x) for x in v]}
    if isinstance(v, dict):
        return {"kind": "map", "entries": [[k, told(x)] for k, x in v.items()]}
    return v


def frame(a):
    d = {"natoms": len(a), "cell": a.cell.tolist(), "pbc": a.pbc.tolist(),
         "arrays": {k: told(v) for k, v in a.arrays.items()}, "info": []}
    if a.calc is not None:
        d["calculator"] = {"name": a.calc.name, "results": {k: told(v) for k, v in a.calc.results.items()},
                           "parameters": told(dict(a.calc.parameters))}
    if a.constraints:
        d["constraints"] = [c.todict() for c in a.constraints]
    return d


a = Atoms("OHH", positions=[[0, 0, .119262], [0, .763239, -.477047], [0, -.763239, -.477047]],
          cell=[[4, 0, 0], [.5, 5, 0], [0, 0, 6]], pbc=[1, 0, 1])
a.set_tags([0, 1, 2])
a.set_masses([16, 1, 2])
a.set_momenta(np.arange(9.).reshape(3, 3) / 7)
a.set_initial_charges([-.8, .4, .4])
a.set_initial_magnetic_moments([1, 0, -1])
a.set_constraint([FixAtoms([0]), FixCartesian([1], [1, 0, 1]), Hookean(0, 1, 5.0, 1.0), FixedLine([2], [1, 0, 0])])
a.calc = SinglePointCalculator(a, energy=-1.5, free_energy=-1.6, forces=np.arange(9.).reshape(3, 3),
                               stress=np.arange(6.), dipole=np.array([1, 2, 3.]), magmom=1.0,
                               magmoms=np.array([1., 2, 3]), charges=np.ones(3))
a.calc.parameters = {"xc": "PBE", "kpts": [1, 2, 3]}
with connect("rows.db", use_lock_file=False) as db:
    db.write(a, foo="bar", num=1.5, flag=True, i=3,
             data={"arr": np.arange(3), "d": {"x": 1}, "l": [1, 2], "c": 1j})
    db.write(Atoms("He"))
    db.write(Atoms())
    db.metadata = {"title": "golden", "n": 1}
db = connect("rows.db")
rows = list(db.select())
side = {"file": "rows.db", "ase": __version__, "origin": "ase.db.connect, SQLite, version 9",
        "rows": [{"id": r.id, "unique_id": r.unique_id, "ctime": told(r.ctime), "mtime": told(r.mtime), "user": r.user,
                  "key_value_pairs": told(r.key_value_pairs), "data": told(dict(r.data))} for r in rows],
        "metadata": db.metadata, "frames": [frame(r.toatoms()) for r in rows]}
with open("rows.db.json", "w") as f:
    json.dump(side, f, separators=(",", ":"), ensure_ascii=False)
    f.write("\n")
