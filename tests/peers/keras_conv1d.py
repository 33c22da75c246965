"""The same clips, split, features and network in librosa and Keras: what a run is to be compared with.

    pip install librosa==0.11.0 soundfile scikit-learn tensorflow-cpu
    python tests/peers/keras_conv1d.py runs/ID [--seeds 3]

Reads the run's split.csv, extracts mfcc_zcr_rms with librosa (kept beside the run as peer_features.npy), trains the
network of `conv1d` with Keras as the run's settings say, and prints accuracy and unweighted average recall on the
test side for every seed.
"""

import argparse
import csv
import os
import tomllib

import numpy as np


def features(path, recipe):
    """ZCR, RMS and MFCC of one clip, frames x 22, as the recipe says."""
    import librosa
    import soundfile

    rate, frame, hop = recipe["sample_rate"], recipe["frame_length"], recipe["hop_length"]
    samples, native = soundfile.read(path, dtype="float32", always_2d=True)
    samples = librosa.resample(samples.mean(axis=1), orig_sr=native, target_sr=rate)
    skip = min(int(round(recipe["skip_seconds"] * rate)), max(0, len(samples) - frame))
    take = int(round(recipe["take_seconds"] * rate))
    samples = librosa.util.fix_length(samples[skip : skip + take], size=take)
    zcr = librosa.feature.zero_crossing_rate(samples, frame_length=frame, hop_length=hop)
    rms = librosa.feature.rms(y=samples, frame_length=frame, hop_length=hop)
    mfcc = librosa.feature.mfcc(
        y=samples, sr=rate, n_mfcc=recipe["n_mfcc"], n_mels=recipe["n_mels"], n_fft=frame, hop_length=hop
    )
    return np.vstack([zcr, rms, mfcc]).T.astype("float32")


def network(shape, classes, model):
    """Conv1D 128 k5, max pool 2, dropout, Conv1D 256 k5, global average pooling, dense, dropout, softmax."""
    from keras import layers, models

    net = models.Sequential([layers.Input(shape)])
    for index, filters in enumerate(model["filters"]):
        net.add(layers.Conv1D(filters, model["kernel_size"], padding="same", activation="relu"))
        if index + 1 < len(model["filters"]):
            net.add(layers.MaxPooling1D(model["pool_size"]))
            net.add(layers.Dropout(model["dropout"]))
    net.add(layers.GlobalAveragePooling1D())
    net.add(layers.Dense(model["dense_units"], activation="relu"))
    net.add(layers.Dropout(model["dense_dropout"]))
    net.add(layers.Dense(classes, activation="softmax"))
    return net


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("run")
    arguments.add_argument("--seeds", type=int, default=1)
    arguments = arguments.parse_args()
    with open(os.path.join(arguments.run, "run.toml"), "rb") as file:
        settings = tomllib.load(file)
    with open(os.path.join(arguments.run, "split.csv"), newline="") as file:
        clips = list(csv.DictReader(file))
    recipe, training = settings["recipes"][settings["recipe"]], settings["training"]

    kept = os.path.join(arguments.run, "peer_features.npy")
    if os.path.exists(kept):
        x = np.load(kept)
    else:
        from concurrent.futures import ProcessPoolExecutor
        from functools import partial

        with ProcessPoolExecutor(2) as pool:
            x = np.stack(list(pool.map(partial(features, recipe=recipe), [c["path"] for c in clips], chunksize=32)))
        np.save(kept, x)

    labels = sorted({clip["emotion"] for clip in clips})
    y = np.array([labels.index(clip["emotion"]) for clip in clips])
    side = np.array([clip["side"] for clip in clips])
    mean, deviation = x[side == "train"].mean(axis=(0, 1)), x[side == "train"].std(axis=(0, 1))
    x = (x - mean) / np.where(deviation > 0, deviation, 1)

    import keras
    from keras import callbacks, optimizers
    from sklearn.metrics import accuracy_score, balanced_accuracy_score

    stopping, plateau = training["early_stopping"], training["reduce_on_plateau"]
    for seed in range(arguments.seeds):
        keras.utils.set_random_seed(settings["seed"] + seed)
        net = network(x.shape[1:], len(labels), settings["model"]["conv1d"])
        net.compile(optimizers.Adam(training["learning_rate"]), "sparse_categorical_crossentropy")
        history = net.fit(
            x[side == "train"],
            y[side == "train"],
            batch_size=training["batch_size"],
            epochs=training["epochs"],
            validation_data=(x[side == "validation"], y[side == "validation"]),
            verbose=0,
            callbacks=[
                callbacks.EarlyStopping(
                    "val_loss", patience=stopping["patience"], min_delta=stopping["min_delta"], restore_best_weights=True
                ),
                callbacks.ReduceLROnPlateau(
                    "val_loss",
                    factor=plateau["factor"],
                    patience=plateau["patience"],
                    min_delta=plateau["min_delta"],
                    min_lr=plateau["minimum"],
                ),
            ],
        )
        predicted = net.predict(x[side == "test"], verbose=0).argmax(axis=1)
        truth = y[side == "test"]
        print(
            f"seed {settings['seed'] + seed}: {len(history.epoch)} epochs, test accuracy "
            f"{100 * accuracy_score(truth, predicted):.1f}, UAR {100 * balanced_accuracy_score(truth, predicted):.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
