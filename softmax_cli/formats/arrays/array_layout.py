"""Layout of an array in its file: where the classes of a row are."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError, UsageError

# Wider rows cannot be processed in bounded memory.
_MAX_ROW_VALUES = 1 << 26


@dataclass(frozen=True)
class ArrayUse:
    """The interpretation of an array's axes.

    Attributes:
        as_column: True if a vector is N rows of one value, not one row.
        axis: axis of the classes; None for the last of at most two.
        as_labels: True to accept booleans and text, not only floats and integers.
        flatten: returns, given the shape, whether each value is a row, as labels per token are.
    """

    as_column: bool = False
    axis: int | None = None
    as_labels: bool = False
    flatten: Callable[[tuple[int, ...]], bool] = lambda _shape: False


@dataclass(frozen=True)
class ArrayLayout:
    """An array of N = `outer * inner` rows, stored as values of shape (outer, C, inner).

    Attributes:
        outer: product of the axes before that of the classes.
        width: C.
        inner: product of the axes behind it.
        one_dimensional: True if the array is a vector.
        permuted: True if rows are not in the order of the file: a Fortran array of more axes.
    """

    outer: int
    width: int
    inner: int
    one_dimensional: bool = False
    permuted: bool = False

    @property
    def rows(self) -> int:
        """The number of rows."""
        return self.outer * self.inner


def layout_of_logits(
    shape: tuple[int, ...], use: ArrayUse, source: str, *, fortran: bool
) -> ArrayLayout:
    """Return the layout of an array of some shape; `fortran` if its first axis varies fastest."""
    axis = use.axis
    if axis is None and len(shape) not in (1, 2):
        raise _no_axis(shape, source)
    if axis is None and use.as_column and len(shape) == 1:
        return ArrayLayout(shape[0], 1, 1, one_dimensional=True)
    axis = len(shape) - 1 if axis is None else _resolve_axis(shape, axis, source)
    width, before, behind = shape[axis], prod(shape[:axis]), prod(shape[axis + 1 :])
    _require_width(width, shape, source)
    if fortran and len(shape) == 2:
        before, behind = behind, before
    permuted = fortran and len(shape) > 2
    return ArrayLayout(before, width, behind, len(shape) == 1, permuted)


def layout_of_column(shape: tuple[int, ...], *, fortran: bool) -> ArrayLayout:
    """Return the layout of an array of which each value is a row."""
    return ArrayLayout(prod(shape), 1, 1, len(shape) == 1, permuted=fortran and len(shape) > 1)


def _no_axis(shape: tuple[int, ...], source: str) -> SoftmaxError:
    if not shape:
        return SoftmaxError("array is a single number, without axes", source=source)
    return SoftmaxError(
        f"ambiguous class axis: array of shape {shape}",
        source=source,
        hint=f"Name the axis of the classes with --axis (0 to {len(shape) - 1}), such as "
        "--axis 1 for (N, C, H, W) or --axis -1 for (N, T, C); the other axes become rows.",
    )


def _resolve_axis(shape: tuple[int, ...], axis: int, source: str) -> int:
    count = len(shape)
    if not -count <= axis < count:
        raise UsageError(
            f"--axis {axis}: array of shape {shape} has no such axis",
            source=source,
            hint=f"Use 0 to {count - 1}, or -1 for the last." if count else None,
        )
    return axis % count


def _require_width(width: int, shape: tuple[int, ...], source: str) -> None:
    if not width:
        raise SoftmaxError(f"array of shape {shape} has no classes", source=source)
    if width > _MAX_ROW_VALUES:
        raise SoftmaxError(
            f"array of shape {shape}: {width} values per row is too many",
            source=source,
            hint="With -a sigmoid, a 1-D array is a column.",
        )
