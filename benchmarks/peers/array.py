"""Blocked array work in Dask: `array.py CASE [--runs N]`, one line of figures."""
import argparse

import dask
import dask.array as da
from peer_case import measure, report


def smooth(b):
    """Five-point smoothing of a block that already has its border of one element."""
    out = b.copy()
    out[1:-1, 1:-1] = (b[1:-1, 1:-1] * 0.4 + b[:-2, 1:-1] * 0.15 + b[2:, 1:-1] * 0.15
                       + b[1:-1, :-2] * 0.15 + b[1:-1, 2:] * 0.15)
    return out


def square():
    return da.random.RandomState(42).random_sample((6_400, 6_400), chunks=(800, 800))


def tall():
    return da.random.RandomState(42).random_sample((20_000, 2_000), chunks=(1_000, 1_000))


def matmul():
    r = da.random.RandomState(42)
    x, y = (r.random_sample((4_000, 4_000), chunks=1_000) for _ in range(2))
    return (x @ y).sum()


def add_transpose(name):
    x = square()
    return getattr(x + x.T, name)()


def elementwise():
    x = da.arange(20_000_000, chunks=1_000_000).astype("float64")
    return (da.sin(x) ** 2 + da.cos(x) ** 2 + da.sqrt(x) * 0.5).sum()


def build():
    """A graph of a million chunks: built and optimised, not run."""
    y = ((da.ones(10_000_000, chunks=10) + 1) * 2).sum()
    dict(dask.optimize(y)[0].__dask_graph__())


def reduce_20gb():
    x = da.random.RandomState(42).random_sample((50_000, 50_000), chunks=(2_000, 2_000))
    return x.map_blocks(lambda b: b * 2 - 1, dtype="float64").std()


CASES = {
    "reduce_20gb": (reduce_20gb, 2_500_000_000),
    "random_only": (lambda: tall().map_blocks(lambda b: b[:1, :1], chunks=(1, 1)).sum(), 40_000_000),
    "add_transpose_mean": (lambda: add_transpose("mean"), 40_960_000),
    "add_transpose_std": (lambda: add_transpose("std"), 40_960_000),
    "tall_std": (lambda: tall().std(axis=0).sum(), 40_000_000),
    "matmul": (matmul, 16_000_000),
    "svd_tsqr": (lambda: da.linalg.svd(
        da.random.RandomState(42).random_sample((200_000, 50), chunks=(20_000, 50)))[1], 10_000_000),
    "rechunk": (lambda: da.ones((8_000, 8_000), chunks=(8_000, 100)).rechunk((100, 8_000)).sum(), 64_000_000),
    "sum": (lambda: da.arange(100_000_000, chunks=1_000_000, dtype="float64").sum(), 100_000_000),
    "overlap": (lambda: da.random.RandomState(42).random_sample((8_000, 4_000), chunks=(1_000, 1_000))
                .map_overlap(smooth, depth=1, boundary="reflect").sum(), 32_000_000),
    "elementwise": (elementwise, 20_000_000),
    "slicing": (lambda: da.ones((10_000, 10_000), chunks=(500, 500))[::3, ::-2][100:-100].sum(), 100_000_000),
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("case")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    if options.case == "build_1e6_chunks":
        first, seconds = measure(lambda _: build(), options.runs)
        report(first, seconds, 1_000_000)
    else:
        make, units = CASES[options.case]
        first, seconds = measure(lambda _: make().compute(scheduler="threads"), options.runs)
        report(first, seconds, units)
