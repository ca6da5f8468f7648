"""Classification of INPUT arguments by a fixed rule, never by trying to open them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from softmax_cli.errors import ARGUMENTS, SoftmaxError, UsageError, printable
from softmax_cli.formats.text.numbers import to_float
from softmax_cli.formats.text.pasted import (
    is_vector_argument,
    join_brackets,
    named_values,
    split_vectors,
)

EXAMPLE = ("-0.5", "1.2", "-0.1", "2.4")


class Vector(list[float]):
    """Logits of the command line, with the names of their classes if these were given."""

    names: tuple[str, ...] | None = None


def are_vectors(tokens: Sequence[str]) -> bool:
    """Return True if the arguments are numbers, False if they are files or `-`.

    Raises:
        UsageError: for a mixture of both.
    """
    if not tokens or all(map(is_vector_argument, join_brackets(tokens))):
        return bool(tokens)
    verdicts = {is_vector_argument(token) for token in tokens}
    if len(verdicts) == 2:
        number = next(token for token in tokens if is_vector_argument(token))
        other = next(token for token in tokens if not is_vector_argument(token))
        raise UsageError(
            f'cannot mix numbers and files: "{printable(number)}" and "{printable(other)}"',
            hint="Write ./NAME for a file whose name is a number.",
        )
    return False


def vectors(tokens: Sequence[str]) -> list[Vector]:
    """Return the vectors in the arguments; separate numbers, or named ones, form one vector."""
    rows: list[list[str]] = []
    named: dict[str, str] = {}
    after_number = False
    for text in join_brackets(tokens):
        with _as_user_error(text):
            values = named_values(text)
            cells = [] if values is not None else split_vectors(text)
        if values is not None:
            _require_distinct(named, values)
            named |= values
            continue
        is_number = not set(text) & set("[({") and len(cells[0]) == 1
        if is_number and after_number:
            rows[-1] += cells[0]
        else:
            rows += cells
        after_number = is_number
    return _parse(rows, named)


def _require_distinct(named: dict[str, str], values: dict[str, str]) -> None:
    if repeated := named.keys() & values.keys():
        raise SoftmaxError(f'duplicate class "{printable(min(repeated))}"', source=ARGUMENTS)


def _parse(rows: Sequence[Sequence[str]], named: dict[str, str]) -> list[Vector]:
    if named and rows:
        raise UsageError("cannot mix named values and vectors without names")
    if not named:
        return [_parse_vector(cells, i) for i, cells in enumerate(rows, start=1)]
    vector = _parse_vector(list(named.values()), 1, tuple(named))
    vector.names = tuple(named)
    return [vector]


@contextmanager
def _as_user_error(text: str) -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        raise SoftmaxError(f'"{printable(text)}" {error}', source=ARGUMENTS) from error


def _parse_vector(cells: Sequence[str], row: int, names: Sequence[str] = ()) -> Vector:
    values = Vector()
    for i, cell in enumerate(cells):
        try:
            values.append(to_float(cell))
        except ValueError as error:
            raise SoftmaxError(
                f'"{printable(cell)}" {error}',
                source=ARGUMENTS,
                row=row,
                column=printable(names[i]) if names else str(i + 1),
            ) from error
    if not values:
        raise SoftmaxError("empty vector", source=ARGUMENTS, row=row)
    return values
