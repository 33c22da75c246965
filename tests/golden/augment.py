"""Makes tests/golden/augment/*.bin with librosa 0.11: python -P tests/golden/augment.py

(-P, or librosa would take sklearn.py beside this script for scikit-learn.)

Raw little-endian f32, every third sample. The signals themselves are not stored: tests/augmentation.rs makes
the same ones by the same formulas. librosa computes in double precision here: in single precision the phases
that it adds up reach 10^5 radians, and its own rounding would be what is measured.
"""

import os

import librosa
import numpy as np

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "augment")
RATE = 22050
LENGTH = 12000


def noise(length, seed):
    """A 64-bit linear congruential generator, its upper 24 bits in [-1, 1)."""
    state, values = seed, np.empty(length)
    for n in range(length):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        values[n] = (state >> 40) / 2.0**23 - 1.0
    return values


def voice():
    """Harmonics of a gliding pitch, swelling and fading."""
    t = np.arange(LENGTH) / RATE
    phase = 2 * np.pi * (130 * t + 4 * np.sin(3 * t))
    y = sum(np.sin(k * phase) / k for k in range(1, 25))
    return 0.3 * y * np.sin(np.pi * np.arange(LENGTH) / LENGTH) ** 2 + 1e-3 * noise(LENGTH, 1)


def chirp():
    t = np.arange(LENGTH) / RATE
    seconds = LENGTH / RATE
    return 0.4 * np.sin(2 * np.pi * (80 * t + (6000 - 80) * t * t / (2 * seconds))) + 0.02 * noise(LENGTH, 2)


def main():
    os.makedirs(HERE, exist_ok=True)
    for name, y in [("voice", voice()), ("chirp", chirp())]:
        made = {f"stretch_{rate}": librosa.effects.time_stretch(y, rate=rate) for rate in (0.8, 1.25)}
        made |= {f"pitch_{steps}": librosa.effects.pitch_shift(y, sr=RATE, n_steps=steps) for steps in (2, -3)}
        for change, z in made.items():
            assert z.dtype == np.float64
            z[::3].astype("<f4").tofile(os.path.join(HERE, f"{name}_{change}.bin"))


main()
