"""Output and gradients of a transformer layer in PyTorch (float64), norms before the parts and after the sums.

Weights come from the generator of networks.py, in the order of our layers; then come two clips of four frames, of which
the second has two of its own. The loss is the sum of sin(2 y) over all numbers of the clips' own frames. Gradients are
in the order and the layout of our parameters.

Run with PyTorch: python tests/golden/transformer.py > tests/golden/transformer.json
"""

import contextlib
import io
import json
import os
import sys

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
with contextlib.redirect_stdout(io.StringIO()):
    from networks import Lcg, fill_layer_norm, fill_transformer  # noqa: E402

WIDTH, HEADS, UNITS = 6, 2, 8


def rounded(values):
    return [float(f"{x:.9g}") for x in values.detach().flatten().tolist()]


def case(norm_first):
    draw = Lcg(7)
    layer = nn.TransformerEncoderLayer(
        WIDTH, HEADS, UNITS, 0.0, F.gelu, 1e-5, batch_first=True, norm_first=norm_first
    ).double()
    fill_transformer(layer, draw)
    norm = nn.LayerNorm(WIDTH).double()
    if norm_first:
        fill_layer_norm(norm, draw)
    clips = torch.from_numpy(draw.values(2, 4, WIDTH).astype(np.float64)).requires_grad_()
    hidden = torch.tensor([[False] * 4, [False, False, True, True]])
    output = layer(clips, src_key_padding_mask=hidden)
    if norm_first:
        output = norm(output)
    own = output[~hidden]
    torch.sin(2 * own).sum().backward()
    attention = layer.self_attn
    parameters = [
        attention.in_proj_weight.grad.T,
        attention.in_proj_bias.grad,
        attention.out_proj.weight.grad.T,
        attention.out_proj.bias.grad,
        layer.norm1.weight.grad,
        layer.norm1.bias.grad,
        layer.linear1.weight.grad.T,
        layer.linear1.bias.grad,
        layer.linear2.weight.grad.T,
        layer.linear2.bias.grad,
        layer.norm2.weight.grad,
        layer.norm2.bias.grad,
    ]
    if norm_first:
        parameters += [norm.weight.grad, norm.bias.grad]
    return dict(
        pre_norm=norm_first,
        own=rounded(own),
        gradients=[rounded(gradient) for gradient in parameters],
        to_input=rounded(clips.grad[~hidden]),
    )


print(json.dumps([case(True), case(False)]))
