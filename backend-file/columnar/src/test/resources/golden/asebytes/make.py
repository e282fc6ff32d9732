# Made by asebytes 0.3.3: structures of differing size, and objects of every kind it stores, in two batches each.
import ase, numpy as np, sys
from ase.calculators.singlepoint import SinglePointCalculator
from asebytes import ASEIO, ObjectIO

def structures():
    rng = np.random.RandomState(7)
    for i, name in enumerate(["CH4", "H2O", "CO", "N2"]):
        from ase.build import molecule
        a = molecule(name, cell=[4, 5, 6], pbc=[True, i % 2 == 0, False])
        a.info["step"] = i
        a.info["label"] = "frame %d äö" % i
        a.info["nested"] = {"a": [1, 2.5, None], "b": True}
        a.new_array("tags2", np.arange(len(a)))
        a.calc = SinglePointCalculator(a)
        a.calc.results = {"energy": -0.1 * i, "forces": rng.randn(len(a), 3).round(3)}
        if i == 3:
            a.calc.results["stress"] = rng.randn(6).round(3)
        yield a

objects = [
    {"info.i": np.int32(5), "info.f": 1.5, "info.s": "text", "info.l": [1, 2.0, "x", None], "info.b": True,
     "info.v": np.arange(3, dtype=np.float32), "info.m": np.array([True, False])},
    None,
    {"info.i": np.int32(0), "info.f": float("nan"), "info.s": "", "info.l": {"k": float("inf")}, "info.v": np.arange(2, dtype=np.float32)},
]
more = [{"info.i": np.int32(7), "info.f": 2.0, "info.late": "12", "info.u": np.array(["a", "bb"])}]
for suffix in ("zarr", "zarrp", "h5", "h5p"):
    s = list(structures())
    db = ASEIO("asebytes." + suffix, group="default")
    db.extend(s[:2]); db.extend(s[2:])
    del db
    db = ObjectIO("asebytes." + suffix, group="objects")
    db.extend(objects); db.extend(more)
    del db
