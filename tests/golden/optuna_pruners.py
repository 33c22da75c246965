"""What Optuna's pruners decide on 10,000 random histories.

    pip install optuna==5.0.0
    python tests/golden/optuna_pruners.py

Writes optuna_pruners.json beside itself: the settings, and for each a decision per history as bits in hexadecimal (the
first history in the highest bit of the first digit); for rungs a digit (base 36) per history, how many the trial
reached. The
histories are not stored: `tests/tuning_pruners.rs` makes the same ones from the same seeds.
"""

import json
import math
import pathlib
import warnings

import numpy as np
import optuna
from optuna.trial import TrialState

HISTORIES = 10_000
MASK = (1 << 64) - 1
SETTINGS = [
    {"kind": "median"},
    {"kind": "median", "startup_trials": 0},
    {"kind": "median", "startup_trials": 1, "warmup_steps": 3, "interval_steps": 2, "min_trials": 3},
    {"kind": "percentile", "percentile": 25.0, "startup_trials": 2},
    {"kind": "percentile", "percentile": 75.0, "startup_trials": 1, "warmup_steps": 1, "interval_steps": 3},
    {"kind": "percentile", "percentile": 0.0, "startup_trials": 1},
    {"kind": "percentile", "percentile": 100.0, "startup_trials": 1},
    {"kind": "patient", "patience": 2},
    {"kind": "patient", "patience": 0, "min_delta": 0.25},
    {"kind": "patient", "patience": 1, "wrapped": {"kind": "median", "startup_trials": 1}},
    {"kind": "patient", "patience": 3, "min_delta": 0.5, "wrapped": {"kind": "percentile", "percentile": 10.0}},
    {"kind": "successive_halving"},
    {"kind": "successive_halving", "min_resource": 1, "reduction_factor": 2},
    {
        "kind": "successive_halving",
        "min_resource": 2,
        "reduction_factor": 3,
        "min_early_stopping_rate": 1,
        "bootstrap_count": 2,
    },
    {"kind": "hyperband"},
    {"kind": "hyperband", "min_resource": 1, "max_resource": 9, "reduction_factor": 3},
    {"kind": "hyperband", "min_resource": 1, "max_resource": 12, "reduction_factor": 2, "bootstrap_count": 1},
]
NAMES = {"startup_trials": "n_startup_trials", "warmup_steps": "n_warmup_steps", "min_trials": "n_min_trials"}


class SplitMix:
    """SplitMix64 (Steele et al. 2014), small enough to be written twice."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state + 0x9E3779B97F4A7C15) & MASK
        z = self.state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        return z ^ (z >> 31)

    def below(self, limit):
        return self.next() % limit


def value(random, fine):
    """A report: often on a coarse grid, so that there are ties; now and then NaN or infinite."""
    kind = random.below(40)
    if kind < 4:
        return math.nan
    if kind == 4:
        return math.inf
    if kind == 5:
        return -math.inf
    return random.below(1 << 20) / (1 << 19) - 1.0 if fine else (random.below(33) - 16) / 8


def reports(random, most, scale, fine):
    count, step, stride = random.below(most + 1), random.below(2), 1 + random.below(4) // 3
    result = {}
    for _ in range(count):
        result[step * scale] = value(random, fine)
        step += stride
    return result


def rungs(random, fine):
    """Values noted at rungs; these are numbers."""
    return {f"completed_rung_{k}": random.below(33) / 8 - 2.0 for k in range(random.below(4))}


def history(seed):
    random = SplitMix(seed)
    direction = ["minimize", "maximize"][random.below(2)]
    fine, scale = random.below(2) == 1, [1, 1, 1, 150][random.below(4)]
    most = 1 + random.below(12)
    trials = []
    for _ in range(random.below(14)):
        state = [TrialState.COMPLETE] * 5 + [TrialState.PRUNED] * 2 + [TrialState.FAIL]
        trials.append((state[random.below(8)], reports(random, most, scale, fine), rungs(random, fine)))
    trials.append((TrialState.RUNNING, reports(random, most, scale, fine), rungs(random, fine)))
    study = optuna.create_study(direction=direction, study_name=f"study-{seed % 7}")
    for state, values, attributes in trials:
        study.add_trial(
            optuna.trial.create_trial(
                state=state,
                value=0.0 if state == TrialState.COMPLETE else None,
                intermediate_values=values,
                system_attrs=attributes,
            )
        )
    return study


def pruner(settings):
    settings = {NAMES.get(key, key): item for key, item in settings.items()}
    kind = settings.pop("kind")
    if kind == "patient":
        wrapped = settings.pop("wrapped", None)
        return optuna.pruners.PatientPruner(wrapped and pruner(wrapped), **settings)
    kinds = {
        "median": optuna.pruners.MedianPruner,
        "percentile": optuna.pruners.PercentilePruner,
        "successive_halving": optuna.pruners.SuccessiveHalvingPruner,
        "hyperband": optuna.pruners.HyperbandPruner,
    }
    return kinds[kind](**settings)


def main():
    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    decisions, reached = [[] for _ in SETTINGS], [[] for _ in SETTINGS]
    for seed in range(HISTORIES):
        study = history(seed)
        noted = []
        study._storage.set_trial_system_attr = lambda trial_id, key, value: noted.append((key, value))
        trial = study.get_trials()[-1]
        for index, settings in enumerate(SETTINGS):
            noted.clear()
            decisions[index].append(bool(pruner(settings).prune(study, trial)))
            reached[index].append(len(noted))
    golden = []
    for settings, decision, rung in zip(SETTINGS, decisions, reached):
        bits = f"{int(''.join('01'[d] for d in decision), 2):0{HISTORIES // 4}x}"
        golden.append({"pruner": settings, "pruned": sum(decision), "decisions": bits})
        if settings["kind"] in ("successive_halving", "hyperband"):
            golden[-1]["rungs"] = "".join(map(np.base_repr, rung, [36] * len(rung)))
    path = pathlib.Path(__file__).with_suffix(".json")
    path.write_text(json.dumps({"optuna": optuna.__version__, "histories": HISTORIES, "settings": golden}, indent=0) + "\n")


if __name__ == "__main__":
    main()
