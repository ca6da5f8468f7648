"""The table of activations: what each is called, tells and computes.

To add one, write its function in `functions.py` and its line here. The functions are looked
up when first called, so that reading the table does not import numpy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import DTypeLike

    from softmax_cli.activations.exact import Floats


# What numbers may be given in place of logits.
SCALES = ("logits", "probabilities", "log-probabilities")


@dataclass(frozen=True)
class Activation:
    """One function from logits to what the table calls its `quantity`.

    `meaning` says what the sum of a row is; `normalized` that the classes exclude each
    other, so that one is picked from each row. `halfway` is the value of an even chance.
    """

    function: str
    output_kind: str
    definition: str
    exclusive: bool = False

    @property
    def probabilities(self) -> bool:
        """Whether the values are probabilities, in [0, 1]."""
        return self.output_kind == "probability"

    @property
    def threshold(self) -> float:
        """The value of a logit of 0 where each class is judged by itself: picked from here."""
        return {"probability": 0.5, "log_probability": -0.6931471805599453, "tanh": 0.0}[
            self.output_kind
        ]

    def __call__(
        self,
        logits: Floats,
        temperature: float | Sequence[float] = 1.0,
        dtype: DTypeLike = "float64",
    ) -> Floats:
        """The values of rows of logits, shape (..., C), in the same shape.

        `temperature` may be one for each class where classes are independent.
        """
        from softmax_cli.activations import functions

        function = getattr(functions, self.function)
        return functions.by_class(function, logits, temperature, dtype)


ACTIVATIONS: dict[str, Activation] = {
    "softmax": Activation(
        "softmax",
        "probability",
        "one distribution over all classes, so the sum is 1",
        exclusive=True,
    ),
    "sigmoid": Activation(
        "sigmoid",
        "probability",
        "each class by itself, yes or no; the sum means nothing",
    ),
    "log-softmax": Activation(
        "log_softmax",
        "log_probability",
        "natural logarithms of softmax, whose exponentials sum to 1",
        exclusive=True,
    ),
    "log-sigmoid": Activation(
        "log_sigmoid",
        "log_probability",
        "natural logarithms of sigmoid, each class by itself",
    ),
    "tanh": Activation(
        "tanh",
        "tanh",
        "each class by itself, from -1 to 1; the sum means nothing",
    ),
}
