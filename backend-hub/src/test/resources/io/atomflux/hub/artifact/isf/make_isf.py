"""Makes key folders as the dumpers pandas_to_parquet and dask_to_parquet of the In Silico Framework 0.5 lay them out.

The framework itself needs its whole environment; the data files are by pandas, the descriptors by hand from its documentation.
"""
import json
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent
FRAME = pd.DataFrame(
    {
        0: np.array([1, 2, 3], dtype=np.int16),
        1: [0.5, np.nan, -1.0],
        "done": [True, False, True],
        "name": ["a", None, "\u20ac"],
        "small": np.array([1, np.nan, 2], dtype=np.float32),
    },
    index=pd.Index([10, 20, 30], name="cell"),
)
META = {
    "columns": [str(c) for c in FRAME.columns],
    "column_name_dtypes": [str(np.dtype(type(c))) for c in FRAME.columns],
    "dtypes": [str(d) for d in FRAME.dtypes],
    "index_dtype": str(FRAME.index.dtype),
    "index_name": "cell",
    "index_name_dtype": "<U4",
}


def key(name, dumper):
    folder = HERE / "database" / name
    folder.mkdir(parents=True, exist_ok=True)
    loader = {"Loader": "data_base.isf_data_base.IO.LoaderDumper." + dumper}
    (folder / "Loader.json").write_text(json.dumps(loader))
    (folder / "object_meta.json").write_text(json.dumps(META))
    return folder


text = FRAME.rename(columns=str)
text.to_parquet(key("table", "pandas_to_parquet") / "pandas_to_parquet.parquet")
parts = key("parts", "dask_to_parquet")
text.iloc[:2].to_parquet(parts / "pandas_to_parquet.2.0.parquet", compression="snappy")
text.iloc[2:].to_parquet(parts / "pandas_to_parquet.2.1.parquet", compression="snappy")
(parts / "divisions.json").write_text(json.dumps([10, 30, 30]))
(HERE / "database" / "db_state.json").write_text(json.dumps({"_unique_id": "2026-11-20_29400_uBhghNd"}))
