"""Losses of `conv1d` while Keras trains it: full batches, no dropout, class weights, clipping by global norm.

Weights and inputs come from the generator that the test repeats.
Run with Keras 3: python tests/golden/steps.py > tests/golden/steps.json
"""

import json

import keras
import numpy as np

FRAMES, COEFFICIENTS, CLASSES, CLIPS = 13, 3, 3, 12


class Lcg:
    def __init__(self, state):
        self.state = state

    def values(self, *shape):
        out = np.empty(int(np.prod(shape)))
        for index in range(out.size):
            self.state = (self.state * 1664525 + 1013904223) % 2**32
            out[index] = (self.state >> 8) / 2**24 - 0.5
        return out.reshape(shape)


def network():
    layers = keras.layers
    net = keras.Sequential(
        [
            keras.Input((FRAMES, COEFFICIENTS)),
            layers.Conv1D(4, 5, padding="same", activation="relu"),
            layers.MaxPooling1D(2),
            layers.Conv1D(5, 5, padding="same", activation="relu"),
            layers.GlobalAveragePooling1D(),
            layers.Dense(6, activation="relu"),
            layers.Dense(CLASSES, activation="softmax"),
        ]
    )
    draw = Lcg(7)
    net.set_weights([draw.values(*weight.shape) for weight in net.get_weights()])
    return net, draw


def follow(clip_norm, class_weight):
    net, draw = network()
    x = draw.values(CLIPS, FRAMES, COEFFICIENTS) * 4
    y = np.arange(CLIPS) % 7 % CLASSES
    net.compile(
        keras.optimizers.Adam(0.01, global_clipnorm=clip_norm), keras.losses.SparseCategoricalCrossentropy()
    )
    losses = []
    for _ in range(20):
        history = net.fit(x, y, batch_size=CLIPS, epochs=1, verbose=0, shuffle=False, class_weight=class_weight)
        losses.append(history.history["loss"][0])
    return losses


counts = np.bincount(np.arange(CLIPS) % 7 % CLASSES)
balanced = {label: CLIPS / (CLASSES * int(count)) for label, count in enumerate(counts)}
print(
    json.dumps(
        [
            dict(clip_norm=0.0, class_weights=False, losses=follow(None, None)),
            dict(clip_norm=0.1, class_weights=False, losses=follow(0.1, None)),
            dict(clip_norm=0.0, class_weights=True, losses=follow(None, balanced)),
        ]
    )
)
