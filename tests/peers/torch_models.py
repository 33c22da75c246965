"""The published networks in PyTorch: time of a training step and of inference, and memory, as JSON.

    pip install torch
    python tests/peers/torch_models.py crnn [--batch 32] [--steps 10] [--threads 2]

Prints the figures that `undertone --json bench model NAME` prints, measured the same way: median and fastest of as many
steps of Adam on random clips, inference on a batch and on one clip, and the process's high-water mark of memory before
inference.
"""

import argparse
import json
import statistics
import time

import torch
from torch import nn
from torch.nn import functional as F


class Same(nn.Module):
    """Max pooling with step 2 that keeps half of the numbers, rounded up, as Keras `padding="same"`."""

    def __init__(self, size, stride):
        super().__init__()
        self.size, self.stride = size, stride

    def forward(self, x):
        length = x.shape[-1]
        missing = max((-(-length // self.stride) - 1) * self.stride + self.size - length, 0)
        x = F.pad(x, (missing // 2, missing - missing // 2), value=float("-inf"))
        return F.max_pool1d(x, self.size, self.stride)


def norm(cls, channels):
    return cls(channels, eps=1e-3, momentum=0.01)


class Average(nn.Module):
    """The mean over frames."""

    def forward(self, x):
        return x.mean(-1)


class FramesLast(nn.Module):
    """(clips, frames, coefficients) to (clips, coefficients, frames)."""

    def forward(self, x):
        return x.transpose(1, 2)


def conv1d(classes):
    convolutions = [nn.Conv1d(22, 128, 5, padding="same"), nn.ReLU(), nn.MaxPool1d(2), nn.Dropout(0.3)]
    convolutions += [nn.Conv1d(128, 256, 5, padding="same"), nn.ReLU(), Average()]
    dense = [nn.Linear(256, 128), nn.ReLU(), nn.Dropout(0.4), nn.Linear(128, classes)]
    return nn.Sequential(FramesLast(), *convolutions, *dense)


def deep_conv1d(classes):
    layers, inputs = [], 1
    sizes = zip([512, 512, 256, 256, 128], [5, 5, 5, 3, 3], [5, 5, 5, 5, 3])
    for index, (filters, kernel, pool) in enumerate(sizes):
        layers += [nn.Conv1d(inputs, filters, kernel, padding="same"), nn.ReLU(), norm(nn.BatchNorm1d, filters)]
        layers.append(Same(pool, 2))
        if index in (1, 3, 4):
            layers.append(nn.Dropout(0.2))
        inputs = filters
    layers += [nn.Flatten(), nn.Linear(9600, 512), nn.ReLU(), norm(nn.BatchNorm1d, 512), nn.Linear(512, classes)]
    return nn.Sequential(nn.Flatten(), nn.Unflatten(1, (1, -1)), *layers)


def mel_conv2d(classes):
    layers, inputs = [], 1
    for filters in (32, 64, 128):
        layers += [nn.Conv2d(inputs, filters, 3, padding="same"), nn.ReLU(), nn.MaxPool2d(2), nn.Dropout(0.25)]
        inputs = filters
    dense = [nn.Linear(32768, 128), nn.ReLU(), nn.Dropout(0.5), nn.Linear(128, classes)]
    return nn.Sequential(nn.Unflatten(1, (1, -1)), *layers, nn.Flatten(), *dense)


def time_conv1d(classes):
    layers, inputs = [], 2
    for filters, kernel in zip([16, 32, 32, 64], [3, 3, 5, 7]):
        layers += [nn.Conv1d(inputs, filters, kernel, padding="same"), nn.ReLU(), nn.MaxPool1d(2)]
        inputs = filters
    dense = [nn.Linear(384, 64), nn.ReLU(), nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, classes)]
    return nn.Sequential(FramesLast(), *layers, nn.Flatten(), *dense)


def deep_mel_conv2d(classes):
    layers, inputs = [], 1
    for filters, kernel in zip([16, 32, 64, 64, 128, 128], [3, 3, 5, 5, 7, 7]):
        layers += [nn.Conv2d(inputs, filters, kernel, padding="same"), nn.ReLU(), nn.MaxPool2d(2)]
        inputs = filters
    dense = [nn.Linear(512, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, classes)]
    return nn.Sequential(nn.Unflatten(1, (1, -1)), *layers, nn.Flatten(), *dense)


class Crnn(nn.Module):
    def __init__(self, classes):
        super().__init__()
        layers, inputs = [nn.Unflatten(1, (1, -1))], 1
        for filters in (32, 64):
            layers += [nn.Conv2d(inputs, filters, 3, padding="same"), nn.ReLU(), norm(nn.BatchNorm2d, filters)]
            layers += [nn.MaxPool2d((1, 2)), nn.Dropout(0.2)]
            inputs = filters
        self.convolutions = nn.Sequential(*layers)
        self.lstm = nn.LSTM(640, 128, batch_first=True, bidirectional=True)
        self.dropout, self.output = nn.Dropout(0.3), nn.Linear(256, classes)

    def forward(self, x):
        x = self.convolutions(x).permute(0, 2, 3, 1).flatten(2)
        _, (last, _) = self.lstm(x)
        return self.output(self.dropout(torch.cat([last[0], last[1]], 1)))


def mlp(classes, norms=3):
    layers, inputs = [nn.Flatten()], 246
    for index, units in enumerate((512, 256, 128)):
        layers += [nn.Linear(inputs, units), nn.ReLU()]
        layers += [norm(nn.BatchNorm1d, units)] if index < norms else []
        layers.append(nn.Dropout(0.3))
        inputs = units
    return nn.Sequential(*layers, nn.Linear(inputs, classes))


def logistic(classes):
    return nn.Sequential(nn.Flatten(), nn.Linear(768, classes))


class WeightedMlp(nn.Module):
    """A softmax over one weight for each of 5 states that lie side by side (SUPERB)."""

    def __init__(self, classes):
        super().__init__()
        self.scores = nn.Parameter(torch.zeros(5))
        self.dense, self.dropout, self.output = nn.Linear(384, 256), nn.Dropout(0.3), nn.Linear(256, classes)

    def forward(self, x):
        x = (torch.softmax(self.scores, 0)[:, None] * x.reshape(len(x), 5, 384)).sum(1)
        return self.output(self.dropout(torch.relu(self.dense(x))))


class AttentivePooling(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.hidden, self.score = nn.Linear(768, 128), nn.Linear(128, 1)
        self.dense, self.dropout, self.output = nn.Linear(1536, 256), nn.Dropout(0.3), nn.Linear(256, classes)

    def forward(self, x):
        weights = torch.softmax(self.score(torch.tanh(self.hidden(x))), 1)
        mean = (weights * x).sum(1)
        deviation = ((weights * x * x).sum(1) - mean * mean).clamp_min(1e-5).sqrt()
        x = self.dropout(torch.cat([mean, deviation], 1))
        return self.output(self.dropout(torch.relu(self.dense(x))))


class EmoBox(nn.Module):
    """A clip's features normalised over frames and columns together, a layer over each frame, the mean, the output."""

    def __init__(self, classes):
        super().__init__()
        self.dense, self.output = nn.Linear(768, 128), nn.Linear(128, classes)

    def forward(self, x):
        x = F.layer_norm(x, x.shape[1:])
        return self.output(torch.relu(self.dense(x)).mean(1))


class FineTuned(nn.Module):
    """The last two layers of Whisper tiny.en's encoder, the mean over the frames, a dense layer, the output."""

    def __init__(self, classes):
        super().__init__()
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(384, 6, 1536, 0.0, F.gelu, batch_first=True, norm_first=True) for _ in range(2)
        )
        self.norm = nn.LayerNorm(384)
        self.dense, self.dropout, self.output = nn.Linear(384, 256), nn.Dropout(0.3), nn.Linear(256, classes)

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        x = self.dropout(self.norm(x).mean(1))
        return self.output(self.dropout(torch.relu(self.dense(x))))


class AttentiveCrnn(nn.Module):
    def __init__(self, classes):
        super().__init__()
        sizes = [(10, 8), (8, 8), (8, 16), (16, 16)]
        self.convolutions = nn.ModuleList(nn.Conv2d(*size, 3, padding="same") for size in sizes)
        self.norms = nn.ModuleList(norm(nn.BatchNorm2d, outputs) for _, outputs in sizes)
        self.statistics_norm = norm(nn.BatchNorm1d, 64)
        self.lstm = nn.LSTM(64, 32, batch_first=True, bidirectional=True)
        self.dense = nn.Linear(203, 64)
        self.hidden, self.score = nn.Linear(64, 32), nn.Linear(32, 1)
        self.statistics = nn.Linear(1347, 64)
        self.direct = nn.Linear(1347, classes)
        self.output = nn.Linear(192, classes)
        self.conv_dropout, self.dense_dropout = nn.Dropout(0.1), nn.Dropout(0.2)
        self.statistics_dropout, self.dropout = nn.Dropout(0.5), nn.Dropout(0.4)

    def forward(self, x):
        clips = x.shape[0]
        if self.training:
            x = x + 0.1 * torch.randn_like(x)
        x = x.reshape(clips, 143, 9, 5)
        parts = x[:, :, 1:]
        picture, tracks = parts[:, :128], parts[:, 128:]
        statistics = torch.cat([x[:, :, 0].flatten(1), picture[:, :64, :, 0].flatten(1), tracks[..., 0].flatten(1)], 1)
        hidden = picture.reshape(clips, 2, 64, 8, 5).permute(0, 1, 4, 3, 2).reshape(clips, 10, 8, 64)
        layers = [(norm, convolution) for norm, convolution in zip(self.norms, self.convolutions)]
        for (first, second), size in zip(zip(layers[::2], layers[1::2]), (2, 4)):
            hidden = first[0](torch.relu(first[1](hidden)))
            hidden = hidden + second[0](torch.relu(second[1](hidden)))
            hidden = self.conv_dropout(nn.functional.max_pool2d(hidden, (1, size)))
        steps = torch.cat([hidden.permute(0, 2, 3, 1).flatten(2), tracks.transpose(1, 2).flatten(2)], 2)
        states, _ = self.lstm(self.dense_dropout(torch.relu(self.dense(steps))))
        weights = torch.softmax(self.score(torch.tanh(self.hidden(states))), 1)
        mean = (weights * states).sum(1)
        deviation = ((weights * states * states).sum(1) - mean * mean).clamp_min(1e-5).sqrt()
        seen = self.statistics_norm(torch.relu(self.statistics(self.statistics_dropout(statistics))))
        logits = self.output(self.dropout(torch.cat([mean, deviation, seen], 1)))
        return logits + self.direct(self.statistics_dropout(statistics))


# By name: the network, its input (frames, coefficients) and its classes.
NETWORKS = {
    "conv1d": (conv1d, (108, 22), 8),
    "deep_conv1d": (deep_conv1d, (108, 22), 7),
    "mel_conv2d": (mel_conv2d, (256, 64), 8),
    "time_conv1d": (time_conv1d, (108, 2), 6),
    "deep_mel_conv2d": (deep_mel_conv2d, (256, 64), 8),
    "crnn": (Crnn, (143, 40), 8),
    "mlp": (mlp, (1, 246), 8),
    "attentive_crnn": (AttentiveCrnn, (1, 6435), 8),
    "logistic": (logistic, (1, 768), 8),
    "weighted_mlp": (WeightedMlp, (1, 1920), 8),
    "attentive_pooling": (AttentivePooling, (150, 768), 8),
    "emobox": (EmoBox, (150, 768), 8),
    "fine_tuned": (FineTuned, (150, 384), 8),
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
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(1)
    build, shape, classes = NETWORKS[arguments.name]
    network = build(classes)
    adam = torch.optim.Adam(network.parameters(), eps=1e-7)
    x = torch.rand(arguments.batch, *shape) * 2 - 1
    y = torch.arange(arguments.batch) % classes

    def step():
        begun = time.perf_counter()
        adam.zero_grad()
        F.cross_entropy(network(x), y).backward()
        adam.step()
        return time.perf_counter() - begun

    first = step()
    step()
    train = [step() for _ in range(arguments.steps)]
    peak = memory_peak()
    network.eval()

    def judge(x):
        begun = time.perf_counter()
        with torch.inference_mode():
            network(x)
        return time.perf_counter() - begun

    def judged(x):
        judge(x)
        return [judge(x) for _ in range(3 * arguments.steps)]

    print(
        json.dumps(
            dict(
                model=arguments.name,
                parameters=sum(weights.numel() for weights in network.state_dict().values() if weights.dim() > 0),
                first_step_milliseconds=1e3 * first,
                train=summary(train, arguments.batch),
                inference=summary(judged(x), arguments.batch),
                one_clip=summary(judged(x[:1]), 1),
                memory_peak=peak,
            )
        )
    )


if __name__ == "__main__":
    main()
