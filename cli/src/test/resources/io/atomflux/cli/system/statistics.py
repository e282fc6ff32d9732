"""What the live test of statistics asks of Python.

  statistics.py write STORE SEED COUNT    add seeded random rows by asebytes
  statistics.py numpy STORE OURS.json     the same statistics by numpy, with the edges of our histograms, as JSON
"""
import json
import sys

import asebytes
import numpy as np


def rows(seed, count):
    rng = np.random.RandomState(seed)
    elements = rng.permutation(np.arange(1, 90))[: 2 + seed % 7]
    energies = rng.uniform(-5000, -10, 100)
    for i in range(count):
        n = int(rng.randint(1, 20))
        numbers = rng.choice(elements, n)
        row = {
            "arrays.numbers": numbers,
            "arrays.positions": rng.randn(n, 3) * 5,
            "calc.energy": float(energies[numbers].sum() + rng.randn() * 0.1),
            "calc.forces": rng.standard_cauchy((n, 3)),
            "calc.stress": rng.randn(6),
            "cell": rng.rand(3, 3) * 10,
            "info.offset": float(1e9 + rng.randn()),
            "info.single": np.float32(rng.randn()),
            "info.flag": bool(rng.randint(2)),
            "info.tiny": float(rng.randn() * 1e-200),
            "info.small": rng.randint(-100, 100, 4).astype("<i2"),
        }
        if rng.randint(3):
            row["info.gaps"] = rng.choice([1.5, -2.5, np.nan, np.inf, -np.inf], 5)
        if not rng.randint(4):
            row["info.label"] = f"row {i}"
        yield row


def moments(values):
    values = np.asarray(values, "<f8").ravel()
    finite = values[np.isfinite(values)]
    return {
        "count": int(finite.size),
        "mean": float(np.mean(finite.astype(np.longdouble))),
        "variance": float(np.var(finite.astype(np.longdouble))),
        "least": float(finite.min()),
        "greatest": float(finite.max()),
        "nans": int(np.isnan(values).sum()),
        "infinities": int(np.isposinf(values).sum()),
        "negative_infinities": int(np.isneginf(values).sum()),
    }


def described(values, edges):
    found = moments(values)
    values = np.asarray(values, "<f8").ravel()
    found["counts"] = np.histogram(values[np.isfinite(values)], edges)[0].tolist()
    return found


def main():
    if sys.argv[1] == "write":
        asebytes.ObjectIO(sys.argv[2]).extend(list(rows(int(sys.argv[3]), int(sys.argv[4]))))
        return
    store = asebytes.ObjectIO(sys.argv[2])
    with open(sys.argv[3], encoding="utf-8") as file:
        ours = json.load(file)
    read = [store[i] for i in range(len(store))]
    found = {}
    for key, told in ours["keys"].items():
        if "values" in told:
            cells = [np.asarray(row[key]) for row in read if key in row]
            found[key] = described(np.concatenate([cell.ravel() for cell in cells]), told["values"]["histogram"]["edges"])
            found[key]["rows"] = len(cells)
            if "components" in told:
                shape = tuple(told["component_shape"])
                entries = np.concatenate([cell.reshape((-1,) + shape) for cell in cells]).reshape(-1, int(np.prod(shape)))
                found[key]["components"] = [moments(entries[:, i]) for i in range(entries.shape[1])]
    elements = sorted({int(z) for row in read for z in row["arrays.numbers"]})
    counts = np.array([[(row["arrays.numbers"] == z).sum() for z in elements] for row in read], float)
    energies = np.array([row["calc.energy"] for row in read])
    solution, _, rank, _ = np.linalg.lstsq(counts, energies, rcond=None)
    references = {
        "energies": solution.tolist(),
        "rank": int(rank),
        "rmse": float(np.sqrt(np.mean((counts @ solution - energies) ** 2))),
    }
    atoms = counts.sum(axis=1)
    per_atom = described(energies / atoms, ours["composition"]["energy_per_atom"]["histogram"]["edges"])
    print(json.dumps({"keys": found, "references": references, "per_atom": per_atom}))


main()
