"""Damage that asebytes itself does to a store when two handles write at once, made certain by stepping between its commands.

Started as: hazards.py WHICH STORE GROUP. Prints the sort key of the row that is left without a position.
"""
import sys

from asebytes import ObjectIO


def insert_before_deleted(store, group):
    """Redis: insert looks up its pivot, another handle deletes that, and LINSERT does nothing."""
    one, other = ObjectIO(store, group=group), ObjectIO(store, group=group)
    one.extend([{"id": i} for i in range(4)])
    redis = one._backend._store._r
    linsert = redis.linsert

    def late(*arguments):
        del other[2]
        return linsert(*arguments)

    redis.linsert = late
    one.insert(2, {"id": 4})
    assert [row["id"] for row in other] == [0, 1, 3], list(other)
    print(4)


def write_to_deleted(store, group):
    """Redis: a column is written to rows found before; another handle deletes one of them in between."""
    one, other = ObjectIO(store, group=group), ObjectIO(store, group=group)
    one.extend([{"id": i} for i in range(4)])
    blobs = one._backend._store
    resolve = blobs._resolve_indices

    def early(indices):
        found = resolve(indices)
        del other[1]
        return found

    blobs._resolve_indices = early
    one["x"][0:3].set([10, 11, 12])
    assert [row["id"] for row in other] == [0, 2, 3], list(other)
    print(1)


def delete_from_memory(store, group):
    """MongoDB: delete writes back the order of rows as it was when last read, without what others added since."""
    one = ObjectIO(store, group=group)
    other = ObjectIO(store, group=group, cache_ttl=60)  # as in the second that is the default
    one.extend([{"id": i} for i in range(4)])
    assert len(other) == 4
    one.extend([{"id": 4}])
    del other[0]
    assert [row["id"] for row in ObjectIO(store, group=group)] == [1, 2, 3]
    print(4)


def set_from_memory(store, group):
    """MongoDB: set writes to the id that stood there when last read, also when that row was deleted since."""
    one = ObjectIO(store, group=group)
    other = ObjectIO(store, group=group, cache_ttl=60)  # as in the second that is the default
    one.extend([{"id": i} for i in range(4)])
    assert len(other) == 4
    del one[1]
    other[1] = {"id": 5}
    assert [row["id"] for row in ObjectIO(store, group=group)] == [0, 2, 3]
    print(1)


HAZARDS = {
    "R1": insert_before_deleted,
    "R3": write_to_deleted,
    "M2": delete_from_memory,
    "M3": set_from_memory,
}

if __name__ == "__main__":
    HAZARDS[sys.argv[1]](*sys.argv[2:])
