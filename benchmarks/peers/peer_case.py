"""What all peer scripts share: timing with a warm-up, and the one line they print."""
import json
import resource
import statistics
import time


def measure(run, runs, prepare=lambda i: None):
    """Times `run(prepared)` after one warm-up run; what it is given is prepared outside of the time."""
    seconds = []
    for i in range(runs + 1):
        given = prepare(i)
        start = time.perf_counter()
        run(given)
        seconds.append(time.perf_counter() - start)
        del given
    return seconds[0], seconds[1:]


def report(first, seconds, units, **more):
    middle = statistics.median(seconds)
    print(json.dumps({
        "seconds": middle,
        "perUnitUs": middle / units * 1e6,
        "peakRssMb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "more": {"firstS": first, "minS": min(seconds), "maxS": max(seconds), "runs": len(seconds), **more},
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
