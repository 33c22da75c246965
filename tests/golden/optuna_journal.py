"""A journal as Optuna writes it, and what Optuna reads from it.

    pip install optuna==5.0.0
    python tests/golden/optuna_journal.py                      # writes optuna_journal.log and optuna_journal.json
    python tests/golden/optuna_journal.py --show FILE          # prints what Optuna reads from a journal, as JSON
    python tests/golden/optuna_journal.py --continue FILE N    # runs N trials more in its first study

In the JSON, NaN and the infinities are texts.
"""

import json
import math
import pathlib
import sys

import optuna
from optuna.distributions import distribution_to_json
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend


def storage(path):
    return JournalStorage(JournalFileBackend(str(path)))


def plain(value):
    """JSON of the standard: no bare NaN."""
    if isinstance(value, float) and not math.isfinite(value):
        return {"number": str(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def show(path):
    store = storage(path)
    studies = []
    for study in store.get_all_studies():
        trials = [
            {
                "number": trial.number,
                "id": trial._trial_id,
                "state": trial.state.name,
                "values": trial.values,
                "params": trial.params,
                "distributions": {name: distribution_to_json(d) for name, d in trial.distributions.items()},
                "reports": trial.intermediate_values,
                "user": trial.user_attrs,
                "system": trial.system_attrs,
                "started": trial.datetime_start and trial.datetime_start.timestamp(),
                "finished": trial.datetime_complete and trial.datetime_complete.timestamp(),
            }
            for trial in store.get_all_trials(study._study_id)
        ]
        studies.append(
            {
                "id": study._study_id,
                "name": study.study_name,
                "directions": [direction.name for direction in study.directions],
                "user": study.user_attrs,
                "system": study.system_attrs,
                "trials": trials,
            }
        )
    return plain(studies)


def objective(trial):
    x = trial.suggest_float("x", -5, 10)
    rate = trial.suggest_float("rate", 1e-5, 1e-1, log=True)
    kind = trial.suggest_categorical("kind", ["a", None, True, 1.5, 3, "é\"\\"])
    units = trial.suggest_int("units", 16, 256, step=16)
    if kind == "a":
        trial.suggest_float("dropout", 0, 0.8, step=0.1)
    trial.set_user_attr("note", {"list": [1, 2.5, None, math.inf], "text": "Gefühl 😀\n"})
    for step in range(6):
        loss = (x - 3) ** 2 + math.log10(rate) ** 2 + units / (step + 1)
        trial.report(math.nan if (trial.number + step) % 5 == 0 else loss, step)
        if trial.should_prune():
            raise optuna.TrialPruned()
    if trial.number % 11 == 7:
        raise ValueError("broken")
    return loss if trial.number % 13 != 6 else math.nan


def record(path):
    path.unlink(missing_ok=True)
    store = storage(path)
    gone = optuna.create_study(storage=store, study_name="gone")
    gone.optimize(lambda trial: trial.suggest_float("x", 0, 1), n_trials=2)
    study = optuna.create_study(
        storage=store, study_name="emotion é", sampler=optuna.samplers.TPESampler(seed=1), direction="maximize"
    )
    study.set_user_attr("corpus", "demo")
    study.enqueue_trial({"x": 1.25, "kind": None}, user_attrs={"who": "a person"})
    study.optimize(objective, n_trials=20, catch=(ValueError,))
    optuna.delete_study(study_name="gone", storage=store)
    halving = optuna.create_study(
        storage=store,
        study_name="halving",
        sampler=optuna.samplers.RandomSampler(seed=2),
        pruner=optuna.pruners.SuccessiveHalvingPruner(min_resource=1, reduction_factor=2),
    )
    halving.optimize(objective, n_trials=8, catch=(ValueError,))
    several = optuna.create_study(storage=store, study_name="gone", directions=["minimize", "maximize"])
    several.optimize(lambda trial: (trial.suggest_float("x", 0, 1), 2.0), n_trials=2)
    study.ask()
    study.enqueue_trial({"x": -4.0})
    study.add_trial(
        optuna.trial.create_trial(
            params={"x": 2.0},
            distributions={"x": optuna.distributions.FloatDistribution(-5, 10)},
            value=0.25,
            intermediate_values={3: 0.5, 10: math.nan},
        )
    )
    # Lines that Optuna passes over: of a newer version, a study that is there, a trial that is not or is finished.
    with open(path, "a") as file:
        file.write('{"op_code":10,"worker_id":"w","trial_ids":[0]}\n')
        file.write('{"op_code":0,"worker_id":"w","study_name":"halving","directions":[2]}\n')
        file.write('{"op_code":7,"worker_id":"w","trial_id":9999,"step":1,"intermediate_value":1.0}\n')
        file.write('{"op_code":7,"worker_id":"w","trial_id":0,"step":1,"intermediate_value":1.0}\n')
        file.write('{"op_code":4,"worker_id":"w","study_id":0,"datetime_start":null}\n')


def main():
    optuna.logging.set_verbosity(optuna.logging.CRITICAL)
    if sys.argv[1:2] == ["--show"]:
        print(json.dumps(show(sys.argv[2]), allow_nan=False))
    elif sys.argv[1:2] == ["--continue"]:
        store = storage(sys.argv[2])
        study = optuna.load_study(study_name=store.get_all_studies()[0].study_name, storage=store)
        study.optimize(lambda trial: (trial.suggest_float("x", 0, 1) - 0.3) ** 2, n_trials=int(sys.argv[3]))
    else:
        path = pathlib.Path(__file__).with_suffix(".log")
        record(path)
        path.with_suffix(".json").write_text(json.dumps(show(path), allow_nan=False, indent=0) + "\n")


if __name__ == "__main__":
    main()
