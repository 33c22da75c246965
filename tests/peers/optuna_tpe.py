"""How good Optuna's samplers are on four known functions, to compare ours with.

    pip install optuna==5.0.0
    python tests/peers/optuna_tpe.py [--trials 100] [--seeds 30]
    cargo test --release --test tuning_peers -- --ignored --nocapture    # ours, on the same functions

Prints the median over the seeds of the best value found: Optuna's TPE with one density per parameter (univariate),
with one joint density (multivariate, its default) and its random sampler.
"""

import argparse
import math
import statistics

import optuna

HARTMANN_A = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]]
HARTMANN_P = [
    [1312, 1696, 5569, 124, 8283, 5886],
    [2329, 4135, 8307, 3736, 1004, 9991],
    [2348, 1451, 3522, 2883, 3047, 6650],
    [4047, 8828, 8732, 5743, 1091, 381],
]
OPTIMIZERS = {"adam": (0.0, -3.0), "sgd": (0.3, -1.5), "rmsprop": (0.1, -3.5), "lion": (0.05, -4.0)}


def branin(trial):
    """Branin: two parameters, minimum 0.397887."""
    x, y = trial.suggest_float("x", -5, 10), trial.suggest_float("y", 0, 15)
    valley = y - 5.1 / (4 * math.pi**2) * x**2 + 5 / math.pi * x - 6
    return valley**2 + 10 * (1 - 1 / (8 * math.pi)) * math.cos(x) + 10


def hartmann6(trial):
    """Hartmann: six parameters, minimum -3.32237."""
    x = [trial.suggest_float(f"x{i}", 0, 1) for i in range(6)]
    total = 0.0
    for weight, a, p in zip([1.0, 1.2, 3.0, 3.2], HARTMANN_A, HARTMANN_P):
        total += weight * math.exp(-sum(a[i] * (x[i] - p[i] * 1e-4) ** 2 for i in range(6)))
    return -total


def rosenbrock5(trial):
    """Rosenbrock: five parameters, minimum 0."""
    x = [trial.suggest_float(f"x{i}", -5, 10) for i in range(5)]
    return sum(100 * (x[i + 1] - x[i] ** 2) ** 2 + (1 - x[i]) ** 2 for i in range(4))


def mixed(trial):
    """A made-up network: a choice, whole numbers, a step and two logarithmic scales; minimum 0."""
    offset, best = OPTIMIZERS[trial.suggest_categorical("optimizer", list(OPTIMIZERS))]
    rate = trial.suggest_float("learning_rate", 1e-5, 1e-1, log=True)
    units = trial.suggest_int("units", 16, 256, step=16)
    layers = trial.suggest_int("layers", 1, 4)
    dropout = trial.suggest_float("dropout", 0.0, 0.8, step=0.1)
    batch = trial.suggest_int("batch", 8, 256, log=True)
    return (
        offset
        + 0.3 * (math.log10(rate) - best) ** 2
        + 0.5 * ((units - 160) / 96) ** 2
        + 0.2 * abs(layers - 3)
        + 2 * (dropout - 0.3) ** 2
        + 0.1 * (math.log2(batch) - 5) ** 2
    )


SAMPLERS = {
    "univariate": lambda seed: optuna.samplers.TPESampler(seed=seed, multivariate=False),
    "multivariate": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=30)
    arguments = parser.parse_args()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    for function in (branin, hartmann6, rosenbrock5, mixed):
        for name, sampler in SAMPLERS.items():
            best = []
            for seed in range(arguments.seeds):
                study = optuna.create_study(sampler=sampler(seed))
                study.optimize(function, n_trials=arguments.trials)
                best.append(study.best_value)
            low, middle, high = statistics.quantiles(best, n=4)
            print(f"{function.__name__:12} {name:13} median {middle:10.4f}  quartiles {low:10.4f} {high:10.4f}", flush=True)


if __name__ == "__main__":
    main()
