"""Small reports for the tests of displays."""

from functools import cache

import numpy as np

from softmax_cli.activations.functions import sigmoid, softmax
from softmax_cli.calibration.maps import fit_calibration
from softmax_cli.calibration.report import CalibrationReport
from softmax_cli.evaluation.report import EvaluationReport
from softmax_cli.metrics.evaluate import Evaluation, evaluate
from softmax_cli.metrics.paired import compare_models
from tests.reference_set import CLASSES, reference_set
from tests.trust_sets import first_half


def named(evaluation, names, unlabeled=0):
    """An evaluation with names for its classes."""
    return Evaluation(evaluation.summary, tuple(names), evaluation.rows, unlabeled)


def assessed(temperature=1.0, rows=1000, binning="width", bins=15, names=CLASSES, **options):
    """The reference set, or its first rows."""
    evaluation = _evaluated(temperature, rows, binning, bins)
    unlabeled = options.pop("unlabeled", 0)
    shown = named(evaluation, names, unlabeled)
    return EvaluationReport("f.csv", "softmax", temperature, shown, **options)


@cache
def _evaluated(temperature, rows, binning, bins):
    logits, labels = (array[:rows] for array in reference_set())
    return evaluate(softmax(logits, temperature), labels, binning=binning, bins=bins)


def independent(classes=3, rows=200, names=None, temperature=1.0):
    """Independent classes whose labels are drawn from their probabilities."""
    evaluation = _independent(classes, rows)
    names = names or [f"c{i}" for i in range(classes)]
    return EvaluationReport("f.csv", "sigmoid", temperature, named(evaluation, names))


@cache
def _independent(classes, rows):
    random = np.random.RandomState(0)
    values = sigmoid(random.normal(0, 2, (rows, classes)))
    targets = (random.rand(rows, classes) < values).astype(int)
    return evaluate(values, targets, activation="sigmoid")


def calibrated(own=False, folds=()):
    """The reference set before and after, judged on itself."""
    logits, labels = reference_set()
    fit = fit_calibration(logits, labels)
    words = "the same rows" if own else "held out"
    models = [softmax(logits), fit.probabilities(logits)]
    paired = compare_models(models, labels)[0]
    before, after = assessed(), assessed(fit.temperature)
    return CalibrationReport(
        fit, 1000, before, after, words, own, 7, paired, fold_temperatures=folds
    )


def calibrated_by_bias():
    """Logits with shifted classes, before and after a map with biases."""
    logits, labels = first_half("c10s")
    fit = fit_calibration(logits, labels, map="bias")
    models = [softmax(logits), fit.probabilities(logits)]
    names = [f"c{k}" for k in range(10)]
    before, after = (
        EvaluationReport("f.csv", "softmax", t, named(evaluate(p, labels), names))
        for p, t in zip(models, (1.0, fit.temperature), strict=True)
    )
    paired = compare_models(models, labels)[0]
    changed = int((models[0].argmax(1) != models[1].argmax(1)).sum())
    return CalibrationReport(
        fit, 2500, before, after, "the same rows", True, 0, paired, changed, (), [0.1] * 10
    )


def calibrated_each(classes=3):
    """A temperature for each class."""
    random = np.random.RandomState(0)
    logits = random.normal(0, 3, (300, classes))
    targets = (random.rand(300, classes) < sigmoid(logits / 2)).astype(int)
    fit = fit_calibration(logits, targets, activation="sigmoid", per_class=True)
    shown = independent(classes)
    models = [sigmoid(logits), fit.probabilities(logits)]
    paired = compare_models(models, targets, activation="sigmoid")[0]
    return CalibrationReport(fit, 300, shown, shown, "held out", False, 0, paired)
