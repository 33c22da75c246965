"""Makes tests/golden/sounds/long.*: python tests/golden/long_sounds.py (needs NumPy and ffmpeg)

Twenty seconds at 8 kHz: a tone that rises, with bursts of noise, so that frames of MP3 reach back to those before and Vorbis
has blocks of both lengths.
"""

import os
import subprocess

import numpy as np

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sounds")
RATE = 8000

t = np.arange(20 * RATE) / RATE
noise = np.random.default_rng(1).standard_normal(len(t))
burst = (t % 0.7 < 0.05) * 0.3 * noise
samples = 0.4 * np.sin(2 * np.pi * (200 * t + 40 * t**2)) * (0.2 + 0.8 * (np.sin(3 * t) > 0)) + burst
pcm = np.round(32000 * np.clip(samples, -1, 1)).astype("<i2").tobytes()
for name, options in [
    ("long.mp3", ["-c:a", "libmp3lame", "-b:a", "16k"]),
    ("long.ogg", ["-c:a", "libvorbis", "-q:a", "-1"]),
    ("long_opus.ogg", ["-c:a", "libopus", "-b:a", "8k"]),
]:
    command = ["ffmpeg", "-y", "-v", "error", "-f", "s16le", "-ar", str(RATE), "-ac", "1", "-i", "-"]
    output = ["-map_metadata", "-1", "-fflags", "+bitexact", *options, os.path.join(HERE, name)]
    subprocess.run(command + output, input=pcm, check=True)
