"""Makes arrays.zip beside: arrays that zarr-python 3 wrote, as numcodecs compresses them; run in this folder."""
import os
import shutil
import tempfile
import zipfile

import numcodecs
import numpy as np
import zarr

data = np.arange(105, dtype="<f8").reshape(7, 5, 3)
folder = tempfile.mkdtemp()
for name, options in {
    "blosc2": dict(zarr_format=2, chunks=(3, 2, 3), compressors=numcodecs.Blosc(cname="lz4")),
    "plain2": dict(zarr_format=2, chunks=(7, 5, 3), compressors=None),
    "fortran2": dict(zarr_format=2, chunks=(2, 5, 2), order="F", compressors=numcodecs.Zlib()),
    "three": dict(zarr_format=3, chunks=(4, 4, 4)),
}.items():
    array = zarr.create_array(store=os.path.join(folder, name + ".zarr"), shape=data.shape, dtype=data.dtype, **options)
    array[...] = data
with zipfile.ZipFile("arrays.zip", "w", zipfile.ZIP_DEFLATED) as out:
    for base, _, names in sorted(os.walk(folder)):
        for name in sorted(names):
            path = os.path.join(base, name)
            out.write(path, os.path.relpath(path, folder))
shutil.rmtree(folder)
