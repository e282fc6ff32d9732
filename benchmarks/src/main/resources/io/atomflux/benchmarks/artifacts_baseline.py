"""What the originals do, reduced to its file operations, as rough context for the part "artifacts".

Evaluator: a query reads and parses the descriptor of every object. ISF: a write makes a folder of two small files beside,
and renames it into place, without syncing. Standard library only.

    python artifacts_baseline.py FOLDER COUNT
"""
import json
import os
import statistics
import sys
import time

folder, count = sys.argv[1], int(sys.argv[2])


def job(number):
    return {
        "number": number,
        "name": f"job-{number}",
        "energy": number / 1000,
        "kind": "ab"[number % 2],
        "components": [f"c{number % 1000}", f"d{number % 7}"],
    }


def told(name, spans, note=""):
    print(f"{name}\t{statistics.median(spans) * 1e3}\t{note}", flush=True)


os.makedirs(folder)
for number in range(count):
    with open(f"{folder}/{number:07d}.json", "w") as out:
        json.dump(job(number), out)

spans = []
for wanted in (count // 2, count // 3, count - 1):
    begun = time.perf_counter()
    found = []
    for name in sorted(os.listdir(folder)):
        with open(f"{folder}/{name}") as file:
            read = json.load(file)
        if read["name"] == f"job-{wanted}":
            found.append(read)
    spans.append(time.perf_counter() - begun)
    assert len(found) == 1
told("query by reading every JSON file", spans, f"{count} files")

spans = []
for number in range(1000):
    begun = time.perf_counter()
    os.mkdir(f"{folder}/.{number}")
    with open(f"{folder}/.{number}/Loader.json", "w") as out:
        json.dump({"loader": "json"}, out)
    with open(f"{folder}/.{number}/metadata.json", "w") as out:
        json.dump(job(number), out)
    os.rename(f"{folder}/.{number}", f"{folder}/folder{number}")
    spans.append(time.perf_counter() - begun)
told("write of a folder of two files, not synced", spans)

spans = []
for number in range(200):
    begun = time.perf_counter()
    with open(f"{folder}/folder{number}/Loader.json", "r+") as out:
        out.write("{}")
        out.flush()
        os.fsync(out.fileno())
    spans.append(time.perf_counter() - begun)
told("write and fsync of one small file, the price of this disk", spans)
