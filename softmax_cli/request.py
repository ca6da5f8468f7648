"""What `convert` is asked to make of each row."""

from __future__ import annotations

from dataclasses import dataclass

ADDITIONS = ("prediction", "confidence", "entropy", "margin")


@dataclass(frozen=True)
class Request:
    """Which function at which temperature, what of invalid rows, and which columns beside.

    `activation` is a name of ACTIVATIONS, `invalid` one of fail, skip and nan, `add` names
    of ADDITIONS; `top` asks for that many of the best classes instead of all.
    """

    activation: str = "softmax"
    temperature: float = 1.0
    invalid: str = "fail"
    add: tuple[str, ...] = ()
    top: int | None = None
    keep: bool = False
