# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy>=2"]
#
# [tool.examples]
# makes = ["films.csv"]
# ///
"""Make `films.csv`: invented films, the genres each has, and the logits of a small classifier.

Four hidden traits decide which genres a film has and, with noise, twelve numbers that describe it.
One logistic regression for each genre learns from 3,000 films and is applied to 1,500 others.
"""

import csv
from pathlib import Path

import numpy as np

GENRES = ("action", "comedy", "drama", "romance", "scifi", "thriller")
# Row: how the four hidden traits (pace, wit, feeling, unease) favor a genre.
TRAITS = np.array(
    [[2.0, 0.3, -0.8, 0.6], [0.2, 2.2, -0.2, -1.0], [-0.8, -0.6, 1.8, 0.3],
     [-0.6, 0.8, 2.0, -0.8], [1.2, -0.2, -0.5, 0.6], [0.9, -0.8, -0.2, 2.0]]
)  # fmt: skip
BIAS = np.array([-0.9, -0.5, 0.0, -1.0, -1.6, -1.1])
TRAINING, TEST = 3000, 1500


def main() -> None:
    """Draw the films, fit the classifiers on some, and write their logits of the others."""
    rng = np.random.default_rng(7)
    traits = rng.normal(size=(TRAINING + TEST, 4))
    chances = 1 / (1 + np.exp(-(traits @ TRAITS.T + BIAS)))
    genres = (rng.random(chances.shape) < chances).astype(int)
    features = traits @ rng.normal(size=(4, 12)) + rng.normal(size=(TRAINING + TEST, 12))
    weights = fit(features[:TRAINING], genres[:TRAINING])
    write(with_ones(features[TRAINING:]) @ weights, genres[TRAINING:])


def fit(features: np.ndarray, genres: np.ndarray) -> np.ndarray:
    """Return the weights (13, 6) of one logistic regression per genre, by gradient descent."""
    inputs = with_ones(features)
    weights = np.zeros((inputs.shape[1], genres.shape[1]))
    for _ in range(500):
        errors = 1 / (1 + np.exp(-(inputs @ weights))) - genres
        weights -= 0.1 * (inputs.T @ errors / len(inputs) + 0.001 * weights)
    return weights


def with_ones(features: np.ndarray) -> np.ndarray:
    """Return the features and a column of ones, which the bias multiplies."""
    return np.column_stack([features, np.ones(len(features))])


def write(logits: np.ndarray, genres: np.ndarray) -> None:
    """Write `films.csv`."""
    with (Path(__file__).parent / "films.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["film", *GENRES, *(f"is_{genre}" for genre in GENRES)])
        for i, (row, labels) in enumerate(zip(logits, genres, strict=True), 1):
            writer.writerow([f"film_{i:04}", *(f"{logit:.2f}" for logit in row), *labels])


if __name__ == "__main__":
    main()
