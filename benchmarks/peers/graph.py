"""Graphs in Dask: graph.py CASE N RUNS

N tasks of block-wise array work: ones, five element-wise steps, and a sum over eight blocks at a time. CASE: build (down to
tasks), optimize, cull, fuse, order, all (build, optimize, order), build-delayed (N lazy calls under one).
"""
import sys

from peer_case import measure, report


def inc(x):
    return x + 1


def blocks(n, i):
    import dask.array as da

    x = da.ones(max(int(n / (7 + 1 / 7)), 1), chunks=1)
    for step in range(5):
        x = x + (step + i + 1)
    return x.sum(split_every=8)


def all_of(y):
    import dask
    from dask.order import order

    dict(y.__dask_graph__())
    (z,) = dask.optimize(y)
    dict(z.__dask_graph__())
    order(dict(y.__dask_graph__()))


def main():
    import dask
    from dask import delayed
    from dask.optimization import cull, fuse
    from dask.order import order

    case, n, runs = sys.argv[1], int(float(sys.argv[2])), int(sys.argv[3])
    sys.setrecursionlimit(100_000)

    def plain(i):
        y = blocks(n, i)
        return dict(y.__dask_graph__()), y.__dask_keys__()

    lazy = delayed(inc, pure=False)
    run, prepare = {
        "build": (lambda i: dict(blocks(n, i).__dask_graph__()), lambda i: i),
        "optimize": (lambda y: dict(dask.optimize(y)[0].__dask_graph__()), lambda i: blocks(n, i)),
        "cull": (lambda given: cull(*given), plain),
        "fuse": (lambda given: fuse(*given), plain),
        "order": (lambda given: order(given[0]), plain),
        "all": (lambda i: all_of(blocks(n, i)), lambda i: i),
        "build-delayed": (lambda _: dict(delayed(sum)([lazy(i) for i in range(n)]).__dask_graph__()), lambda i: i),
    }[case]
    if runs == 1:
        # Minutes long: one run is all there is.
        import time
        given = prepare(0)
        start = time.perf_counter()
        run(given)
        seconds = time.perf_counter() - start
        report(seconds, [seconds], n)
    else:
        first, seconds = measure(run, runs, prepare)
        report(first, seconds, n)


if __name__ == "__main__":
    main()
