# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy>=2", "scikit-learn>=1.5"]
#
# [tool.examples]
# makes = ["validation.csv", "test.csv", "moved.csv"]
# tolerance = 0.01
# ///
"""Train a small network on too few digits and write its logits for softmax.

`python train.py` makes the CSV files of this folder again, in a few seconds.
"""

from __future__ import annotations

import csv
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Indices = NDArray[np.int64]

FOLDER = Path(__file__).parent
TRAINING, VALIDATION, MOVED = 200, 600, 300
RARE, KEPT = (1, 8), 4  # of the images of these digits, one in four is left for training
FAINT, EVERY = 0.6, 3  # scanner B leaves less ink, and every third image comes from it


class Split(NamedTuple):
    """Row numbers of images for training, validation and test."""

    training: Indices
    validation: Indices
    test: Indices


def split(digits: Indices) -> Split:
    """Return a fixed split; all digits are as frequent, but some are rare in training."""
    rows = np.arange(len(digits))
    training, others = train_test_split(rows, train_size=TRAINING, stratify=digits, random_state=1)
    validation, test = train_test_split(
        others, train_size=VALIDATION, stratify=digits[others], random_state=1
    )
    is_rare = np.isin(digits[training], RARE)
    return Split(training[~is_rare | (np.cumsum(is_rare) % KEPT == 0)], validation, test)


def train(pixels: Array, digits: Indices) -> MLPClassifier:
    """Train a network on so few images, and for so long, that it becomes overconfident."""
    network = MLPClassifier(
        hidden_layer_sizes=100, activation="tanh", alpha=0, batch_size=50,
        learning_rate_init=0.01, max_iter=500, n_iter_no_change=500, tol=0, random_state=0,
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # all 500 epochs are wanted
        return network.fit(pixels, digits)


def logits(network: MLPClassifier, pixels: Array) -> Array:
    """Return the outputs of the last layer, before softmax, of shape `(N, 10)`."""
    hidden, last = network.coefs_
    hidden_bias, last_bias = network.intercepts_
    return np.tanh(pixels @ hidden + hidden_bias) @ last + last_bias


def move_right(pixels: Array) -> Array:
    """Move 8 x 8 images by one pixel; the left column becomes blank."""
    images = pixels.reshape(-1, 8, 8)
    moved = np.zeros_like(images)
    moved[:, :, 1:] = images[:, :, :-1]
    return moved.reshape(-1, 64)


def write(name: str, columns: dict[str, Indices], values: Array, digits: Indices) -> None:
    """Write a row per image: other columns, ten logits and the label."""
    with (FOLDER / name).open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*columns, *range(10), "label"])
        for i, row in enumerate(values):
            others = [column[i] for column in columns.values()]
            writer.writerow([*others, *(f"{value:.3f}" for value in row), digits[i]])


def main() -> None:
    """Write logits of images from scanners A and B, and of images that are out of place."""
    images, digits = load_digits(return_X_y=True)
    pixels, parts = images / 16, split(digits)
    network = train(pixels[parts.training], digits[parts.training])
    for name, rows in (("validation.csv", parts.validation), ("test.csv", parts.test)):
        is_faint = np.arange(len(rows)) % EVERY == 0
        scanned = pixels[rows] * np.where(is_faint, FAINT, 1)[:, None]
        columns = {"id": rows, "scanner": np.where(is_faint, "B", "A")}
        write(name, columns, logits(network, scanned), digits[rows])
    rows = parts.test[:MOVED]
    write("moved.csv", {"id": rows}, logits(network, move_right(pixels[rows])), digits[rows])


if __name__ == "__main__":
    main()
