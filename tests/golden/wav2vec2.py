"""Hidden states of `transformers` for the wav2vec 2.0 family, with every tensor drawn at random: its own initialisation
would hide a bias, a norm or a gate that is missing.

    python wav2vec2.py                  writes wav2vec2.json, wav2vec2.safetensors, wav2vec2.bin beside this file
    python wav2vec2.py full FOLDER      writes checkpoints of base size and their states into FOLDER, for the ignored
                                        test `full_size_checkpoints_agree`
    python wav2vec2.py time FOLDER      times PyTorch on a clip of 3 s with each of them

Needs torch, transformers and safetensors. Weights and clips come from the generator of src/layers/lcg.rs, so that of
the small checkpoints only the list of tensors is stored.
"""

import json
import math
import pathlib
import re
import sys
import time

import numpy as np
import torch
import transformers
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent
torch.set_num_threads(2)

MODELS = {
    "wav2vec2": transformers.Wav2Vec2Model,
    "hubert": transformers.HubertModel,
    "wavlm": transformers.WavLMModel,
    "data2vec-audio": transformers.Data2VecAudioModel,
}
ARCHITECTURES = {
    "wav2vec2": "Wav2Vec2Model",
    "hubert": "HubertModel",
    "wavlm": "WavLMModel",
    "data2vec-audio": "Data2VecAudioModel",
}


class Lcg:
    """Numbers in [-0.5, 0.5), those of src/layers/lcg.rs."""

    def __init__(self, seed):
        self.state = np.uint32(seed)

    def values(self, count):
        block = np.empty(count, dtype=np.uint32)
        if count == 0:
            return block.astype(np.float32)
        with np.errstate(over="ignore"):
            factor, offset = np.uint32(1664525), np.uint32(1013904223)
            block[0] = self.state * factor + offset
            filled = 1
            # `filled` steps at once, twice as many each time.
            while filled < count:
                more = min(filled, count - filled)
                block[filled : filled + more] = block[:more] * factor + offset
                offset = offset * factor + offset
                factor = factor * factor
                filled += more
        self.state = block[-1]
        return (block >> np.uint32(8)).astype(np.float32) / np.float32(16777216) - np.float32(0.5)


def spread(name, shape, loud):
    """Scale and offset of a tensor's numbers: matrices keep what passes them about as large as it was."""
    if name == "encoder.pos_conv_embed.batch_norm.running_var":
        return 1.0, 1.0
    if "norm" in name and name.endswith("weight"):
        # In states that a norm has passed, numbers beyond 100 come from its factors.
        return (80.0, 60.0) if loud and name.endswith("final_layer_norm.weight") else (1.0, 1.0)
    if name.endswith("original0") or name.endswith("weight_g"):
        return 4.0, 6.0
    if name.endswith("gru_rel_pos_const"):
        return 2.0, 1.0
    if name.endswith("rel_attn_embed.weight"):
        return 6.0, 0.0
    if len(shape) < 2:
        return 1.0, 0.0
    fan_in = math.prod(shape[1:])
    gain = 1.0
    if "q_proj" in name or "k_proj" in name or "conv_layers" in name:
        gain = 1.8
    if loud and name == "feature_projection.projection.weight":
        gain = 60.0
    # What sees the large states without a norm in between, softmax and sigmoid, must not be driven to their ends: a
    # maximum of nearly equal numbers would tell nothing but rounding.
    if loud == "post" and re.search(r"layers\.[1-9].*(q_proj|k_proj|gru_rel_pos_linear)", name):
        gain /= 40.0
    return gain * math.sqrt(12.0 / fan_in), 0.0


def drawn(tensors, seed):
    """The tensors of a list of [name, shape, scale, offset], in its order."""
    draw = Lcg(seed)
    found = {}
    for name, shape, scale, offset in tensors:
        values = draw.values(math.prod(shape)) * np.float32(scale) + np.float32(offset)
        found[name] = torch.from_numpy(values.reshape(shape))
    return found


def clip(seed, samples):
    """Noise on a saw of 100 Hz, away from zero and swelling; nothing with seed 0."""
    if seed == 0:
        return np.zeros(samples, dtype=np.float32)
    noise = Lcg(seed).values(samples)
    at = np.arange(samples)
    saw = (at % 160).astype(np.float32) / np.float32(160) - np.float32(0.5)
    swell = (at % 4000).astype(np.float32) / np.float32(4000)
    return noise * np.float32(0.125) + saw * swell * np.float32(0.5) + np.float32(0.0625)


def normalised(samples):
    """`Wav2Vec2FeatureExtractor` with `do_normalize`."""
    wide = samples.astype(np.float64)
    return ((wide - wide.mean()) / np.sqrt(wide.var() + 1e-7)).astype(np.float32)


def tensor_list(model, loud):
    return [
        [name, list(tensor.shape), *spread(name, tensor.shape, loud)]
        for name, tensor in model.state_dict().items()
        if name != "masked_spec_embed" and "num_batches_tracked" not in name
    ]


def filled(config, tensors, seed, dtype):
    family = config["model_type"]
    model = MODELS[family](MODELS[family].config_class(**config)).eval()
    weights = {name: tensor.to(dtype).to(torch.float32) for name, tensor in drawn(tensors, seed).items()}
    missing, unexpected = model.load_state_dict(weights, strict=False)
    assert not unexpected, unexpected
    assert all(name == "masked_spec_embed" or "num_batches" in name for name in missing), missing
    return model, weights


@torch.no_grad()
def states(model, samples, do_normalize):
    wave = normalised(samples) if do_normalize else samples
    out = model(torch.from_numpy(wave)[None], output_hidden_states=True)
    # The last state has passed the final norm in transformers 4, and no longer in 5, which leaves it as
    # `last_hidden_state`; heads were trained on the former.
    return [state[0] for state in (*out.hidden_states[:-1], out.last_hidden_state)]


SMALL = {
    "hidden_size": 24,
    "num_attention_heads": 4,
    "num_hidden_layers": 3,
    "intermediate_size": 40,
    "conv_dim": [16, 12, 12, 20, 12, 12, 20],
    "conv_stride": [5, 2, 2, 2, 2, 2, 2],
    "conv_kernel": [10, 3, 3, 3, 3, 2, 2],
    "num_feat_extract_layers": 7,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
    "conv_bias": False,
    "feat_extract_norm": "group",
    "do_stable_layer_norm": False,
    "layer_norm_eps": 1e-5,
    "hidden_act": "gelu",
    "feat_extract_activation": "gelu",
}
LARGE = {"feat_extract_norm": "layer", "do_stable_layer_norm": True, "conv_bias": True}

# name, family, what differs, do_normalize, kind of numbers, what stands before names, weight_g and weight_v, loud
CASES = [
    ("wav2vec2-base", "wav2vec2", {}, True, "float32", "", True, False),
    ("wav2vec2-large", "wav2vec2", LARGE, True, "float16", "wav2vec2.", False, True),
    ("wav2vec2-half", "wav2vec2", {"feat_extract_norm": "layer", "num_conv_pos_embedding_groups": 2, "hidden_size": 32}, False, "float32", "wav2vec2.", True, False),
    ("hubert-base", "hubert", {"num_hidden_layers": 2}, False, "float16", "hubert.", True, True),
    ("hubert-large", "hubert", LARGE | {"num_conv_pos_embeddings": 15}, True, "float32", "", False, False),
    ("hubert-plain", "hubert", {"feat_proj_layer_norm": False, "conv_pos_batch_norm": True}, True, "float32", "", False, False),
    ("wavlm-base", "wavlm", {"num_buckets": 32, "max_bucket_distance": 80}, False, "float32", "wavlm.", True, True),
    ("wavlm-large", "wavlm", LARGE | {"num_hidden_layers": 2, "conv_bias": False}, True, "bfloat16", "", False, True),
    ("data2vec-base", "data2vec-audio", {"feat_extract_norm": "layer", "num_conv_pos_embeddings": 3, "conv_pos_kernel_size": 19}, True, "float32", "data2vec_audio.", False, False),
    ("data2vec-even", "data2vec-audio", {"feat_extract_norm": "layer", "num_conv_pos_embeddings": 2, "conv_pos_kernel_size": 6, "num_hidden_layers": 2}, True, "float32", "", False, True),
]
# Seed and samples: the shortest of one frame, one sample too few for two, 0.1 s, silence, 1 s, 30 s.
CLIPS = [(1, 400), (2, 719), (3, 1600), (0, 8000), (4, 16001), (5, 480000)]


def stored_names(tensors, prefix, old):
    renamed = []
    for name, *rest in tensors:
        if old:
            name = name.replace("parametrizations.weight.original0", "weight_g")
            name = name.replace("parametrizations.weight.original1", "weight_v")
        renamed.append([prefix + name, *rest])
    return renamed


def small():
    cases, kept = [], {}
    for index, (name, family, differs, do_normalize, numbers, prefix, old, loud) in enumerate(CASES):
        config = {"model_type": family, "architectures": [ARCHITECTURES[family]]} | SMALL | differs
        torch.manual_seed(0)
        fresh = MODELS[family](MODELS[family].config_class(**config))
        norm = "pre" if config["do_stable_layer_norm"] else "post"
        tensors = tensor_list(fresh, loud and norm)
        seed = 1000 + index
        model, weights = filled(config, tensors, seed, getattr(torch, numbers))
        clips = []
        for number, (clip_seed, samples) in enumerate(CLIPS):
            found = states(model, clip(clip_seed, samples), do_normalize)
            frames = found[0].shape[0]
            shown = sorted({round(part * (frames - 1) / 4) for part in range(5)})
            kept[f"{name}.{number}"] = torch.stack([state[shown] for state in found])
            largest = [float(state.abs().max()) for state in found]
            clips.append({"seed": clip_seed, "samples": samples, "frames": frames, "shown": shown, "largest": largest})
            print(name, samples, frames, [round(value, 1) for value in largest])
        listed = stored_names(tensors, prefix, old)
        if name == "hubert-base":
            torch.save({new[0]: weights[was[0]].half() for new, was in zip(listed, tensors)}, HERE / "wav2vec2.bin")
        preprocessor = {"do_normalize": do_normalize, "sampling_rate": 16000, "feature_extractor_type": "Wav2Vec2FeatureExtractor"}
        cases.append(
            {"name": name, "config": config, "preprocessor": preprocessor, "numbers": numbers, "seed": seed, "tensors": listed, "clips": clips}
        )
    (HERE / "wav2vec2.json").write_text("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
    save_file(kept, HERE / "wav2vec2.safetensors")


BASE = {
    "wav2vec2-base": ("wav2vec2", {}, True),
    "hubert-base": ("hubert", {}, False),
    "wavlm-base": ("wavlm", {}, False),
    "data2vec-audio-base": ("data2vec-audio", {"feat_extract_norm": "layer", "num_conv_pos_embeddings": 5}, True),
    "wav2vec2-base-stable": ("wav2vec2", {"feat_extract_norm": "layer", "do_stable_layer_norm": True, "conv_bias": True}, True),
    "wavlm-base-stable": ("wavlm", {"feat_extract_norm": "layer", "do_stable_layer_norm": True}, True),
}
LENGTHS = [1600, 16000, 48000, 480000]


def full(folder):
    for index, (name, (family, differs, do_normalize)) in enumerate(BASE.items()):
        config = MODELS[family].config_class(**differs)
        place = folder / name
        place.mkdir(parents=True, exist_ok=True)
        written = config.to_dict() | {"architectures": [ARCHITECTURES[family]]}
        (place / "config.json").write_text(json.dumps(written))
        (place / "preprocessor_config.json").write_text(json.dumps({"do_normalize": do_normalize, "sampling_rate": 16000}))
        torch.manual_seed(0)
        model = MODELS[family](config).eval()
        tensors = tensor_list(model, loud=False)
        weights = drawn(tensors, 2000 + index)
        model.load_state_dict(weights, strict=False)
        save_file(weights, place / "model.safetensors")
        kept = {}
        for number, samples in enumerate(LENGTHS):
            wave = clip(10 + number, samples)
            found = states(model, wave, do_normalize)
            kept[f"clip.{number}"] = torch.from_numpy(wave)
            kept[f"states.{number}"] = torch.stack(found)
            print(name, samples, [round(float(state.abs().max()), 1) for state in found], flush=True)
        save_file(kept, place / "states.golden")


def timed(folder):
    for name, (family, _, do_normalize) in BASE.items():
        model = MODELS[family].from_pretrained(folder / name).eval()
        wave = clip(12, 48000)
        rounds = []
        for _ in range(12):
            begun = time.perf_counter()
            states(model, wave, do_normalize)
            rounds.append(time.perf_counter() - begun)
        print(f"{name}: best {min(rounds) * 1e3:.0f} ms, median {sorted(rounds)[6] * 1e3:.0f} ms, 2 threads", flush=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["full", folder]:
            full(pathlib.Path(folder))
        case ["time", folder]:
            timed(pathlib.Path(folder))
        case _:
            small()
