"""Work over data that does not fit the memory the cluster was given, with Dask.

    larger_than_memory.py make FOLDER GB          a stack of .npy files of random numbers, 16 MB each
    larger_than_memory.py standardise FOLDER WORKERS LIMIT_MB [RUNS]
    larger_than_memory.py rechunk FOLDER WORKERS LIMIT_MB [RUNS]
"""
import json
import os
import statistics
import sys
import tempfile
import threading
import time

COLUMNS, ROWS = 1000, 2000


def make(folder, gb):
    import dask.array as da
    import numpy as np
    import pickle

    count = int(gb * 1e9 / (COLUMNS * ROWS * 8))
    os.makedirs(folder, exist_ok=True)
    random = np.random.default_rng(7)
    for i in range(count):
        np.save(f"{folder}/{i}.npy", random.random((ROWS, COLUMNS)))
    with open(f"{folder}/info", "wb") as file:
        pickle.dump({"chunks": ((ROWS,) * count, (COLUMNS,)), "dtype": np.dtype("f8"), "axis": 0}, file)


class Watch(threading.Thread):
    """The highest sum of resident memory of this process and its children."""

    def __init__(self):
        super().__init__(daemon=True)
        self.peak, self.stopped = 0, False

    def run(self):
        import psutil

        me = psutil.Process()
        while not self.stopped:
            total = me.memory_info().rss
            for child in me.children(recursive=True):
                try:
                    total += child.memory_info().rss
                except psutil.Error:
                    pass
            self.peak = max(self.peak, total)
            time.sleep(0.05)


def busy():
    """Processor time of this process and its children so far."""
    import psutil

    me = psutil.Process()
    times = [one.cpu_times() for one in [me, *me.children(recursive=True)]]
    return sum(one.user + one.system for one in times)


def work(name, folder):
    import dask.array as da

    x = da.from_npy_stack(folder, mmap_mode=None)
    if name == "standardise":
        d = x - x.mean(axis=0)
        return d.std(axis=0).sum() + abs(d).max()
    return x.rechunk((x.shape[0], 10)).max(axis=0).sum()


def main():
    if sys.argv[1] == "make":
        return make(sys.argv[2], float(sys.argv[3]))
    name, folder, workers, limit = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    runs = int(sys.argv[5]) if len(sys.argv) > 5 else 1
    import dask
    from distributed import Client, LocalCluster

    times, peaks, spent = [], [], []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as spill:
            dask.config.set({"temporary-directory": spill})
            with LocalCluster(
                dashboard_address=None, processes=True, n_workers=workers, threads_per_worker=1, memory_limit=limit * 10**6
            ) as cluster, Client(cluster):
                watch = Watch()
                watch.start()
                before = busy()
                start = time.perf_counter()
                value = float(work(name, folder).compute())
                times.append(time.perf_counter() - start)
                spent.append(busy() - before)
                watch.stopped = True
                peaks.append(watch.peak)
    seconds = statistics.median(times)
    peak = max(peaks) / 1e6
    more = {"peakTreeMb": peak, "treeCpuS": statistics.median(spent), "value": value}
    print(json.dumps({"seconds": seconds, "perUnitUs": seconds * 1e6, "peakRssMb": peak, "more": more}))


if __name__ == "__main__":
    main()
