"""Documents, whatever their format: headings, paragraphs, tables and charts."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from softmax_cli.dataclass import dataclass
from softmax_cli.display.number_format import format_bounded, format_number

if TYPE_CHECKING:
    from rich.console import RenderableType

    from softmax_cli.display.console import Screen

Value = str | int | float | None


@dataclass(frozen=True)
class Heading:
    """The title of a section."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """Text of one or more sentences; `strong` for what must not be missed."""

    text: str
    strong: bool = False


@dataclass(frozen=True)
class Column:
    """A column of a table, and the format of its values.

    Attributes:
        title: its first line.
        numeric: True for numbers, aligned at the right.
        decimals: digits after the point.
        probability: True to show what rounds to 0 or 1 as `<0.0001` and `>0.9999`.
        wrap: True for sentences, which may take several lines.
    """

    title: str
    numeric: bool = False
    decimals: int = 4
    probability: bool = False
    wrap: bool = False

    def format(self, value: Value) -> str:
        """Return a value as readers see it."""
        if value is None or (isinstance(value, float) and math.isnan(value)):
            return "-"
        if isinstance(value, str | int):
            return str(value)
        return (format_bounded if self.probability else format_number)(value, self.decimals)


@dataclass(frozen=True)
class Table:
    """Rows of values under columns; `total` is a last row that is set apart."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    total: Sequence[Value] | None = None
    note: str | None = None

    def texts(self) -> list[list[str]]:
        """Return the cells as readers see them, the total last."""
        rows = [*self.rows, *([self.total] if self.total else [])]
        return [
            [column.format(value) for column, value in zip(self.columns, row, strict=True)]
            for row in rows
        ]


@dataclass(frozen=True)
class Series:
    """A named line through points (x, y), or the points alone."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    points: bool = False


@dataclass(frozen=True)
class Chart:
    """Lines over one x axis, logarithmic or not; `mark` is a value of x to point out."""

    title: str
    x_label: str
    y_label: str
    series: Sequence[Series]
    log_x: bool = False
    y_range: tuple[float, float] | None = (0.0, 1.0)
    mark: float | None = None

    @property
    def x_range(self) -> tuple[float, float]:
        """The least and the greatest x."""
        values = [x for series in self.series for x in series.x]
        return min(values), max(values)

    def y_limits(self) -> tuple[float, float]:
        """Return the range of y: the one that is set, else that of the finite values."""
        if self.y_range:
            return self.y_range
        values = [y for series in self.series for y in series.y if math.isfinite(y)] or [0.0]
        low, high = min(values), max(values)
        return (low, high) if low < high else (low - 0.5, high + 0.5)


@dataclass(frozen=True)
class BarSeries:
    """Values of one color, and their text; a value that is not finite has no bar."""

    name: str
    values: Sequence[float]
    texts: Sequence[str]


@dataclass(frozen=True)
class Bars:
    """Bars of each series for each category: a picture of a table, which text formats leave out.

    `shares` is True for values in [0, 1].
    """

    title: str
    x_label: str
    y_label: str
    categories: Sequence[str]
    series: Sequence[BarSeries]
    shares: bool = False


@dataclass(frozen=True)
class Drawing:
    """A picture that draws itself: as text for a screen, and as an SVG element.

    Attributes:
        title: what it shows.
        text: returns what Rich renders for a screen.
        svg: returns the element; it needs matplotlib.
    """

    title: str
    text: Callable[[Screen], Sequence[RenderableType]]
    svg: Callable[[], str]


Block = Heading | Paragraph | Table | Chart | Bars | Drawing


@dataclass(frozen=True)
class Document:
    """A titled sequence of blocks.

    Attributes:
        data: the main table, which CSV writes in full.
        record: what the document was made from, which JSON writes: a frozen record or a mapping,
            or a function that returns it, where that takes long.
    """

    title: str
    blocks: Sequence[Block]
    data: Table
    record: object

    @property
    def charts(self) -> list[Chart | Bars]:
        """The charts among the blocks."""
        return [block for block in self.blocks if isinstance(block, Chart | Bars)]


@dataclass(frozen=True)
class Settings:
    """The target of a rendering: a screen, and the decimals of data, None for all."""

    screen: Screen
    decimals: int | None = None
