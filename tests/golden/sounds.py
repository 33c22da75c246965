"""Makes tests/golden/sounds/*: python tests/golden/sounds.py (needs PyAV 18, soundfile and NumPy)

Every file holds 0.5 s of 0.5 sin(2 pi 440 t) + 0.2 sin(2 pi 1500 t), in the left channel of a stereo
file, and half of it in the right one.
"""

import os

import av
import numpy as np
import soundfile

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "sounds")

# name, encoder, sample format, rate, channels, options of the container
FILES = [
    ("mono.flac", "flac", "s16", 16000, 1, {}),
    ("stereo.flac", "flac", "s32", 16000, 2, {}),
    ("mono.ogg", "vorbis", "fltp", 22050, 1, {}),
    ("stereo.ogg", "vorbis", "fltp", 44100, 2, {}),
    ("opus.ogg", "libopus", "flt", 48000, 1, {}),
    ("lame_tag.mp3", "libmp3lame", "s16p", 22050, 1, {}),
    ("no_tag.mp3", "libmp3lame", "s16p", 44100, 2, {"write_xing": "0", "id3v2_version": "0"}),
    ("aac.m4a", "aac", "fltp", 44100, 1, {}),
    ("alac.m4a", "alac", "s16p", 16000, 2, {}),
    ("mono.aiff", "pcm_s24be", "s32", 24000, 1, {}),
    ("alaw.wav", "pcm_alaw", "s16", 8000, 1, {}),
    ("adpcm.wav", "adpcm_ima_wav", "s16p", 16000, 1, {}),
]


def main():
    os.makedirs(HERE, exist_ok=True)
    for name, encoder, layout, rate, channels, options in FILES:
        t = np.arange(rate // 2) / rate
        left = 0.5 * np.sin(2 * np.pi * 440 * t) + 0.2 * np.sin(2 * np.pi * 1500 * t)
        planes = np.stack([left, 0.5 * left])[:channels].astype(np.float32)
        if encoder == "vorbis":
            soundfile.write(os.path.join(HERE, name), planes.T, rate, format="OGG", subtype="VORBIS")
            continue
        with av.open(os.path.join(HERE, name), "w", options=options) as container:
            stream = container.add_stream(encoder, rate=rate)
            stream.format = layout
            stream.layout = "mono" if channels == 1 else "stereo"
            if encoder == "libmp3lame":
                stream.bit_rate = 64000
            frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout=stream.layout.name)
            frame.rate = rate
            resampler = av.AudioResampler(format=layout, layout=stream.layout.name, rate=rate)
            size = stream.codec_context.frame_size or 1024
            fifo = av.AudioFifo()
            for part in resampler.resample(frame) + resampler.resample(None):
                part.pts = None
                fifo.write(part)
            while (part := fifo.read(size, partial=True)) is not None:
                part.pts = None
                container.mux(stream.encode(part))
            container.mux(stream.encode(None))


main()
