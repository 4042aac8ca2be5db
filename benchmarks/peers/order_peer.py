"""Peak of held results under dask.order, for graphs given as JSON lines on stdin: {"name", "inputs": [[row, ...], ...]}.

Writes one JSON line a graph: {"name", "peak"}. Held: a result from when it is made until its last reader has run; an
output only while it is made.
"""
import json
import sys

from dask.order import order


def peak_held(inputs, ranks):
    uses = [0] * len(inputs)
    for row in inputs:
        for one in set(row):
            uses[one] += 1
    held = peak = 0
    for row in sorted(range(len(inputs)), key=lambda r: ranks[r]):
        held += 1
        peak = max(peak, held)
        for one in set(inputs[row]):
            uses[one] -= 1
            if uses[one] == 0:
                held -= 1
        if uses[row] == 0:
            held -= 1
    return peak


for line in sys.stdin:
    graph = json.loads(line)
    inputs = graph["inputs"]
    dsk = {("t%06d" % row): (lambda *a: None, *["t%06d" % one for one in reads]) for row, reads in enumerate(inputs)}
    ranks = order(dsk)
    print(json.dumps({"name": graph["name"], "peak": peak_held(inputs, [ranks["t%06d" % r] for r in range(len(inputs))])}), flush=True)
