"""Multinomial logistic regression by scikit-learn (float64, fitted to 1e-10), on rows that the test makes as well.

Numbers come from the generator that the test repeats; a row's class, `row * 7 % 11 % classes`, adds 1 to one of its columns.

Run with scikit-learn: python -P tests/golden/logistic.py > tests/golden/logistic.json
"""

import json

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.utils.class_weight import compute_class_weight


def numbers(state, count):
    powers = np.cumprod(np.full(count, 1664525, dtype=np.uint32), dtype=np.uint32)
    sums = np.cumsum(np.concatenate([[np.uint32(1)], powers[:-1]]), dtype=np.uint32)
    states = powers * np.uint32(state) + sums * np.uint32(1013904223)
    return (states >> np.uint32(8)).astype(np.float32) / np.float32(2**24) - np.float32(0.5)


def case(rows, columns, classes, c, balanced=False):
    x = (4 * numbers(7, rows * columns).reshape(rows, columns)).astype(np.float32)
    y = np.arange(rows) * 7 % 11 % classes
    x[np.arange(rows), y % columns] += np.float32(1)
    x = x.astype(np.float64)
    weights = compute_class_weight("balanced", classes=np.arange(classes), y=y).astype(np.float32)
    per_row = weights[y].astype(np.float64) if balanced else np.ones(rows)
    model = LogisticRegression(C=c, tol=1e-10, max_iter=100_000).fit(x, y, sample_weight=per_row)
    w, b = model.coef_, model.intercept_
    # The biases may move together; ours add up to 0, as they do from the first step on.
    b = b - b.mean()
    logits = x @ w.T + b
    log_sum = np.log(np.exp(logits - logits.max(1, keepdims=True)).sum(1)) + logits.max(1)
    loss = (per_row * (log_sum - logits[np.arange(rows), y])).sum()
    return dict(
        rows=rows,
        columns=columns,
        classes=classes,
        c=c,
        class_weights=[float(x) for x in weights] if balanced else None,
        weights=[float(f"{x:.9g}") for x in w.T.flatten()],
        biases=[float(f"{x:.9g}") for x in b],
        objective=float(loss + (w**2).sum() / (2 * c)),
    )


cases = [case(200, 30, 8, 0.01), case(70, 150, 3, 1.0), case(203, 20, 10, 10.0), case(150, 12, 5, 0.1, balanced=True)]
print(json.dumps(cases))
