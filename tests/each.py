"""Many small cases in one test, where a test for each would cost more than the cases."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any


def each(names: str | Sequence[str], cases: Iterable[Any]) -> Callable[[Any], Any]:
    """Run a test for every case in turn: takes what `pytest.mark.parametrize` takes.

    An exception has a note that names the case. Decorators may be stacked. Tests that write
    files, or whose cases take long, are better parametrized.
    """
    argument_names = names.replace(" ", "").split(",") if isinstance(names, str) else [*names]
    rows = [case if len(argument_names) > 1 else (case,) for case in cases]
    assert rows

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def run(*arguments: Any, **fixtures: Any) -> None:
            for row in rows:
                case = dict(zip(argument_names, row, strict=True))
                try:
                    test(*arguments, **fixtures, **case)
                except BaseException as error:
                    error.add_note(f"case: {case}")
                    raise

        signature = inspect.signature(test)
        left = [p for name, p in signature.parameters.items() if name not in argument_names]
        run.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]
        return run

    return decorate
