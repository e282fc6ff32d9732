"""Writes one store by asebytes, beside others, until done or killed.

Started as: writer.py STORE GROUP NAME KINDS CALLS, KINDS being of extend, insert, set, update, delete. Prints for each call

  begin CALL NANOSECONDS WHAT TARGET ADDED

and when it returned `done CALL NANOSECONDS`, or `refused CALL NANOSECONDS` when there was no such row; at the end `finished`.
What is told of a call is in Ledger.java. Python does not say which row it sets or deletes: their target is `?`.
"""
import random
import sys
import time

from asebytes import ObjectIO


def say(line):
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main():
    store, group, name, kinds, calls = sys.argv[1:]
    rng = random.Random(name)
    db = ObjectIO(store, group=group)

    def row(id):
        return {"id": id, "n": 0, "pad": b"\xc1" * rng.randrange(2000)}

    for number in range(int(calls)):
        call = f"{name}.{number}"
        kind = rng.choice(kinds.split(","))
        at = rng.randrange(12)
        ids = [f"{call}.{i}" for i in range(rng.randrange(1, 6) if kind == "extend" else 1)]
        what, target, added = {
            "extend": ("append", "-", ",".join(ids)),
            "insert": ("insert" if at else "front", "-", ids[0]),
            "set": ("replace", "?", ids[0]),
            "update": ("mark", "?", "-"),
            "delete": ("remove", "?", "-"),
        }[kind]
        say(f"begin {call} {time.time_ns()} {what} {target} {added}")
        try:
            if kind == "extend":
                db.extend([row(id) for id in ids])
            elif kind == "insert":
                db.insert(at, row(ids[0]))
            elif kind == "set":
                db[at] = row(ids[0])
            elif kind == "update":
                db.update(at, {"mark": call})
            else:
                del db[at]
            say(f"done {call} {time.time_ns()}")
        except IndexError:
            say(f"refused {call} {time.time_ns()}")
    say("finished")


if __name__ == "__main__":
    main()
