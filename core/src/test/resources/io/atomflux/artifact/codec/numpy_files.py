"""Makes the .npy and .npz files beside, with NumPy 2; run in this folder."""
import numpy as np
from numpy.lib import format as npformat

np.save("c.npy", np.arange(6, dtype="<f8").reshape(2, 3))
np.save("fortran.npy", np.asfortranarray(np.arange(24, dtype="<i4").reshape(2, 3, 4)))
np.save("scalar.npy", np.float32(1.5))
np.save("empty.npy", np.zeros((0, 3), dtype="<u2"))
np.save("big.npy", np.arange(3, dtype=">i8"))
np.save("text.npy", np.array(["a", "bcd", "\u20ac"]))
np.save("bool.npy", np.array([True, False]))
record = np.dtype([("x", "<f8"), ("it's \\ \"q\"", ">i2", (2,)), ("in", [("t", "<U2")])])
np.save("record.npy", np.zeros(2, dtype=record))
np.save("unicode_name.npy", np.zeros(1, dtype=[("\u20ac", "<i4")]))
np.save("objects.npy", np.array([None, {}], dtype=object), allow_pickle=True)
np.save("dates.npy", np.array(["2020-01-01"], dtype="datetime64[us]"))
with open("version2.npy", "wb") as f:
    npformat.write_array(f, np.arange(4, dtype="<u1"), version=(2, 0))
np.savez("stored.npz", a=np.arange(3), b=np.ones((2, 2), dtype="<f4"))
np.savez_compressed("deflated.npz", np.zeros((100, 10)), z=np.array("x"))
