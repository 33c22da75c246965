"""Values and gradients of PyTorch's layers, put together as the networks do; the loss is the sum of the sines.

Weights and inputs come from the generator that the test repeats, in the order input, kernel, bias, gamma, beta.
Run with PyTorch: python tests/golden/layers.py > tests/golden/layers.json
"""

import json

import numpy as np
import torch
import torch.nn.functional as F


class Lcg:
    def __init__(self, state):
        self.state = state

    def values(self, *shape):
        out = np.empty(int(np.prod(shape)), dtype=np.float32)
        for index in range(out.size):
            self.state = (self.state * 1664525 + 1013904223) % 2**32
            out[index] = (self.state >> 8) / 2**24 - 0.5
        return torch.from_numpy(out.reshape(shape)).requires_grad_()


def around(size, stride, length):
    """Positions beyond each end with padding="same"."""
    beyond = max((-(-length // stride) - 1) * stride + size - length, 0)
    return beyond // 2, beyond - beyond // 2


def pool(x, size, stride, same):
    if same:
        (top, bottom), (left, right) = (around(*axis) for axis in zip(size, stride, x.shape[2:]))
        x = F.pad(x, (left, right, top, bottom), value=float("-inf"))
    return F.max_pool2d(x, size, stride)


def convolve(x, kernel, bias, k):
    """Channels last to channels first; the kernel is (height, width, inputs, outputs)."""
    before, after = ((k[0] - 1) // 2, (k[1] - 1) // 2), (k[0] // 2, k[1] // 2)
    x = F.pad(x.permute(0, 3, 1, 2), (before[1], after[1], before[0], after[0]))
    return F.conv2d(x, kernel.reshape(*k, x.shape[1], -1).permute(3, 2, 0, 1), bias)


def case(network, shape, outputs, k, size, stride, same):
    draw = Lcg(7)
    x = draw.values(*shape)
    kernel, bias = draw.values(k[0] * k[1] * shape[-1], outputs), draw.values(outputs)
    weights = [x, kernel, bias]
    hidden = convolve(x, kernel, bias, k)
    if network == "norm":
        gamma, beta = draw.values(outputs), draw.values(outputs)
        weights += [gamma, beta]
        hidden = F.batch_norm(F.relu(hidden), None, None, gamma, beta, True, 0.1, 1e-3)
    hidden = pool(hidden, size, stride, same)
    if network == "relu":
        hidden = F.relu(hidden)
    hidden.sin().sum().backward()
    found = [hidden.permute(0, 2, 3, 1), *(weight.grad for weight in weights)]
    return dict(
        network=network,
        shape=shape,
        outputs=outputs,
        kernel=k[1],
        size=size,
        stride=stride,
        values=[[float(f"{value:.8g}") for value in one.detach().flatten().tolist()] for one in found],
    )


def dense():
    draw = Lcg(7)
    x, kernel, bias = draw.values(3, 20), draw.values(20, 18), draw.values(18)
    output = F.relu(x @ kernel + bias)
    output.sin().sum().backward()
    found = [output, x.grad, kernel.grad, bias.grad]
    values = [[float(f"{value:.8g}") for value in one.detach().flatten().tolist()] for one in found]
    return dict(network="dense", shape=[3, 20], outputs=18, kernel=1, size=[1, 1], stride=[1, 1], values=values)


print(
    json.dumps(
        [
            # As in the deep Conv1D: a sequence is an image of height 1, pooled along its width.
            case("norm", [3, 1, 23, 1], 20, (1, 5), (1, 5), (1, 2), True),
            case("norm", [2, 1, 12, 17], 33, (1, 3), (1, 3), (1, 2), True),
            # As in the CRNN and in the mel Conv2D.
            case("norm", [2, 5, 6, 2], 16, (3, 3), (1, 2), (1, 2), False),
            case("relu", [2, 8, 6, 3], 19, (5, 5), (2, 2), (2, 2), False),
            case("relu", [1, 4, 5, 16], 6, (4, 4), (2, 2), (2, 2), False),
            dense(),
        ]
    )
)
