# What values cost in Python: sys.getsizeof, the object and the storage that it alone owns.
import json
import sys

count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000


def deep_size(value, seen=None):
    """Everything that is reachable, each object once."""
    seen = set() if seen is None else seen
    if id(value) in seen:
        return 0
    seen.add(id(value))
    size = sys.getsizeof(value)
    if isinstance(value, dict):
        size += sum(deep_size(key, seen) + deep_size(item, seen) for key, item in value.items())
    elif isinstance(value, (list, tuple, set)):
        size += sum(deep_size(item, seen) for item in value)
    return size


def pushed(n):
    items = []
    for index in range(n):
        items.append(index)
    return items


class Point:
    def __init__(self):
        self.x = self.y = self.z = 1


values = {
    "undefined": None,
    "true": True,
    "small integer": 1,
    "double": 1.5,
    "BigInt 2^63": 2**63,
    "BigInt of 1000 bits": 2**999,
    "''": "",
    "string of 10": "x" * 10,
    "string of 100": "x" * 100,
    "two-byte string of 10": "中" * 10,
    "[]": [],
    "array of 100 pushes": pushed(100),
    "new Array(1000)": [None] * 1000,
    "{}": {},
    "{ a, b, c }": {"a": 1, "b": 2, "c": 3},
    "later instance": Point(),
    "new Map": {},
    "Map of 1000": {index: index for index in range(1000)},
    "new Set": set(),
    "Set of 1000": set(range(1000)),
    "function": deep_size,
    "class": Point,
}

team = {"name": "a team of some length", "members": [index / 3 for index in range(10)]}
dictionary = {f"record {index}": {"index": index, "team": team, "note": f"note {index}"} for index in range(count)}

result = {
    "python": sys.version.split()[0],
    "sizes": {name: sys.getsizeof(value) for name, value in values.items()},
    "dictionary": {
        "ownBytes": sys.getsizeof(dictionary),
        "deepBytes": deep_size(dictionary),
        "recordBytes": sum(deep_size(record) for record in dictionary.values()),
    },
}
print(json.dumps(result))
