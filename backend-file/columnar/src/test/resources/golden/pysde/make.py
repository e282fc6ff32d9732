"""Makes groups.zip: Zarr groups as PySDE's ZarrStorage of February 2025 makes them.

    python -m venv v && v/bin/pip install 'zarr==3.1.*' numpy && v/bin/python make.py

At the first flush the group is made, overwriting, with two arrays as long as the flush in chunks of that length; later ones
append to the time along axis 0, then to the data along axis 2. Frames are counted: element (i, j) of sample t is t * 100 +
i * 10 + j of the type (booleans: whether that is odd), and those of samples 2 and 3 of "run" are all zero.
"""

import pathlib
import shutil
import tempfile
import zipfile

import numpy as np
import zarr


def frame(t, dtype, zeros):
    counted = t * 100 + np.add.outer(np.arange(2) * 10, np.arange(3))
    if t in zeros:
        counted = counted * 0
    return (counted % 2 == 1) if dtype == "bool" else (counted % 120).astype(dtype)


def record(folder, dtype, times, flushes, zeros=()):
    start = 0
    group = None
    for count in flushes:
        data = np.stack([frame(t, dtype, zeros) for t in range(start, start + count)], axis=-1)
        part = np.array(times[start : start + count])
        if group is None:
            group = zarr.open_group(str(folder), mode="w")
            for name, values in (("time", part), ("data", data)):
                group.create_array(name, shape=values.shape, chunks=values.shape, dtype=values.dtype)[...] = values
        else:
            group["time"].append(part)
            group["data"].append(data, axis=2)
        start += count


base = pathlib.Path(tempfile.mkdtemp())
record(base / "run", "float64", [0.5 * t for t in range(7)], [2, 2, 2, 1], zeros=(2, 3))
record(base / "unaligned", "float32", [0.5 * t for t in range(8)], [3, 1, 4])
record(base / "integers", "float64", [0, 1, 2], [2, 1])
for dtype in "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split():
    record(base / dtype, dtype, [0.0, 0.5, 1.0], [2, 1])
record(base / "torn", "float64", [0.0, 0.5, 1.0], [2, 1])  # killed between the two appends:
zarr.open_group(str(base / "torn"), mode="r+")["time"].append(np.array([1.5]))

with zipfile.ZipFile(pathlib.Path(__file__).parent / "groups.zip", "w", zipfile.ZIP_DEFLATED) as archive:
    for path in sorted(base.rglob("*")):
        if path.is_file():
            archive.writestr(zipfile.ZipInfo(str(path.relative_to(base))), path.read_bytes())
shutil.rmtree(base)
