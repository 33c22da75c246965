"""Averages of weights by PyTorch's AveragedModel: the mean, and an exponential one with a decay that warms up.

Run with PyTorch: python tests/golden/averages.py > tests/golden/averages.json
"""

import json

import torch
from torch.optim.swa_utils import AveragedModel

values = [[1.0, -2.0], [0.5, 3.0], [0.25, 0.0], [7.0, 1.0], [-3.0, 2.5]]


def follow(average):
    model = torch.nn.Linear(2, 1, bias=False).double()
    averaged = AveragedModel(model, avg_fn=average, use_buffers=True)
    seen = []
    for value in values:
        model.weight.data = torch.tensor([value], dtype=torch.float64)
        averaged.update_parameters(model)
        seen.append(averaged.module.weight.detach()[0].tolist())
    return seen


def ema(averaged, new, updates):
    decay = min(0.25, (1 + int(updates)) / (10 + int(updates)))
    return decay * averaged + (1 - decay) * new


print(json.dumps(dict(values=values, decay=0.25, swa=follow(None), ema=follow(ema))))
