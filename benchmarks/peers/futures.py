"""Futures on a Dask cluster of two processes: futures.py CASE N RUNS

CASE: roundtrip (submit, wait for the result, one after another; seconds are the median trip), map_gather, dependent,
as_completed, actor_call (seconds are the median call), actor_pipeline (N calls under way at once), scatter and gather (N megabytes of float64).
"""
import sys
import time

from peer_case import cluster, measure, report


def inc(x):
    return x + 1


def roundtrip(client, n):
    for i in range(100):
        client.submit(inc, i, pure=False).result()
    trips = []
    for i in range(n):
        start = time.perf_counter()
        client.submit(inc, i, pure=False).result()
        trips.append(time.perf_counter() - start)
    first = trips[0]
    ordered = sorted(trips)
    report(first, trips, 1, p90Us=ordered[int(n * 0.9)] * 1e6, p99Us=ordered[int(n * 0.99)] * 1e6)


class Counter:
    def __init__(self):
        self.total = 0

    def add(self, amount):
        self.total += amount
        return self.total


def actor_call(client, n):
    counter = client.submit(Counter, actor=True).result()
    for i in range(100):
        counter.add(1).result()
    calls = []
    for i in range(n):
        start = time.perf_counter()
        counter.add(1).result()
        calls.append(time.perf_counter() - start)
    ordered = sorted(calls)
    report(calls[0], calls, 1, p90Us=ordered[int(n * 0.9)] * 1e6, p99Us=ordered[int(n * 0.99)] * 1e6)


def actor_pipeline(client, n, runs):
    counter = client.submit(Counter, actor=True).result()

    def run(_):
        totals = [future.result() for future in [counter.add(1) for _ in range(n)]]
        # Dask does not promise that calls of one client are carried out in the order in which they were said.
        assert max(totals) - min(totals) == n - 1

    report(*measure(run, runs), n)


def map_gather(client, n, runs):
    def run(_):
        assert client.gather(client.map(inc, range(n), pure=False))[-1] == n

    report(*measure(run, runs), n)


def chain(client, n, runs):
    def run(_):
        future = client.submit(inc, 0, pure=False)
        for _ in range(n - 1):
            future = client.submit(inc, future, pure=False)
        assert future.result() == n

    report(*measure(run, runs), n)


def as_completed(client, n, runs):
    from distributed import as_completed as completed

    def run(_):
        assert sum(1 for _ in completed(client.map(inc, range(n), pure=False))) == n

    report(*measure(run, runs), n)


def moved(client, megabytes, runs, which):
    import numpy as np

    seconds = []
    for i in range(runs + 1):
        data = np.random.default_rng(i).random(megabytes * 125_000)
        start = time.perf_counter()
        future = client.scatter(data, hash=False)
        middle = time.perf_counter()
        back = client.gather(future)
        end = time.perf_counter()
        assert back[0] == data[0] and back[-1] == data[-1]
        seconds.append(middle - start if which == "scatter" else end - middle)
        del future, back
        time.sleep(0.2)
    report(seconds[0], seconds[1:], megabytes)


def main():
    case, n, runs = sys.argv[1], int(float(sys.argv[2])), int(sys.argv[3])
    client, local = cluster("cluster")
    if case == "roundtrip":
        roundtrip(client, n)
    elif case == "actor_call":
        actor_call(client, n)
    elif case in ("scatter", "gather"):
        moved(client, n, runs, case)
    else:
        cases = {
            "map_gather": map_gather,
            "dependent": chain,
            "as_completed": as_completed,
            "actor_pipeline": actor_pipeline,
        }
        cases[case](client, n, runs)
    client.close()
    local.close()


if __name__ == "__main__":
    main()
