"""Makes the archives that TarTest reads, as MLtraq 0.1.165 and Python's tarfile write them."""
import io
import os
import tarfile
import tempfile

from mltraq.storage.archivestore import Archive

here = os.path.dirname(os.path.abspath(__file__))
with tempfile.TemporaryDirectory() as folder:
    os.makedirs(f"{folder}/sub/" + "d" * 60)
    open(f"{folder}/a.txt", "w").write("alpha")
    open(f"{folder}/sub/" + "d" * 60 + "/" + "n" * 80 + ".txt", "w").write("long")
    open(f"{folder}/.hidden", "w").write("hidden")
    os.utime(f"{folder}/a.txt", (1700000000, 1700000000))
    open(f"{here}/mltraq.tar", "wb").write(Archive.create(folder).to_bytes())


def special(target, **fields):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=fields.pop("format", tarfile.GNU_FORMAT)) as archive:
        good = tarfile.TarInfo("good.txt")
        good.size = 4
        archive.addfile(good, io.BytesIO(b"good"))
        entry = tarfile.TarInfo(fields.pop("name"))
        content = fields.pop("content", b"")
        entry.size = len(content)
        for key, value in fields.items():
            setattr(entry, key, value)
        archive.addfile(entry, io.BytesIO(content))
    open(f"{here}/{target}.tar", "wb").write(buffer.getvalue())


special("absolute", name="/etc/evil", content=b"x")
special("parent", name="../evil", content=b"x")
special("hidden_parent", name="a/../../evil", content=b"x")
special("symlink", name="link", type=tarfile.SYMTYPE, linkname="/etc/passwd")
special("hardlink", name="link", type=tarfile.LNKTYPE, linkname="../x")
special("device", name="null", type=tarfile.CHRTYPE)
special("fifo", name="pipe", type=tarfile.FIFOTYPE)
special("pax", name="p" * 150 + "/\u00e9.txt", content=b"pax", format=tarfile.PAX_FORMAT)
special("folder", name="./sub", type=tarfile.DIRTYPE)
