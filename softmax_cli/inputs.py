"""What each INPUT argument is: by a fixed rule, never by trying."""

from __future__ import annotations

from collections.abc import Sequence

from softmax_cli.errors import ARGUMENTS, SoftmaxError, UsageError, printable
from softmax_cli.formats.text.numbers import is_vector_argument, split_vectors, to_float

EXAMPLE = ("-0.5", "1.2", "-0.1", "2.4")

Vector = list[float]


def are_vectors(tokens: Sequence[str]) -> bool:
    """Whether the arguments are numbers; files and `-` otherwise.

    Raises SoftmaxError for a mixture of both.
    """
    kinds = {is_vector_argument(token) for token in tokens}
    if len(kinds) == 2:
        number = next(token for token in tokens if is_vector_argument(token))
        other = next(token for token in tokens if not is_vector_argument(token))
        raise UsageError(
            f'"{printable(number)}" is a number, "{printable(other)}" is not: give either',
            hint="A file whose name reads as numbers is given as ./NAME.",
        )
    return kinds == {True}


def vectors(tokens: Sequence[str]) -> list[Vector]:
    """The vectors that arguments make: numbers given one by one form one together."""
    cells: list[list[str]] = []
    joined = False
    for token in tokens:
        found = _cells_of(token)
        single = "[" not in token and len(found[0]) == 1
        if single and joined:
            cells[-1] += found[0]
        else:
            cells += found
        joined = single
    return [_vector(row, i) for i, row in enumerate(cells, start=1)]


def _cells_of(token: str) -> list[list[str]]:
    try:
        return split_vectors(token)
    except ValueError as error:
        raise SoftmaxError(f'"{printable(token)}" {error}', source=ARGUMENTS) from error


def _vector(cells: Sequence[str], row: int) -> Vector:
    values = []
    for i, cell in enumerate(cells, start=1):
        try:
            values.append(to_float(cell))
        except ValueError as error:
            raise SoftmaxError(
                f'"{printable(cell)}" {error}', source=ARGUMENTS, row=row, column=str(i)
            ) from error
    if not values:
        raise SoftmaxError("the vector is empty", source=ARGUMENTS, row=row)
    return values
