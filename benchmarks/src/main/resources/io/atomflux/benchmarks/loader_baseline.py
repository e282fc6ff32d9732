"""What a training loop in Python does without a loader, beside the part "loader": asebytes reads the rows of a batch of a
shuffled index, numpy puts them together as float32.

    python loader_baseline.py STORE.lmdb ROWS BATCH ROUNDS
"""
import sys
import time

import numpy
from asebytes import ASEIO

path = sys.argv[1]
rows, size, rounds = map(int, sys.argv[2:])
db = ASEIO(path)
clock = time.perf_counter


def batch(frames):
    positions = numpy.concatenate([atoms.positions for atoms in frames]).astype(numpy.float32)
    numbers = numpy.concatenate([atoms.numbers for atoms in frames])
    energy = numpy.array([atoms.calc.results["energy"] for atoms in frames], dtype=numpy.float32)
    forces = numpy.concatenate([atoms.calc.results["forces"] for atoms in frames]).astype(numpy.float32)
    offsets = numpy.cumsum([0] + [len(atoms) for atoms in frames])
    return positions, numbers, energy, forces, offsets


def epoch(order):
    begun = clock()
    for start in range(0, rows, size):
        batch(db[order[start : start + size].tolist()].to_list())
    return rows / (clock() - begun)


ordered = numpy.arange(rows)
shuffled = numpy.random.RandomState(7).permutation(rows)
for name, order in (("ordered", ordered), ("every row shuffled with every other", shuffled)):
    rates = sorted(epoch(order) for _ in range(rounds))
    print(name, round(rates[rounds // 2]), sep="\t")
