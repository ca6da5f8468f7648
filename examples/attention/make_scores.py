# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy>=2"]
#
# [tool.examples]
# makes = ["scores.csv"]
# ///
"""Make `scores.csv`: the attention scores of one head over a sentence, masked for causality.

Nothing is trained. Keys are drawn at random, and so are queries, except that a part of each is the
key of the token that a reader would look at from there.
"""

import csv
from pathlib import Path

import numpy as np

TOKENS = ("The", "cat", "slept", "because", "it", "was", "tired")
LOOKS_AT = ("The", "The", "cat", "slept", "cat", "it", "it")
DIMENSION = 64


def main() -> None:
    """Write the scores with two decimals."""
    scores = queries_times_keys(np.random.default_rng(8))
    masked = np.where(np.tri(len(TOKENS), dtype=bool), scores, -np.inf)
    path = Path(__file__).parent / "scores.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["token", *TOKENS])
        for token, row in zip(TOKENS, masked, strict=True):
            writer.writerow([token, *(f"{score:.2f}" for score in row)])


def queries_times_keys(rng: np.random.Generator) -> np.ndarray:
    """Return the dot product of each query (row) with each key (column)."""
    keys = rng.normal(size=(len(TOKENS), DIMENSION))
    targets = keys[[TOKENS.index(token) for token in LOOKS_AT]]
    queries = 0.3 * targets + 0.95 * rng.normal(size=keys.shape)
    return queries @ keys.T


if __name__ == "__main__":
    main()
