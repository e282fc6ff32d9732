"""Makes values.datastore for DataPakPayloadsTest, as MLtraq 0.1.165 writes it with sequential ids."""
import os
import shutil

import numpy as np
import pandas as pd
from mltraq.opts import options
from mltraq.storage.datastore import DataStore, DataStoreIO

os.chdir(os.path.dirname(os.path.abspath(__file__)))
shutil.rmtree("values.datastore", ignore_errors=True)
with options().ctx(
    {
        "reproducibility.sequential_uuids": True,
        "datastore.url": "file:///values.datastore",
        "datastore.relative_path_prefix": "values",
    }
):
    value = {
        "array": np.arange(6.0).reshape(2, 3),
        "series": pd.Series([1.5, 2.5], name="loss"),
        "frame": pd.DataFrame({"x": [1, 2], "s": ["a", "b"]}),
        "inner": DataStore({"text": "nested", "deep": DataStore({"n": 7})}),
        "none": None,
    }
    print(DataStoreIO.serialize_write(value).url)
    print(DataStoreIO.write(b"\x80\x04\x4b\x01.").url)
    with options().ctx({"serialization.compression.codec": "zlib"}):
        print(DataStoreIO.serialize_write({"words": "the same words " * 20}).url)
