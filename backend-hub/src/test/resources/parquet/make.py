"""Writes Parquet files with pyarrow and DuckDB, and beside each what its rows are.

    make.py golden DIRECTORY             the files kept here
    make.py random DIRECTORY COUNT SEED  files of random types, values and settings

Each x.parquet has an x.txt, or shares the one named by the first words of its name, with one line per row: the values of its columns, as text() writes them, joined by tabs; the
first line has the names. Made with pyarrow 26 and DuckDB 2.0.
"""

import datetime
import decimal
import json
import os
import random
import struct
import sys
import uuid

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq


def real(value):
    if value != value:
        return "dnan"
    return "d" + struct.pack(">d", value).hex()


def text(value, kind):
    """One value, so that Java can write the same: types, order and every bit count."""
    if value is None:
        return "~"
    if pa.types.is_boolean(kind):
        return "T" if value else "F"
    if pa.types.is_integer(kind):
        return "i%d" % value
    if pa.types.is_floating(kind):
        return real(float(value))
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return json.dumps(value)
    if pa.types.is_dictionary(kind):
        return text(value, kind.value_type)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return "b" + value.hex()
    if pa.types.is_decimal(kind):
        return json.dumps(str(value))
    if pa.types.is_duration(kind):
        return "i%d" % value
    if pa.types.is_date(kind) or pa.types.is_time(kind) or pa.types.is_timestamp(kind):
        return json.dumps(value)
    if pa.types.is_struct(kind):
        parts = ["%s:%s" % (json.dumps(f.name), text(value[f.name], f.type)) for f in kind]
        return "{" + ",".join(parts) + "}"
    if pa.types.is_map(kind):
        if pa.types.is_string(kind.key_type):
            return "{" + ",".join(
                "%s:%s" % (json.dumps(k), text(v, kind.item_type)) for k, v in dict(value).items()) + "}"
        return "[" + ",".join(
            '{"key":%s,"value":%s}' % (text(k, kind.key_type), text(v, kind.item_type)) for k, v in value) + "]"
    if isinstance(kind, pa.BaseExtensionType):
        return "b" + value.bytes.hex() if isinstance(value, uuid.UUID) else text(value, kind.storage_type)
    return "[" + ",".join(text(v, kind.value_type) for v in value) + "]"


# Times are kept as numbers next to what must come out, because Python has no nanoseconds.
def plain_times(kind):
    """The type with times as integers."""
    if pa.types.is_date32(kind) or pa.types.is_time32(kind):
        return pa.int32()
    if pa.types.is_date(kind) or pa.types.is_time(kind) or pa.types.is_timestamp(kind) or pa.types.is_duration(kind):
        return pa.int64()
    return None


UNITS = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}


def clock(nanos):
    seconds, rest = divmod(nanos, 10**9)
    line = "%02d:%02d:%02d" % (seconds // 3600, seconds // 60 % 60, seconds % 60)
    if rest % 1000:
        return line + ".%09d" % rest
    return line + (".%06d" % (rest // 1000) if rest else "")


def iso(number, kind):
    if pa.types.is_date32(kind):
        return (datetime.date(1970, 1, 1) + datetime.timedelta(days=number)).isoformat()
    per_second = UNITS[kind.unit]
    if pa.types.is_time(kind):
        return clock(number * (10**9 // per_second))
    days, rest = divmod(number, 86400 * per_second)
    day = (datetime.date(1970, 1, 1) + datetime.timedelta(days=days)).isoformat()
    return day + "T" + clock(rest * (10**9 // per_second)) + ("+00:00" if kind.tz else "")


class Maker:
    """Random types and values; values come as what Arrow is given and what text() is given."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.nulls = self.r.choice([0, 0.05, 0.3, 0.9])
        self.distinct = self.r.choice([0, 0, 3, 20])
        self.longest = self.r.choice([1, 3, 8, 30])
        self.palette = {}

    def scalar(self):
        r = self.r
        return r.choice([
            lambda: pa.bool_(), lambda: r.choice([pa.int8(), pa.int16(), pa.int32(), pa.int64()]),
            lambda: r.choice([pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64()]),
            lambda: r.choice([pa.float16(), pa.float32(), pa.float64()]), lambda: pa.float64(), lambda: pa.int64(),
            lambda: r.choice([pa.string(), pa.large_string()]), lambda: pa.string(),
            lambda: r.choice([pa.binary(), pa.large_binary(), pa.binary(r.randint(1, 20))]),
            lambda: pa.decimal128(r.choice([3, 9, 18, 38]), r.randint(0, 3)),
            lambda: pa.decimal256(60, r.randint(0, 30)),
            lambda: r.choice([pa.date32(), pa.time32("ms"), pa.time64("us"), pa.time64("ns")]),
            lambda: pa.timestamp(r.choice(["ms", "us", "ns"]), r.choice([None, "UTC"])),
            lambda: pa.duration(r.choice(["ms", "us", "ns"])),
            lambda: pa.dictionary(pa.int32(), pa.string()),
            lambda: pa.null(),
        ])()

    def kind(self, depth):
        r = self.r
        if depth == 0 or r.random() < 0.4:
            return self.scalar()
        shape = r.random()
        if shape < 0.15:
            number = r.choice([pa.float64(), pa.float32(), pa.int32(), pa.int8(), pa.uint64(), pa.bool_(), pa.float16()])
            for _ in range(r.randint(1, 3)):
                number = pa.list_(pa.field("item", number, nullable=r.random() < 0.6))
            return number
        if shape < 0.5:
            item = self.kind(depth - 1)
            inner = pa.field(
                r.choice(["item", "element", "x"]), item, nullable=pa.types.is_null(item) or r.random() < 0.8)
            return r.choice([pa.list_, pa.large_list, pa.list_, lambda f: pa.list_(f, r.randint(1, 3))])(inner)
        if shape < 0.8:
            return pa.struct([self.field("f%d" % i, depth - 1) for i in range(r.randint(1, 3))])
        key = r.choice([pa.string(), pa.string(), pa.int32(), pa.date32()])
        item = self.kind(depth - 1)
        return pa.map_(key, pa.string() if pa.types.is_null(item) else item)

    def field(self, name, depth):
        kind = self.kind(depth)
        return pa.field(name, kind, nullable=pa.types.is_null(kind) or self.r.random() < 0.7)

    def value(self, kind, nullable):
        """What Arrow is given; None for null."""
        r = self.r
        if pa.types.is_null(kind) or (nullable and r.random() < self.nulls):
            return None
        if pa.types.is_struct(kind):
            return {f.name: self.value(f.type, f.nullable) for f in kind}
        if pa.types.is_map(kind):
            keys = [self.value(kind.key_type, False) for _ in range(r.choice([0, 1, 2, self.longest]))]
            return [(k, self.value(kind.item_type, kind.item_field.nullable)) for k in dict.fromkeys(keys)]
        if pa.types.is_fixed_size_list(kind):
            return [self.value(kind.value_type, kind.value_field.nullable) for _ in range(kind.list_size)]
        if pa.types.is_list(kind) or pa.types.is_large_list(kind):
            return self.items(kind)
        if self.distinct and not pa.types.is_boolean(kind):
            known = self.palette.setdefault(str(kind), [self.single(kind) for _ in range(self.distinct)])
            return r.choice(known)
        return self.single(kind)

    def items(self, kind):
        r = self.r
        inner = kind.value_type
        count = r.choice([0, 1, 3, r.randint(0, self.longest)])
        if pa.types.is_list(inner) and r.random() < 0.6:
            # Rectangular.
            width = r.choice([1, 3, r.randint(0, self.longest)])
            deeper = inner.value_type
            if not (pa.types.is_list(deeper) or pa.types.is_large_list(deeper)):
                return [[self.value(deeper, inner.value_field.nullable) for _ in range(width)] for _ in range(count)]
        return [self.value(inner, kind.value_field.nullable) for _ in range(count)]

    def single(self, kind):
        r = self.r
        if pa.types.is_boolean(kind):
            return r.random() < 0.5
        if pa.types.is_integer(kind):
            low, high = (0, 2**kind.bit_width - 1) if str(kind)[0] == "u" else (
                -(2**(kind.bit_width - 1)), 2**(kind.bit_width - 1) - 1)
            return r.choice([low, high, 0, 1, r.randint(low, high), r.randint(max(low, -100), 100)])
        if pa.types.is_floating(kind):
            value = r.choice([0.0, -0.0, 1.5, float("nan"), float("inf"), r.uniform(-9, 9), r.uniform(-9, 9)])
            if kind == pa.float16():
                return np.float16(r.choice([value, 6e-8, 65504.0]))
            return struct.unpack("<f", struct.pack("<f", value))[0] if kind == pa.float32() else value
        if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind):
            alphabet = "abcXYZ 01\u00e4\u20ac\U0001f600\n\"\\\ufffd"
            return "".join(r.choice(alphabet) for _ in range(r.randint(0, self.longest)))
        if pa.types.is_fixed_size_binary(kind):
            return r.randbytes(kind.byte_width)
        if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            return r.randbytes(r.randint(0, self.longest))
        if pa.types.is_decimal(kind):
            bound = 10**r.randint(1, kind.precision)
            return decimal.Context(prec=90).scaleb(decimal.Decimal(r.randint(-bound + 1, bound - 1)), -kind.scale)
        if pa.types.is_date32(kind):
            return r.randint(-700000, 2900000)
        if pa.types.is_time(kind):
            return r.choice([0, 1, r.randrange(86400 * UNITS[kind.unit]), r.randrange(86400) * UNITS[kind.unit]])
        if pa.types.is_timestamp(kind):
            span = 2**62 if kind.unit == "ns" else 60000000000 * UNITS[kind.unit]
            return r.choice([0, -1, r.randint(-span, span), r.randint(-10**9, 10**9) * UNITS[kind.unit]])
        if pa.types.is_duration(kind):
            return r.randint(-2**62, 2**62)
        raise ValueError(kind)


def expected(value, kind):
    """What text() is given: times as their texts."""
    if value is None:
        return None
    if pa.types.is_duration(kind):
        return value
    if plain_times(kind):
        return iso(value, kind)
    if pa.types.is_struct(kind):
        return {f.name: expected(value[f.name], f.type) for f in kind}
    if pa.types.is_map(kind):
        return [(expected(k, kind.key_type), expected(v, kind.item_type)) for k, v in value]
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return [expected(v, kind.value_type) for v in value]
    return value


def save(path, table, rows, shared=None, **settings):
    """Writes a table and beside it the rows given (as expected() makes them), in a text that several may share."""
    pq.write_table(table, path + ".parquet", **settings)
    describe(shared or path, table.schema, rows)


def describe(path, schema, rows):
    with open(path + ".txt", "w", encoding="ascii", newline="\n") as out:
        out.write("\t".join(json.dumps(f.name) for f in schema) + "\n")
        for row in rows:
            out.write("\t".join(text(v, f.type) for v, f in zip(row, schema)) + "\n")


CODECS = ["none", "snappy", "gzip", "zstd", "lz4"]
ENCODINGS = {
    "DELTA_BINARY_PACKED": lambda k: pa.types.is_int32(k) or pa.types.is_int64(k) or str(k) in ("uint64", "int8"),
    "DELTA_LENGTH_BYTE_ARRAY": lambda k: pa.types.is_string(k) or pa.types.is_binary(k),
    "DELTA_BYTE_ARRAY": lambda k: pa.types.is_string(k) or pa.types.is_binary(k) or pa.types.is_fixed_size_binary(k),
    "BYTE_STREAM_SPLIT": lambda k: pa.types.is_floating(k) or pa.types.is_int32(k) or pa.types.is_int64(k)
    or (pa.types.is_fixed_size_binary(k) and not pa.types.is_decimal(k)),
    "PLAIN": lambda k: not pa.types.is_dictionary(k),
}


def leaves(kind, path):
    """Paths and types of the leaves below."""
    if pa.types.is_struct(kind):
        return [leaf for f in kind for leaf in leaves(f.type, path + "." + f.name)]
    if pa.types.is_map(kind):
        return (leaves(kind.key_type, path + ".key_value.key")
                + leaves(kind.item_type, path + ".key_value.value"))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind):
        return leaves(kind.value_type, path + ".list.element")
    return [(path, kind)]


def random_file(path, seed):
    m = Maker(seed)
    r = m.r
    schema = pa.schema([m.field("c%d" % i, r.randint(0, 3)) for i in range(r.randint(1, 4))])
    count = r.choice([0, 1, 2, 10, 100, 400])
    rows = [[m.value(f.type, f.nullable) for f in schema] for _ in range(count)]
    columns = [pa.array([row[i] for row in rows], f.type) for i, f in enumerate(schema)]
    table = pa.Table.from_arrays(columns, schema=schema)
    settings = dict(
        compression=r.choice(CODECS),
        data_page_version=r.choice(["1.0", "2.0"]),
        data_page_size=r.choice([1, 100, 1000, 2**20]),
        write_batch_size=r.choice([1, 7, 1024]),
        row_group_size=r.choice([1, 7, 50, 10000]) if count < 50 else r.choice([50, 130, 10000]),
        write_page_checksum=r.random() < 0.3,
        write_page_index=r.random() < 0.3,
        store_schema=r.random() < 0.5,
        dictionary_pagesize_limit=r.choice([50, 2**20]),
        version=r.choice(["1.0", "2.4", "2.6"]),
        store_decimal_as_integer=r.random() < 0.5,
    )
    if settings["version"] != "2.6" and any("[ns" in str(f.type) for f in schema):
        settings["version"] = "2.6"
    if settings["version"] == "1.0" and any("uint32" in str(f.type) or "[us" in str(f.type) for f in schema):
        settings["version"] = "2.6"
    if r.random() < 0.5:
        settings["use_dictionary"] = False
        chosen = {}
        for leaf, kind in [leaf for f in schema for leaf in leaves(f.type, f.name)]:
            fits = [name for name, test in ENCODINGS.items() if test(kind)]
            if fits and r.random() < 0.8:
                chosen[leaf] = r.choice(fits)
        settings["column_encoding"] = chosen
        if not chosen:
            del settings["column_encoding"]
    save(path, table, [[expected(v, f.type) for v, f in zip(row, schema)] for row in rows], **settings)


def frames(count, seed):
    """Structures as datasets of materials have them: positions (n, 3), a cell, numbers, energies, texts."""
    r = random.Random(seed)
    rows = []
    for i in range(count):
        atoms = r.randint(0, 9)
        rows.append([
            [[r.uniform(-5, 5) for _ in range(3)] for _ in range(atoms)],
            [r.choice([1, 6, 8, 29]) for _ in range(atoms)],
            [r.choice(["H", "Cu"]) for _ in range(atoms)],
            [[5.0 if a == b else 0.0 for a in range(3)] for b in range(3)],
            [True, True, i % 2 == 0],
            r.uniform(-90, 0) if r.random() < 0.8 else None,
            "frame %d" % i,
            {"method": r.choice(["PBE", "SCAN"]), "stress": [r.random() for _ in range(6)] if r.random() < 0.5 else None},
        ])
    schema = pa.schema([
        pa.field("positions", pa.list_(pa.list_(pa.float64()))),
        pa.field("atomic_numbers", pa.list_(pa.int32())),
        pa.field("elements", pa.list_(pa.string())),
        pa.field("cell", pa.list_(pa.list_(pa.float64()))),
        pa.field("pbc", pa.list_(pa.bool_())),
        pa.field("energy", pa.float64()),
        pa.field("name", pa.string()),
        pa.field("calc", pa.struct([("method", pa.string()), ("stress", pa.list_(pa.float32()))])),
    ])
    for row in rows:
        if row[7]["stress"]:
            row[7]["stress"] = [struct.unpack("<f", struct.pack("<f", v))[0] for v in row[7]["stress"]]
    return schema, rows


def arrow(schema, rows):
    columns = [pa.array([row[i] for row in rows], f.type) for i, f in enumerate(schema)]
    return pa.Table.from_arrays(columns, schema=schema)


def golden_random(path, schema, count, seed, **settings):
    m = Maker(seed)
    m.nulls, m.distinct, m.longest = 0.2, settings.pop("distinct", 0), 4
    rows = [[m.value(f.type, f.nullable) for f in schema] for _ in range(count)]
    save(path, arrow(schema, rows), [[expected(v, f.type) for v, f in zip(row, schema)] for row in rows], **settings)


def golden(directory):
    at = lambda name: os.path.join(directory, name)
    small = pa.schema([
        pa.field("double", pa.float64()), pa.field("int", pa.int32(), nullable=False), pa.field("text", pa.string()),
        pa.field("lists", pa.list_(pa.int64())), pa.field("flag", pa.bool_()),
    ])
    for codec in CODECS:
        for version in ("1.0", "2.0"):
            for dictionary in (True, False):
                golden_random(
                    at("codec-%s-v%s-%s" % (codec, version[0], "dictionary" if dictionary else "plain")), small, 40, 1,
                    shared=at("codec"), distinct=5, compression=codec, data_page_version=version, use_dictionary=dictionary)
    every = pa.schema([
        pa.field("int32", pa.int32()), pa.field("int64", pa.int64()), pa.field("float", pa.float32()),
        pa.field("double", pa.float64()), pa.field("text", pa.string()), pa.field("fixed", pa.binary(5)),
        pa.field("lists", pa.list_(pa.int64())),
    ])
    for encoding, test in ENCODINGS.items():
        fitting = {leaf: encoding for f in every for leaf, kind in leaves(f.type, f.name) if test(kind)}
        golden_random(at("encoding-" + encoding.lower()), every, 150, 2, shared=at("encoding"), use_dictionary=False,
                      column_encoding=fitting, compression="zstd")
    golden_random(at("fallback"), small, 200, 3, distinct=0, dictionary_pagesize_limit=300, compression="zstd",
                  data_page_size=200, write_batch_size=10)
    golden_random(at("checksums"), small, 60, 4, write_page_checksum=True, compression="snappy")
    kinds = [
        pa.int8(), pa.int16(), pa.int32(), pa.int64(), pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64(), pa.float16(),
        pa.float32(), pa.float64(), pa.bool_(), pa.string(), pa.large_string(), pa.binary(), pa.binary(3),
        pa.decimal128(9, 2), pa.decimal128(18, 6), pa.decimal128(38, 10), pa.decimal256(50, 3), pa.date32(),
        pa.time32("ms"), pa.time64("us"), pa.time64("ns"), pa.timestamp("ms"), pa.timestamp("us"), pa.timestamp("ns"),
        pa.timestamp("us", "UTC"), pa.timestamp("ms", "UTC"), pa.duration("us"), pa.null(),
        pa.dictionary(pa.int32(), pa.string()),
    ]
    types = pa.schema([pa.field(str(k), k) for k in kinds])
    golden_random(at("types"), types, 25, 5, compression="zstd")
    golden_random(at("types-lists"), pa.schema([pa.field(str(k), pa.list_(k)) for k in kinds]), 12, 6,
                  compression="zstd")
    golden_random(at("types-decimal-integers"), pa.schema([pa.field(str(k), k) for k in kinds[16:20]]), 25, 7,
                  store_decimal_as_integer=True)
    stamps = [0, -1, 10**9, 2**31 * 10**9 + 123456789, -(10**12) + 1]
    save(at("types-int96"), arrow(pa.schema([("t", pa.timestamp("ns"))]), [[v] for v in stamps]),
         [[iso(v, pa.timestamp("ns"))] for v in stamps], use_deprecated_int96_timestamps=True)
    schema, rows = frames(30, 8)
    for version in ("1.0", "2.0"):
        save(at("frames-v" + version[0]), arrow(schema, rows), rows, data_page_version=version, row_group_size=12,
             shared=at("frames"), data_page_size=400, write_batch_size=4, compression="zstd")
    for number in range(8):
        m = Maker(100 + number)
        m.longest = 3
        m.nulls = 0.25
        shape = pa.schema([m.field("c%d" % i, 4) for i in range(2)])
        rows = [[m.value(f.type, f.nullable) for f in shape] for _ in range(20)]
        save(at("nested-%d" % number), arrow(shape, rows),
             [[expected(v, f.type) for v, f in zip(row, shape)] for row in rows], compression="zstd",
             data_page_version="2.0" if number % 2 else "1.0")
    lists = pa.schema([pa.field("a", pa.list_(pa.list_(pa.float64()))), pa.field("b", pa.list_(pa.string()))])
    rows = [[None, None], [[], []], [[None], [None]], [[[]], [""]], [[[None]], ["x", None]], [[[1.0]], ["x", "y"]],
            [[[1.0, 2.0], [3.0, 4.0]], ["z"]], [[[1.0], [2.0, 3.0]], ["z"]], [[[1.0], None, []], ["z"]]]
    save(at("lists-of-all-kinds"), arrow(lists, rows), rows)
    save(at("empty"), arrow(lists, []), [])
    duck(directory)


def duck(directory):
    """Files that DuckDB wrote, read by DuckDB for what is expected."""
    db = duckdb.connect()
    db.execute("select setseed(0.5)")
    db.execute("""create table t as select i::integer as i, (i * 0.5)::double as d, 'name ' || (i % 7) as s,
        case when i % 5 = 0 then null else [[i::double, 1.0::double, 2.0::double], [3.0::double, 4.0::double, i::double]] end
          as positions,
        [x::integer for x in range(i % 4)] as numbers, {'a': i::bigint, 'b': [i % 3 = 0, null]} as st,
        map(['k', 'l'], [i::integer, null]) as m, i % 2 = 0 as flag, (i::decimal(9, 2) / 4)::decimal(9, 2) as dec,
        'blob'::blob as b, (i::utinyint) as u8, cast(i as float) as f32
        from range(40) r(i)""")
    schema = pa.schema([
        ("i", pa.int32()), ("d", pa.float64()), ("s", pa.string()), ("positions", pa.list_(pa.list_(pa.float64()))),
        ("numbers", pa.list_(pa.int32())), ("st", pa.struct([("a", pa.int64()), ("b", pa.list_(pa.bool_()))])),
        ("m", pa.map_(pa.string(), pa.int32())), ("flag", pa.bool_()), ("dec", pa.decimal128(9, 2)), ("b", pa.binary()),
        ("u8", pa.uint8()), ("f32", pa.float32()),
    ])
    rows = [list(row) for row in db.execute("select * from t").fetchall()]
    for codec in ("snappy", "zstd", "gzip", "lz4_raw", "uncompressed"):
        for version in ("v1", "v2"):
            path = os.path.join(directory, "duckdb-%s-%s" % (codec, version))
            db.execute("copy t to '%s.parquet' (format parquet, codec '%s', parquet_version '%s', row_group_size 2048)"
                       % (path, codec, version))
            describe(os.path.join(directory, "duckdb"), schema, rows)


if __name__ == "__main__":
    what, directory = sys.argv[1], sys.argv[2]
    os.makedirs(directory, exist_ok=True)
    if what == "golden":
        golden(directory)
    elif what == "random":
        for number in range(int(sys.argv[3])):
            name = os.path.join(directory, "r%05d" % number)
            try:
                random_file(name, int(sys.argv[4]) * 1000003 + number)
            except (pa.ArrowException, OSError) as e:
                # pyarrow does not write every combination.
                print("skipped", number, str(e)[:150])
                for suffix in (".parquet", ".txt"):
                    if os.path.exists(name + suffix):
                        os.remove(name + suffix)
