"""Rows of logits to drawn classes, as `sample` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from softmax_cli.activations import ACTIVATIONS
from softmax_cli.activations.calibration_map import CalibrationMap
from softmax_cli.activations.sampling import Truncation, draw_classes, flip_coins
from softmax_cli.calibration.fitted_file import resolve_temperature
from softmax_cli.conversion.convert_options import ConvertOptions, SampleOptions
from softmax_cli.conversion.derived_columns import class_names, joined_names
from softmax_cli.conversion.projection import Projection
from softmax_cli.formats.output_schema import ColumnData, OutputField

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from softmax_cli.activations.calibration_map import Scaling
    from softmax_cli.activations.exact import Floats
    from softmax_cli.formats.rows import Rows
    from softmax_cli.formats.source import Source


class Sampler:
    """Draws with the probabilities of an activation at a temperature.

    The temperature may be one for each class where classes are independent, or a map.
    """

    def __init__(self, options: SampleOptions, temperature: Scaling) -> None:
        self._activation = ACTIVATIONS[options.activation]
        self._temperature = temperature
        self._seed = options.seed
        self._truncation = Truncation(
            options.top_k, options.top_p, options.min_p, options.temperature_order == "last"
        )

    def chances(self, logits: Floats) -> Floats:
        """Return the chances to draw with, shape (N, C): log-probabilities of exclusive classes.

        Of independent classes they are probabilities. NaN marks an invalid row.
        """
        if not self._activation.exclusive:
            return self._activation(logits, self._temperature)
        if isinstance(self._temperature, CalibrationMap):
            return self._truncation.log_probabilities(self._temperature.apply(logits), 1.0)
        assert isinstance(self._temperature, float | int)
        return self._truncation.log_probabilities(logits, self._temperature)

    def probabilities(self, chances: Floats) -> Floats:
        """Return the probabilities of the classes, after truncation."""
        return np.exp(chances) if self._activation.exclusive else chances

    def draw(self, chances: Floats, draws: range, first_row: int = 0) -> Floats:
        """Return the drawn class of each row and draw, shape (N, D).

        Of independent classes: 1 where a class was drawn, shape (N, D * C).
        """
        draw = draw_classes if self._activation.exclusive else flip_coins
        drawn = draw(chances, draws, seed=self._seed, first_row=first_row)
        return drawn.reshape(len(chances), -1).astype(np.float64)


class SamplingTransform:
    """Logits to classes drawn from each row, by the row's number in the input."""

    numbered = True
    exact = False

    def __init__(self, options: SampleOptions) -> None:
        options.require_consistent()
        self._options = options
        self.input_scale = options.input_scale
        self.exclusive = ACTIVATIONS[options.activation].exclusive
        self.invalid = options.invalid

    def projection(self, source: Source) -> Projection:
        """Return the columns of a source with draws in place of logits."""
        return SampleProjection(source, self._options)

    def function(self, source: Source, *, float32: bool) -> Callable[[Floats, int], Floats]:  # noqa: ARG002
        """Return the function that draws from each row, as `Sampler.draw` does."""
        options = self._options
        columns = source.columns
        sampler = Sampler(
            options,
            resolve_temperature(
                options.temperature, options.activation, columns.classes, named=columns.header
            ),
        )

        def draw(logits: Floats, first_row: int) -> Floats:
            chances = sampler.chances(logits)
            drawn = sampler.draw(chances, range(options.draws), first_row)
            drawn[np.isnan(chances).any(1)] = np.nan
            return drawn

        return draw


class SampleProjection(Projection):
    """Passthrough columns, and in place of the logits a column of class names for each draw."""

    def __init__(self, source: Source, options: SampleOptions) -> None:
        super().__init__(source, ConvertOptions(options.activation))
        self._draws = options.draws

    def _class_fields(self, _run: range) -> Iterator[OutputField]:
        return iter(())

    def _added_fields(self) -> Iterator[OutputField]:
        for i in range(1, self._draws + 1):
            name = "sample" if self._draws == 1 else f"draw_{i}"
            yield OutputField((name,), numbers=False, added=True)

    def _values(self, _rows: Rows, _values: Floats, _run: range) -> list[ColumnData]:
        return []

    def _derived(self, rows: Rows, values: Floats) -> list[ColumnData]:
        invalid = np.asarray(np.isnan(values).any(1))
        drawn = np.where(invalid[:, None], 0.0, values)
        classes = rows.class_names
        if self._activation.exclusive:
            columns = drawn.astype(np.intp).T
            return [class_names(column, values[:, 0], classes) for column in columns]
        coins = drawn.astype(np.bool_).reshape(len(values), self._draws, len(self._classes))
        return [joined_names(coins[:, i], invalid, classes) for i in range(self._draws)]
