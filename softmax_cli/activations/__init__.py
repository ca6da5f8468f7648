"""Registry of activations: name, output kind, definition and function of each.

To add an activation, write its function in `functions.py` and its entry here. Functions are
looked up when first called, so that importing the registry does not import numpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from softmax_cli.dataclass import dataclass

if TYPE_CHECKING:
    from numpy.typing import DTypeLike

    from softmax_cli.activations.calibration_map import Scaling
    from softmax_cli.activations.exact import Floats


# Scales of the input values.
SCALES = ("logits", "probabilities", "log-probabilities")


@dataclass(frozen=True)
class Activation:
    """A function from logits to values of its `output_kind`.

    `definition` describes the values and their sum. `exclusive` classes are mutually
    exclusive: each row has one predicted class.
    """

    function: str
    output_kind: str
    definition: str
    exclusive: bool = False

    @property
    def probabilities(self) -> bool:
        """True if the values are probabilities, in [0, 1]."""
        return self.output_kind == "probability"

    @property
    def threshold(self) -> float:
        """Value at a logit of 0, from which an independent class is predicted."""
        return {"probability": 0.5, "log_probability": -0.6931471805599453, "tanh": 0.0}[
            self.output_kind
        ]

    def __call__(
        self,
        logits: Floats,
        temperature: Scaling = 1.0,
        dtype: DTypeLike = "float64",
    ) -> Floats:
        """Apply the function to logits, shape (..., C), and return the same shape.

        `temperature` may be one per class if classes are independent, or a CalibrationMap.
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
        "independent classes; the sum has no meaning",
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
        "natural logarithms of sigmoid; independent classes",
    ),
    "tanh": Activation(
        "tanh",
        "tanh",
        "independent classes, in [-1, 1]; the sum has no meaning",
    ),
}
