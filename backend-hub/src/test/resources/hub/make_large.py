"""Writes FOLDER/co/co_*.parquet as ColabFit has them: ROWS structures in SHARDS files, with pyarrow. The energy is the row's number."""

import pathlib
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

folder, rows, shards = pathlib.Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
atoms = 4
(folder / "co").mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(7)


def nested(values, n, *counts):
    array = pa.array(values.reshape(-1))
    for i, count in enumerate(reversed(counts)):
        total = len(array) // count
        array = pa.ListArray.from_arrays(pa.array(np.arange(total + 1, dtype=np.int32) * count), array)
    return array


for shard in range(shards):
    begin, end = rows * shard // shards, rows * (shard + 1) // shards
    n = end - begin
    pq.write_table(
        pa.table(
            {
                "property_id": pa.array([f"PO_{i}" for i in range(begin, end)]),
                "positions": nested(random.random((n, atoms, 3)), n, atoms, 3),
                "cell": nested(np.tile(np.eye(3) * 10, (n, 1, 1)), n, 3, 3),
                "pbc": nested(np.ones((n, 3), bool), n, 3),
                "atomic_numbers": nested(np.tile(np.array([1, 6, 7, 8], np.int32), (n, 1)), n, atoms),
                "energy": pa.array(np.arange(begin, end, dtype=float)),
                "atomic_forces": nested(random.random((n, atoms, 3)), n, atoms, 3),
            }
        ),
        folder / "co" / f"co_{shard:02d}.parquet",
        row_group_size=5000,
        compression="snappy",
        use_dictionary=["cell", "pbc", "atomic_numbers"],
    )
