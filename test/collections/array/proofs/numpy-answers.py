"""Reads a story a line as JSON, answers what NumPy gives for it, a line each: [dtype, shape, flat data] or an error's text."""
import json
import sys

import numpy as np


def both(a, b):
    """Operands in the dtype of both: NumPy 1 looks at the value of an array without axes, NumPy 2 does not."""
    dtype = np.result_type(a.dtype, b.dtype)
    return a.astype(dtype), b.astype(dtype)


def alike(function, a, b):
    return function(*both(a, b))


def oindex(x, indices):
    """Every axis for itself."""
    axis = 0
    for one in indices:
        if one is None:
            x = np.expand_dims(x, axis)
            axis += 1
            continue
        if isinstance(one, str):
            one = slice(*[None if part == "" else int(part) for part in one.split(":")])
        elif isinstance(one, list):
            one = np.array(one, "bool" if one and isinstance(one[0], bool) else "int64")
        x = x[(slice(None),) * axis + (one,)]
        axis += 0 if isinstance(one, int) else 1
    return x


def assigned(x, indices, value):
    places = oindex(np.arange(x.size).reshape(x.shape), indices)
    flat = x.copy().reshape(-1)
    flat[places.reshape(-1)] = np.broadcast_to(np.asarray(value, x.dtype), places.shape).reshape(-1)
    return flat.reshape(x.shape)


def vindex(x, lists):
    return x[tuple(slice(None) if one is None else np.array(one, "int64") for one in lists)]


def topk(x, k, axis):
    x = np.sort(x, axis=axis)
    x = np.flip(x, axis) if k > 0 else x
    return np.take(x, range(min(abs(k), x.shape[axis])), axis=axis)


def neighbours(x, axis, mode):
    widths = [(1, 0) if one == axis % x.ndim else (0, 0) for one in range(x.ndim)]
    wide = np.pad(x, widths, mode=mode)
    return x + np.take(wide, range(x.shape[axis]), axis=axis)


def array(dtype, shape, data):
    if dtype.startswith("complex"):
        data = [complex(re, im) for re, im in data]
    return np.array([float(one) if isinstance(one, str) and dtype.startswith("f") else one for one in data], dtype).reshape(shape)


def plain(x):
    flat = x.reshape(-1)
    if x.dtype.kind == "c":
        return [[str(one.real), str(one.imag)] for one in flat]
    return [str(one) for one in flat]


def answer(story):
    values = {f"v{at}": array(*one) for at, one in enumerate(story["inputs"])}
    for text in story["steps"]:
        values[f"v{len(values)}"] = np.asarray(eval(text, globals(), values))
    last = values[f"v{len(values) - 1}"]
    return [str(last.dtype), list(last.shape), plain(last)]


np.seterr(all="ignore")
for line in sys.stdin:
    try:
        print(json.dumps(answer(json.loads(line))), flush=True)
    except Exception as error:  # what NumPy refuses is told, and counted
        print(json.dumps(f"{type(error).__name__}: {error}"), flush=True)
