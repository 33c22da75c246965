"""Our networks beside PyTorch's and Keras's, in turns, so that a machine's moods strike all alike.

    cargo build --release
    python tests/peers/models.py [--torch PYTHON] [--keras PYTHON] [--rounds 5] [--steps 5] [NAME ...]

PYTHON is an interpreter that has the library; a peer without one is left out. Prints medians over the rounds, and the
ratio to each peer (below 1: ours is faster, or smaller).
"""

import argparse
import json
import os
import statistics
import subprocess

HERE = os.path.dirname(os.path.abspath(__file__))
NAMES = ["conv1d", "deep_conv1d", "mel_conv2d", "time_conv1d", "deep_mel_conv2d", "crnn", "mlp", "attentive_crnn"]
# Ours has a twin in PyTorch alone.
WITHOUT_KERAS = ["attentive_crnn"]
FIGURES = {
    "training step (ms)": lambda found: found["train"]["milliseconds"],
    "fastest step (ms)": lambda found: found["train"]["fastest_milliseconds"],
    "inference, batch (ms)": lambda found: found["inference"]["milliseconds"],
    "inference, one clip (ms)": lambda found: found["one_clip"]["milliseconds"],
    "memory of a step (MB)": lambda found: found["memory_peak"] / 1e6,
}


def run(command, threads):
    environment = dict(os.environ, RAYON_NUM_THREADS=str(threads), OMP_NUM_THREADS=str(threads))
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: {done.stderr[-2000:]}")
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return found.get("model") if isinstance(found.get("model"), dict) else found


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("names", nargs="*", default=NAMES)
    arguments.add_argument("--binary", default=os.path.join(HERE, "../../target/release/undertone"))
    arguments.add_argument("--torch")
    arguments.add_argument("--keras")
    arguments.add_argument("--rounds", type=int, default=5)
    arguments.add_argument("--steps", type=int, default=5)
    arguments.add_argument("--batch", type=int, default=32)
    arguments.add_argument("--threads", type=int, default=2)
    arguments = arguments.parse_args()
    for name in arguments.names:
        sizes = ["--batch", str(arguments.batch), "--steps", str(arguments.steps)]
        commands = {"ours": [arguments.binary, "--json", "bench", "model", name, *sizes]}
        for peer, python in (("torch", arguments.torch), ("keras", arguments.keras)):
            if python and not (peer == "keras" and name in WITHOUT_KERAS):
                script = os.path.join(HERE, f"{peer}_models.py")
                commands[peer] = [python, script, name, *sizes, "--threads", str(arguments.threads)]
        found = {who: [] for who in commands}
        for _ in range(arguments.rounds):
            for who, command in commands.items():
                found[who].append(run(command, arguments.threads))
        peers = [who for who in commands if who != "ours"]
        print(f"{name}, {arguments.rounds} rounds of {arguments.steps} steps, batch {arguments.batch}")
        print(f"{'':26}" + "".join(f"{who:>12}" for who in commands) + "".join(f"{'/ ' + who:>12}" for who in peers))
        for label, figure in FIGURES.items():
            values = {who: statistics.median(map(figure, found[who])) for who in commands}
            row = "".join(f"{values[who]:12.2f}" for who in commands)
            # Each round's ratio, so that what slows a round down slows both.
            pairs = {who: zip(found["ours"], found[who]) for who in peers}
            ratios = {who: statistics.median(figure(a) / figure(b) for a, b in pair) for who, pair in pairs.items()}
            print(f"{label:26}{row}" + "".join(f"{ratios[who]:12.2f}" for who in peers), flush=True)
        print()


if __name__ == "__main__":
    main()
