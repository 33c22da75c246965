"""Makes tests/golden/features/*.bin with librosa 0.11: python -P tests/golden/features.py

Raw little-endian f32. The signals themselves are not stored: tests/features_librosa.rs makes the same
ones by the same formulas.
"""

import os

import librosa
import numpy as np

HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "features")


def noise(length, seed):
    """A 64-bit linear congruential generator, its upper 24 bits in [-1, 1)."""
    state, values = seed, np.empty(length)
    for n in range(length):
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        values[n] = (state >> 40) / 2.0**23 - 1.0
    return values


def chirp(length, rate, low, high):
    t = np.arange(length) / rate
    return np.sin(2 * np.pi * (low * t + (high - low) * t * t * rate / (2 * length)))


def voice(length, rate, pitch, formants):
    """Harmonics of a gliding pitch, weighted by resonances, swelling and fading."""
    t = np.arange(length) / rate
    phase = 2 * np.pi * (pitch * t + 10 * np.sin(3 * t))
    y = np.zeros(length)
    for k in range(1, 25):
        weight = sum(1 / (1 + ((k * pitch - formant) / 100) ** 2) for formant in formants)
        y += weight * np.sin(k * phase)
    return y * (0.1 + 0.2 * np.sin(np.pi * t * rate / length) ** 2)


def signals():
    r = 22050
    n = np.arange(r)
    yield "sine", 0.5 * np.sin(2 * np.pi * 440 * n / r), r
    yield "chirp", 0.4 * chirp(r, r, 50, 10000) + 0.05 * noise(r, 1), r
    yield "noise", 0.3 * noise(r, 2), r
    yield "impulse", np.where(n == 5000, 0.9, 0.0), r
    yield "silence", 0.0 * n, r
    yield "whisper", 1e-5 * noise(r, 3) + 1e-4 * chirp(r, r, 100, 3000), r
    yield "threshold", 3e-10 * noise(r, 4), r
    yield "clipped", np.clip(4 * voice(r, r, 140, [600, 1700, 2600]), -1, 1), r
    yield "voice_low", voice(r, r, 110, [700, 1100, 2500]) + 1e-3 * noise(r, 5), r
    yield "voice_high", voice(r, r, 220, [300, 2300, 3000]) + 1e-3 * noise(r, 6), r
    yield "odd", 0.4 * chirp(12345, r, 80, 9000), r
    yield "short", 0.4 * chirp(100, r, 500, 5000), r
    yield "rate_8000", voice(8000, 8000, 120, [500, 1500, 2500]), 8000
    yield "rate_48000", voice(48000, 48000, 180, [800, 1200, 2800]) + 0.01 * noise(48000, 7), 48000
    # Sound for a second, then nothing: the loudest frame decides what 80 dB below it is.
    yield "half", np.where(n < r // 2, 0.5 * chirp(r, r, 200, 6000), 0.0), r
    # Three seconds and a bit, for the whole recipe.
    yield "clip", voice(70000, r, 150, [650, 1300, 2500]) + 2e-3 * noise(70000, 8), r


def write(name, *arrays):
    flat = np.concatenate([np.asarray(a, dtype=np.float32).ravel() for a in arrays])
    flat.astype("<f4").tofile(os.path.join(HERE, name + ".bin"))


def features(y, rate):
    """ZCR, RMS, and MFCC frame by frame, with the recipe's sizes."""
    zcr = librosa.feature.zero_crossing_rate(y, frame_length=2048, hop_length=512)
    rms = librosa.feature.rms(y=y, frame_length=2048, hop_length=512)
    mfcc = librosa.feature.mfcc(y=y, sr=rate, n_mfcc=20, n_fft=2048, hop_length=512, n_mels=128)
    return zcr[0], rms[0], mfcc.T


# Every fourth frame is enough, and keeps the files small.
EVERY = 4


def stepped(matrix):
    """Frame by frame, every fourth."""
    return np.atleast_2d(matrix).T[::EVERY]


def spectral(y, rate):
    """Feature after feature, with the recipe's sizes; what librosa refuses for this signal is left out."""
    sizes = dict(n_fft=2048, hop_length=512)
    yield librosa.feature.chroma_stft(y=y, sr=rate, **sizes)
    yield librosa.feature.chroma_stft(y=y, sr=rate, tuning=0.0, **sizes)
    if rate > 12800:
        yield librosa.feature.spectral_contrast(y=y, sr=rate, **sizes)
    yield librosa.feature.spectral_centroid(y=y, sr=rate, **sizes)
    yield librosa.feature.spectral_bandwidth(y=y, sr=rate, **sizes)
    yield librosa.feature.spectral_rolloff(y=y, sr=rate, **sizes)
    yield librosa.feature.spectral_flatness(y=y, **sizes)
    htk = librosa.feature.melspectrogram(y=y, sr=rate, n_mels=32, fmin=50, fmax=3800, htk=True, **sizes)
    yield librosa.power_to_db(htk, ref=np.max, top_db=60)
    mfcc = librosa.feature.mfcc(y=y, sr=rate, n_mfcc=13, n_mels=128, lifter=22, **sizes)
    yield mfcc
    if mfcc.shape[1] >= 9:
        yield librosa.feature.delta(mfcc)
        yield librosa.feature.delta(mfcc, order=2)


def pitch(y, rate):
    """F0 (0 where unvoiced) and the probability of a voice."""
    f0, _, probability = librosa.pyin(y, fmin=65, fmax=500, sr=rate, frame_length=2048, hop_length=512)
    return np.nan_to_num(f0), probability


def trimmed(y):
    """Start and end for several thresholds."""
    return [librosa.effects.trim(y, top_db=top_db)[1] for top_db in (10, 20, 30, 40, 60)]


def functionals(y, rate):
    """Mean, deviation, percentiles and slope per second of 13 MFCC, and of F0 over the voiced frames."""
    mfcc = librosa.feature.mfcc(y=y, sr=rate, n_mfcc=13, n_fft=2048, hop_length=512, n_mels=128).astype(np.float64)
    f0 = pitch(y, rate)[0]
    times = np.arange(mfcc.shape[1]) * 512 / rate
    courses = [(times[f0 > 0], f0[f0 > 0])] + [(times, row) for row in mfcc]
    for at, values in courses:
        yield [values.mean(), values.std(), *np.percentile(values, [20, 50, 80]), np.polyfit(at, values, 1)[0]]


def main():
    os.makedirs(HERE, exist_ok=True)
    for name, y, rate in signals():
        y = y.astype(np.float32)
        if name == "clip":
            y = y[round(0.6 * rate) :][: round(2.5 * rate)]
        write("features_" + name, *features(y, rate))
        write("spectral_" + name, *map(stepped, spectral(y, rate)))
        write("pitch_" + name, *pitch(y, rate))
        write("trim_" + name, *trimmed(y))
        if name == "voice_low":
            write("functionals", *functionals(y, rate))
        if name in ("chirp", "whisper"):
            mel = librosa.feature.melspectrogram(y=y, sr=rate, n_fft=2048, hop_length=512, n_mels=128)
            write("mel_db_" + name, librosa.power_to_db(mel).T)
        if name == "odd":
            write("power_odd", (np.abs(librosa.stft(y, n_fft=512, hop_length=400)) ** 2).T)
            for window, center, mode in (
                ("hamming", True, "reflect"),
                ("blackman", True, "edge"),
                ("boxcar", True, "constant"),
                ("hann", False, "constant"),
            ):
                stft = librosa.stft(y, n_fft=512, hop_length=3000, window=window, center=center, pad_mode=mode)
                write("stft_" + window, np.abs(stft).T)
    write("mel_filters", librosa.filters.mel(sr=16000, n_fft=512, n_mels=40))
    # Band-limited and without steps at its ends, so that the filters' different band edges are not heard.
    for source, target in ((48000, 22050), (16000, 22050), (24414, 22050)):
        length = source // 2
        swell = np.sin(np.pi * np.arange(length) / length) ** 2
        y = (0.5 * swell * chirp(length, source, 100, 0.42 * min(source, target))).astype(np.float32)
        write(f"resampled_{source}_{target}", librosa.resample(y, orig_sr=source, target_sr=target, res_type="soxr_hq"))


main()
