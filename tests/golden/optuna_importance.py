"""What Optuna's PedAnovaImportanceEvaluator says of four studies.

Run with Optuna 5: python tests/golden/optuna_importance.py
Writes optuna_importance.log (a journal with the studies) and optuna_importance.json beside it.
"""

import json
import math
import os
import random
import warnings

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState, create_trial

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)
here = os.path.dirname(os.path.abspath(__file__))
path = os.path.join(here, "optuna_importance.log")
if os.path.exists(path):
    os.remove(path)
storage = JournalStorage(JournalFileBackend(path))
draw = random.Random(5)
expected = {}
for name, direction, count in [("few", "minimize", 7), ("loss", "minimize", 40), ("uar", "maximize", 60)]:
    study = optuna.create_study(study_name=name, direction=direction, storage=storage)
    for _ in range(count):
        kind = draw.choice(["a", "b", "c"])
        params = {
            "rate": math.exp(draw.uniform(math.log(1e-4), math.log(1e-1))),
            "dropout": draw.uniform(0.0, 0.7),
            "stepped": draw.randrange(5) * 0.25,
            "units": draw.randrange(16, 257, 16),
            "kernel": round(math.exp(draw.uniform(0.0, math.log(64)))),
            "kind": kind,
        }
        distributions = {
            "rate": FloatDistribution(1e-4, 1e-1, log=True),
            "dropout": FloatDistribution(0.0, 0.7),
            "stepped": FloatDistribution(0.0, 1.0, step=0.25),
            "units": IntDistribution(16, 256, step=16),
            "kernel": IntDistribution(1, 64, log=True),
            "kind": CategoricalDistribution(["a", "b", "c"]),
        }
        if kind == "b":
            params["only_b"] = draw.uniform(-1.0, 1.0)
            distributions["only_b"] = FloatDistribution(-1.0, 1.0)
        value = (math.log10(params["rate"]) + 2.5) ** 2 + params["dropout"] + (kind == "c") + draw.gauss(0.0, 0.2)
        value += abs(params.get("only_b", 0.5))
        value = -value if direction == "maximize" else value
        state = TrialState.COMPLETE if draw.random() < 0.85 else TrialState.PRUNED
        study.add_trial(create_trial(state=state, params=params, distributions=distributions, value=value))
    expected[name] = get_param_importances(study, evaluator=PedAnovaImportanceEvaluator())
with open(os.path.join(here, "optuna_importance.json"), "w") as file:
    json.dump(expected, file, indent=1)
    file.write("\n")
