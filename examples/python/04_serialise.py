# Serialise rows of [random number, 20 characters, 64-bit integer]: python3 04_serialise.py 1000000
import os
import pickle
import random
import string
import sys
import tempfile

from memory_profiler import profile


def generate_rows(n):
    source = random.Random(1)
    for index in range(n):
        yield [source.random(), "".join(source.choices(string.ascii_lowercase, k=20)), 2**63 + index]


@profile
def write_pickle(n, file):
    rows = list(generate_rows(n))
    with open(file, "wb") as out:
        pickle.dump(rows, out)


@profile
def read_pickle(file):
    with open(file, "rb") as source:
        rows = pickle.load(source)
    return rows


# Without a profiler within the loop: it would look at each of a million lines.
def write_each(rows, out):
    for number, text, big in rows:
        out.write(f"{number} {text} {big}\n")


def use_each(source):
    total = 0.0
    for line in source:
        total += float(line.split(" ")[0])
    return total


@profile
def write_lines(n, file):
    with open(file, "w") as out:
        write_each(generate_rows(n), out)


@profile
def read_lines(file):
    with open(file) as source:
        total = use_each(source)
    return total


count = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
with tempfile.TemporaryDirectory() as folder:
    file = os.path.join(folder, "rows")
    for write, read in ((write_pickle, read_pickle), (write_lines, read_lines)):
        write(count, file)
        read(file)
