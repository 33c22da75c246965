"""The published networks in Keras: time of a training step and of inference, and memory, as JSON.

    pip install tensorflow-cpu
    python tests/peers/keras_models.py crnn [--batch 32] [--steps 10] [--threads 2]

Prints the figures that `undertone --json bench model NAME` prints; see torch_models.py.
"""

import argparse
import json
import os
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("KERAS_BACKEND", "tensorflow")


def conv1d(classes, layers):
    net = [layers.Input((108, 22)), layers.Conv1D(128, 5, padding="same", activation="relu")]
    net += [layers.MaxPooling1D(2), layers.Dropout(0.3), layers.Conv1D(256, 5, padding="same", activation="relu")]
    net += [layers.GlobalAveragePooling1D(), layers.Dense(128, activation="relu"), layers.Dropout(0.4)]
    return net + [layers.Dense(classes)]


def deep_conv1d(classes, layers):
    net = [layers.Input((2376, 1))]
    sizes = zip([512, 512, 256, 256, 128], [5, 5, 5, 3, 3], [5, 5, 5, 5, 3])
    for index, (filters, kernel, pool) in enumerate(sizes):
        net.append(layers.Conv1D(filters, kernel, padding="same", activation="relu"))
        net.append(layers.BatchNormalization())
        net.append(layers.MaxPooling1D(pool, 2, padding="same"))
        if index in (1, 3, 4):
            net.append(layers.Dropout(0.2))
    net += [layers.Flatten(), layers.Dense(512, activation="relu"), layers.BatchNormalization()]
    return net + [layers.Dense(classes)]


def mel_conv2d(classes, layers):
    net = [layers.Input((256, 64, 1))]
    for filters in (32, 64, 128):
        net += [layers.Conv2D(filters, 3, padding="same", activation="relu"), layers.MaxPooling2D(2)]
        net.append(layers.Dropout(0.25))
    net += [layers.Flatten(), layers.Dense(128, activation="relu"), layers.Dropout(0.5)]
    return net + [layers.Dense(classes)]


def time_conv1d(classes, layers):
    net = [layers.Input((108, 2))]
    for filters, kernel in zip([16, 32, 32, 64], [3, 3, 5, 7]):
        net += [layers.Conv1D(filters, kernel, padding="same", activation="relu"), layers.MaxPooling1D(2)]
    net += [layers.Flatten(), layers.Dense(64, activation="relu"), layers.Dense(32, activation="relu")]
    return net + [layers.Dense(classes)]


def deep_mel_conv2d(classes, layers):
    net = [layers.Input((256, 64, 1))]
    for filters, kernel in zip([16, 32, 64, 64, 128, 128], [3, 3, 5, 5, 7, 7]):
        net += [layers.Conv2D(filters, kernel, padding="same", activation="relu"), layers.MaxPooling2D(2)]
    net += [layers.Flatten(), layers.Dense(128, activation="relu"), layers.Dense(64, activation="relu")]
    return net + [layers.Dense(classes)]


def crnn(classes, layers):
    net = [layers.Input((143, 40, 1))]
    for filters in (32, 64):
        net += [layers.Conv2D(filters, 3, padding="same", activation="relu"), layers.BatchNormalization()]
        net += [layers.MaxPooling2D((1, 2)), layers.Dropout(0.2)]
    net += [layers.Reshape((143, 640)), layers.Bidirectional(layers.LSTM(128)), layers.Dropout(0.3)]
    return net + [layers.Dense(classes)]


def mlp(classes, layers):
    net = [layers.Input((246,))]
    for units in (512, 256, 128):
        net += [layers.Dense(units, activation="relu"), layers.BatchNormalization(), layers.Dropout(0.3)]
    return net + [layers.Dense(classes)]


# By name: the network, its input and its classes.
NETWORKS = {
    "conv1d": (conv1d, (108, 22), 8),
    "deep_conv1d": (deep_conv1d, (2376, 1), 7),
    "mel_conv2d": (mel_conv2d, (256, 64, 1), 8),
    "time_conv1d": (time_conv1d, (108, 2), 6),
    "deep_mel_conv2d": (deep_mel_conv2d, (256, 64, 1), 8),
    "crnn": (crnn, (143, 40, 1), 8),
    "mlp": (mlp, (246,), 8),
}


def memory_peak():
    with open("/proc/self/status") as status:
        return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def summary(seconds, clips):
    median = statistics.median(seconds)
    fastest = min(seconds)
    return dict(milliseconds=1e3 * median, fastest_milliseconds=1e3 * fastest, clips_per_second=clips / median)


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("name", choices=NETWORKS)
    arguments.add_argument("--batch", type=int, default=32)
    arguments.add_argument("--steps", type=int, default=10)
    arguments.add_argument("--threads", type=int, default=2)
    arguments = arguments.parse_args()

    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(arguments.threads)
    tf.config.threading.set_inter_op_parallelism_threads(arguments.threads)
    import keras

    keras.utils.set_random_seed(1)
    build, shape, classes = NETWORKS[arguments.name]
    network = keras.Sequential(build(classes, keras.layers))
    adam = keras.optimizers.Adam(1e-3)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    x = tf.random.uniform((arguments.batch, *shape), -1.0, 1.0)
    y = tf.range(arguments.batch) % classes

    @tf.function
    def train(x, y):
        with tf.GradientTape() as tape:
            value = loss(y, network(x, training=True))
        gradients = tape.gradient(value, network.trainable_variables)
        adam.apply_gradients(zip(gradients, network.trainable_variables))
        return value

    @tf.function
    def infer(x):
        return network(x, training=False)

    def timed(work, *inputs):
        begun = time.perf_counter()
        work(*inputs).numpy()
        return time.perf_counter() - begun

    first = timed(train, x, y)
    timed(train, x, y)
    steps = [timed(train, x, y) for _ in range(arguments.steps)]
    peak = memory_peak()

    def judged(x):
        timed(infer, x)
        return [timed(infer, x) for _ in range(3 * arguments.steps)]

    print(
        json.dumps(
            dict(
                model=arguments.name,
                parameters=network.count_params(),
                first_step_milliseconds=1e3 * first,
                train=summary(steps, arguments.batch),
                inference=summary(judged(x), arguments.batch),
                one_clip=summary(judged(x[:1]), 1),
                memory_peak=peak,
            )
        )
    )


if __name__ == "__main__":
    main()
