"""Makes the Arrow files beside, with pyarrow 26 and pandas 3; run in this folder."""
import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather

frame = pd.DataFrame(
    {
        "energy": [1.5, np.nan, -2.0],
        "steps": np.array([1, 2, 3], dtype="int32"),
        "name": ["a", None, "\u20ac"],
        "done": [True, False, True],
        "when": pd.to_datetime(["2020-01-01", "2021-06-01", None]),
        "kind": pd.Categorical(["x", "y", "x"]),
    },
    index=pd.Index([10, 20, 30], name="id"),
)
feather.write_feather(frame, "pandas.arrow", compression="uncompressed")

table = pa.table(
    {
        "i": pa.array([1, None, 3], pa.int16()),
        "u": pa.array([0, 2**64 - 1, 5], pa.uint64()),
        "h": pa.array(np.array([1.5, 2, 3], dtype="float16")),
        "b": pa.array([b"ab", None, b""], pa.binary()),
        "f": pa.array([b"abc", b"def", None], pa.binary(3)),
        "ls": pa.array(["x", "y", None], pa.large_string()),
        "d": pa.array([datetime.date(1970, 1, 3), None, datetime.date(1969, 12, 31)], pa.date32()),
        "t": pa.array([1, 2, 3], pa.timestamp("us", tz="UTC")),
        "l": pa.array([[1.0, 2.0], [], None], pa.list_(pa.float64())),
        "ll": pa.array([["a"], [None, "b"], None], pa.list_(pa.string())),
        "v": pa.FixedSizeListArray.from_arrays(pa.array(np.arange(9.0)), 3),
        "n": pa.nulls(3),
        "bo": pa.array([True, None, False]),
    },
)
with pa.ipc.new_file("types.arrow", table.schema) as out:
    for batch in table.to_batches(max_chunksize=2):
        out.write_batch(batch)
feather.write_feather(table, "lz4.arrow", compression="lz4")
feather.write_feather(table.slice(0, 0), "empty.arrow", compression="uncompressed")
