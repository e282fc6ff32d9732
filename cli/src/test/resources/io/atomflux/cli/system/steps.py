"""One step on a store or file by asebytes at a time, each in a process of its own that opens it anew.

Started as: steps.py PEER, where PEER is the script whose canonical() tells the content of a value. Reads one JSON object
per line:

  {"store": …, "group": …, "op": …, "seed": …, further arguments}

where "bson" restricts values to what asebytes keeps in MongoDB, "plain" keys to those without a dot, and "async" takes the
asynchronous facade; it answers with lines: `=` and the row it wrote (an object of key to canonical JSON text, or null), `#` and a digest line
of the whole group, and at the end `.`, or `!` and what went wrong.
"""
import asyncio
import contextlib
import gc
import importlib.util
import io
import json
import os
import random
import sys
import traceback

import ase
import ase.io
import asebytes
import msgpack
import msgpack_numpy
import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator
from ase.constraints import FixAtoms, FixCartesian, FixedLine, Hookean
from asebytes import AsyncObjectIO, BlobIO, ObjectIO

KEYS = ["cell", "pbc", "arrays.numbers", "arrays.positions", "calc.energy", "info.a.b", "info.info.x", "info.é", "x"]


def value(rng, depth=0, bson=False):
    """A value of any kind that a cell can hold, per the table of encodings, or that asebytes keeps in MongoDB."""
    arrays = [
        lambda: np.array(rng.choices(range(-9, 9), k=6), rng.choice(["i1", "i2", "i4", "i8", "f2", "f4", "f8", "c8", "c16"]))
        .reshape(2, 3),
        lambda: np.array(rng.choices(range(9), k=4), rng.choice(["u1", "u2", "u4", "u8", ">i4", ">f8", ">u2"])),
        lambda: np.array([True, False, rng.random() < 0.5]),
        lambda: np.array(["a", "bb", "水" * rng.randrange(4)]),
        lambda: np.array([b"a", b"bb"]),
        lambda: np.array(rng.random()),
        lambda: np.zeros((0, 3)),
        lambda: np.array([(rng.randrange(99), rng.random())], [("a", "<i4"), ("b", "<f8")]),
        lambda: np.asfortranarray(np.array([[1.0, 2.0], [3.0, rng.random()]])),
    ]
    kinds = [
        lambda: None,
        lambda: rng.random() < 0.5,
        lambda: rng.choice([0, 127, 128, 256, 65536, 2**32, 2**63 - 1] + ([] if bson else [2**63, 2**64 - 1])),
        lambda: -rng.choice([1, 32, 33, 129, 32769, 2**31 + 1, 2**63]),
        lambda: rng.choice([0.0, -0.0, 1.5, -10.5, float("nan"), float("inf"), float("-inf"), rng.random(), 5e-324]),
        lambda: rng.choice(["", "train", "é", "a" * 32, "水 \U0001f680 \n\0", "x" * 300, "y" * 70000]),
        lambda: rng.choice([b"", b"abc", bytes(range(256)), b"\x01"]),
    ]
    if not bson or depth == 0:
        kinds += [
            lambda: rng.choice([np.float64(1.5), np.float32(1.5), np.int64(5), np.int32(-5), np.bool_(True), np.uint8(7)]),
            lambda: rng.choice([np.str_("text"), np.bytes_(b"bytes")]),
            lambda: rng.choice(arrays)(),
            lambda: rng.choice(arrays)(),
        ]
    if not bson:
        kinds.append(
            lambda: rng.choice([complex(1, 2), complex(-0.0, float("inf")), np.complex128(1 + 2j), np.complex64(1 - 2j)])
        )
    if depth < 3:
        kinds.append(lambda: [value(rng, depth + 1, bson) for _ in range(rng.randrange(4))])
        kinds.append(lambda: (1, 2))
        kinds.append(
            lambda: {
                rng.choice(["a", "b.c", "", "水", "nd"]): value(rng, depth + 1, bson) for _ in range(rng.randrange(4))
            }
        )
    return rng.choice(kinds)()


def row(rng, step):
    if step.get("small"):
        return {"x": rng.randrange(10**6)}
    keys = [key for key in KEYS if "." not in key] if step.get("plain") else KEYS
    return {key: value(rng, bson=step.get("bson", False)) for key in rng.sample(keys, rng.randrange(1, len(keys)))}


def rows(step, rng):
    out = []
    for _ in range(step["rows"]):
        if step.get("reserved") and rng.random() < 0.2:
            out.append(None)
        elif step.get("bson") and rng.random() < 0.1:
            out.append({})
        else:
            out.append(row(rng, step))
    return out


def frames(rng, count):
    """Structures that a text file can hold: names and values without what the format leaves out."""
    for i in range(count):
        n = rng.randrange(1, 12)
        numbers = rng.choices([1, 6, 7, 8, 14, 29, 79], k=n)
        a = ase.Atoms(numbers=numbers, positions=[[rng.uniform(-9, 9) for _ in range(3)] for _ in range(n)])
        if rng.random() < 0.7:
            a.cell = [[rng.uniform(1, 9) if j == k else rng.uniform(-1, 1) for k in range(3)] for j in range(3)]
            a.pbc = [rng.random() < 0.5 for _ in range(3)]
        a.info["step"] = i
        a.info["label"] = rng.choice(["plain", "two words", "käse", 'quote"d', "a=b", "T", "12", "1.5", "[1, 2]"])
        a.info["flag"] = rng.random() < 0.5
        a.info["ratio"] = rng.uniform(-1e6, 1e6)
        if rng.random() < 0.5:
            a.info["vector"] = np.array([rng.random() for _ in range(rng.randrange(2, 5))])
            a.info["matrix"] = np.array([[rng.random() for _ in range(3)] for _ in range(3)])
            a.info["counts"] = np.array([rng.randrange(9) for _ in range(rng.randrange(2, 5))])
        if rng.random() < 0.5:
            a.new_array("charges", np.array([rng.gauss(0, 1) for _ in range(n)]))
            a.new_array("tags2", np.array(rng.choices(range(5), k=n)))
            a.new_array("fixed", np.array([rng.random() < 0.5 for _ in range(n)]))
            a.new_array("names", np.array([rng.choice(["A", "Bb", "c_1"]) for _ in range(n)]))
            a.new_array("pairs", np.array([[rng.random(), rng.random()] for _ in range(n)]))
        if rng.random() < 0.3:
            a.set_constraint(FixAtoms(indices=sorted(rng.sample(range(n), rng.randrange(1, n + 1)))))
        if rng.random() < 0.6:
            calc = SinglePointCalculator(a)
            calc.results = {"energy": rng.uniform(-99, 0), "forces": np.array([[rng.gauss(0, 1)] * 3 for _ in range(n)])}
            if rng.random() < 0.5:
                calc.results["stress"] = np.array([rng.gauss(0, 1) for _ in range(6)])
            a.calc = calc
        yield a


def trajectory(rng, count):
    """Structures with all that a trajectory keeps, some of it the same in many of them."""
    fixed = [FixAtoms(indices=[0])]
    for a in frames(rng, count):
        n = len(a)
        a.set_constraint(fixed if rng.random() < 0.5 else [])
        if rng.random() < 0.3:
            a.set_constraint([FixCartesian([0], [True, False, True]), FixedLine([0], [0, 0, 1]), Hookean(0, 0, 1.5, rt=1.0)])
        if rng.random() < 0.5:
            a.set_tags(rng.choices(range(-3, 3), k=n))
            a.set_momenta([[rng.gauss(0, 1)] * 3 for _ in range(n)])
        if rng.random() < 0.3:
            a.set_masses([rng.uniform(1, 200) for _ in range(n)])
            a.set_initial_charges([rng.gauss(0, 1) for _ in range(n)])
            a.set_initial_magnetic_moments([[rng.gauss(0, 1)] * 3 for _ in range(n)])
        a.info["12"] = [None, True, {"1": [float("nan"), -1e300, "\u6c34 \U0001f680"]}, rng.choice([1e16, 1e-5, 0.1, 5e-324])]
        a.info["typed"] = np.array([[rng.random()]], rng.choice(["f4", "f8", "c16", "c8", "i4", "u8", "i1", "?", ">f8"]))
        a.info["texts"] = np.array(["a", "b\u00e9c"])
        a.info["complex"] = complex(rng.random(), -0.0)
        if rng.random() < 0.4:
            calc = SinglePointCalculator(
                a, energy=rng.choice([-1, -0.5]), free_energy=-2.0, magmom=rng.random(), dipole=[1, 2.5, 0],
                stress=np.arange(6.0), magmoms=np.ones(n), stresses=np.ones((n, 6)), charges=np.zeros(n, int),
                energies=np.ones(n), dielectric_tensor=np.eye(3), polarization=np.ones(3),
                born_effective_charges=np.ones((n, 3, 3)))
            calc.parameters = {"xc": "PBE", "kpts": (1, 2, 3)}
            a.calc = calc
        yield a


def named(v):
    """The same with texts as keys: reading a trajectory, ASE makes integers of keys that look like some."""
    if isinstance(v, dict):
        return {str(k): named(x) for k, x in v.items()}
    if isinstance(v, (list, tuple)):
        return [named(x) for x in v]
    return v


def stored(v):
    """What the format makes of a value: numpy's texts and byte strings lose that they were numpy's."""
    if isinstance(v, np.str_):
        return str(v)
    if isinstance(v, np.bytes_):
        return bytes(v)
    if isinstance(v, dict):
        return {k: stored(x) for k, x in v.items()}
    if isinstance(v, (list, tuple)):
        return [stored(x) for x in v]
    return v


def kept(v):
    """What asebytes makes of a value in MongoDB: scalars of numpy become plain ones, bytes that are msgpack its value."""
    if isinstance(v, np.generic):
        v = v.item()
    if isinstance(v, bytes):
        with contextlib.suppress(Exception):
            return msgpack.unpackb(v, object_hook=msgpack_numpy.decode)
    return v


def told(peer, written, bson):
    if written is None:
        return None
    return {
        key: json.dumps(peer.canonical(stored(kept(v) if bson else v)), sort_keys=True) for key, v in written.items()
    }


def lines(peer, contents):
    rows = [None if content is None else peer.canonical(content) for content in contents]
    return [json.dumps({"row": i, "value": v}, sort_keys=True) for i, v in enumerate(rows)]


async def perform_async(step, peer):
    """Does one step by the asynchronous facade; returns as perform does."""
    op = step["op"]
    rng = random.Random(step.get("seed", 0))
    db = AsyncObjectIO(step["store"], group=step["group"])
    written = []
    if op == "digest":
        return [], lines(peer, await db[:].to_list())
    if op == "extend":
        written = rows(step, rng)
        await db.extend(written)
    elif op == "insert":
        written = [row(rng, step)]
        await db.insert(step["at"], written[0])
    elif op == "set":
        written = [row(rng, step)]
        await db[step["at"]].set(written[0])
    elif op == "update":
        written = [row(rng, step)]
        await db.update(step["at"], written[0])
    elif op == "assign":
        await db.update(step["at"], {step["key"]: step["value"]})
    elif op == "delete":
        await db[step["at"]].delete()
    elif op == "deleteRange":
        await db[step["from"] : step["to"]].delete()
    elif op == "drop":
        await db.drop(keys=step["keys"])
    elif op == "reserve":
        await db.reserve(step["rows"])
    elif op == "clear":
        await db.clear()
    elif op == "remove":
        await db.remove()
    elif op == "column":
        values = [value(rng, bson=step.get("bson", False)) for _ in range(step["from"], step["to"])]
        written = [{step["key"]: v} for v in values]
        await db[step["key"]][step["from"] : step["to"]].set(values)
    else:
        raise ValueError(op)
    return written, []


def perform(step, peer):
    """Does one step; returns the rows that were written and what to tell."""
    if step.get("async"):
        return asyncio.run(perform_async(step, peer))
    op = step["op"]
    rng = random.Random(step.get("seed", 0))
    if op == "frames":
        ase.io.write(step["store"], list(frames(rng, step["rows"])), format="extxyz")
        return [], []
    if op == "trajectory":
        with ase.io.Trajectory(step["store"], step["mode"]) as out:
            for atoms in trajectory(rng, step["rows"]):
                out.write(atoms)
        return [], []
    if op == "compressed":
        ase.io.write(step["store"], ase.io.read(step["source"], ":"))
        return [], []
    if op == "digest":
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            peer.digest(step["store"], step.get("group"))
        return [], out.getvalue().splitlines()
    if op == "ase":
        return [], lines(peer, [named(asebytes.atoms_to_dict(a)) for a in ase.io.iread(step["store"], index=":")])
    if op == "groups":
        # asebytes 0.3 tells the groups of Redis by the facade of blobs only.
        facade = BlobIO if step["store"].startswith("redis:") else ObjectIO
        return [], facade.list_groups(step["store"])
    db = ObjectIO(step["store"], group=step["group"])
    written = []
    if op == "extend":
        written = rows(step, rng)
        db.extend(written)
    elif op == "insert":
        written = [row(rng, step)]
        db.insert(step["at"], written[0])
    elif op == "set":
        written = [row(rng, step)]
        db[step["at"]] = written[0]
    elif op == "update":
        written = [row(rng, step)]
        db.update(step["at"], written[0])
    elif op == "assign":
        db.update(step["at"], {step["key"]: step["value"]})
    elif op == "delete":
        del db[step["at"]]
    elif op == "deleteRange":
        db[step["from"] : step["to"]].delete()
    elif op == "drop":
        db.drop(keys=step["keys"])
    elif op == "reserve":
        db.reserve(step["rows"])
    elif op == "clear":
        db.clear()
    elif op == "remove":
        db.remove()
    elif op == "column":
        values = [value(rng, bson=step.get("bson", False)) for _ in range(step["from"], step["to"])]
        written = [{step["key"]: v} for v in values]
        db[step["key"]][step["from"] : step["to"]].set(values)
    else:
        raise ValueError(op)
    return written, []


def main():
    spec = importlib.util.spec_from_file_location("asebytes_peer", sys.argv[1])
    peer = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(peer)
    import lmdb

    assert lmdb.version() < (1, 0), lmdb.version()
    for module in ("lmdb", "redis._backend", "redis._async_backend", "mongodb._backend", "mongodb._async_backend"):
        importlib.import_module("asebytes." + module)  # once, not in every child
    gc.freeze()  # nor is any of it looked at by a collection there
    for line in iter(sys.stdin.readline, ""):
        child = os.fork()
        if child == 0:
            try:
                step = json.loads(line)
                written, answer = perform(step, peer)
                gc.collect()
                for r in written:
                    print("=" + json.dumps(told(peer, r, step.get("bson", False))))
                for text in answer:
                    print("#" + text)
                print(".", flush=True)
            except BaseException as e:
                print("!" + json.dumps(f"{type(e).__name__}: {e} {traceback.format_exc()}"), flush=True)
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
