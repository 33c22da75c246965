"""Logits of every network in PyTorch (float64) at its published sizes, on weights that the test makes as well.

The networks are those of tests/peers/torch_models.py. Weights come from the generator that the test repeats, in the
order of our layers: matrices divided by the square root of a twelfth of their rows, gamma and running variances about
1. Then come two clips; of the networks that take clips of unequal length, two more of 7 and 12 frames, each by itself.

Run with PyTorch: python tests/golden/networks.py > tests/golden/networks.json
"""

import json
import os
import sys

import numpy as np
import torch
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../peers"))
from torch_models import NETWORKS, mlp  # noqa: E402


class Lcg:
    def __init__(self, state):
        self.state = np.uint32(state)

    def values(self, *shape):
        count = int(np.prod(shape))
        powers = np.cumprod(np.full(count, 1664525, dtype=np.uint32), dtype=np.uint32)
        sums = np.cumsum(np.concatenate([[np.uint32(1)], powers[:-1]]), dtype=np.uint32)
        states = powers * self.state + sums * np.uint32(1013904223)
        self.state = states[-1]
        out = (states >> np.uint32(8)).astype(np.float32) / np.float32(2**24) - np.float32(0.5)
        return out.reshape(shape)

    def matrix(self, *shape):
        return self.values(*shape) * np.float32(np.sqrt(12 / shape[-2]))

    def around_one(self, count):
        return self.values(count) + np.float32(1)


def put(parameter, values):
    assert parameter.shape == values.shape, (parameter.shape, values.shape)
    with torch.no_grad():
        parameter.copy_(torch.from_numpy(np.ascontiguousarray(values).astype(np.float64)))


def fill_convolution(layer, draw):
    outputs, inputs, *kernel = layer.weight.shape
    values = draw.matrix(int(np.prod(kernel)) * inputs, outputs).reshape(*kernel, inputs, outputs)
    put(layer.weight, np.moveaxis(values, (-1, -2), (0, 1)))
    put(layer.bias, draw.values(outputs))


def fill_norm(layer, draw):
    count = layer.num_features
    put(layer.weight, draw.around_one(count))
    put(layer.bias, draw.values(count))
    put(layer.running_mean, draw.values(count))
    put(layer.running_var, draw.around_one(count))


def fill_dense(layer, draw, channels=1):
    """`channels`: of the image or sequence that the layer sees flattened; ours has them last, PyTorch first."""
    values = draw.matrix(layer.in_features, layer.out_features)
    values = values.reshape(-1, channels, layer.out_features).swapaxes(0, 1).reshape(values.shape)
    put(layer.weight, values.T)
    put(layer.bias, draw.values(layer.out_features))


def fill_lstm(layer, draw):
    inputs, units = layer.input_size, layer.hidden_size
    kernel, recurrent = draw.matrix(2, inputs, 4 * units), draw.matrix(2, units, 4 * units)
    bias = draw.values(2, 4 * units)
    for direction, suffix in enumerate(["", "_reverse"]):
        put(getattr(layer, f"weight_ih_l0{suffix}"), kernel[direction].T)
        put(getattr(layer, f"weight_hh_l0{suffix}"), recurrent[direction].T)
        put(getattr(layer, f"bias_ih_l0{suffix}"), bias[direction])
        put(getattr(layer, f"bias_hh_l0{suffix}"), np.zeros_like(bias[direction]))


def fill_transformer(layer, draw):
    attention = layer.self_attn
    width = attention.embed_dim
    put(attention.in_proj_weight, draw.matrix(width, 3 * width).T)
    put(attention.in_proj_bias, draw.values(3 * width))
    fill_dense(attention.out_proj, draw)
    fill_layer_norm(layer.norm1, draw)
    fill_dense(layer.linear1, draw)
    fill_dense(layer.linear2, draw)
    fill_layer_norm(layer.norm2, draw)


def fill_layer_norm(layer, draw):
    put(layer.weight, draw.around_one(len(layer.weight)))
    put(layer.bias, draw.values(len(layer.bias)))


def fill(name, network, draw):
    if name == "fine_tuned":
        for layer in network.layers:
            fill_transformer(layer, draw)
        fill_layer_norm(network.norm, draw)
        fill_dense(network.dense, draw)
        fill_dense(network.output, draw)
        return
    if hasattr(network, "scores"):
        put(network.scores, draw.values(len(network.scores)))
    layers = list(network.modules())
    convolutions = [layer for layer in layers if isinstance(layer, (nn.Conv1d, nn.Conv2d))]
    norms = [layer for layer in layers if isinstance(layer, (nn.BatchNorm1d, nn.BatchNorm2d))]
    lstms = [layer for layer in layers if isinstance(layer, nn.LSTM)]
    dense = [layer for layer in layers if isinstance(layer, nn.Linear)]
    if name == "deep_conv1d":
        rest = [*norms[:-1], dense[0], norms[-1], dense[1]]
    elif name == "mlp":
        rest = [*dense[:-1], *norms, dense[-1]]
    else:
        rest = [*norms, *lstms, *dense]
    # Only the first dense layer sees what was an image or a sequence.
    flattened = convolutions and not lstms
    for layer in [*convolutions, *rest]:
        if layer in convolutions:
            fill_convolution(layer, draw)
        elif layer in norms:
            fill_norm(layer, draw)
        elif layer in lstms:
            fill_lstm(layer, draw)
        else:
            fill_dense(layer, draw, convolutions[-1].out_channels if flattened and layer is dense[0] else 1)


def case(name, build=None, lengths=None):
    published, (frames, coefficients), classes = NETWORKS[name]
    network = (build or published)(classes).double().eval()
    draw = Lcg(7)
    fill(name, network, draw)
    clips = [draw.values(1, length, coefficients) for length in lengths or (frames, frames)]
    with torch.inference_mode():
        logits = torch.cat([network(torch.from_numpy(clip.astype(np.float64))) for clip in clips]).flatten().tolist()
    parameters = [values for key, values in network.state_dict().items() if values.dim() > 0 and "bias_hh" not in key]
    return dict(parameters=sum(values.numel() for values in parameters), logits=[float(f"{x:.9g}") for x in logits])


cases = {name: case(name) for name in NETWORKS}
cases["mlp, norms first"] = case("mlp", lambda classes: mlp(classes, norms=1))
for name in ("attentive_pooling", "emobox", "fine_tuned"):
    cases[f"{name}, unequal"] = case(name, lengths=(7, 12))
print(json.dumps(cases, indent=1))
