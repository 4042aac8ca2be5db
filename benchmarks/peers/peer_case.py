"""What all peer scripts share: timing with a warm-up, and the one line they print."""
import glob
import json
import os
import resource
import statistics
import threading
import time


class TreeMemory(threading.Thread):
    """The most memory that this process and all it started had together, as benchmarks/tree-memory.ts measures it."""

    def __init__(self):
        super().__init__(daemon=True)
        self.peak_kb, self.stopped = 0, False

    def run(self):
        while not self.stopped:
            self.peak_kb = max(self.peak_kb, self.tree_kb(os.getpid()))
            time.sleep(0.05)

    def tree_kb(self, pid):
        total = 0
        try:
            with open(f"/proc/{pid}/smaps_rollup") as file:
                total = next(int(line.split()[1]) for line in file if line.startswith("Pss:"))
            for path in glob.glob(f"/proc/{pid}/task/*/children"):
                with open(path) as file:
                    total += sum(self.tree_kb(int(child)) for child in file.read().split())
        except (OSError, StopIteration):
            pass
        return total


BUSY = []


def measure(run, runs, prepare=lambda i: None):
    """Times `run(prepared)` after one warm-up run; what it is given is prepared outside of the time."""
    seconds = []
    BUSY.clear()
    for i in range(runs + 1):
        given = prepare(i)
        busy, start = time.process_time(), time.perf_counter()
        run(given)
        seconds.append(time.perf_counter() - start)
        BUSY.append(time.process_time() - busy)
        del given
    return seconds[0], seconds[1:]


def report(first, seconds, units, **more):
    middle = statistics.median(seconds)
    print(json.dumps({
        "seconds": middle,
        "perUnitUs": middle / units * 1e6,
        "peakRssMb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "more": {"firstS": first, "minS": min(seconds), "maxS": max(seconds), "runs": len(seconds),
                 **({"cpuS": statistics.median(BUSY[1:])} if len(BUSY) > 1 else {}), **more},
    }), flush=True)


def cluster(kind):
    """A client on two worker processes of one thread each; "cluster-inf" hands root tasks out without a limit."""
    import dask
    from distributed import Client, LocalCluster

    if kind == "cluster-inf":
        dask.config.set({"distributed.scheduler.worker-saturation": float("inf")})
    local = LocalCluster(dashboard_address=None, processes=True, n_workers=2, threads_per_worker=1)
    client = Client(local)
    client.wait_for_workers(2)
    return client, local
