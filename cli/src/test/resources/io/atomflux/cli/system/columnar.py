"""What live tests of columnar files ask of Python.

  columnar.py write STORE SEED COUNT      add seeded frames by asebytes, opened anew: 1 to 6 atoms, results, info
  columnar.py arrays STORE GROUP          every array of a group as h5py or zarr reads it: name, dtype, shape, SHA-256 or texts
  columnar.py znh5md-write FILE SEED N    the same frames by znh5md
  columnar.py znh5md-read FILE            SHA-256 over the numbers of each frame as znh5md reads it
  columnar.py ase-read STORE              the same as asebytes' ASEIO reads it
  columnar.py write-slowly STORE SEED     add one batch after the other until killed; prints a line after each

Prints JSON lines.
"""
import hashlib
import json
import sys

import numpy as np


def frames(seed, count, alike=False):
    import ase
    from ase.calculators.singlepoint import SinglePointCalculator

    rng = np.random.RandomState(seed)
    for i in range(count):
        n = 6 if alike or i == 0 else 1 + rng.randint(6)  # asebytes cannot add frames larger than all before to padded files
        a = ase.Atoms(numbers=rng.randint(1, 20, n), positions=rng.randn(n, 3), cell=rng.rand(3) * 10,
                      pbc=[bool(rng.randint(2)), True, False])
        a.calc = SinglePointCalculator(a)
        a.calc.results = {"energy": float(rng.randn()), "forces": rng.randn(n, 3), "stress": rng.randn(6)}
        a.info["step"] = float(seed * 1000 + i)
        a.info["label"] = f"frame {i} é"
        a.info["nested"] = {"a": [1, 2.5, "x"], "b": {"c": True}}
        a.new_array("tags_of_mine", rng.randint(0, 9, n))
        yield a


def digest(a):
    found = hashlib.sha256()
    found.update(np.ascontiguousarray(a.numbers, "<i8").tobytes())
    found.update(np.ascontiguousarray(a.positions, "<f8").tobytes())
    found.update(np.ascontiguousarray(a.cell.array, "<f8").tobytes())
    found.update(np.ascontiguousarray(a.pbc, "|b1").tobytes())
    results = a.calc.results if a.calc is not None else {}
    for key in ("energy", "forces", "stress"):
        if key in results:
            found.update(np.ascontiguousarray(results[key], "<f8").tobytes())
    return found.hexdigest()


def told(name, data):
    data = np.asarray(data)
    if data.dtype.kind in "OST" or data.dtype.kind == "U":
        texts = [x.decode() if isinstance(x, bytes) else str(x) for x in data.ravel().tolist()]
        print(json.dumps({"array": name, "dtype": "text", "shape": list(data.shape), "texts": texts}))
    else:
        data = np.ascontiguousarray(data).astype(data.dtype.newbyteorder("<"))
        print(json.dumps({"array": name, "dtype": data.dtype.str, "shape": list(data.shape),
                          "sha256": hashlib.sha256(data.tobytes()).hexdigest()}))


def arrays(store, group):
    if store.endswith((".zarr", ".zarrp")):
        import zarr

        opened = zarr.open_group(store + "/" + group, mode="r")
        for name, array in sorted(opened.arrays()):
            told(name, array[...])
    else:
        import h5py

        with h5py.File(store, "r") as f:
            def visit(name, node):
                if isinstance(node, h5py.Dataset):
                    told(name, node[...])

            f[group].visititems(visit)


def main():
    what, rest = sys.argv[1], sys.argv[2:]
    if what == "write":
        from asebytes import ASEIO

        ASEIO(rest[0]).extend(list(frames(int(rest[1]), int(rest[2]))))
    elif what == "write-slowly":
        from asebytes import ASEIO

        db = ASEIO(rest[0])
        for i in range(1_000_000):
            db.extend(list(frames(int(rest[1]) + i, 5, alike=True)))
            print(json.dumps({"written": (i + 1) * 5}), flush=True)
    elif what == "arrays":
        arrays(*rest)
    elif what == "znh5md-write":
        import znh5md

        znh5md.IO(rest[0]).extend(list(frames(int(rest[1]), int(rest[2]))))
    elif what == "znh5md-read":
        import znh5md

        for a in znh5md.IO(rest[0])[:]:
            print(digest(a))
    elif what == "ase-read":
        from asebytes import ASEIO

        for a in ASEIO(rest[0]):
            print(digest(a))
    else:
        sys.exit("unknown: " + what)


if __name__ == "__main__":
    main()
