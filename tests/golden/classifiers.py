"""What checkpoints with a classification head say of clips, with every tensor drawn at random.

    python classifiers.py       writes classifiers.json beside this file

Heads of `transformers`' own form (`projector`, mean, `classifier`) come from its `*ForSequenceClassification` and
`WhisperForAudioClassification`; those with `classifier.dense` from a module of the form in which they were published,
around `transformers`' encoder. Needs torch and transformers. Weights and clips come from the generator of
src/layers/lcg.rs, so that only the list of tensors is stored.
"""

import json
import pathlib

import numpy as np
import torch
import transformers
import wav2vec2 as family

HERE = pathlib.Path(__file__).parent

CLASSIFIERS = {
    "wav2vec2": transformers.Wav2Vec2ForSequenceClassification,
    "hubert": transformers.HubertForSequenceClassification,
    "wavlm": transformers.WavLMForSequenceClassification,
    "whisper": transformers.WhisperForAudioClassification,
}


class Dense(torch.nn.Module):
    """The head of `Wav2Vec2ForSpeechClassification` as published outside of `transformers`, without its dropout."""

    def __init__(self, width, hidden, outputs, last):
        super().__init__()
        self.dense = torch.nn.Linear(width, hidden)
        setattr(self, last, torch.nn.Linear(hidden, outputs))
        self.last = last

    def forward(self, features):
        return getattr(self, self.last)(torch.tanh(self.dense(features)))


class Published(torch.nn.Module):
    """Mean over the frames of the last state, then such a head."""

    def __init__(self, config, hidden, outputs, last):
        super().__init__()
        self.config = config
        self.wav2vec2 = transformers.Wav2Vec2Model(config)
        self.classifier = Dense(config.hidden_size, hidden, outputs, last)

    def forward(self, values):
        return self.classifier(self.wav2vec2(values).last_hidden_state.mean(dim=1))


WHISPER = {
    "model_type": "whisper",
    "d_model": 24,
    "encoder_layers": 2,
    "encoder_attention_heads": 4,
    "encoder_ffn_dim": 40,
    "decoder_layers": 1,
    "decoder_attention_heads": 4,
    "decoder_ffn_dim": 40,
    "num_hidden_layers": 2,
    "max_source_positions": 50,
    "num_mel_bins": 20,
    "activation_function": "gelu",
}
WHISPER_WAVE = {"sampling_rate": 16000, "n_fft": 400, "hop_length": 160, "feature_size": 20, "chunk_length": 1}
SUPERB = ["neu", "hap", "ang", "sad"]
DIMENSIONS = ["arousal", "dominance", "valence"]
MANY = ["angry", "calm", "disgust", "fearful", "happy", "neutral", "sad", "surprised"]

# name, what differs in the configuration, do_normalize, labels; of published heads: hidden units and name of the last layer
CASES = [
    ("wav2vec2-weighted", {"model_type": "wav2vec2", "use_weighted_layer_sum": True}, True, SUPERB, None),
    ("wav2vec2-last", {"model_type": "wav2vec2", "use_weighted_layer_sum": False} | family.LARGE, True, SUPERB, None),
    ("hubert-weighted", {"model_type": "hubert", "use_weighted_layer_sum": True} | family.LARGE, True, SUPERB, None),
    ("wavlm-weighted", {"model_type": "wavlm", "use_weighted_layer_sum": True, "num_buckets": 32, "max_bucket_distance": 80}, False, SUPERB, None),
    ("whisper-weighted", WHISPER | {"use_weighted_layer_sum": True}, None, SUPERB, None),
    ("whisper-last", WHISPER | {"use_weighted_layer_sum": False}, None, MANY, None),
    ("dimensions", {"model_type": "wav2vec2"} | family.LARGE, True, DIMENSIONS, (24, "out_proj")),
    ("classes", {"model_type": "wav2vec2"} | family.LARGE, True, MANY, (16, "output")),
]
# Seed and samples; whisper takes a window of 1 s here.
CLIPS = [(1, 1600), (2, 7000), (3, 16000), (4, 15999)]


def spread(name, shape):
    if name == "layer_weights":
        return 4.0, 0.0
    if name.endswith("embed_positions.weight"):
        return 1.0, 0.0
    return family.spread(name, shape, loud=False)


def build(config, labels, head):
    names = {"id2label": dict(enumerate(labels)), "label2id": {label: index for index, label in enumerate(labels)}}
    if config["model_type"] == "whisper":
        return transformers.WhisperForAudioClassification(transformers.WhisperConfig(**(config | names | {"classifier_proj_size": 12})))
    sizes = family.SMALL | config | names | {"num_hidden_layers": 2, "classifier_proj_size": 12, "num_labels": len(labels)}
    kind = family.MODELS[config["model_type"]].config_class
    if head is None:
        return CLASSIFIERS[config["model_type"]](kind(**sizes))
    return Published(kind(**sizes), head[0], len(labels), head[1])


def states_of_the_past(model, values):
    """As `transformers` 4 gave them, by which the published heads were trained: the last state has passed the final
    norm. From 5 on it has not, of the families whose layers begin with a norm."""
    base = getattr(model, model.base_model_prefix)
    out = base(values, output_hidden_states=True)
    return (*out.hidden_states[:-1], out.last_hidden_state)


@torch.no_grad()
def logits(model, samples, do_normalize):
    config = model.config
    if config.model_type == "whisper":
        front = transformers.WhisperFeatureExtractor(**WHISPER_WAVE)
        bands = front(samples, sampling_rate=16000, return_tensors="pt").input_features
        if not config.use_weighted_layer_sum:
            return model(bands).logits[0]
        out = model.encoder(bands, output_hidden_states=True)
        states = (*out.hidden_states[:-1], out.last_hidden_state)
    else:
        values = torch.from_numpy(family.normalised(samples) if do_normalize else samples)[None]
        if isinstance(model, Published):
            return model(values)[0]
        if not config.use_weighted_layer_sum:
            return model(values).logits[0]
        states = states_of_the_past(model, values)
        if not getattr(config, "do_stable_layer_norm", False):
            own = model(values).logits[0]
    weighed = (torch.stack(states, dim=1) * torch.softmax(model.layer_weights, -1).view(-1, 1, 1)).sum(dim=1)
    found = model.classifier(model.projector(weighed).mean(dim=1))[0]
    if config.model_type != "whisper" and not getattr(config, "do_stable_layer_norm", False):
        assert torch.allclose(found, own, atol=1e-6), (found, own)
    return found


def main():
    cases = []
    for index, (name, config, do_normalize, labels, head) in enumerate(CASES):
        model = build(config, labels, head).eval()
        tensors = [
            [key, list(tensor.shape), *spread(key, tensor.shape)]
            for key, tensor in model.state_dict().items()
            if not key.endswith("masked_spec_embed")
        ]
        seed = 3000 + index
        missing, unexpected = model.load_state_dict(family.drawn(tensors, seed), strict=False)
        assert not unexpected and all(key.endswith("masked_spec_embed") for key in missing), (missing, unexpected)
        kept = set(config) | set(family.SMALL) | {"num_hidden_layers", "id2label", "label2id", "use_weighted_layer_sum"}
        written = {key: value for key, value in model.config.to_dict().items() if key in kept}
        written |= {"architectures": [type(model).__name__], "model_type": config["model_type"]}
        wave = WHISPER_WAVE if config["model_type"] == "whisper" else {"sampling_rate": 16000, "do_normalize": do_normalize}
        clips = []
        for clip_seed, samples in CLIPS:
            found = logits(model, family.clip(clip_seed, samples), do_normalize)
            clips.append({"seed": clip_seed, "samples": samples, "outputs": found.tolist()})
            print(name, samples, np.round(found.numpy(), 3))
        cases.append({"name": name, "config": written, "preprocessor": wave, "seed": seed, "tensors": tensors, "clips": clips})
    (HERE / "classifiers.json").write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")


main()
