"""Writes the tables of benchmarks/dataframe.ts: `table_data.py DIR [--rows N] [--files F] [--seed S]`. Same seed, same bytes.

part-000.csv …  id1 (100 strings), id2 (int below rows / 10), v1 (1 to 5), v2 (float), ts (rising, one a second)
right.csv       id2 (each key once), w
"""
import argparse
import os

import numpy as np
import pandas as pd


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("dir")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    os.makedirs(options.dir, exist_ok=True)
    names = np.array([f"id{i:03d}" for i in range(100)], dtype=object)
    keys, per = max(options.rows // 10, 10), options.rows // options.files
    for f in range(options.files):
        r = np.random.RandomState(options.seed + f)
        seconds = np.arange(f * per, (f + 1) * per).astype("timedelta64[s]")
        pd.DataFrame({
            "id1": names[r.randint(0, 100, per)],
            "id2": r.randint(0, keys, per),
            "v1": r.randint(1, 6, per),
            "v2": np.round(r.normal(50, 20, per), 6),
            "ts": pd.Series(np.datetime_as_string(np.datetime64("2020-01-01T00:00:00") + seconds)).str.replace("T", " ", regex=False),
        }).to_csv(f"{options.dir}/part-{f:03d}.csv", index=False)
    r = np.random.RandomState(options.seed + 1_000)
    right = pd.DataFrame({"id2": r.permutation(keys), "w": np.round(r.random_sample(keys), 6)})
    right.to_csv(f"{options.dir}/right.csv", index=False)


main()
