"""Recordings as PySDE's NumpyStorage and ZarrStorage of February 2025 keep them, made and read with NumPy and zarr-python alone.

    recorder.py zarr-write PATH DTYPE CHUNK SAMPLES D N     the group, flushed in chunks, the rest by save()
    recorder.py zarr-append PATH SAMPLES                    more samples behind those that are there
    recorder.py npz-write  PATH DTYPE SAMPLES D N
    recorder.py zarr-tell  PATH                             a line for the group and for each array: everything a user can see
    recorder.py npz-tell   PATH
    recorder.py zarr-watch PATH                             until data of "stop" comes in: lengths of time and data are equal, contents right
    recorder.py compare    ONE OTHER                        the documents of two groups: nothing, or what differs
"""

import hashlib
import json
import sys
import time
import warnings
from pathlib import Path

import numpy as np
import zarr

warnings.simplefilter("error")


def sample(i, dtype, d, n):
    """The state at iteration i: exact in every floating-point type."""
    cells = np.arange(d * n, dtype=np.float64).reshape(d, n)
    return (cells * 0.5 + i).astype(dtype)


def at(i):
    return i * 0.25


class ZarrRecording:
    """One group: the first flush makes it, discarding what was there; each flush appends to both arrays."""

    def __init__(self, path, chunk):
        self.path, self.chunk, self.times, self.states, self.group = path, chunk, [], [], None

    def store(self, moment, state):
        if len(self.times) == self.chunk:
            self.flush()
        self.times.append(moment)
        self.states.append(state)

    def flush(self):
        times, states = np.stack(self.times), np.stack(self.states, axis=-1)
        if self.group is None:
            self.group = zarr.open_group(self.path, mode="w")
            for name, block in (("time", times), ("data", states)):
                array = self.group.create_array(name, shape=block.shape, chunks=block.shape, dtype=block.dtype)
                array[...] = block
        else:
            self.group["time"].append(times, axis=0)
            self.group["data"].append(states, axis=states.ndim - 1)
        self.times, self.states = [], []


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]


def line(name, array):
    values = array[...]
    return [name, str(values.dtype), list(values.shape), digest(values)]


def tell(group):
    members = sorted(name for name, _ in group.members())
    yield ["group", members, dict(group.attrs)]
    for name in ("time", "data"):
        array = group[name]
        yield line(name, array) + [list(array.chunks), dict(array.attrs)]


def documents(path):
    return {
        str(file.relative_to(path)): json.loads(file.read_text())
        for file in sorted(Path(path).rglob("zarr.json"))
    }


def main(job, path, *rest):
    if job == "zarr-write":
        dtype, chunk, samples, d, n = rest[0], *map(int, rest[1:])
        recording = ZarrRecording(path, chunk)
        for i in range(samples):
            recording.store(at(i), sample(i, dtype, d, n))
        recording.flush()
    elif job == "zarr-append":
        group = zarr.open_group(path, mode="r+")
        d, n, done = group["data"].shape
        more = range(done, done + int(rest[0]))
        group["time"].append(np.array([at(i) for i in more]), axis=0)
        group["data"].append(np.stack([sample(i, group["data"].dtype, d, n) for i in more], axis=-1), axis=2)
    elif job == "npz-write":
        dtype, samples, d, n = rest[0], *map(int, rest[1:])
        np.savez_compressed(
            path,
            time=np.stack([at(i) for i in range(samples)]),
            data=np.stack([sample(i, dtype, d, n) for i in range(samples)], axis=-1),
        )
    elif job == "zarr-tell":
        for told in tell(zarr.open_group(path, mode="r")):
            print(json.dumps(told))
    elif job == "npz-tell":
        with np.load(path) as archive:
            for name in sorted(archive.files):
                print(json.dumps(line(name, archive[name])))
    elif job == "zarr-watch":
        looks, grown, last = 0, 0, 0
        end = time.monotonic() + 120
        while not Path(path + ".stop").exists() and time.monotonic() < end:
            try:
                group = zarr.open_group(path, mode="r")
            except FileNotFoundError:
                continue
            times, data = group["time"], group["data"]
            assert times.shape[0] == data.shape[2], (times.shape, data.shape)
            m = times.shape[0]
            if m:
                d, n, _ = data.shape
                i = m - 1
                assert times[i] == at(i), (i, times[i])
                assert np.array_equal(data[:, :, i], sample(i, data.dtype, d, n)), i
            assert m >= last
            looks, grown, last = looks + 1, grown + (m > last), m
        print(json.dumps([looks > 0, grown > 2, last]))
    elif job == "compare":
        one, other = documents(path), documents(rest[0])
        for name in sorted(one.keys() | other.keys()):
            if one.get(name) != other.get(name):
                print(name, json.dumps(one.get(name)), json.dumps(other.get(name)))


main(*sys.argv[1:])
