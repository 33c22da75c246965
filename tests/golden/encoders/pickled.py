"""A tiny Whisper encoder as PyTorch pickles it, in float16, for src/encoders/checkpoint/tests.rs.

    python tests/golden/encoders/pickled.py        # writes pickled.bin and pickled.json beside itself
"""

import json
from pathlib import Path

import torch
from drawn import tensors
from transformers import WhisperConfig
from transformers.models.whisper.modeling_whisper import WhisperEncoder

SIZES = {
    "d_model": 8,
    "encoder_layers": 1,
    "encoder_attention_heads": 2,
    "encoder_ffn_dim": 12,
    "num_mel_bins": 20,
    "max_source_positions": 50,
}

here = Path(__file__).parent
config = {"model_type": "whisper", **SIZES}
encoder = WhisperEncoder(WhisperConfig(**config))
listed, state = tensors(encoder, 7, lambda name, shape: (0.5, 1.0 if name.endswith("norm.weight") else 0.0))
pickled = {f"model.encoder.{name}": torch.tensor(values).half() for name, values in state.items()}
pickled["model.decoder.layer_norm.weight"] = torch.ones(8)
torch.save(pickled, here / "pickled.bin")
preprocessor = {"feature_size": 20, "sampling_rate": 16000, "n_fft": 400, "hop_length": 160}
drawn = {"config": config, "preprocessor": preprocessor, "seed": 7, "tensors": listed, "cases": []}
(here / "pickled.json").write_text(json.dumps(drawn))
