"""What PySDE's storages of February 2025 do, without its run-time type checks, beside the part "recorder".

A sample is kept by reference if its iteration is a multiple of the stride. A full buffer is stacked along a new last axis and
appended to a Zarr group, or at the end saved as a compressed .npz file. Nothing is synced; what that would add is told apart.
Needs numpy and zarr 3.

    python recorder_baseline.py FOLDER MEGABYTES TRAJECTORIES CHUNK ROUNDS
"""
import os
import shutil
import sys
import time

import numpy
import zarr

folder = sys.argv[1]
megabytes, trajectories, chunk, rounds = map(int, sys.argv[2:])
samples = max(1, megabytes * 1_000_000 // (8 * trajectories * chunk)) * chunk
clock = time.perf_counter


class Memory:
    def __init__(self, stride):
        self.stride = stride
        self.times = []
        self.data = []

    def store(self, now, data, iteration):
        if iteration % self.stride == 0:
            self.times.append(now)
            self.data.append(data)

    def stacked(self):
        return numpy.stack(self.times, axis=-1), numpy.stack(self.data, axis=-1)


class Group(Memory):
    def __init__(self, stride, chunk, path):
        super().__init__(stride)
        self.chunk = chunk
        self.path = path
        self.arrays = None

    def store(self, now, data, iteration):
        if len(self.data) >= self.chunk:
            self.save()
        super().store(now, data, iteration)

    def save(self):
        times, data = self.stacked()
        if self.arrays is None:
            root = zarr.open_group(self.path, mode="w")
            self.arrays = (
                root.create_array("time", shape=times.shape, chunks=times.shape, dtype=times.dtype),
                root.create_array("data", shape=data.shape, chunks=data.shape, dtype=data.dtype),
            )
            self.arrays[0][:] = times
            self.arrays[1][:] = data
        else:
            self.arrays[0].append(times, axis=0)
            self.arrays[1].append(data, axis=2)
        self.times, self.data = [], []


def told(case, unit, value):
    print(f"{case}\t{unit}\tPySDE's way\t{value}", flush=True)


def synced(path):
    begun = clock()
    for parent, _, names in os.walk(path):
        for name in names:
            with open(os.path.join(parent, name), "rb") as file:
                os.fsync(file.fileno())
    return clock() - begun


def fresh(name):
    path = os.path.join(folder, name)
    shutil.rmtree(path, ignore_errors=True)
    return path


os.makedirs(folder, exist_ok=True)
random = numpy.random.default_rng(7)
frames = list(numpy.cumsum(random.standard_normal((chunk, 1, trajectories)), axis=0))
size = 8e-6 * trajectories * samples

for n in range(-1, rounds):
    path = fresh("given.zarr")
    storage = Group(1, chunk, path)
    count = samples if n >= 0 else min(samples, 2 * chunk)
    begun = clock()
    for i in range(count):
        storage.store(i * 0.01, frames[i % chunk], i)
    storage.save()
    spent = clock() - begun
    if n >= 0:
        told("ensemble to Zarr, frames given", "MB/s", size / spent)
        told("ensemble to Zarr, frames given, synced at the end", "MB/s", size / (spent + synced(path)))

    path = fresh("simulated.zarr")
    storage = Group(1, chunk, path)
    state = numpy.zeros((1, trajectories))
    waited = 0.0
    begun = clock()
    for i in range(count):
        before = clock()
        storage.store(i * 0.01, state, i)
        waited += clock() - before
        state = state + 0.1 * random.standard_normal((1, trajectories))
    before = clock()
    storage.save()
    waited += clock() - before
    spent = clock() - begun
    if n >= 0:
        told("ensemble simulated and recorded to Zarr", "MB/s", size / spent)
        told("the same: time spent in store(), of the run", "%", 100 * waited / spent)
        told("the same: time spent in store(), of a sample", "us", 1e6 * waited / samples)
    shutil.rmtree(path)
    shutil.rmtree(fresh("given.zarr"), ignore_errors=True)

few = max(chunk, samples // 8 // chunk * chunk)
for n in range(rounds):
    storage = Memory(1)
    begun = clock()
    for i in range(few):
        storage.store(i * 0.01, frames[i % chunk], i)
    times, data = storage.stacked()
    numpy.savez_compressed(os.path.join(folder, "run.npz"), time=times, data=data)
    told("ensemble to npz, an eighth of it", "MB/s", 8e-6 * trajectories * few / (clock() - begun))
    os.remove(os.path.join(folder, "run.npz"))

small = numpy.zeros((1, 1))
for n in range(rounds):
    for stride, name in ((1, "kept"), (1_000_000_000, "skipped")):
        storage = Memory(stride)
        begun = clock()
        for i in range(1, 500_001):
            storage.store(0.0, small, i)
        told(f"store() to memory, {name}", "ns", (clock() - begun) * 1e9 / 500_000)
