"""Logits of the network `conv1d`, computed with numpy alone in float64.

Weights and inputs come from a small generator that the test repeats, so that only sizes and outputs
are stored. Run: python tests/golden/conv1d.py > tests/golden/conv1d.json
"""

import json

import numpy as np

CASES = [
    dict(filters=[4, 5], kernel_size=5, pool_size=2, dense_units=6, input=[2, 21, 3], classes=3),
    dict(filters=[6], kernel_size=4, pool_size=2, dense_units=3, input=[3, 2, 5], classes=2),
    dict(filters=[3, 4, 5], kernel_size=3, pool_size=3, dense_units=4, input=[1, 29, 22], classes=8),
]


class Lcg:
    def __init__(self, state):
        self.state = state

    def values(self, *shape):
        out = np.empty(int(np.prod(shape)))
        for index in range(out.size):
            self.state = (self.state * 1664525 + 1013904223) % 2**32
            out[index] = (self.state >> 8) / 2**24 - 0.5
        return out.reshape(shape)


def same_convolution(x, kernel, bias):
    size = kernel.shape[0]
    before = (size - 1) // 2
    x = np.pad(x, ((0, 0), (before, size - 1 - before), (0, 0)))
    frames = x.shape[1] - size + 1
    return sum(x[:, k : k + frames] @ kernel[k] for k in range(size)) + bias


def logits(case):
    draw = Lcg(7)
    inputs = case["input"][2]
    layers = []
    for filters in case["filters"]:
        kernel = draw.values(case["kernel_size"], inputs, filters)
        layers.append((kernel, draw.values(filters)))
        inputs = filters
    dense = draw.values(inputs, case["dense_units"]), draw.values(case["dense_units"])
    output = draw.values(case["dense_units"], case["classes"]), draw.values(case["classes"])
    x = draw.values(*case["input"])
    for index, (kernel, bias) in enumerate(layers):
        x = np.maximum(same_convolution(x, kernel, bias), 0)
        if index + 1 < len(layers):
            pool = case["pool_size"]
            pooled = x.shape[1] // pool
            x = x[:, : pooled * pool].reshape(x.shape[0], pooled, pool, -1).max(axis=2)
    x = x.mean(axis=1)
    x = np.maximum(x @ dense[0] + dense[1], 0)
    return x @ output[0] + output[1]


print(json.dumps([case | dict(logits=logits(case).ravel().tolist()) for case in CASES], indent=1))
