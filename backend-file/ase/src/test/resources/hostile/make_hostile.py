"""Makes the trajectories of this folder: small, each with one thing that a reader must refuse (or, once, must bear).

Frame 1 is sound in all that have two. What a reader says is in expected.txt, by file: tab, type of error, tab, message.
"""
import json
import pathlib
import struct

HERE = pathlib.Path(__file__).parent
MAX = 2**63 - 1


def array(shape, kind, offset):
    return {"ndarray": [shape, kind, offset]}


def frame(**changes):
    item = {"version": 1, "ase_version": "3.29.0", "pbc": [False, False, False], "numbers.": array([1], "int64", 56),
            "positions.": array([1, 3], "float64", 64), "cell": [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}
    item.update({key.replace("_", ".") if key.endswith("_") else key: value for key, value in changes.items()})
    return json.dumps({key: value for key, value in item.items() if value is not None}).encode()


def write(name, *texts, count=None, table=None, places=None, lengths=None, tag=b"ASE-Trajectory  ", cut=None):
    body = struct.pack("<q3d", 1, 0.5, 1.5, 2.5)
    found = []
    for i, text in enumerate(texts):
        found.append(56 + len(body))
        body += struct.pack("<q", lengths[i] if lengths and lengths[i] is not None else len(text)) + text
    body += b"#" * (-len(body) % 8)
    where = 56 + len(body)
    for i, place in enumerate(places or []):
        found[i] = found[i] if place is None else place
    data = b"- of Ulm" + tag + struct.pack("<qqq", 3, len(texts) if count is None else count,
                                            where if table is None else table)
    data += struct.pack("<q", found[0]) + body + struct.pack(f"<{len(found)}q", *found)
    (HERE / (name + ".traj")).write_bytes(data[:cut] if cut is not None else data)


GOOD = frame()
LATER = frame(version=None, ase_version=None)
write("sound", GOOD, LATER)
write("count-negative", GOOD, count=-1)
write("count-huge", GOOD, count=2**62)
write("count-beyond-table", GOOD, count=2**31 - 1)
write("table-outside", GOOD, table=2**62)
write("table-negative", GOOD, table=-8)
write("table-in-header", GOOD, table=8)
write("place-far", GOOD, LATER, places=[None, MAX])
write("place-negative", GOOD, LATER, places=[None, -1])
write("place-in-header", GOOD, LATER, places=[None, 24])
write("place-zero", GOOD, LATER, places=[None, 0])
write("text-huge", GOOD, LATER, lengths=[None, 2**62])
write("text-negative", GOOD, LATER, lengths=[None, -5])
write("text-cut", GOOD, LATER, lengths=[None, 30])
write("text-no-json", GOOD, b"[1, 2]")
write("text-no-utf8", GOOD, b'{"a": "\xff"}')
write("text-deep", GOOD, frame(info={"a": None}).replace(b"null", b"[" * 70 + b"]" * 70))
write("text-deeper", GOOD, frame(info={"a": None}).replace(b"null", b"[" * 9000))
write("integer-long", GOOD, frame(info={"a": None}).replace(b"null", b"9" * 400))
write("shape-overflow", GOOD, frame(tags_=array([2**31 - 1] * 3, "int64", 56)))
write("shape-negative", GOOD, frame(tags_=array([-1], "int64", 56)))
write("shape-long-axis", GOOD, frame(tags_=array([2**40], "int8", 56)))
write("shape-many-axes", GOOD, frame(tags_=array([1] * 70, "int64", 56)))
write("shape-text", GOOD, frame(tags_=array("x", "int64", 56)))
write("array-outside", GOOD, frame(momenta_=array([1, 3], "float64", 2**62)))
write("array-negative", GOOD, frame(momenta_=array([1, 3], "float64", -8)))
write("array-untold", GOOD, frame(momenta_={"ndarray": [1]}))
write("type-object", GOOD, frame(momenta_=array([1, 3], "object", 56)))
write("type-wide", GOOD, frame(momenta_=array([1, 3], "<U999999999", 56)))
write("empty-huge", GOOD, frame(tags_=array([0, 2**31 - 1, 2**31 - 1], "int64", MAX)))
write("info-claims", GOOD, frame(info={"a": {"__ndarray__": [[2**31 - 1, 9], "float64", []]}}))
write("info-wide", GOOD, frame(info={"a": {"__ndarray__": [[60], "<U99999999", [""] * 60]}}))
write("info-empty-huge", GOOD, frame(info={"a": {"__ndarray__": [[2**31 - 1, 0], "object", []]}}))
write("info-list", GOOD, frame(info=[1]))
write("numbers-real", GOOD, frame(numbers_=array([1], "float64", 56)))
write("positions-missing", GOOD, frame(positions_=None))
write("cell-text", GOOD, frame(cell="x"))
write("pbc-long", GOOD, frame(pbc=[True] * 4))
write("constraints-no-json", GOOD, frame(constraints="[{"))
write("constraints-other", GOOD, frame(constraints="[1]"))
write("calculator-text", GOOD, frame(calculator_={"name": "x", "forces": "y"}))
write("other-tag", GOOD, tag=b"GPAW            ")
write("header-cut", GOOD, cut=40)
