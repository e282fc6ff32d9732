"""Makes the files that NpzGoldenTest reads: arrays as PySDE's NumpyStorage of February 2025 saves them, and stranger ones.

Needs NumPy; run in this folder.
"""
import numpy as np


def data(dtype, d, n, m):
    values = np.arange(d * n * m).reshape(d, n, m)
    if np.dtype(dtype).kind == "c":
        return (values - 0.5j * values).astype(dtype)
    return values.astype(dtype)


time = np.arange(5) * 0.25
np.savez_compressed("pysde", time=time, data=data("<f8", 2, 3, 5))
np.savez_compressed("integer-times", time=np.arange(5), data=data("<f4", 1, 1, 5))
np.savez("stored-fortran", time=time, data=np.asfortranarray(data("<i8", 2, 3, 5)))
np.savez_compressed("big-endian", time=time.astype(">f4"), data=data(">c16", 2, 3, 5))
np.savez_compressed("scalars", time=time, data=np.arange(5, dtype="<f8"))
np.savez_compressed("no-trajectories", time=time, data=np.zeros((2, 0, 5)))
np.savez_compressed("objects", time=time, data=np.array([None] * 5, dtype=object))
np.savez_compressed("texts", time=time, data=np.array(["a"] * 5))
np.savez_compressed("lengths-differ", time=time, data=data("<f8", 2, 3, 4))
np.savez_compressed("time-per-trajectory", time=np.zeros((5, 3)), data=data("<f8", 2, 3, 5))
np.savez_compressed("more", time=time, data=data("<f8", 2, 3, 5), seed=np.array(7))
np.savez_compressed("inexact-times", time=np.array([0, 2**53 + 1]), data=np.zeros((1, 1, 2)))
np.savez_compressed("no-data", time=time)
