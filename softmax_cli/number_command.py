"""The command and option classes: numbers as arguments, options once each and in groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import click

from softmax_cli.eager_options import WithHelp
from softmax_cli.formats.text.pasted import is_vector_argument

if TYPE_CHECKING:
    from click.types import OptionHelpExtra

# Width of the first column of a help page: most options fit, and all groups are aligned.
_TERM_WIDTH = 25
# Groups in the order of the help; "" stands for those of a single command.
_GROUPS = ("Input", "Columns", "Computation", "", "Output", "Run")


class GroupedOption(click.Option):
    """An option that the help lists under the heading of its group."""

    def __init__(self, names: Sequence[str], *, group: str, **attributes: Any) -> None:  # noqa: ANN401
        super().__init__(names, **attributes)
        self.group = group

    def get_help_extra(self, ctx: click.Context) -> OptionHelpExtra:
        """Return the default to show: click adds parentheses and the range of numbers."""
        extra = super().get_help_extra(ctx)
        extra.pop("range", None)
        if isinstance(self.show_default, str):
            extra["default"] = self.show_default
        return extra


def option(group: str, *names: str, **attributes: Any) -> Callable[[Any], Any]:  # noqa: ANN401
    """Return a decorator that adds an option, listed under `group` in the help."""
    return click.option(*names, cls=GroupedOption, group=group, **attributes)


class NumberCommand(WithHelp):
    """A command whose arguments may be negative numbers, without a `--` before them."""

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401
        """Import NumPy, and run the command.

        All commands need it. Deeper in the stack, the import can take a quarter more: CPython
        maps memory for each call where a chunk of its stack ends.
        """
        import numpy  # noqa: F401

        return super().invoke(ctx)

    def make_parser(self, ctx: click.Context) -> Any:  # noqa: ANN401
        """Return click's parser, made to keep numbers as arguments and to reject duplicates."""
        parser = super().make_parser(ctx)
        process = parser._process_opts

        def process_options(token: str, state: Any) -> None:  # noqa: ANN401
            if is_vector_argument(token):
                state.largs.append(token)
                return
            if token[:2] in parser._short_opt:
                # Click first looks for a long option, and for names like it in vain.
                parser._match_short_opt(token, state)
            else:
                process(token, state)
            if not ctx.resilient_parsing:
                _reject_duplicate(state.order, ctx)

        parser._process_opts = process_options  # type: ignore[assignment,method-assign]
        return parser

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options in their groups."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            if isinstance(param, click.Option) and (record := param.get_help_record(ctx)):
                group = getattr(param, "group", "Run")  # --help has none
                groups.setdefault(group, []).append((record[0].ljust(_TERM_WIDTH), record[1]))
        for group in sorted(
            groups, key=lambda name: _GROUPS.index(name if name in _GROUPS else "")
        ):
            with formatter.section(group):
                formatter.write_dl(groups[group], col_max=_TERM_WIDTH)


def _reject_duplicate(order: Sequence[click.Parameter], ctx: click.Context) -> None:
    """Raise BadOptionUsage if an option with a single value is repeated: click uses the last."""
    for param in order:
        single = isinstance(param, click.Option) and not (param.multiple or param.is_flag)
        if single and order.count(param) > 1:
            name = param.get_error_hint(ctx)
            raise click.BadOptionUsage(param.opts[-1], f"Duplicate option {name}.", ctx)
