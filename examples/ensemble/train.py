# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy>=2", "scikit-learn>=1.5"]
#
# [tool.examples]
# makes = ["linear.csv", "wide.csv", "deep.csv"]
# tolerance = 0.01
# ///
"""Train three models on the same digits and write their logits for softmax.

`python train.py` makes the CSV files of this folder again, in a few seconds.
"""

from __future__ import annotations

import csv
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

FOLDER = Path(__file__).parent
TRAINING, TEST = 200, 800


def network(sizes: tuple[int, ...], epochs: int, seed: int) -> MLPClassifier:
    """Return a network with hidden layers of these sizes, to be trained for all epochs."""
    return MLPClassifier(
        hidden_layer_sizes=sizes, alpha=0, batch_size=50, learning_rate_init=0.01,
        max_iter=epochs, n_iter_no_change=epochs, tol=0, random_state=seed,
    )  # fmt: skip


MODELS = {
    "linear": LogisticRegression(C=10, max_iter=1000),
    "wide": network((32,), 500, seed=1),
    "deep": network((64, 32), 200, seed=2),
}


def logits(model: LogisticRegression | MLPClassifier, pixels: Array) -> Array:
    """Return the scores of a model before softmax, of shape `(N, 10)`."""
    if isinstance(model, LogisticRegression):
        return model.decision_function(pixels)
    layers = list(zip(model.coefs_, model.intercepts_, strict=True))
    for weights, bias in layers[:-1]:
        pixels = np.maximum(pixels @ weights + bias, 0)
    return pixels @ layers[-1][0] + layers[-1][1]


def main() -> None:
    """Train each model on the same 200 images and write its logits of 800 others."""
    images, digits = load_digits(return_X_y=True)
    pixels = images / 16
    training, test = train_test_split(
        np.arange(len(digits)), train_size=TRAINING, test_size=TEST, stratify=digits, random_state=1
    )
    warnings.simplefilter("ignore")  # networks are trained for all epochs
    for name, model in MODELS.items():
        model.fit(pixels[training], digits[training])
        with (FOLDER / f"{name}.csv").open("w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["id", *range(10), "label"])
            for row, values in zip(test, logits(model, pixels[test]), strict=True):
                writer.writerow([row, *(f"{value:.3f}" for value in values), digits[row]])


if __name__ == "__main__":
    main()
