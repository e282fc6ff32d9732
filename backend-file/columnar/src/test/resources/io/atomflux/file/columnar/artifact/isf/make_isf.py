"""Makes a key as the dumper numpy_to_zarr of the In Silico Framework 0.5 lays it out: the array by zarr-python, the rest by hand."""
import json
from pathlib import Path

import numpy as np
import zarr

BASE = Path(__file__).parent / "database"
KEY = BASE / "zarr"
KEY.mkdir(parents=True, exist_ok=True)
loader = {"Loader": "data_base.isf_data_base.IO.LoaderDumper.numpy_to_zarr"}
(KEY / "Loader.json").write_text(json.dumps(loader))
(BASE / "db_state.json").write_text(json.dumps({"_unique_id": "2026-11-20_29400_uBhghNd"}))
zarr.save_array(str(KEY / "obj.zarr"), np.arange(6, dtype="<f4").reshape(2, 3), zarr_format=2)
