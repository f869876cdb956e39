"""The program of log-program.cjs, for Python's memory_profiler: log_program.py <rows> plain|profiled. Prints what it took as JSON."""
import io
import json
import re
import sys
import time
from datetime import datetime, timezone

profiled = sys.argv[2] == "profiled"
if profiled:
    from memory_profiler import LineProfiler, show_results

    profiler = LineProfiler()
    profile = profiler
else:

    def profile(function):
        return function


LEVELS = ["debug", "info", "warn", "error"]
PATHS = ["/", "/login", "/search", "/item", "/cart", "/checkout", "/api/items", "/api/users"]
ROW = re.compile(r"^(\S+) (debug|info|warn|error) (\S+) took=(\d+)ms status=(\d+)$")


class Random:
    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return self.state / 2**32


@profile
def write_row(random, index):
    level = LEVELS[int(random.next() * len(LEVELS))]
    path = PATHS[int(random.next() * len(PATHS))]
    user = int(random.next() * 500)
    took = int(random.next() * 900)
    at = datetime.fromtimestamp(1700000000 + index, timezone.utc).isoformat()
    status = 500 if random.next() < 0.05 else 200
    return f"{at} {level} {path}?user={user}&page={index % 40} took={took}ms status={status}"


@profile
def parse_query(text):
    query = {}
    for pair in text.split("&"):
        key, value = pair.split("=")
        query[key] = value
    return query


@profile
def parse_row(row):
    match = ROW.match(row)
    if match is None:
        return None
    at, level, target, took, status = match.groups()
    path, mark, text = target.partition("?")
    query = parse_query(text) if mark else {}
    return {"at": at, "level": level, "path": path, "query": query, "took": int(took), "status": int(status)}


@profile
def bucket_of(took):
    bucket = 0
    limit = 1
    while limit < took:
        limit *= 2
        bucket += 1
    return bucket


@profile
def checksum(text):
    total = 0
    for i in range(0, len(text), 4):
        total = (total * 31 + ord(text[i])) & 0xFFFFFFFF
    return total


class Statistics:
    def __init__(self):
        self.by_path = {}
        self.by_user = {}
        self.sums = 0


@profile
def path_entry(statistics, path):
    entry = statistics.by_path.get(path)
    if entry is None:
        entry = {"count": 0, "errors": 0, "total": 0, "buckets": [0] * 12}
        statistics.by_path[path] = entry
    return entry


@profile
def add(statistics, record):
    entry = path_entry(statistics, record["path"])
    entry["count"] += 1
    entry["total"] += record["took"]
    if record["status"] >= 500:
        entry["errors"] += 1
    entry["buckets"][bucket_of(record["took"])] += 1
    user = record["query"]["user"]
    seen = statistics.by_user.get(user)
    if seen is None:
        statistics.by_user[user] = [record]
    elif len(seen) < 20:
        seen.append(record)


@profile
def main(rows):
    random = Random(7)
    statistics = Statistics()
    kept = 0
    for index in range(rows):
        row = write_row(random, index)
        record = parse_row(row)
        if record is None:
            continue
        line = json.dumps(record)
        if record["level"] != "debug":
            add(statistics, record)
            kept += 1
        statistics.sums = (statistics.sums + checksum(line)) & 0xFFFFFFFF
    return kept


start = time.perf_counter()
main(int(sys.argv[1]))
took = (time.perf_counter() - start) * 1000
if profiled:
    show_results(profiler, stream=io.StringIO())
print(json.dumps({"tookMs": took}))
