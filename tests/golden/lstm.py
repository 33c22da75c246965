"""Hidden states and gradients of PyTorch's bidirectional LSTM; the loss is the sum of the states times fixed numbers.

Weights, input and those numbers come from the generator that the test repeats.
Run with PyTorch: python tests/golden/lstm.py > tests/golden/lstm.json
"""

import json

import numpy as np
import torch


# Of longer tensors the first numbers are kept.
MOST = 400


class Lcg:
    def __init__(self, state):
        self.state = state

    def values(self, *shape):
        out = np.empty(int(np.prod(shape)), dtype=np.float32)
        for index in range(out.size):
            self.state = (self.state * 1664525 + 1013904223) % 2**32
            out[index] = (self.state >> 8) / 2**24 - 0.5
        return torch.from_numpy(out.reshape(shape))


def follow(batch, steps, inputs, units):
    draw = Lcg(7)
    kernel = draw.values(2, inputs, 4 * units)
    recurrent = draw.values(2, units, 4 * units)
    bias = draw.values(2, 4 * units)
    x = draw.values(batch, steps, inputs).requires_grad_()
    loss = draw.values(batch, steps, 2 * units)
    lstm = torch.nn.LSTM(inputs, units, batch_first=True, bidirectional=True)
    ours = dict(weight_ih=kernel, weight_hh=recurrent, bias_ih=bias)
    with torch.no_grad():
        for name, weights in lstm.named_parameters():
            direction = int(name.endswith("_reverse"))
            kind = name.removesuffix("_reverse").removesuffix("_l0")
            weights.copy_(ours[kind][direction].T if kind in ours else torch.zeros_like(weights))
    states, _ = lstm(x)
    (states * loss).sum().backward()

    def gradient(kind):
        pair = [getattr(lstm, f"{kind}_l0{suffix}").grad for suffix in ("", "_reverse")]
        return torch.stack([one.T for one in pair])

    found = [states, x.grad, gradient("weight_ih"), gradient("weight_hh"), gradient("bias_ih")]
    rounded = [[float(f"{value:.8g}") for value in one.detach().flatten().tolist()[:MOST]] for one in found]
    return dict(sizes=[batch, steps, inputs, units], values=rounded)


print(json.dumps([follow(3, 7, 5, 32), follow(2, 4, 3, 6)]))
