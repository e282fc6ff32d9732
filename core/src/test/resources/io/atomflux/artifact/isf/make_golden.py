"""Makes the folder `golden`, laid out by hand as the In Silico Framework 0.5 lays out a database (its package does not
install beside present versions of its dependencies); the data files are written by numpy, pandas, pyarrow, zarr, pickle and
cloudpickle themselves. Run: python make_golden.py
"""

import json
import pathlib
import pickle
import shutil

import cloudpickle
import numpy as np
import pandas as pd
import zarr

BASE = pathlib.Path(__file__).parent / "golden"
LONG = "data_base.isf_data_base.IO.LoaderDumper."
SHORT = "data_base.IO.LoaderDumper."
ARRAY = np.arange(6, dtype="float64").reshape(2, 3) / 4


def state(folder, unique_id):
    folder.mkdir(parents=True)
    (folder / "db_state.json").write_text(json.dumps({
        "_registeredDumpers": [LONG + "to_cloudpickle"],
        "_unique_id": unique_id,
        "_registered_to_path": "/data/results",
    }))


def key(folder, dumper, prefix=LONG, metadata=True):
    folder.mkdir(parents=True)
    (folder / "Loader.json").write_text(json.dumps({"Loader": prefix + dumper}))
    if metadata:
        (folder / "metadata.json").write_text(json.dumps({
            "dumper": dumper,
            "time": [2026, 11, 20, 12, 34, 56, 4, 324, -1],
            "module_list": "numpy 2\n",
            "module_versions": {"numpy": "2"},
            "history": None,
            "hostname": "node1\n",
            "metadata_creation_time": "together_with_new_key",
            "version": "0.5.0-beta",
            "full-revisionid": "0" * 40,
            "dirty": False,
            "error": None,
        }))
    return folder


def meta(table):
    return {
        "columns": [str(c) for c in table.columns],
        "column_name_dtypes": [type(c).__name__ if isinstance(c, int) else "<U1" for c in table.columns],
        "dtypes": [str(d) for d in table.dtypes],
        "index_dtype": str(table.index.dtype),
    }


shutil.rmtree(BASE, ignore_errors=True)
state(BASE, "2026-11-20_29400_uBhghNd")
np.save(key(BASE / "npy", "numpy_to_npy") / "np.npy", ARRAY)
np.savez_compressed(key(BASE / "npz", "numpy_to_npz", SHORT) / "np.npz", arr_0=ARRAY)
np.save(key(BASE / "bare", "numpy_to_npy", metadata=False) / "np.npy", np.zeros((0,)))
zarr.save_array(str(key(BASE / "zarr", "numpy_to_zarr") / "obj.zarr"), ARRAY, zarr_format=2)
value = {"a": [1, 2.5], "b": "text"}
(key(BASE / "pickle", "to_pickle") / "to_pickle_dump").write_bytes(pickle.dumps(value, protocol=2))
(key(BASE / "cloud", "to_cloudpickle", SHORT) / "to_pickle_dump").write_bytes(cloudpickle.dumps(value, protocol=2))
table = pd.DataFrame({0: [1, 2, 3, 4], 1: [0.5, 1.5, 2.5, 3.5]})
text = table.rename(columns=str)
folder = key(BASE / "table", "pandas_to_parquet")
text.to_parquet(folder / "pandas_to_parquet.parquet")
(folder / "object_meta.json").write_text(json.dumps(meta(table)))
folder = key(BASE / "parts", "dask_to_parquet")
text.iloc[:2].to_parquet(folder / "pandas_to_parquet.2.0.parquet", compression="snappy")
text.iloc[2:].to_parquet(folder / "pandas_to_parquet.2.1.parquet", compression="snappy")
(folder / "object_meta.json").write_text(json.dumps(meta(table)))
(folder / "divisions.json").write_text(json.dumps([0, 2, 3]))
(key(BASE / "msgpack", "pandas_to_msgpack") / "pandas_to_msgpack").write_bytes(b"\x80")
(key(BASE / "folder", "just_create_folder") / "file.txt").write_text("text")
old = BASE / "old"
old.mkdir()
(old / "Loader.pickle").write_bytes(pickle.dumps({}, protocol=2))
sub = key(BASE / "sub", "just_create_isf_db")
state(sub / "db", "2026-11-20_29400_abcDEF1")
np.save(key(sub / "db" / "x", "numpy_to_npy") / "np.npy", ARRAY)
arrays = BASE / "arrays"
arrays.mkdir()
(arrays / "Loader.pickle").write_bytes(pickle.dumps({}, protocol=2))
(arrays / "a__2_3__float64").write_bytes(ARRAY.tobytes())
left = key(BASE / "gone.deleting.7Q2ZK", "to_pickle")
(left / "to_pickle_dump").write_bytes(b"x")
