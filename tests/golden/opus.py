"""Makes tests/golden/opus/*: python tests/golden/opus.py (needs opus-tools, ffmpeg and sox)

A quarter of a second of a voice-like sound (a gliding buzz through two formants, with breath), a hum on the right; in the
codings of Opus that speech comes in, with what `opusdec --float --rate 48000` makes of it (of WebM, ffmpeg) beside it as
16-bit FLAC. And in the containers that other programs write: RF64, Wave64 and NIST SPHERE, 5.1 AAC, MP3 in RIFF, MP3
of a variable rate without a Xing header.
"""

import math
import os
import random
import struct
import subprocess
import tempfile
import wave

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "opus")
RATE = 48000
LENGTH = 12007  # of no multiple of anything

# name, channels, options of opusenc
OPUS = [
    ("silk.opus", 1, ["--bitrate", "10", "--speech"]),
    ("hybrid.opus", 1, ["--bitrate", "24", "--speech"]),
    ("hybrid_60.opus", 1, ["--bitrate", "20", "--framesize", "60"]),
    ("celt.opus", 2, ["--bitrate", "64"]),
    ("celt_2.5.opus", 1, ["--bitrate", "64", "--framesize", "2.5"]),
]

# name, options of ffmpeg
OTHERS = [
    # ffmpeg counts what fills up the last chunk of a Wave64 file as sound: there is nothing to be filled up.
    ("rf64.wav", ["-af", "aresample=8000,atrim=end_sample=2000", "-rf64", "always"]),
    ("wave64.w64", ["-af", "aresample=8000,atrim=end_sample=2000"]),
    ("surround.m4a", ["-ac", "6", "-ar", "16000", "-c:a", "aac", "-b:a", "64k"]),
    ("riff_mp3.wav", ["-ar", "16000", "-c:a", "libmp3lame", "-b:a", "24k"]),
    ("variable.mp3", ["-ar", "16000", "-c:a", "libmp3lame", "-q:a", "0", "-write_xing", "0", "-id3v2_version", "0"]),
    ("vorbis.webm", ["-c:a", "libvorbis", "-q:a", "1"]),
]


def sound(length):
    draw = random.Random(28)
    phase, memory = 0.0, [[0.0, 0.0], [0.0, 0.0]]
    for n in range(length):
        t = n / RATE
        phase += (130 + 60 * t) / RATE
        value = 0.3 * (1 - 2 * (phase % 1)) + 0.04 * draw.gauss(0, 1)
        for pole, (hertz, width) in enumerate([(700, 130), (1900, 200)]):
            radius = math.exp(-math.pi * width / RATE)
            one, two = memory[pole]
            value = value * (1 - radius) * 3 + 2 * radius * math.cos(2 * math.pi * hertz / RATE) * one - radius**2 * two
            memory[pole] = [value, one]
        yield 0.5 * math.tanh(value), 0.2 * math.sin(2 * math.pi * 300 * t)


def write(path, channels, frames):
    with wave.open(path, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(RATE)
        values = [round(32767 * value) for frame in frames for value in frame[:channels]]
        file.writeframes(struct.pack(f"<{len(values)}h", *values))


def run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main():
    os.makedirs(HERE, exist_ok=True)
    frames = list(sound(LENGTH))
    with tempfile.TemporaryDirectory() as work:
        source = {channels: os.path.join(work, f"{channels}.wav") for channels in (1, 2)}
        for channels, path in source.items():
            write(path, channels, frames)
        decoded = os.path.join(work, "decoded.wav")
        exact = ["-fflags", "+bitexact", "-flags:a", "+bitexact"]

        def keep(name):
            into = os.path.join(HERE, os.path.splitext(name)[0] + ".flac")
            run("ffmpeg", "-y", "-i", decoded, *exact, "-sample_fmt", "s16", "-compression_level", "12", into)

        for name, channels, options in OPUS:
            path = os.path.join(HERE, name)
            run("opusenc", "--quiet", "--padding", "0", "--serial", "28", *options, source[channels], path)
            run("opusdec", "--quiet", "--float", "--rate", "48000", path, decoded)
            keep(name)
        # 6 dB quieter by the header alone: byte 16 of the identification header, and the checksum of its page.
        with open(os.path.join(HERE, "hybrid.opus"), "rb") as file:
            data = bytearray(file.read())
        data[28 + 16 : 28 + 18] = struct.pack("<h", -6 * 256)
        data[22:26] = bytes(4)
        data[22:26] = struct.pack("<I", checksum(data[: 28 + 19]))
        path = os.path.join(HERE, "gain.opus")
        with open(path, "wb") as file:
            file.write(data)
        run("opusdec", "--quiet", "--float", "--rate", "48000", path, decoded)
        keep("gain.opus")

        path = os.path.join(HERE, "browser.webm")
        run("ffmpeg", "-y", "-i", source[1], *exact, "-c:a", "libopus", "-b:a", "24k", "-application", "voip", path)
        run("ffmpeg", "-y", "-c:a", "libopus", "-i", path, "-c:a", "pcm_f32le", decoded)
        keep("browser.webm")
        for name, options in OTHERS:
            run("ffmpeg", "-y", "-i", source[1], *exact, *options, os.path.join(HERE, name))
        run("sox", "-R", source[1], os.path.join(HERE, "sphere.sph"), "rate", "8000", "trim", "0", "2000s")


def checksum(page):
    """The cyclic redundancy check of an Ogg page."""
    value = 0
    for byte in page:
        value ^= byte << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7) if value & 0x80000000 else value << 1
        value &= 0xFFFFFFFF
    return value


main()
