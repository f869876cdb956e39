# Delete a reference: python3 03_delete_a_reference.py 1000000
import copy
import json
import sys

from memory_profiler import profile


def make_list(n):
    return [{"id": index, "name": f"name {index}"} for index in range(n)]


@profile
def deep_copy(n):
    first = make_list(n)
    second = copy.deepcopy(first)
    del first
    del second


@profile
def shallow_copy(n):
    first = make_list(n)
    second = [*first]
    del first
    del second


@profile
def json_copy(n):
    first = make_list(n)
    text = json.dumps(first)
    second = json.loads(text)
    del text
    del first
    del second


ways = {"deep": deep_copy, "shallow": shallow_copy, "json": json_copy}
count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
for way in sys.argv[2:] or ways:
    ways[way](count)
