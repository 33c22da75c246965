"""Weights of a dense layer (5 x 4 and a bias) under PyTorch's Adam, step by step.

Weights and gradients come from the generator that the test repeats.
Run with PyTorch: python tests/golden/adam.py > tests/golden/adam.json
"""

import json

import numpy as np
import torch


class Lcg:
    def __init__(self, state):
        self.state = state

    def values(self, count):
        out = np.empty(count, dtype=np.float32)
        for index in range(count):
            self.state = (self.state * 1664525 + 1013904223) % 2**32
            out[index] = (self.state >> 8) / 2**24 - 0.5
        return out


def gradients(step):
    draw = Lcg(100 + step)
    scaled = lambda count: draw.values(count) * np.float32(10) ** -np.arange(count, dtype=np.float32).__mod__(6)
    return scaled(20).reshape(5, 4), scaled(4)


draw = Lcg(7)
weights = [torch.nn.Parameter(torch.from_numpy(draw.values(count).reshape(shape))) for count, shape in ((20, (5, 4)), (4, (4,)))]
adam = torch.optim.Adam(weights, lr=0.01, eps=1e-7)
steps = []
for step in range(10):
    for weight, gradient in zip(weights, gradients(step)):
        weight.grad = torch.from_numpy(gradient.astype(np.float32))
    adam.step()
    steps.append([float(f"{value:.8g}") for weight in weights for value in weight.detach().flatten().tolist()])
print(json.dumps(dict(steps=steps)))
