# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "jax==0.10.2", "keras==3.15.1", "matplotlib>=3.8", "numpy>=2", "scikit-learn>=1.5",
# ]
#
# [tool.examples]
# makes = ["test.csv", "worst_seed.csv", "sample.csv", "seeds.csv", "training.svg"]
# tolerance = 0.01
# ///
"""Train the classifier of the usual iris tutorial and write its logits for softmax.

`python train.py` makes the files of this folder again. Any backend of Keras works
(`KERAS_BACKEND=tensorflow python train.py`), but each draws other initial weights from a seed, and
so gives other logits; the files here come from JAX.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

os.environ.setdefault("KERAS_BACKEND", "jax")

import keras
import numpy as np
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split

if TYPE_CHECKING:
    from numpy.typing import NDArray

CLASSES = ("setosa", "versicolor", "virginica")
SAMPLE = (5.1, 3.5, 1.4, 0.2)
SEEDS = range(10)
FOLDER = Path(__file__).parent


class Data(NamedTuple):
    """Measurements of flowers, their classes, and the rows of the file that they come from."""

    x: NDArray[np.float64]
    y: NDArray[np.int64]
    rows: NDArray[np.int64]


class Run(NamedTuple):
    """A network trained from one seed, with its loss and accuracy after each epoch."""

    model: keras.Model
    history: dict[str, list[float]]


def load() -> tuple[Data, Data]:
    """Return the training rows, 80% of the 150 flowers, and the test rows."""
    x, y = load_iris(return_X_y=True)
    parts = train_test_split(x, y, np.arange(len(y)), test_size=0.2, random_state=42)
    return Data(*parts[0::2]), Data(*parts[1::2])


def train(data: Data, seed: int) -> Run:
    """Train the network; the last fifth of the training rows is its validation split."""
    keras.utils.set_random_seed(seed)
    model = keras.Sequential(
        [
            keras.layers.Input((4,)),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(3),  # no activation: the outputs are logits
        ]
    )
    loss = keras.losses.CategoricalCrossentropy(from_logits=True)
    model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
    one_hot = keras.utils.to_categorical(data.y, len(CLASSES))
    fitted = model.fit(data.x, one_hot, epochs=100, batch_size=8, validation_split=0.2, verbose=0)
    return Run(model, fitted.history)


def logits(run: Run, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the logits of each row of measurements, of shape `(N, 3)`."""
    return np.asarray(run.model.predict(x, verbose=0), dtype=np.float64)


def write_logits(path: Path, run: Run, data: Data) -> None:
    """Write a row per flower: its number in the data set, three logits and the label."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["id", *CLASSES, "label"])
        for row, values, label in zip(data.rows, logits(run, data.x), data.y, strict=True):
            writer.writerow([row, *(f"{value:.4f}" for value in values), CLASSES[label]])


def write_sample(path: Path, run: Run) -> None:
    """Write the logits of the one flower of the tutorial."""
    values = logits(run, np.array([SAMPLE]))[0]
    path.write_text(f"{','.join(CLASSES)}\n{','.join(f'{value:.4f}' for value in values)}\n")


def write_seeds(path: Path, runs: dict[int, Run], test: Data) -> None:
    """Write the last validation loss and accuracy of each seed, and its test accuracy."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["seed", "validation_loss", "validation_accuracy", "test_accuracy"])
        for seed, run in runs.items():
            right = (logits(run, test.x).argmax(axis=1) == test.y).mean()
            last = (run.history["val_loss"][-1], run.history["val_accuracy"][-1], right)
            writer.writerow([seed, *(f"{value:.3f}" for value in last)])


def plot(path: Path, runs: Sequence[tuple[str, Run]]) -> None:
    """Draw loss and accuracy of runs over the epochs: training solid, validation dashed."""
    import matplotlib as mpl

    mpl.use("Agg")
    mpl.rcParams.update({"svg.hashsalt": "iris", "font.size": 10})
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
    titles = {"loss": "Loss (nats)", "accuracy": "Accuracy"}
    for axis, (metric, title) in zip(axes, titles.items(), strict=True):
        for (name, run), color in zip(runs, ("#0072B2", "#D55E00"), strict=True):
            axis.plot(run.history[metric], color=color, label=f"{name}, training")
            axis.plot(run.history[f"val_{metric}"], "--", color=color, label=f"{name}, validation")
        axis.set(title=title, xlabel="Epoch", ylim=(0, None if metric == "loss" else 1.02))
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].legend(frameon=False)
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Train with each seed; write logits of the best and the worst on validation rows."""
    training, test = load()
    runs = {seed: train(training, seed) for seed in SEEDS}
    best = min(runs, key=lambda seed: runs[seed].history["val_loss"][-1])
    worst = min(runs, key=lambda seed: runs[seed].history["val_accuracy"][-1])
    write_logits(FOLDER / "test.csv", runs[best], test)
    write_logits(FOLDER / "worst_seed.csv", runs[worst], test)
    write_sample(FOLDER / "sample.csv", runs[best])
    write_seeds(FOLDER / "seeds.csv", runs, test)
    plot(
        FOLDER / "training.svg",
        [(f"seed {best}", runs[best]), (f"seed {worst}", runs[worst])],
    )


if __name__ == "__main__":
    main()
