"""Types of arguments and option values: paths, temperatures, class shares and delimiters."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import click

from softmax_cli.conversion.convert_options import ESTIMATE
from softmax_cli.formats.text.numbers import to_float

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from softmax_cli.calibration.fitted_file import FittedTemperature


class FilePath(click.ParamType[str]):
    """A path; nothing is checked here, because opening it gives the better message."""

    name = "path"

    def shell_complete(
        self, _ctx: click.Context, _param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return an item that lets the shell complete it."""
        from click.shell_completion import CompletionItem

        return [CompletionItem(incomplete, type="file")]


PATH = FilePath()


class TemperatureType(click.ParamType[Any]):
    """A number from 0 to infinity, or @FILE with the output of `calibrate -o`."""

    name = "T"

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float | FittedTemperature:
        """Return the temperature, or raise a usage error."""
        if not isinstance(value, str):
            return value  # type: ignore[no-any-return]
        if value.startswith("@"):
            from softmax_cli.calibration.fitted_file import read_temperature

            return read_temperature(value[1:])
        try:
            number = to_float(value)
        except ValueError as error:
            self.fail(f'"{value}" {error}', param, ctx)
        if number < 0 or math.isnan(number):
            self.fail(f"temperature must be >= 0, not {value}", param, ctx)
        return number

    def shell_complete(
        self, _ctx: click.Context, _param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the files that `@FILE` may name."""
        from glob import escape, glob

        from click.shell_completion import CompletionItem

        if incomplete and not incomplete.startswith("@"):
            return []  # a number
        paths = sorted(glob(f"{escape(incomplete[1:])}*"))  # noqa: PTH207
        return [CompletionItem(f"@{path}") for path in paths]


class Candidates(click.ParamType[Any]):
    """Names separated by commas, at least two, with the blanks around them ignored."""

    name = "NAMES"

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> tuple[str, ...]:
        """Return the names."""
        if not isinstance(value, str):
            return tuple(value)
        names = tuple(name.strip() for name in value.split(","))
        if len(names) < 2 or "" in names or len(set(names)) < len(names):
            self.fail(f"{value!r} is not a list of two or more different names", param, ctx)
        return names


class ClassShares(click.ParamType[Any]):
    """Shares of classes, "cat=0.2,dog=0.8", or the word "estimate"."""

    name = "SHARES"
    # A name may have commas and equals signs: it ends where a number follows.
    _pair = r"(?s)\s*(.+?)\s*=\s*([^=,]*?)\s*(?:,|$)"

    def convert(
        self,
        value: Any,  # noqa: ANN401
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Mapping[str, float] | str:
        """Return the share of each class, or the word."""
        if not isinstance(value, str) or value == ESTIMATE:
            return value  # type: ignore[no-any-return]
        shares: dict[str, float] = {}
        place, pair = 0, re.compile(self._pair)
        while place < len(value):
            match = pair.match(value, place)
            if match is None:
                self.fail(f'"{value[place:]}" is not CLASS=SHARE or {ESTIMATE}', param, ctx)
            name, place = match[1], match.end()
            if name in shares:
                self.fail(f'duplicate class "{name}"', param, ctx)
            try:
                shares[name] = to_float(match[2])
            except ValueError as error:
                self.fail(f'share of "{name}": "{match[2]}" {error}', param, ctx)
        return shares


class Delimiter(click.ParamType[str]):
    """An ASCII character, or the name of one that is hard to type."""

    name = "CHAR"
    _names: ClassVar = {
        "tab": "\t",
        "\\t": "\t",
        "space": " ",
        "comma": ",",
        "semicolon": ";",
        "pipe": "|",
    }

    def convert(
        self,
        value: str,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """Return the character, or raise a usage error."""
        character = self._names.get(value, value)
        invalid = not character.isascii() or character.isalnum() or character in '"+-.\r\n\0'
        if len(character) != 1 or invalid:
            self.fail(f"{value!r} is not a valid delimiter (name tab and space)", param, ctx)
        return str(character)
