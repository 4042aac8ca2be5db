"""Tables in Dask: `dataframe.py CASE DIR [--source csv|memory] [--on threads|cluster] [--runs N]`, one line of figures. table_data.py writes DIR."""
import argparse

import dask.dataframe as dd
import pandas as pd
from peer_case import cluster, measure, report

DTYPES = {"id1": "object", "id2": "int64", "v1": "int64", "v2": "float64"}


def count(t):
    return t.map_partitions(lambda d: pd.Series([len(d)]), meta=pd.Series([0])).sum()


CASES = {
    "read": lambda t, r: count(t),
    "filter_sum": lambda t, r: t[(t.v1 > 2) & (t.v2 < 60)].v2.sum(),
    "groupby_low": lambda t, r: t[t.v2 > 10].groupby("id1").agg({"v1": "sum", "v2": ["mean", "std"]}),
    "groupby_high": lambda t, r: t.groupby("id2").agg({"v1": "sum", "v2": "mean"}),
    "merge": lambda t, r: t.merge(r, on="id2").w.sum(),
    "set_index": lambda t, r: t.set_index("id2").v2.sum(),
    "sort": lambda t, r: t.sort_values("v2").v1.sum(),
    "value_counts": lambda t, r: t.id1.value_counts(),
    "nunique": lambda t, r: t.id2.nunique(),
    "describe": lambda t, r: t[["v1", "v2"]].describe(),
    "nlargest": lambda t, r: t.nlargest(10, "v2"),
    "rolling": lambda t, r: t.v2.rolling(100).mean().sum(),
    "resample": lambda t, r: t.set_index("ts", sorted=True).v2.resample("1h").mean(),
}


def read(folder, dates):
    more = {"parse_dates": ["ts"]} if dates else {}
    right = dd.read_csv(f"{folder}/right.csv", dtype={"id2": "int64", "w": "float64"}, blocksize=None)
    return dd.read_csv(f"{folder}/part-*.csv", dtype=DTYPES, blocksize=None, **more), right


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("case")
    parser.add_argument("dir")
    parser.add_argument("--source", default="csv")
    parser.add_argument("--on", default="threads")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    dates, memory = options.case == "resample", options.source == "memory"
    on = {"scheduler": "threads"}
    if options.on == "cluster":
        from distributed import wait

        client, local = cluster("cluster")
        on = {}
    held = [one.persist(**on) for one in read(options.dir, dates)] if memory else None
    if memory and options.on == "cluster":
        wait(held)
    units = int(count(held[0] if memory else read(options.dir, False)[0]).compute(**on))

    def run(_):
        t, r = held or read(options.dir, dates)
        CASES[options.case](t, r).compute(**on)

    first, seconds = measure(run, options.runs)
    report(first, seconds, units)
    if options.on == "cluster":
        held = None
        client.close()
        local.close()
