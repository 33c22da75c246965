"""What Keras' EarlyStopping and ReduceLROnPlateau do with given validation figures.

Run with Keras 3: python tests/golden/callbacks.py > tests/golden/callbacks.json
"""

import json

import keras
import numpy as np

KEYS = {"loss": "val_loss", "accuracy": "val_accuracy"}


def model():
    net = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    net.compile(keras.optimizers.Adam(0.001), "mse")
    return net


def follow(case):
    key = KEYS[case["monitor"]]
    plateau, stopping = case["reduce_on_plateau"], case["early_stopping"]
    net = model()
    callback = keras.callbacks.ReduceLROnPlateau(
        monitor=key,
        mode="min" if case["monitor"] == "loss" else "max",
        factor=plateau["factor"],
        patience=plateau["patience"],
        min_delta=plateau["min_delta"],
        min_lr=plateau["minimum"],
        cooldown=0,
    )
    callback.set_model(net)
    callback.on_train_begin()
    rates = []
    for epoch, value in enumerate(case["values"]):
        callback.on_epoch_end(epoch, {key: value})
        rates.append(float(net.optimizer.learning_rate.numpy()))

    net = model()
    callback = keras.callbacks.EarlyStopping(
        monitor=key,
        mode="min" if case["monitor"] == "loss" else "max",
        patience=stopping["patience"],
        min_delta=stopping["min_delta"],
        restore_best_weights=True,
    )
    callback.set_model(net)
    callback.on_train_begin()
    net.stop_training = False
    stopped_after = None
    for epoch, value in enumerate(case["values"]):
        net.set_weights([np.full((1, 1), epoch + 1.0)])
        callback.on_epoch_end(epoch, {key: value})
        if net.stop_training:
            stopped_after = epoch + 1
            break
    callback.on_train_end()
    best_epoch = int(net.get_weights()[0].item())
    return case | dict(rates=rates, best_epoch=best_epoch, stopped_after=stopped_after)


def cases():
    draw = np.random.default_rng(1)
    for monitor in KEYS:
        for patience, min_delta, falls in [(3, 0.0, 20), (4, 0.02, 12), (10, 0.001, 25), (1, 0.0, 6)]:
            trend = np.exp(-np.arange(40) / falls) if monitor == "loss" else 1 - np.exp(-np.arange(40) / falls)
            values = np.round(trend + draw.normal(0, 0.03, 40), 3)  # rounded, so that equal values occur
            yield dict(
                monitor=monitor,
                values=values.tolist(),
                early_stopping=dict(patience=patience, min_delta=min_delta),
                reduce_on_plateau=dict(
                    patience=max(patience // 2, 1), factor=0.5, min_delta=min_delta, minimum=5e-5
                ),
            )


print(json.dumps([follow(case) for case in cases()]))
