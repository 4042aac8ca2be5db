"""Trivial tasks on Dask: tasks.py SHAPE SCHEDULER N RUNS

SHAPE: independent chain tree merge layered. SCHEDULER: threads, cluster (two processes), cluster-inf (the same with
worker-saturation at infinity). Graphs are raw, so nothing is optimised; names differ from run to run.
"""
import random
import sys

from peer_case import cluster, measure, report


def inc(x):
    return x + 1


def add(a, b):
    return a + b


def total(*xs):
    return sum(xs)


def independent(n, run):
    keys = [(f"e{run}", i) for i in range(n)]
    return {key: (inc, i) for i, key in enumerate(keys)}, keys, n


def chain(n, run):
    graph = {(f"c{run}", 0): (inc, 0)}
    for i in range(1, n):
        graph[(f"c{run}", i)] = (inc, (f"c{run}", i - 1))
    return graph, (f"c{run}", n - 1), n


def tree(n, run):
    graph = {(f"t{run}", 0, i): (inc, i) for i in range(n)}
    level, width = 0, n
    while width > 1:
        width //= 2
        level += 1
        for i in range(width):
            graph[(f"t{run}", level, i)] = (add, (f"t{run}", level - 1, 2 * i), (f"t{run}", level - 1, 2 * i + 1))
    return graph, (f"t{run}", level, 0), len(graph)


def merge(n, run):
    graph = {(f"m{run}", i): (inc, i) for i in range(n)}
    graph[f"out{run}"] = (sum, [(f"m{run}", i) for i in range(n)])
    return graph, f"out{run}", n + 1


def layered(n, run):
    width = max(n // 100, 5)
    draw = random.Random(42)
    graph = {(f"l{run}", 0, i): (inc, i) for i in range(width)}
    for level in range(1, 100):
        for i in range(width):
            above = [i, *draw.sample(range(width), 4)]
            graph[(f"l{run}", level, i)] = (total, *[(f"l{run}", level - 1, j) for j in above])
    return graph, [(f"l{run}", 99, i) for i in range(width)], len(graph)


SHAPES = dict(independent=independent, chain=chain, tree=tree, merge=merge, layered=layered)


def main():
    shape, scheduler, n, runs = sys.argv[1], sys.argv[2], int(float(sys.argv[3])), int(sys.argv[4])
    sys.setrecursionlimit(100_000)
    units = SHAPES[shape](n, 0)[2]
    if scheduler == "threads":
        from dask.threaded import get
        first, seconds = measure(lambda given: get(given[0], given[1]), runs, lambda i: SHAPES[shape](n, i))
    else:
        client, local = cluster(scheduler)
        first, seconds = measure(lambda given: client.get(given[0], given[1]), runs, lambda i: SHAPES[shape](n, i))
        client.close()
        local.close()
    report(first, seconds, units)


if __name__ == "__main__":
    main()
