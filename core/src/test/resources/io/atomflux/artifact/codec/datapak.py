"""Makes the .datapak files beside, with MLtraq 0.1.165; run in an empty folder of a scratch place, then copy them here."""
import uuid
import zlib

import mltraq
import numpy as np
import pandas as pd
from mltraq import Sequence
from mltraq.storage.serializers.datapak import DataPakSerializer
from mltraq.utils.bunch import Bunch

value = {
    "none": None,
    "flags": [True, False],
    "ints": [0, 255, 256, 65535, 65536, -1, -(2**63), 2**64 - 1],
    "floats": (1.5, -0.0, float("inf")),
    "text": "\u20ac" * 100,
    "bytes": b"\x00\xff" * 200,
    "set": {7},
    "empty": [[], {}, (), "", b""],
    "bunch": Bunch(a=1, b=Bunch(c=[2])),
    "array": np.arange(6, dtype="<f4").reshape(2, 3),
    "id": uuid.UUID("12345678-1234-5678-1234-567812345678"),
    "when": np.datetime64("2020-01-02T03:04:05.678901"),
    "same": ["shared", "shared"],
    "frame": pd.DataFrame({"x": [1.0, 2.0], "s": ["a", "b"]}),
}
sequence = Sequence()
sequence.append(loss=0.5)
value["sequence"] = sequence
data = DataPakSerializer.serialize(value)
open("values.datapak", "wb").write(data)
open("compressed.datapak", "wb").write(b"C01" + zlib.compress(data))
open("small.datapak", "wb").write(DataPakSerializer.serialize({"c": 123}))
