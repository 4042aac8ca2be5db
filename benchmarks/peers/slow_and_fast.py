"""One worker process is five times slower than the other: slow_and_fast.py TASKS MS RUNS

TASKS tasks that wait MS milliseconds in the one and five times as long in the other; the time all takes, beside what both
together could do at the pace that was seen.
"""
import os
import statistics
import sys
import time

from peer_case import cluster, measure, report


def work(_, seconds, slow_pid):
    begin = time.perf_counter()
    time.sleep(5 * seconds if os.getpid() == slow_pid else seconds)
    return os.getpid(), time.perf_counter() - begin


def main():
    tasks, ms, runs = int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
    client, local = cluster("cluster")
    slow_pid = next(iter(local.workers.values())).pid
    done = []

    def run(_):
        done.append(client.gather(client.map(work, range(tasks), seconds=ms / 1000, slow_pid=slow_pid, pure=False)))

    def share(ran, took):
        means = [statistics.mean(s for pid, s in ran if (pid == slow_pid) == slow) for slow in (True, False)]
        return took / (tasks / sum(1 / mean for mean in means))

    first, seconds = measure(run, runs)
    shares = [share(ran, took) for ran, took in zip(done[1:], seconds)]
    report(first, seconds, tasks, makespanOfIdeal=statistics.median(shares))
    client.close()
    local.close()


if __name__ == "__main__":
    main()
