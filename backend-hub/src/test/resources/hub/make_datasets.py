"""Writes the Parquet files beside it, with pyarrow 26 and duckdb 2.0. Row i has i % 4 atoms more than none at i = 9.

Numbers are chosen so that tests can compute them: see HubRows.java.
"""

import datetime
import json
import pathlib

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

here = pathlib.Path(__file__).parent


def atoms(i):
    return 0 if i == 9 else 1 + i % 4


def colabfit(i):
    n = atoms(i)
    return {
        "property_id": f"PO_{i}",
        "positions": [[i + 0.25, a * 1.5, -0.5] for a in range(n)],
        "cell": [[10.0 + i, 0.0, 0.0], [0.0, 11.0, 0.0], [0.0, 0.5, 12.0]],
        "pbc": [True, i % 2 == 0, False],
        "atomic_numbers": [1 + (i + a) % 9 for a in range(n)],
        "energy": None if i % 5 == 4 else -i / 4,
        # What is missing is an empty list in some files and null in others.
        "atomic_forces": [] if i % 6 == 5 else None if i % 6 == 4 else [[a, i, -1.0] for a in range(n)],
        "cauchy_stress": [] if i % 3 == 2 else [[1.0, 2.0, 3.0], [2.0, 4.0, 5.0], [3.0, 5.0, float(i)]],
        "names": [f"n{i}", "é"],
        "multiplicity": i,
        "last_modified": datetime.datetime(2024, 1, 2, 3, 4, 5, i),
    }


COLABFIT = pa.schema(
    [
        ("property_id", pa.string()),
        ("positions", pa.list_(pa.list_(pa.float64()))),
        ("cell", pa.list_(pa.list_(pa.float64()))),
        ("pbc", pa.list_(pa.bool_())),
        ("atomic_numbers", pa.list_(pa.int32())),
        ("energy", pa.float64()),
        ("atomic_forces", pa.list_(pa.list_(pa.float64()))),
        ("cauchy_stress", pa.list_(pa.list_(pa.float64()))),
        ("names", pa.list_(pa.string())),
        ("multiplicity", pa.int32()),
        ("last_modified", pa.timestamp("us")),
    ]
)


def write(name, rows, schema, group=7, **options):
    target = here / name
    target.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema), target, row_group_size=group, **options)


write("colabfit/co/co_0.parquet", [colabfit(i) for i in range(20)], COLABFIT, compression="snappy")
write("colabfit/co/co_1.parquet", [], COLABFIT)
write(
    "colabfit/co/co_2.parquet",
    [colabfit(i) for i in range(20, 31)],
    COLABFIT,
    compression="zstd",
    data_page_version="2.0",
)

# A later upload: no forces, one column more.
changed = COLABFIT.remove(COLABFIT.get_field_index("atomic_forces")).append(pa.field("hash", pa.string()))
write(
    "changed/co_3.parquet",
    [{k: v for k, v in (colabfit(i) | {"hash": f"h{i}"}).items() if k != "atomic_forces"} for i in range(31, 34)],
    changed,
)


def lemat(i):
    n = atoms(i)
    symbols = ["Si", "O", "X", "Fe"]
    return {
        "immutable_id": f"agm{i}",
        "cartesian_site_positions": [[i + 0.25, a * 1.5, -0.5] for a in range(n)],
        # OPTIMADE lets vectors of what is not periodic be null.
        "lattice_vectors": [[4.0, 0.0, 0.0], [0.0, 4.0, 0.0], [None, None, None] if i == 3 else [0.0, 0.0, 9.0]],
        "dimension_types": [1, 1, 0 if i == 3 else 1],
        "species_at_sites": [symbols[(i + a) % 4] for a in range(n)],
        "species": json.dumps([{"name": "Si"}]),
        "energy": -i / 4,
        "forces": [[a, i, -1.0] for a in range(n)],
        "stress_tensor": [[1.0, 2.0, 3.0], [2.0, 4.0, 5.0], [3.0, 5.0, float(i)]],
        "nelements": 2,
        "cross_compatibility": True,
    }


LEMAT = pa.schema(
    [
        ("immutable_id", pa.string()),
        ("cartesian_site_positions", pa.list_(pa.list_(pa.float64()))),
        ("lattice_vectors", pa.list_(pa.list_(pa.float64()))),
        ("dimension_types", pa.list_(pa.int8())),
        ("species_at_sites", pa.list_(pa.string())),
        ("species", pa.string()),
        ("energy", pa.float64()),
        ("forces", pa.list_(pa.list_(pa.float64()))),
        ("stress_tensor", pa.list_(pa.list_(pa.float64()))),
        ("nelements", pa.int8()),
        ("cross_compatibility", pa.bool_()),
    ]
)
write("lemat/compatible_pbe/train-00000-of-00001.parquet", [lemat(i) for i in range(8)], LEMAT)

plain = here / "plain/data"
plain.mkdir(parents=True, exist_ok=True)
for split, first in (("train", 0), ("test", 100)):
    duckdb.sql(
        f"COPY (SELECT i AS id, 'text ' || i AS text, i / 4 AS half FROM range({first}, {first + 5}) t(i))"
        f" TO '{plain}/{split}-00000-of-00001.parquet' (FORMAT parquet)"
    )
