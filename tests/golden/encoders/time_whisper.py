"""Time of an embedding by PyTorch, on the same frames as src/encoders/whisper/tests.rs takes: log-mel bands, encoder, mean.

    python tests/golden/encoders/time_whisper.py ENCODERS/whisper-tiny.en [threads]
"""

import json
import sys
import time
from pathlib import Path

import torch
from drawn import clip
from safetensors.torch import load_file
from transformers import WhisperConfig, WhisperFeatureExtractor
from transformers.models.whisper.modeling_whisper import WhisperEncoder

folder = Path(sys.argv[1])
torch.set_num_threads(int(sys.argv[2]) if len(sys.argv) > 2 else 2)
config = WhisperConfig(**json.loads((folder / "config.json").read_text()))
encoder = WhisperEncoder(config).float().eval()
weights = load_file(folder / "model.safetensors")
encoder.load_state_dict(
    {name.removeprefix("model.encoder."): values.float() for name, values in weights.items() if "encoder." in name}
)
extractor = WhisperFeatureExtractor(**json.loads((folder / "preprocessor_config.json").read_text()))


def embed(wave):
    features = torch.as_tensor(extractor._torch_extract_fbank_features(wave[None], "cpu"))
    hidden = torch.nn.functional.gelu(encoder.conv1(features))
    hidden = torch.nn.functional.gelu(encoder.conv2(hidden)).permute(0, 2, 1)
    hidden = hidden + encoder.embed_positions.weight[: hidden.shape[1]]
    for layer in encoder.layers:
        hidden = layer(hidden, None)
    return encoder.layer_norm(hidden).mean(1)


for samples, times in [(48000, 40), (160000, 20), (480000, 8)]:
    wave = clip("sound", samples)
    best = [float("inf")] * 2
    with torch.inference_mode():
        for _ in range(times):
            begun = (time.perf_counter(), time.process_time())
            embed(wave)
            took = (time.perf_counter() - begun[0], time.process_time() - begun[1])
            best = [min(pair) for pair in zip(best, took)]
    print(f"{samples} samples: {best[0] * 1e3:.1f} ms, processor {best[1] * 1e3:.1f} ms")
