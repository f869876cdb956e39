# Loops against materialised lists: python3 05_loops.py 1000000 list|generator prints the peak of RSS above the start, in KiB.
import resource
import sys


def make_record(index):
    return {"id": index, "name": f"record {index}", "tags": [index, index + 1, index + 2], "price": index / 7}


def label_of(record):
    return f"{record['name']}: {record['price']:.2f}"


def chained_lists(n):
    records = [make_record(index) for index in range(n)]
    wanted = [record for record in records if record["id"] % 2 == 0]
    labels = [label_of(record) for record in wanted]
    return sum(len(label) for label in labels)


def generator(n):
    records = (make_record(index) for index in range(n))
    return sum(len(label_of(record)) for record in records if record["id"] % 2 == 0)


count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
way = {"list": chained_lists, "generator": generator}[sys.argv[2] if len(sys.argv) > 2 else "list"]
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
way(count)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
