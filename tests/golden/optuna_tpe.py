"""What Optuna's tree-structured Parzen estimator makes of random observations.

    pip install optuna==5.0.0
    python tests/golden/optuna_tpe.py

Writes optuna_tpe.json beside itself: logarithms of normal masses; densities of mixtures at points; and splits of random
histories into good and bad trials.
"""

import functools
import json
import math
import pathlib

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution, distribution_to_json
from optuna.samplers._tpe import _truncnorm
from optuna.samplers._tpe.parzen_estimator import _ParzenEstimator, _ParzenEstimatorParameters
from optuna.samplers._tpe.sampler import _split_trials, default_gamma, default_weights
from optuna.trial import TrialState

SPACES = [
    {"x": FloatDistribution(-5, 10)},
    {"x": FloatDistribution(1e-5, 1e-1, log=True)},
    {"x": FloatDistribution(0, 0.8, step=0.1)},
    {"x": IntDistribution(1, 256, log=True)},
    {"x": IntDistribution(16, 256, step=16)},
    {"x": CategoricalDistribution(["a", "b", "c"])},
    {
        "a": FloatDistribution(1e-4, 1e-2, log=True),
        "b": IntDistribution(0, 4),
        "c": CategoricalDistribution([True, False]),
        "d": FloatDistribution(0, 1),
        "e": IntDistribution(1, 8, log=True),
    },
]


def masses():
    edges = np.array([-60, -38.5, -20, -7, -3, -1, -0.2, 0, 1e-3, 0.7, 2.5, 6, 15, 37, 60.0])
    a, b = np.meshgrid(edges, edges, indexing="ij")
    pairs = [(float(x), float(y)) for x, y in zip(a.ravel(), b.ravel()) if x < y]
    return [[x, y, float(_truncnorm._log_gauss_mass(np.array([x]), np.array([y]))[0])] for x, y in pairs]


def densities(random):
    parameters = _ParzenEstimatorParameters(1.0, True, False, default_weights, True)
    cases = []
    for space in SPACES:
        for count in (0, 1, 2, 7, 25, 26, 60, 130):
            sampler = optuna.samplers.RandomSampler(seed=int(random.integers(1 << 30)))
            draw = lambda d: float(d.to_internal_repr(sampler.sample_independent(None, None, "", d)))
            observations = {name: np.array([draw(d) for _ in range(count)]) for name, d in space.items()}
            points = {name: np.array([draw(d) for _ in range(6)]) for name, d in space.items()}
            estimator = _ParzenEstimator(observations, space, parameters)
            cases.append(
                {
                    "space": {name: distribution_to_json(d) for name, d in space.items()},
                    "observations": {name: column.tolist() for name, column in observations.items()},
                    "points": {name: column.tolist() for name, column in points.items()},
                    "ln_density": estimator.log_pdf(points).tolist(),
                }
            )
    return cases


def splits(random):
    cases = []
    for case in range(60):
        study = optuna.create_study(direction=["minimize", "maximize"][case % 2])
        for _ in range(int(random.integers(0, 400 if case % 10 == 0 else 60))):
            states = [TrialState.COMPLETE, TrialState.PRUNED, TrialState.RUNNING]
            state = states[random.choice(3, p=[0.1, 0.8, 0.1] if case % 3 == 0 else [0.6, 0.3, 0.1])]
            steps = int(random.integers(0, 4))
            reports = {k: math.nan if random.random() < 0.2 else float(random.integers(-3, 4)) for k in range(steps)}
            value = float(random.integers(-8, 9)) / 4
            study.add_trial(
                optuna.trial.create_trial(
                    state=state, value=value if state == TrialState.COMPLETE else None, intermediate_values=reports
                )
            )
        trials = study.get_trials()
        n = sum(t.state != TrialState.RUNNING for t in trials)
        below, above = _split_trials(study, trials, default_gamma(n))
        cases.append(
            {
                "maximize": case % 2 == 1,
                "trials": [
                    [t.state.name.lower(), t.value if t.state == TrialState.COMPLETE else None,
                     [None if math.isnan(v) else v for v in t.intermediate_values.values()]]
                    for t in trials
                ],
                "good": [t.number for t in below],
                "bad": [t.number for t in above],
            }
        )
    return cases


def main():
    # Which of several equal observations gets the gap to its neighbour hangs on the order that the sort leaves them in,
    # and NumPy's default sort differs between processors.
    np.argsort = functools.partial(np.argsort, kind="stable")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    random = np.random.default_rng(0)
    golden = {"masses": masses(), "densities": densities(random), "splits": splits(random)}
    pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
