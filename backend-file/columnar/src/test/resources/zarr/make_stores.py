"""Makes stores.zip: stores as zarr-python 3.1.6 writes them, and what is in them.

    pip install zarr==3.1.6 numpy && python make_stores.py

Beside each store X lies X.expected with a file per array: its elements, little-endian and row-major, or a JSON list of texts.
"""
import json
import os
import shutil
import tempfile
import warnings
import zipfile

import numpy as np
import zarr
from zarr.codecs import (BloscCodec, BytesCodec, Crc32cCodec, GzipCodec, TransposeCodec, ZstdCodec)

warnings.simplefilter("ignore")
HERE = os.path.dirname(os.path.abspath(__file__))
TYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
         "float16", "float32", "float64", "complex64", "complex128"]


def values(dtype, shape):
    n = int(np.prod(shape))
    i = np.arange(n)
    if dtype == "bool":
        v = i % 3 == 0
    elif dtype.startswith("uint"):
        v = (i * 37 + 1).astype(dtype)
    elif dtype.startswith("int"):
        v = (i * 37 - 100).astype(dtype)
    elif dtype.startswith("complex"):
        v = (i * 0.5 - 1j * i).astype(dtype)
    else:
        v = (i * 0.5 - 3).astype(dtype)
    return v.reshape(shape)


def keep(expected, path, array):
    path = os.path.join(expected, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if array.dtype.kind in "OT":
        with open(path + ".json", "w") as f:
            json.dump([str(x) for x in array.ravel()], f)
    else:
        array = np.ascontiguousarray(array)
        with open(path + ".bin", "wb") as f:
            f.write(array.astype(array.dtype.newbyteorder("<")).tobytes())


def make(folder, version):
    store = os.path.join(folder, f"v{version}.zarr")
    expected = store + ".expected"
    root = zarr.open_group(os.path.join(store, "default"), mode="w", zarr_format=version)
    root.attrs.update({"n_frames": 5, "columns": ["a", "b.c"], "nan": float("nan"), "big": 2**70,
                       "text": "é\u2028😀", "nested": {"list": [1, 2.5, None, True, []]}})

    def array(name, data, chunks, group=root, **options):
        a = group.create_array(name, shape=data.shape, chunks=chunks,
                               dtype=str if data.dtype.kind == "O" else data.dtype, **options)
        a[...] = data
        keep(expected, f"{group.path and group.path + '/'}{name}", a[...])
        return a

    for dtype in TYPES:
        array(dtype, values(dtype, (5, 3)), (2, 2))
    for dtype in ["int16", "int32", "float32", "float64", "complex128", "uint64"]:
        if version == 2:
            array("big_" + dtype, values(dtype, (5, 3)).astype(np.dtype(dtype).newbyteorder(">")), (2, 2))
        else:
            array("big_" + dtype, values(dtype, (5, 3)), (2, 2), serializer=BytesCodec(endian="big"))
    array("U", np.array(["", "a", "ébc", "😀", "xyz"], dtype="U3"), (2,))
    array("S", np.array([b"", b"a", b"ab", b"abc", b"x"], dtype="S3"), (2,))
    array("text", np.array(["", "a", "é\u2028", "😀" * 20, '"x"', "null", "z"], dtype=object), (3,))
    array("text2d", np.array([["a", "b"], ["c", ""], ["", ""]], dtype=object), (2, 1))
    array("scalar", np.array(2.5), ())
    array("empty", np.zeros((0, 3)), (4, 3))
    root.create_array("flat", shape=(4, 0), chunks=(4, 0), dtype="f8")
    keep(expected, "flat", np.zeros((4, 0)))
    for name, dtype, fill in [("nan", "f8", float("nan")), ("inf", "f4", float("-inf")), ("half", "f2", 1.5),
                              ("complex", "c16", complex(float("nan"), 2)), ("int", "i4", -7),
                              ("uint", "u8", 2**64 - 1), ("bool", "b1", True), ("U", "U3", "é"), ("S", "S3", b"ab"),
                              ("text", str, "fill")]:
        a = root.create_array("fill_" + name, shape=(4, 3), chunks=(2, 2), dtype=dtype, fill_value=fill)
        a[3, 2] = "x" if name in ("U", "text") else b"x" if name == "S" else 0
        keep(expected, "fill_" + name, a[...])
    slash = {"name": "v2", "separator": "/"} if version == 2 else {"name": "default", "separator": "."}
    array("separated", values("float64", (5, 3)), (2, 2), chunk_key_encoding=slash)
    deep = root.create_group("deep/er")
    array("x", values("int64", (7,)), (3,), group=deep, attributes={"unit": "eV"})
    if version == 2:
        array("F", values("float64", (5, 3, 4)), (2, 2, 3), order="F")
        array("none", values("float64", (5, 3)), (2, 2), compressors=None)
        return
    array("v2keys", values("float64", (5, 3)), (2, 2), chunk_key_encoding={"name": "v2", "separator": "."})
    array("v2scalar", np.array(7, dtype="i4"), (), chunk_key_encoding={"name": "v2", "separator": "/"})
    array("F", values("float64", (5, 3, 4)), (2, 2, 3), filters=[TransposeCodec(order=(2, 0, 1))])
    array("none", values("float64", (5, 3)), (2, 2), compressors=None)
    array("gzip", values("float64", (5, 3)), (2, 2), compressors=[GzipCodec(level=5)])
    array("zstd", values("float64", (5, 3)), (2, 2), compressors=[ZstdCodec(level=3, checksum=True)])
    array("crc32c", values("float64", (5, 3)), (2, 2), compressors=[Crc32cCodec()])
    for cname in ["lz4", "lz4hc", "zstd", "zlib", "blosclz"]:
        for shuffle in ["noshuffle", "shuffle", "bitshuffle"]:
            array(f"blosc_{cname}_{shuffle}", values("float64", (100, 3)), (64, 3),
                  compressors=[BloscCodec(cname=cname, clevel=5, shuffle=shuffle, typesize=8)])
    array("sharded", values("float64", (10, 5)), (2, 2), shards=(4, 4))
    array("sharded1", values("int32", (20,)), (3,), shards=(9,), compressors=None)
    array("shardedtext", np.array([str(i) * i for i in range(10)], dtype=object), (2,), shards=(4,))
    sparse = root.create_array("shardedsparse", shape=(16,), chunks=(2,), shards=(8,), dtype="f8",
                               fill_value=float("nan"))
    sparse[3] = 1
    keep(expected, "shardedsparse", sparse[...])
    cut = array("cut", values("int64", (10,)), (4,))
    cut.resize((5,))  # leaves what is beyond the end in the chunk
    cut.resize((6,))
    cut[5] = 0
    keep(expected, "cut", cut[...])


with tempfile.TemporaryDirectory() as folder:
    make(folder, 2)
    make(folder, 3)
    with zipfile.ZipFile(os.path.join(HERE, "stores.zip"), "w", zipfile.ZIP_DEFLATED) as out:
        for where, _, names in sorted(os.walk(folder)):
            for name in sorted(names):
                file = os.path.join(where, name)
                info = zipfile.ZipInfo(os.path.relpath(file, folder), (2026, 1, 1, 0, 0, 0))
                with open(file, "rb") as content:
                    out.writestr(info, content.read(), zipfile.ZIP_DEFLATED)
