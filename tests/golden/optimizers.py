"""Weights of a dense layer (5 x 4 and a bias) under PyTorch's optimisers, step by step; rates of a cosine with warm-up.

Weights and gradients come from the generator that the test repeats. The bias is in a group without weight decay.
Run with PyTorch: python tests/golden/optimizers.py > tests/golden/optimizers.json
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


def follow(make, decay):
    draw = Lcg(7)
    weights = [torch.nn.Parameter(torch.from_numpy(draw.values(count).reshape(shape))) for count, shape in ((20, (5, 4)), (4, (4,)))]
    optimizer = make([dict(params=weights[:1], weight_decay=decay), dict(params=weights[1:], weight_decay=0.0)])
    steps = []
    for step in range(6):
        for weight, gradient in zip(weights, gradients(step)):
            weight.grad = torch.from_numpy(gradient.astype(np.float32))
        optimizer.step()
        steps.append([float(f"{value:.8g}") for weight in weights for value in weight.detach().flatten().tolist()])
    return steps


cases = []
for optimizer, decay, momentum, nesterov in (
    ("adam", 0.0, 0.9, False),
    ("adam", 0.1, 0.9, False),
    ("adamw", 0.1, 0.9, False),
    ("sgd", 0.0, 0.0, False),
    ("sgd", 0.1, 0.9, False),
    ("sgd", 0.1, 0.9, True),
):
    make = {
        "adam": lambda groups: torch.optim.Adam(groups, lr=0.01, eps=1e-7),
        "adamw": lambda groups: torch.optim.AdamW(groups, lr=0.01, eps=1e-7),
        "sgd": lambda groups: torch.optim.SGD(groups, lr=0.01, momentum=momentum, nesterov=nesterov),
    }[optimizer]
    cases.append(dict(optimizer=optimizer, weight_decay=decay, momentum=momentum, nesterov=nesterov, steps=follow(make, decay)))


def rates(warmup, steps, minimum):
    weight = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([weight], lr=0.02)
    line = torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=1 / warmup, total_iters=warmup - 1)
    cosine = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps - warmup, eta_min=minimum)
    schedule = torch.optim.lr_scheduler.SequentialLR(optimizer, [line, cosine], milestones=[warmup])
    seen = []
    for _ in range(steps):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    return seen


schedules = [dict(epochs=6, per_epoch=5, warmup_epochs=w, minimum=m, rates=rates(round(w * 5), 30, m)) for w, m in ((1.0, 0.0), (2.4, 0.001))]
print(json.dumps(dict(cases=cases, schedules=schedules)))
