"""Makes sklearn.json: scores of random predictions as scikit-learn computes them.

    python tests/golden/sklearn.py

Every case states labels, truth and prediction (indices), so that the tests need no generator.
"""

import json
import os
import warnings

# This file's own folder must not shadow the package it is named after.
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path = [path for path in sys.path if os.path.abspath(path or ".") != HERE]

import numpy
import sklearn
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    confusion_matrix,
    precision_recall_fscore_support,
    recall_score,
)

warnings.simplefilter("ignore")
LABELS = ["neutral", "calm", "happy", "sad", "angry", "fearful", "disgust", "surprised"]
random = numpy.random.default_rng(7)


def noisy(truth, classes, hit):
    """The truth with probability `hit`, else any class."""
    guess = random.integers(0, classes, len(truth))
    return numpy.where(random.random(len(truth)) < hit, truth, guess)


def case(name, classes, truth, prediction):
    labels = list(range(classes))

    def averages(average):
        figures = precision_recall_fscore_support(truth, prediction, labels=labels, average=average, zero_division=0)
        return [list(map(float, values)) for values in figures] if average is None else list(map(float, figures[:3]))

    # scikit-learn leaves out of balanced_accuracy_score what does not occur in the truth; told apart from a mean over
    # all labels by spelling that out.
    occurring = numpy.unique(truth)
    spelled_out = recall_score(truth, prediction, labels=occurring, average="macro", zero_division=0)
    assert abs(spelled_out - balanced_accuracy_score(truth, prediction)) < 1e-12

    def default(average):
        figures = precision_recall_fscore_support(truth, prediction, average=average, zero_division=0)
        return list(map(float, figures[:3]))

    return {
        "name": name,
        "labels": LABELS[:classes],
        "truth": [int(index) for index in truth],
        "prediction": [int(index) for index in prediction],
        "confusion": confusion_matrix(truth, prediction, labels=labels).tolist(),
        "accuracy": float(accuracy_score(truth, prediction)),
        "balanced_accuracy": float(balanced_accuracy_score(truth, prediction)),
        # precision, recall, f1 (and support per class)
        "tested": len(occurring),
        # means over the labels that occur in truth or prediction: scikit-learn's default
        "macro_default": default("macro"),
        "per_class": averages(None),
        "macro": averages("macro"),
        "weighted": averages("weighted"),
    }


def cases():
    truth = random.integers(0, 8, 60)
    yield case("eight classes", 8, truth, noisy(truth, 8, 0.6))
    truth = random.choice(4, 60, p=[0.8, 0.1, 0.07, 0.03])
    yield case("imbalanced", 4, truth, noisy(truth, 4, 0.7))
    truth = random.choice([0, 2, 3, 5], 40)
    yield case("classes missing from the truth", 6, truth, noisy(truth, 6, 0.5))
    truth = random.integers(0, 5, 40)
    yield case("classes never predicted", 5, truth, numpy.where(truth > 2, 0, truth))
    truth = random.choice([1, 2], 30)
    yield case("classes in neither", 6, truth, noisy(truth, 3, 0.8))
    yield case("one class, all right", 1, numpy.zeros(5, int), numpy.zeros(5, int))
    yield case("one class in the truth", 3, numpy.full(9, 1), random.integers(0, 3, 9))
    yield case("all wrong", 2, numpy.array([0, 0, 1]), numpy.array([1, 1, 0]))
    yield case("one clip", 3, numpy.array([2]), numpy.array([2]))
    truth = random.integers(0, 2, 50)
    yield case("two classes, perfect", 2, truth, truth)


with open(os.path.join(HERE, "sklearn.json"), "w") as file:
    file.write('{"scikit_learn": "%s", "cases": [\n' % sklearn.__version__)
    file.write(",\n".join(json.dumps(each) for each in cases()))
    file.write("\n]}\n")
