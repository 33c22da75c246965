"""Undertone's features against librosa's speed: same clips, same features, one thread each, turn by turn.

    python tests/peers/librosa_speed.py target/release/undertone FOLDER [CLIPS]

FOLDER holds wav files of one rate under the names of RAVDESS or CREMA-D. Each round librosa loads, resamples
(soxr_hq) and computes MFCC, ZCR and RMS of every clip; then `undertone bench features` does the same. Printed are
both versions, the median of the rounds' milliseconds per clip, and the ratio. Needs librosa and NumPy.
"""

import os

for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[threads] = "1"

import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import librosa

ROUNDS = 5
RATE, SKIP, TAKE = 22050, 0.6, 2.5


def features(path):
    """What the recipe mfcc_zcr_rms holds; the part that is taken is cut out before the features."""
    y, _ = librosa.load(path, sr=RATE, res_type="soxr_hq")
    y = librosa.util.fix_length(y[round(SKIP * RATE) :][: round(TAKE * RATE)], size=round(TAKE * RATE))
    mfcc = librosa.feature.mfcc(y=y, sr=RATE, n_mfcc=20, n_fft=2048, hop_length=512)
    zcr = librosa.feature.zero_crossing_rate(y, frame_length=2048, hop_length=512)
    rms = librosa.feature.rms(y=y, frame_length=2048, hop_length=512)
    return mfcc, zcr, rms


def ours(program, folder):
    """Milliseconds per clip on one thread and on all cores, and the whole answer."""
    with tempfile.TemporaryDirectory() as cache:
        sets = [f"data={folder}", f"cache={cache}", "recipe=mfcc_zcr_rms"]
        arguments = [part for pair in sets for part in ("--set", pair)]
        command = [program, "bench", "features", "--json", "--clips", "100000", *arguments]
        answer = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    alone, together = answer["speeds"]
    return 1000 / alone["clips_per_second"], 1000 / together["clips_per_second"], answer


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    most = int(sys.argv[3]) if len(sys.argv) > 3 else 100
    clips = sorted(folder.rglob("*.wav"))[:most]
    with tempfile.TemporaryDirectory() as chosen:
        # The same clips for both, under the names by which the corpus is known.
        for clip in clips:
            place = pathlib.Path(chosen) / folder.name / clip.relative_to(folder)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(clip, place)
        paths = sorted(pathlib.Path(chosen).rglob("*.wav"))
        for path in paths[:5]:
            features(path)
        theirs, alone, together = [], [], []
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            for path in paths:
                features(path)
            theirs.append(1000 * (time.perf_counter() - begun) / len(paths))
            one, all_cores, answer = ours(program, chosen)
            alone.append(one)
            together.append(all_cores)
    version = subprocess.run([program, "--version"], check=True, capture_output=True, text=True).stdout.strip()
    print(f"{len(paths)} clips, {answer['rates']}; {version} measured {answer['clips']}; librosa {librosa.__version__}")
    theirs, alone, together = map(statistics.median, (theirs, alone, together))
    print(f"librosa, one thread    {theirs:7.3f} ms per clip")
    print(f"undertone, one thread  {alone:7.3f} ms per clip, {theirs / alone:.1f} times as fast")
    threads = answer["speeds"][1]["threads"]
    print(f"undertone, {threads} threads   {together:7.3f} ms per clip, {theirs / together:.1f} times as fast")
    for stage in answer["stages"]:
        print(f"    {stage['stage']:16} {stage['milliseconds']:.3f} ms")


main()
