"""Makes the files beside it, with asebytes 0.3.3, znh5md 0.4.8 and h5py 3.16:  python make.py .

asebytes.h5md and znh5md*.h5md are what those packages write; *-grown.h5md have rows that a program added which does not know
of /asebytes; simulation-*.h5md are made by hand as simulation codes write
H5MD 1.1: what is fixed as plain datasets, explicit steps and times shared by hard links, units of their own, several
particle groups. Each *.jsonl has the rows that are to be read, in the JSON of io.atomflux.codec.Json.
"""
import json
import os
import sys

import ase
import h5py
import numpy as np
import znh5md
from ase.calculators.singlepoint import SinglePointCalculator
from asebytes.h5md import H5MDBackend

out = sys.argv[1]


def fresh(name):
    path = os.path.join(out, name)
    if os.path.exists(path):
        os.remove(path)
    return path


def told(value):
    if isinstance(value, np.ndarray):
        return {"$array": {"dtype": value.dtype.str, "shape": value.shape, "data": value.ravel().tolist()}}
    if isinstance(value, np.generic):
        return {"$scalar": {"dtype": value.dtype.str, "data": [value.item()]}}
    return value


def expect(name, rows):
    with open(os.path.join(out, name), "w") as lines:
        for row in rows:
            lines.write(json.dumps({key: told(value) for key, value in row.items()}) + "\n")


# --- asebytes -------------------------------------------------------------------------------------------------------
rng = np.random.default_rng(3)


def row(n, pbc, **more):
    r = {
        "cell": np.diag([10.0, 11.0, 12.0]),
        "pbc": np.array(pbc),
        "arrays.numbers": np.array([8, 1, 1, 6, 1][:n]),
        "arrays.positions": rng.random((n, 3)).round(3),
        "calc.energy": -1.5 * n,
        "calc.forces": rng.random((n, 3)).round(3),
    }
    r.update(more)
    return r


def fixed(i):
    return [{"name": "FixAtoms", "kwargs": {"indices": [i]}}]


first = [
    row(3, [True, True, True], **{
        "info.tag": "w", "info.connectivity": [[0, 1, 1.0], [0, 2, 2.0]], "constraints": fixed(0)}),
    row(4, [True, False, False], **{
        "info.tag": "x", "arrays.tags": np.arange(4), "calc.magmoms": np.arange(4.0) * 0.5,
        "info.connectivity": [[1, 3, 1.5]], "constraints": fixed(1)}),
]
# without any constraints asebytes would fail here (a column of texts that a batch lacks)
second = [row(5, [False, False, False], **{"info.tag": "y", "info.n": 7.0, "info.constraints_json": ""})]
b = H5MDBackend(fresh("asebytes.h5md"), author_name="A. Author")
b.extend([dict(r) for r in first])
b.extend([dict(r) for r in second])
b.close()
truth = [dict(r) for r in first + second]
del truth[2]["info.constraints_json"]
truth[0]["arrays.tags"] = np.zeros(3, dtype=int)  # integers cannot be missing
truth[2]["arrays.tags"] = np.zeros(5, dtype=int)
expect("asebytes.jsonl", truth)

# --- znh5md ---------------------------------------------------------------------------------------------------------
rng = np.random.default_rng(7)


def frame(n, pbc, calc=True):
    a = ase.Atoms(
        numbers=[8, 1, 1, 6, 1, 7][:n],
        positions=rng.random((n, 3)).round(3) * 10,
        cell=np.diag([10.0, 11.0, 12.0]) if any(pbc) else np.zeros((3, 3)),
        pbc=pbc,
    )
    a.info["step"] = n
    a.info["tag"] = "w%d" % n
    a.arrays["tags"] = np.arange(n)
    if calc:
        a.calc = SinglePointCalculator(a, energy=-1.5 * n, forces=rng.random((n, 3)).round(3))
    return a


def of(a):
    r = {
        "cell": a.cell.array,
        "pbc": a.pbc,
        "arrays.numbers": a.numbers,
        "arrays.positions": a.positions,
        "info.step": float(a.info["step"]),
    }
    if "tags" in a.arrays:
        r["arrays.tags"] = a.arrays["tags"].astype(float)  # znh5md has no integers
    r.update({"info." + key: a.info[key] for key in ("tag", "fresh") if key in a.info})
    if a.calc is not None:
        r["calc.energy"] = a.calc.results["energy"]
        r["calc.forces"] = a.calc.results["forces"]
    return r


frames = [frame(3, [1, 1, 1]), frame(5, [1, 0, 0]), frame(2, [0, 0, 0], calc=False)]
io = znh5md.IO(fresh("znh5md.h5md"))
io.extend(frames[:2])
io.extend(frames[2:])
expect("znh5md.jsonl", [of(a) for a in frames])
frames = [frame(3, [1, 1, 1]), frame(4, [1, 1, 1])]
io = znh5md.IO(fresh("znh5md-time.h5md"), store="time", timestep=0.5, particles_group="system")
io.extend(frames)
expect("znh5md-time.jsonl", [of(a) for a in frames])

# --- simulation codes -----------------------------------------------------------------------------------------------
rng = np.random.default_rng(11)
F, N = 5, 4


def begin(name, creator):
    f = h5py.File(fresh(name), "w")
    f.create_group("h5md").attrs["version"] = np.array([1, 1], dtype=np.int32)
    f.create_group("h5md/author").attrs["name"] = "A. Author"
    c = f.create_group("h5md/creator")
    c.attrs["name"] = creator
    c.attrs["version"] = "1"
    return f


def particles(f, name, boundary, dimension=3):
    group = f.create_group("particles/" + name)
    box = group.create_group("box")
    box.attrs["dimension"] = dimension
    box.attrs["boundary"] = boundary
    return group, box


def over_time(group, name, value, step, time, unit=None, **how):
    """An element with steps and times of its own, or hard links to those of another."""
    e = group.create_group(name)
    v = e.create_dataset("value", data=value, maxshape=(None,) + value.shape[1:], chunks=(2,) + value.shape[1:], **how)
    if unit:
        v.attrs["unit"] = unit
    if isinstance(step, h5py.Dataset):
        e["step"], e["time"] = step, time
    else:
        e.create_dataset("step", data=step, maxshape=(None,), chunks=(8,))
        e.create_dataset("time", data=time, maxshape=(None,), chunks=(8,)).attrs["unit"] = "ps"
    return e


def at_all_times(group, name, value, unit=None):
    group.create_dataset(name, data=value)
    if unit:
        group[name].attrs["unit"] = unit


def reals(*shape):
    return rng.random(shape).round(3)


# One group, float32 in nm, gzip and shuffle; species, masses, charges, ids and bonds fixed; observables in sub-groups.
f = begin("simulation-trajectory.h5md", "pyh5md")
f.create_group("h5md/modules/units").attrs["system"] = "SI"
t, box = particles(f, "trajectory", np.array([b"periodic"] * 3, dtype="S8"))
position, velocity, force = (reals(F, N, 3).astype("f4") for _ in range(3))
edges = np.stack([np.diag([3, 4, 5 + i * 0.1]) for i in range(F)]).astype("f4")
steps, times = np.arange(0, F * 25, 25, dtype="i4"), (np.arange(F) * 0.05).astype("f4")
p = over_time(t, "position", position, steps, times, "nm", compression="gzip", shuffle=True)
links = p["step"], p["time"]
over_time(box, "edges", edges, *links, "nm")
over_time(t, "velocity", velocity, *links, "nm ps-1")
over_time(t, "force", force, *links, "kJ mol-1 nm-1")
species, mass, charge = np.array([8, 1, 1, 18], dtype="i4"), np.array([15.999, 1.008, 1.008, 39.95]), reals(N)
at_all_times(t, "species", species)
at_all_times(t, "mass", mass, "u")
at_all_times(t, "charge", charge, "e")
at_all_times(t, "id", np.arange(N))
energy, temperature, density = reals(F), reals(F), reals(F)
o = f.create_group("observables/trajectory")
over_time(o, "potential_energy", energy, *links, "kJ mol-1")
at_all_times(o, "cutoff", 1.2, "nm")
over_time(f.create_group("observables/thermo"), "temperature", temperature, *links, "K")
over_time(o.create_group("water"), "density", density, *links, "kg m-3")
c = f.create_group("connectivity/trajectory")
c.create_dataset("bonds", data=np.array([[0, 1], [0, 2]], dtype="i4")).attrs["particles_group"] = t.ref
f["parameters/cutoff_scheme"] = 1
f.close()
expect("simulation-trajectory.jsonl", [{
    "cell": edges[i], "pbc": np.array([True] * 3), "arrays.positions": position[i], "arrays.velocities": velocity[i],
    "arrays.forces": force[i], "arrays.numbers": species, "arrays.masses": mass, "arrays.charges": charge,
    "arrays.id": np.arange(N), "calc.energy": float(energy[i]), "calc.cutoff": 1.2,
    "calc.thermo/temperature": float(temperature[i]), "calc.water/density": float(density[i]),
    "info.connectivity": [[0, 1], [0, 2]], "info.step": int(steps[i]), "info.time": float(times[i]),
} for i in range(F)])

# All over time, edges as lengths, images, atom types as species, ids that change places.
f = begin("simulation-dump.h5md", "dump")
t, box = particles(f, "all", np.array([b"periodic", b"periodic", b"none"], dtype="S9"), np.int32(3))
position, image = reals(F, N, 3) * 9, rng.integers(-1, 2, (F, N, 3)).astype("i4")
types, ids = np.tile(np.array([1, 2, 2, 1], "i4"), (F, 1)), np.tile(np.array([4, 2, 3, 1], "i4"), (F, 1))
steps, times = np.array([0, 10, 20, 30, 45]), np.array([0, 0.01, 0.02, 0.03, 0.045])
p = over_time(t, "position", position, steps, times)
over_time(box, "edges", np.tile([9.0, 8.0, 7.0], (F, 1)), steps, times)
over_time(t, "image", image, p["step"], p["time"])
over_time(t, "species", types, p["step"], p["time"])
over_time(t, "id", ids, p["step"], p["time"])
f.close()
expect("simulation-dump.jsonl", [{
    "cell": np.diag([9.0, 8.0, 7.0]), "pbc": np.array([True, True, False]), "arrays.positions": position[i],
    "arrays.image": image[i], "arrays.numbers": types[i], "arrays.id": ids[i],
    "info.step": int(steps[i]), "info.time": float(times[i]),
} for i in range(F)])

# Two groups, a box that is the same at all times, species by name, equally spaced steps with an offset.
f = begin("simulation-groups.h5md", "groups")
for name, n in ("solvent", 3), ("protein", 2):
    t, box = particles(f, name, ["periodic", "none", "periodic"])
    at_all_times(box, "edges", np.array([2.0, 3.0, 4.0]), "pm")
    position = reals(F, n, 3)
    e = t.create_group("position")
    e.create_dataset("value", data=position).attrs["unit"] = "pm"
    e.create_dataset("step", data=10).attrs["offset"] = 100
    e.create_dataset("time", data=0.5).attrs["offset"] = 5.0
    e["time"].attrs["unit"] = "fs"
    if name == "solvent":
        t.create_dataset("species", data=[1, 0, 0], dtype=h5py.enum_dtype({"H": 0, "O": 1}, basetype="i4"))
        what = {"arrays.numbers": np.array([8, 1, 1])}
    else:
        at_all_times(t, "species", np.array([b"C", b"CA"], dtype="S2"))
        what = {"arrays.species": np.array(["C", "CA"])}
    m = t.create_group("mass")
    m.create_dataset("value", data=np.tile(np.arange(1.0, n + 1), (F, 1)))
    m["step"], m["time"] = e["step"], e["time"]
    expect("simulation-groups-%s.jsonl" % name, [{
        "cell": np.diag([2.0, 3.0, 4.0]), "pbc": np.array([True, False, True]), "arrays.positions": position[i],
        "arrays.masses": np.arange(1.0, n + 1), **what,
    } for i in range(F)])
e = f.create_group("observables/solvent/pressure")  # taken at other steps
e.create_dataset("value", data=reals(F))
e.create_dataset("step", data=7)
f.close()

# Hardly anything: two dimensions, no species, no edges.
f = begin("simulation-bare.h5md", "bare")
t, box = particles(f, "beads", np.array([b"none"] * 2), 2)
position = reals(F, N, 2)
over_time(t, "position", position, np.arange(F), np.arange(F) * 1.0)
f.close()
expect("simulation-bare.jsonl", [{
    "pbc": np.array([False] * 3), "arrays.positions": position[i], "info.step": i, "info.time": float(i),
} for i in range(F)])

# --- rows added beside /asebytes ------------------------------------------------------------------------------------
rng = np.random.default_rng(13)


def grow(f, path, values):
    """Adds values as wide as they are, NaN behind what is narrower."""
    array = f[path + "/value"]
    old = len(array)
    values = np.asarray(values)
    array.resize((old + len(values),) + tuple(max(pair) for pair in zip(array.shape[1:], values.shape[1:])))
    if array.dtype.kind == "f":
        array[old:] = np.nan
    array[(slice(old, None),) + tuple(slice(0, n) for n in values.shape[1:])] = values


def padded(arrays, width):
    out = np.full((len(arrays), width) + arrays[0].shape[1:], np.nan)
    for to, array in zip(out, arrays):
        to[:len(array)] = array
    return out


frames = [frame(3, [1, 1, 1]), frame(5, [1, 0, 0])]
path = fresh("znh5md-grown.h5md")
znh5md.IO(path).extend(frames)
with h5py.File(path, "r+") as f:  # as it is after a change by Atomflux
    told_of = f.create_group("asebytes/atoms")
    told_of.create_dataset("_n_atoms", data=np.array([3, 5], dtype="<i4"), maxshape=(None,), chunks=(64,))
    told_of.attrs["n_frames"] = 2
    told_of.attrs["columns"] = ["arrays.numbers", "arrays.positions", "arrays.tags", "calc.energy", "calc.forces",
                                "cell", "info.step", "info.tag", "pbc"]
    told_of.attrs["per_atom_columns"] = ["arrays.numbers", "arrays.positions", "arrays.tags", "calc.forces"]
    told_of.attrs["atomflux_foreign"] = 1
more = [frame(6, [1, 1, 1]), frame(2, [0, 0, 0])]
for a in more:
    del a.arrays["tags"], a.info["tag"]
    a.info["fresh"] = 2.5
znh5md.IO(path).extend(more)
expect("znh5md-grown.jsonl", [of(a) for a in frames + more])

frames = [frame(6, [1, 1, 1]), frame(2, [1, 0, 0])]
for a in frames:  # as long as the first frame, so that znh5md has them among the particles
    a.calc.results.update(stress=rng.random(6).round(3), mine=rng.random(6).round(3))
path = fresh("znh5md-six.h5md")
znh5md.IO(path).extend(frames)
expect("znh5md-six.jsonl", [{**of(a), **{"calc." + k: a.calc.results[k] for k in ("stress", "mine")}} for a in frames])

first = [row(3, [True, True, True], **{
    "info.tag": "w", "info.n": np.int64(4), "arrays.tags": np.arange(3), "info.connectivity": [[0, 1, 1.0]],
    "constraints": fixed(0)})]
more = [row(5, [True, False, True]), row(2, [False, True, True])]
b = H5MDBackend(fresh("asebytes-grown.h5md"), author_name="A. Author")
b.extend([dict(r) for r in first])
b.close()
with h5py.File(os.path.join(out, "asebytes-grown.h5md"), "r+") as f:
    grow(f, "particles/atoms/species", padded([r["arrays.numbers"] for r in more], 5))
    grow(f, "particles/atoms/position", padded([r["arrays.positions"] for r in more], 5))
    grow(f, "particles/atoms/force", padded([r["calc.forces"] for r in more], 5))
    grow(f, "particles/atoms/box/edges", [r["cell"] for r in more])
    grow(f, "particles/atoms/box/pbc", [r["pbc"] for r in more])
    grow(f, "observables/atoms/potential_energy", [r["calc.energy"] for r in more])
first[0]["info.n"] = 4
expect("asebytes-grown.jsonl", first + more)
