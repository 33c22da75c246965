"""librosa's features of real recordings: python librosa_features.py FOLDER

FOLDER holds mono f32 samples at 22,050 Hz, NAME.raw each. For each it writes NAME.f32: F0 (0 where unvoiced) and the
probability of a voice of every frame, then chroma, contrast, centroid, bandwidth, roll-off and flatness, frame by frame.
tests/features_librosa.rs runs it and compares.
"""

import sys
from pathlib import Path

import librosa
import numpy as np

RATE = 22050

for path in sorted(Path(sys.argv[1]).glob("*.raw")):
    y = np.fromfile(path, dtype="<f4")
    f0, _, probability = librosa.pyin(y, fmin=65, fmax=500, sr=RATE, frame_length=2048, hop_length=512)
    frames = np.vstack(
        [
            librosa.feature.chroma_stft(y=y, sr=RATE),
            librosa.feature.spectral_contrast(y=y, sr=RATE),
            librosa.feature.spectral_centroid(y=y, sr=RATE),
            librosa.feature.spectral_bandwidth(y=y, sr=RATE),
            librosa.feature.spectral_rolloff(y=y, sr=RATE),
            librosa.feature.spectral_flatness(y=y),
        ]
    )
    values = np.concatenate([np.nan_to_num(f0), probability, frames.T.ravel()])
    values.astype("<f4").tofile(path.with_suffix(".f32"))
