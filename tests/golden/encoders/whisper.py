"""Hidden states of Whisper encoders by transformers, in double precision, for src/encoders/whisper/tests.rs.

    python tests/golden/encoders/whisper.py > tests/golden/encoders/whisper.json
    python tests/golden/encoders/whisper.py ENCODERS/whisper-tiny.en > tests/golden/encoders/whisper_tiny_en.json

Without a folder, of tiny encoders whose tensors are all drawn at random; with one, of the encoder in it.
"""

import json
import sys
from pathlib import Path

import torch
from drawn import clip, sampled, tensors
from safetensors.torch import load_file
from transformers import WhisperConfig, WhisperFeatureExtractor
from transformers.models.whisper.modeling_whisper import WhisperEncoder

RATE, WINDOW = 16000, 480000
CLIPS = [
    ("sound", 1600, False),
    ("sound", 5999, False),
    ("silence", 8000, False),
    ("sound", 48000, False),
    ("sound", 480000, False),
    ("sound", 500000, False),
    ("sound", 24000, True),
]
SETUPS = [
    {"d_model": 16, "encoder_layers": 3, "encoder_attention_heads": 2, "encoder_ffn_dim": 24, "num_mel_bins": 80},
    {"d_model": 20, "encoder_layers": 2, "encoder_attention_heads": 4, "encoder_ffn_dim": 36, "num_mel_bins": 128},
]


def scale(name, shape):
    if name.endswith("norm.weight"):
        return 1.0, 1.0
    if name == "layers.0.fc2.bias" and shape == (16,):
        # Some published encoders have states with a few numbers far beyond all others.
        return 300.0, 0.0
    if len(shape) == 1 or name.startswith("embed_positions"):
        return 1.0, 0.0
    inputs = 1
    for size in shape[1:]:
        inputs *= size
    return (12.0 / inputs) ** 0.5, 0.0


def layer_by_layer(encoder, features):
    """WhisperEncoder.forward for features of any length, with the states that it records."""
    hidden = torch.nn.functional.gelu(encoder.conv1(features))
    hidden = torch.nn.functional.gelu(encoder.conv2(hidden)).permute(0, 2, 1)
    hidden = hidden + encoder.embed_positions.weight[: hidden.shape[1]]
    states = [hidden]
    for layer in encoder.layers:
        hidden = layer(hidden, None)
        states.append(hidden)
    states[-1] = encoder.layer_norm(hidden)
    return states


def states_of(encoder, extractor, wave, padded):
    frames = -(-(len(wave) // extractor.hop_length) // 2)
    if padded:
        features = extractor(wave, sampling_rate=RATE, return_tensors="np")["input_features"]
        features = torch.tensor(features, dtype=torch.float64)
        output = encoder(features, output_hidden_states=True)
        by_hand = layer_by_layer(encoder, features)
        for ours, theirs in zip(by_hand, output.hidden_states, strict=True):
            assert torch.allclose(ours, theirs, rtol=1e-9, atol=1e-9)
        return [state[0, :frames].numpy() for state in output.hidden_states]
    parts = []
    for first in range(0, len(wave), WINDOW):
        features = extractor._np_extract_fbank_features(wave[None, first : first + WINDOW], "cpu")
        states = layer_by_layer(encoder, torch.tensor(features, dtype=torch.float64))
        parts.append([state[0] for state in states])
    states = [torch.cat(part).numpy() for part in zip(*parts, strict=True)]
    return states


def cases(encoder, extractor, clips):
    for kind, samples, padded in clips:
        with torch.no_grad():
            states = states_of(encoder, extractor, clip(kind, samples), padded)
        yield {"clip": kind, "samples": samples, "padded": padded, "states": sampled(states)}


def drawn():
    for seed, sizes in enumerate(SETUPS):
        config = {"model_type": "whisper", "max_source_positions": 1500, "activation_function": "gelu", **sizes}
        encoder = WhisperEncoder(WhisperConfig(**config)).double().eval()
        listed, state = tensors(encoder, 1000 * (seed + 1), scale)
        encoder.load_state_dict({name: torch.tensor(values) for name, values in state.items()})
        extractor = WhisperFeatureExtractor(feature_size=sizes["num_mel_bins"])
        preprocessor = {
            "feature_size": sizes["num_mel_bins"],
            "sampling_rate": RATE,
            "n_fft": extractor.n_fft,
            "hop_length": extractor.hop_length,
        }
        yield {
            "config": config,
            "preprocessor": preprocessor,
            "seed": 1000 * (seed + 1),
            "tensors": listed,
            "cases": list(cases(encoder, extractor, CLIPS)),
        }


def published(folder):
    config = WhisperConfig(**json.loads((folder / "config.json").read_text()))
    encoder = WhisperEncoder(config).double().eval()
    weights = load_file(folder / "model.safetensors")
    own = {name.removeprefix("model.encoder."): values for name, values in weights.items() if "encoder." in name}
    encoder.load_state_dict({name: values.double() for name, values in own.items()})
    extractor = WhisperFeatureExtractor(**json.loads((folder / "preprocessor_config.json").read_text()))
    clips = [("sound", 1600, False), ("sound", 40001, False), ("silence", 16000, False), ("sound", 40001, True)]
    return list(cases(encoder, extractor, clips))


print(json.dumps(published(Path(sys.argv[1])) if len(sys.argv) > 1 else list(drawn())))
