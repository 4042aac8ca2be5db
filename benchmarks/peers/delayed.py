"""Lazy calls in Dask, built and run: delayed.py threads|cluster N RUNS"""
import sys

from peer_case import cluster, measure, report


def inc(x):
    return x + 1


def main():
    from dask import delayed

    scheduler, n, runs = sys.argv[1], int(float(sys.argv[2])), int(sys.argv[3])
    lazy = delayed(inc, pure=False)

    client = cluster(scheduler)[0] if scheduler == "cluster" else None

    def run(_):
        assert delayed(sum)([lazy(i) for i in range(n)]).compute(scheduler=client or scheduler) == n * (n + 1) // 2

    first, seconds = measure(run, runs)
    report(first, seconds, n)


if __name__ == "__main__":
    main()
