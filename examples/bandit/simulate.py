# /// script
# requires-python = ">=3.11"
# dependencies = ["numpy>=2", "softmax-cli"]
#
# [tool.uv.sources]
# softmax-cli = { path = "../.." }
#
# [tool.examples]
# makes = ["rewards.csv", "values.csv"]
# ///
"""Simulate players of a bandit who choose by softmax, and write what each temperature earns.

Five machines pay 0.2 to 1.0 on average, with a standard deviation of 1. Each of 400 players values
a machine at the mean of what it has paid, 0 before the first time, and chooses for 300 rounds by
the softmax of these values, at one temperature or at one that falls.

`rewards.csv`: the mean reward of a round, and how often the best machine was chosen.
`values.csv`: the values of five players after 20 rounds at temperature 0.2.
"""

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from softmax_cli import sample

MACHINES = ("A", "B", "C", "D", "E")
PAYS = np.array([0.6, 0.2, 1.0, 0.8, 0.4])
PLAYERS, ROUNDS = 400, 300
TEMPERATURES = ("0.01", "0.05", "0.1", "0.2", "0.5", "1", "5")


def main() -> None:
    """Let the players play at each temperature, and write what they earn."""
    schedules = {text: np.full(ROUNDS, float(text)) for text in TEMPERATURES}
    schedules["0.5 to 0.05"] = np.linspace(0.5, 0.05, ROUNDS)
    rows = []
    for name, temperatures in schedules.items():
        choices, rewards, _ = play(temperatures)
        best = (choices == PAYS.argmax()).mean()
        figures = rewards.mean(), rewards[:50].mean(), rewards[-50:].mean(), best
        rows.append([name, *(f"{figure:.3f}" for figure in figures)])
    header = ["temperature", "all rounds", "first 50", "last 50", "best machine"]
    write("rewards.csv", header, rows)
    _, _, values = play(np.full(20, 0.2))
    estimates = [[f"p{i}", *(f"{value:.2f}" for value in values[i])] for i in range(1, 6)]
    write("values.csv", ["player", *MACHINES], estimates)


def play(temperatures: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the choices and the rewards (rounds, players), and the estimates (players, 5)."""
    rng = np.random.default_rng(0)
    values, counts = np.zeros((2, PLAYERS, len(MACHINES)))
    players = np.arange(PLAYERS)
    choices = np.empty((len(temperatures), PLAYERS), dtype=int)
    rewards = np.empty(choices.shape)
    for i, temperature in enumerate(temperatures):
        choices[i] = sample(values, temperature=temperature, seed=i)
        rewards[i] = rng.normal(PAYS[choices[i]])
        counts[players, choices[i]] += 1
        errors = rewards[i] - values[players, choices[i]]
        values[players, choices[i]] += errors / counts[players, choices[i]]
    return choices, rewards, values


def write(name: str, header: list[str], rows: Iterable[list]) -> None:
    """Write a CSV file next to this script."""
    with (Path(__file__).parent / name).open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerows([header, *rows])


if __name__ == "__main__":
    main()
