"""A Dask worker process is killed in the middle of a job: resilience.py KILL TASKS MS RUNS

TASKS tasks of MS milliseconds and a tree of sums over them on two worker processes; KILL: no, or yes: one worker gets SIGKILL
when 40 % of the tasks are done. The answer must be right.
"""
import logging
import os
import signal
import sys
import time

from peer_case import cluster, report


def slow(i, seconds):
    time.sleep(seconds)
    return i * i


def add(a, b):
    return a + b


def main():
    kill, tasks, ms, runs = sys.argv[1] == "yes", int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    want = sum(i * i for i in range(tasks))
    seconds = []
    for _ in range(runs):
        client, local = cluster("cluster")
        start = time.perf_counter()
        leaves = client.map(slow, range(tasks), seconds=ms / 1000, pure=False)
        level = leaves
        while len(level) > 1:
            odd = [level[-1]] if len(level) % 2 else []
            level = [client.submit(add, level[i], level[i + 1], pure=False) for i in range(0, len(level) - 1, 2)] + odd
        if kill:
            while sum(one.status == "finished" for one in leaves) < tasks * 0.4:
                time.sleep(0.01)
            os.kill(next(iter(local.workers.values())).pid, signal.SIGKILL)
        assert level[0].result() == want
        seconds.append(time.perf_counter() - start)
        client.close()
        local.close()
    report(seconds[0], seconds, tasks)


if __name__ == "__main__":
    main()
