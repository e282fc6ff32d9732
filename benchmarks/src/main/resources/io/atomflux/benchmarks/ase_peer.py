"""What the comparison asks of Python beside the peer script.

  ase_peer.py write FRAMES.lmdb OUT.extxyz        the frames as ASE writes them
  ase_peer.py read FILE ROUNDS                    time ase.io.iread of all frames, every array touched; peak memory
  ase_peer.py numbers FILE                        SHA-256 over the numbers ASE reads, frame after frame
  ase_peer.py index COUNT                         the row numbers the peer script draws for its random cases
  ase_peer.py latencies URI GROUP                 microseconds of single reads: median and 99th percentile
  ase_peer.py dataset FILE PATH ROUNDS            time h5py opening a file and reading a whole dataset; and reading only
  ase_peer.py blosc FOLDER ROUNDS                 time numcodecs decoding all chunks of a Zarr array, held in memory
  ase_peer.py zarray FOLDER NAME ROUNDS           time zarr-python opening a group and reading a whole array
  ase_peer.py versions                            Python and the packages
  ase_peer.py run COMMAND…                        run it, then print its peak memory

Prints JSON lines.
"""
import hashlib
import json
import platform
import random
import resource
import subprocess
import sys
import time


def frames(path):
    import ase.io

    return ase.io.iread(path, index=":")


def arrays(a):
    """What a user of a frame asks for: everything in it."""
    out = [a.numbers, a.positions, a.cell.array, a.pbc]
    out += [a.arrays[k] for k in sorted(a.arrays) if k not in ("numbers", "positions")]
    if a.calc is not None:
        out += [a.calc.results[k] for k in sorted(a.calc.results)]
    return out


def write(source, target):
    import ase.io
    from asebytes import ASEIO

    ase.io.write(target, list(ASEIO(source)), format="extxyz")


def read(path, rounds):
    spans = []
    for _ in range(rounds + 1):
        started = time.perf_counter()
        count = 0
        for a in frames(path):
            arrays(a)
            count += 1
        spans.append(time.perf_counter() - started)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"case": "extxyz_read", "rows": count, "median_s": sorted(spans[1:])[rounds // 2],
                      "maxrss_kb": peak}))


def numbers(path):
    import numpy as np

    digest = hashlib.sha256()
    count = 0
    for a in frames(path):
        digest.update(np.ascontiguousarray(a.numbers, "<i8").tobytes())
        digest.update(np.ascontiguousarray(a.positions, "<f8").tobytes())
        digest.update(np.ascontiguousarray(a.cell.array, "<f8").tobytes())
        digest.update(np.ascontiguousarray(a.pbc, "|b1").tobytes())
        results = a.calc.results if a.calc is not None else {}
        for key in ("energy", "forces", "stress"):
            if key in results:
                digest.update(np.ascontiguousarray(results[key], "<f8").tobytes())
        count += 1
    print(json.dumps({"rows": count, "sha256": digest.hexdigest()}))


def latencies(uri, group):
    from asebytes import ASEIO

    db = ASEIO(uri, group=group)
    n = len(db)
    spans = []
    for i in random.Random(7).choices(range(n), k=2 * n):
        started = time.perf_counter()
        db[i]
        spans.append((time.perf_counter() - started) * 1e6)
    spans = sorted(spans[n:])
    print(json.dumps({"p50_us": spans[n // 2], "p99_us": spans[n * 99 // 100]}))


def timed(name, body, rounds):
    spans = []
    for _ in range(rounds + 1):
        started = time.perf_counter()
        body()
        spans.append(time.perf_counter() - started)
    print(json.dumps({"case": name, "median_s": sorted(spans[1:])[rounds // 2]}))


def dataset(path, name, rounds):
    import h5py

    def opened():
        with h5py.File(path, "r") as f:
            f[name][...]

    timed("open_and_read", opened, rounds)
    with h5py.File(path, "r") as f:
        data = f[name]
        timed("read", lambda: data[...], rounds)
        print(json.dumps({"bytes": data.size * data.dtype.itemsize}))


def blosc(folder, rounds):
    import pathlib

    from numcodecs import blosc

    stored = [p.read_bytes() for p in sorted(pathlib.Path(folder).rglob("*")) if p.is_file() and p.name != "zarr.json"]
    for threads in (1, 4):
        blosc.set_nthreads(threads)
        timed(f"decode_{threads}", lambda: [blosc.decompress(chunk) for chunk in stored], rounds)


def zarray(folder, name, rounds):
    import zarr

    timed("open_and_read", lambda: zarr.open_group(folder, mode="r")[name][...], rounds)
    array = zarr.open_group(folder, mode="r")[name]
    timed("read", lambda: array[...], rounds)


def versions():
    from importlib.metadata import PackageNotFoundError, version

    found = {"python": platform.python_version()}
    for name in ("asebytes", "ase", "numpy", "lmdb", "msgpack", "msgpack-numpy", "redis", "hiredis", "pymongo", "h5py", "zarr",
                 "numcodecs"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    print(json.dumps(found))


def run(command):
    code = subprocess.run(command, check=False).returncode
    print(json.dumps({"maxrss_kb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}), flush=True)
    sys.exit(code)


if __name__ == "__main__":
    what, rest = sys.argv[1], sys.argv[2:]
    if what == "write":
        write(*rest)
    elif what == "read":
        read(rest[0], int(rest[1]))
    elif what == "numbers":
        numbers(*rest)
    elif what == "index":
        n = int(rest[0])
        print(json.dumps(random.Random(7).choices(range(n), k=n)))
    elif what == "latencies":
        latencies(*rest)
    elif what == "dataset":
        dataset(rest[0], rest[1], int(rest[2]))
    elif what == "blosc":
        blosc(rest[0], int(rest[1]))
    elif what == "zarray":
        zarray(rest[0], rest[1], int(rest[2]))
    elif what == "versions":
        versions()
    else:
        run(rest)
