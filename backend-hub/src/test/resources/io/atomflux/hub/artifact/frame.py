"""Makes frame.parquet beside, as pandas 3 with pyarrow 26 writes it; run in this folder."""
import numpy as np
import pandas as pd

frame = pd.DataFrame(
    {
        "energy": [1.5, -2.0, 3.0],
        "steps": np.array([1, 2, 3], dtype="int32"),
        "name": ["a", None, "\u20ac"],
        "done": [True, False, True],
        "when": pd.to_datetime(["2020-01-01", "2021-06-01", None]),
        "forces": [[1.0, 2.0], [], [3.0]],
        "0": np.array([0, 2**64 - 1, 5], dtype="uint64"),
    },
    index=pd.Index([10, 20, 30], name="id"),
)
frame.to_parquet("frame.parquet", row_group_size=2, compression="snappy")
pd.DataFrame({"a": [{"x": 1}], "b": [1]}).to_parquet("struct.parquet")
