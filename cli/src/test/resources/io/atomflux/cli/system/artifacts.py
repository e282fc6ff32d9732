"""Reads files of artifacts with the programs they are meant for, and writes payloads with MLtraq.

artifacts.py arrays FOLDER...        prints dtype, shape and sum of each array found in the folders
artifacts.py table FILE              prints a table of Arrow as JSON
artifacts.py evaluator FOLDER        checks a folder as OpenFF Evaluator's opening does, without its classes; prints keys
artifacts.py mltraq-write BASE       persists an experiment with a DataStore; prints the URLs of its payloads
artifacts.py mltraq-read BASE URL    prints the bytes of a payload in hexadecimal digits
artifacts.py mltraq-load BASE URL    prints a payload as a DataStore, and as the dictionary it is
artifacts.py mltraq-frames BASE      writes a series and, in a DataStore, a frame; prints the URL
"""
import json
import sys
from pathlib import Path


def arrays(folders):
    import numpy

    for folder in map(Path, folders):
        for path in sorted(folder.rglob("*")):
            if path.suffix == ".npy":
                found = {"": numpy.load(path, allow_pickle=False)}
            elif path.suffix == ".npz":
                found = dict(numpy.load(path, allow_pickle=False))
            elif path.name == ".zarray":
                import zarr

                found = {"": zarr.open(str(path.parent), mode="r")[...]}
            else:
                continue
            for name, array in sorted(found.items()):
                print(json.dumps([name, array.dtype.str, list(array.shape), float(array.sum())]))


def table(file):
    import pyarrow.feather

    print(json.dumps(pyarrow.feather.read_table(file).to_pydict()))


def evaluator(folder):
    root = Path(folder)
    registry = json.loads((root / "object_keys.json").read_text())
    assert list(registry)[-1] == "@type", registry
    assert registry["@type"] == "openff.evaluator.storage.storage.StorageBackend._ObjectKeyData"
    for section, keys in sorted(registry["object_keys"].items()):
        assert len(set(keys)) == len(keys)
        for key in keys:
            document = json.loads((root / f"{key}.json").read_text())
            assert list(document)[-1] == "@type"
            assert document["@type"].rpartition(".")[2] == section, document["@type"]
            names = [v for k, v in document.items() if k.endswith("_file_name")]
            assert all((root / key / name).is_file() for name in names), names
            print(section, key)


def mltraq_write(base):
    import mltraq
    import numpy
    from mltraq.storage.datastore import DataStore, DataStoreIO

    with mltraq.options().ctx({"datastore.url": "file:///" + base}):
        session = mltraq.create_session()
        experiment = session.create_experiment("trial")
        with experiment.run() as run:
            run.fields.ds = DataStore()
            run.fields.ds.weights = numpy.arange(6.0).reshape(2, 3)
            run.fields.ds.name = "spring"
            run.fields.ds.sizes = [1, 2, 3]
        experiment.persist()
        print(experiment.id_experiment)
        print(DataStoreIO.write(b"\x00raw bytes\xff", relative_path_prefix="mine").url)
        print(DataStoreIO.serialize_write({"a": [1, 2.5, None]}, relative_path_prefix="mine").url)


def mltraq_read(base, url):
    import mltraq
    from mltraq.storage.datastore import DataStoreIO

    with mltraq.options().ctx({"datastore.url": "file:///" + base}):
        print(DataStoreIO(url).read().hex())


def mltraq_load(base, url):
    import mltraq
    from mltraq.storage.datastore import DataStore, DataStoreIO

    def text(value):
        return json.dumps(dict(value), sort_keys=True, default=lambda array: array.tolist())

    with mltraq.options().ctx({"datastore.url": "file:///" + base}):
        print("DataStore", text(DataStore.from_url(url)))
        print("dict", text(DataStoreIO(url).read_deserialize(dict)))


def mltraq_frames(base):
    import mltraq
    import pandas
    from mltraq.storage.datastore import DataStore, DataStoreIO

    with mltraq.options().ctx({"datastore.url": "file:///" + base}):
        inner = DataStore({"frame": pandas.DataFrame({"x": [1, 2], "s": ["a", "b"]})})
        value = {"series": pandas.Series([1.5, 2.5], name="loss"), "inner": inner}
        print(DataStoreIO.serialize_write(value, relative_path_prefix="mine").url)


if __name__ == "__main__":
    command, *rest = sys.argv[1:]
    {
        "arrays": lambda: arrays(rest),
        "table": lambda: table(*rest),
        "evaluator": lambda: evaluator(*rest),
        "mltraq-write": lambda: mltraq_write(*rest),
        "mltraq-read": lambda: mltraq_read(*rest),
        "mltraq-load": lambda: mltraq_load(*rest),
        "mltraq-frames": lambda: mltraq_frames(*rest),
    }[command]()
