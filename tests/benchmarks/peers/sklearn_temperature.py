"""scikit-learn's temperature scaling, with the log loss before and after: IN."""

import json
import sys

import numpy as np
import polars as pl
from scipy.special import softmax
from sklearn.calibration import _TemperatureScaling
from sklearn.metrics import log_loss

table = pl.read_csv(sys.argv[1])
labels = table["label"].to_numpy()
logits = table.drop("label").to_numpy()
temperature = 1 / _TemperatureScaling().fit(logits, labels).beta_
classes = np.arange(logits.shape[1])
losses = [log_loss(labels, softmax(logits / t, axis=1), labels=classes) for t in (1, temperature)]
print(json.dumps({"temperature": float(temperature), "before": losses[0], "after": losses[1]}))
