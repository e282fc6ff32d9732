"""Makes the folder that MltraqFolderTest reads, as MLtraq 0.1.165 writes it with sequential ids."""
import os
import shutil

import numpy as np
from mltraq import create_session
from mltraq.opts import options
from mltraq.storage.datastore import DataStore, DataStoreIO

os.chdir(os.path.dirname(os.path.abspath(__file__)))
shutil.rmtree("mltraq.datastore", ignore_errors=True)
with options().ctx({"reproducibility.sequential_uuids": True}):
    session = create_session()
    experiment = session.create_experiment("example")
    with experiment.run() as run:
        run.fields.data = DataStore()
        run.fields.data.array = np.arange(6.0).reshape(2, 3)
        run.fields.data.c = 123
        run.fields.data.inner = DataStore({"text": "nested"})
    experiment.persist()
    print(DataStoreIO.write(b"raw bytes", relative_path_prefix="self_managed/manual").url)
    print(DataStoreIO.serialize_write({"c": 123}).url)
