"""Lin's concordance correlation coefficient by its definition, Pearson's by SciPy, the root mean square error by
scikit-learn.

Run with numpy, SciPy and scikit-learn: python tests/golden/dimensions.py > tests/golden/dimensions.json
"""

import json
import sys

# A script beside this one is called as scikit-learn's package is.
sys.path.pop(0)

import numpy as np
from scipy.stats import pearsonr
from sklearn.metrics import mean_squared_error

rng = np.random.default_rng(7)
cases = []
for name, truth, prediction in [
    ("noisy", rng.random(50), None),
    ("shifted", rng.random(20), None),
    ("opposed", np.linspace(1, 5, 9), None),
    ("same", np.linspace(1, 5, 9), None),
]:
    prediction = {
        "noisy": truth + rng.normal(0, 0.2, len(truth)),
        "shifted": 0.5 * truth + 0.4,
        "opposed": 6 - truth,
        "same": truth,
    }[name]
    ccc = 2 * np.cov(truth, prediction, bias=True)[0, 1] / (
        truth.var() + prediction.var() + (truth.mean() - prediction.mean()) ** 2
    )
    cases.append(
        dict(
            name=name,
            truth=truth.tolist(),
            prediction=prediction.tolist(),
            ccc=float(ccc),
            pearson=float(pearsonr(truth, prediction).statistic),
            rmse=float(np.sqrt(mean_squared_error(truth, prediction))),
        )
    )

print(json.dumps(dict(cases=cases)))
