# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy>=2"]
#
# [tool.examples]
# makes = ["clicks.csv"]
# ///
"""Make `clicks.csv`: invented searches in a shop, with the score of each product and one click.

Each of 400 searches shows 2 to 40 products. How much a product attracts is normal with a standard
deviation of 1.2; the buyer clicks one product, with the softmax of the attractions. The score of a
ranking model is 1.8 times the attraction with some noise: right in order, too large in size.
"""

import csv
from pathlib import Path

import numpy as np

SEARCHES = 400
SIZES = (2, 3, 5, 8, 15, 40)


def main() -> None:
    """Write a row for each product of each search, with two decimals."""
    rng = np.random.default_rng(11)
    path = Path(__file__).parent / "clicks.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["search", "shown", "product", "score", "clicked"])
        for search in range(1, SEARCHES + 1):
            size = int(rng.choice(SIZES))
            attraction = 1.2 * rng.normal(size=size)
            chances = np.exp(attraction) / np.exp(attraction).sum()
            clicked = rng.choice(size, p=chances)
            scores = 1.8 * attraction + 0.6 * rng.normal(size=size)
            for i, product in enumerate(sorted(rng.choice(900, size, replace=False) + 100)):
                writer.writerow(
                    [f"s{search}", size, f"p{product}", f"{scores[i]:.2f}", int(i == clicked)]
                )


if __name__ == "__main__":
    main()
