"""What the scripts here share with src/encoders/fixture.rs: weights and clips that need not be stored.

Every tensor is drawn from the generator of src/layers/lcg.rs, biases and norms included: initial values of zeros and ones
would hide a bias that is not read.
"""

import numpy as np


def draw(seed, count):
    """Numbers in [-0.5, 0.5) from the generator of src/layers/lcg.rs."""
    values = np.empty(count, np.float32)
    state = seed
    for index in range(count):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        values[index] = np.float32((state >> 8) / 16777216.0 - 0.5)
    return values


def tensors(model, seed, scale):
    """Fills a model, tensor after tensor in the order of their names, and lists what was drawn.

    `scale(name, shape)` gives factor and offset of the numbers, which become the tensor's.
    """
    listed, state = [], {}
    shapes = {name: tuple(tensor.shape) for name, tensor in model.state_dict().items()}
    for index, name in enumerate(sorted(shapes)):
        shape = shapes[name]
        factor, offset = (np.float32(number) for number in scale(name, shape))
        values = draw(seed + index, int(np.prod(shape))) * factor + offset
        state[name] = values.reshape(shape)
        listed.append({"name": name, "shape": shape, "factor": float(factor), "offset": float(offset)})
    return listed, state


def clip(kind, samples):
    """A wave that is the same to the last bit wherever it is made: noise that swells and falls, and a buzz."""
    if kind == "silence":
        return np.zeros(samples, np.float32)
    index = np.arange(samples)
    noise = draw(99, samples)
    swell = ((index // 400) % 16).astype(np.float32) / np.float32(64)
    buzz = (index % 133).astype(np.float32) / np.float32(1330) - np.float32(0.05)
    return noise * swell + buzz


def sampled(states, most=96):
    """Of each state its shape, its largest number and some of its numbers, evenly apart."""
    rows = []
    for state in states:
        flat = np.asarray(state, np.float64).reshape(-1)
        step = max(1, flat.size // most) | 1
        rows.append(
            {
                "frames": int(state.shape[0]),
                "largest": float(f"{np.abs(flat).max():.7g}"),
                "step": step,
                "values": [float(f"{value:.7g}") for value in flat[::step]],
            }
        )
    return rows
