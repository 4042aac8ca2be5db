"""Bags on Dask's process scheduler with two processes: bag.py CASE DIR RUNS. The data is that of benchmarks/bag-data.ts."""
import json
import operator
import os
import sys

import dask.bag as db
from peer_case import TreeMemory, measure, report


def older(one):
    return one["age"] > 30 and len(one["tags"]) > 0


def by_city(total, one):
    return total + one["amount"]


def bucket(one):
    return one["id"] % 1000


def tally(group):
    return group[0], len(group[1])


def second(pair):
    return pair[1]


def size(path):
    return sum(os.path.getsize(os.path.join(path, name)) for name in os.listdir(path))


def lines(path):
    return sum(1 for name in os.listdir(path) for _ in open(os.path.join(path, name)))


def main():
    import dask

    case, folder, runs = sys.argv[1], sys.argv[2], int(sys.argv[3])
    dask.config.set(scheduler="processes", num_workers=2)
    text = lambda: db.read_text(os.path.join(folder, "text", "*.txt"))
    people = lambda: db.read_text(os.path.join(folder, "json", "*.jsonl")).map(json.loads)
    run, units = {
        "wordcount": (lambda _: text().str.split().flatten().frequencies().topk(20, key=1).compute(), size(os.path.join(folder, "text"))),
        "line_lengths": (lambda _: text().map(len).sum().compute(), size(os.path.join(folder, "text"))),
        "json_foldby": (lambda _: people().foldby("city", by_city, 0, operator.add, 0).compute(), lines(os.path.join(folder, "json"))),
        "json_groupby": (lambda _: people().groupby(bucket).map(tally).map(second).max().compute(), lines(os.path.join(folder, "json"))),
        "json_filter_pluck": (lambda _: people().filter(older).pluck("amount").mean().compute(), lines(os.path.join(folder, "json"))),
    }[case]
    memory = TreeMemory()
    memory.start()
    first, seconds = measure(run, runs)
    memory.stopped = True
    report(first, seconds, units, peakTreeMb=memory.peak_kb / 1000)


if __name__ == "__main__":
    main()
