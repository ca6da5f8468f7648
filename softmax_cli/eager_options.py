"""The options --help and --version, in English only.

Those of click look for a translation, which takes more than a millisecond of every command.
"""

from __future__ import annotations

import click

from softmax_cli import __version__


class WithHelp(click.Command):
    """A command with our option --help."""

    def get_help_option(self, _ctx: click.Context) -> click.Option:
        """Return the option."""
        return _HELP


def _show_help(ctx: click.Context, _param: click.Parameter, shown: bool) -> None:
    if shown and not ctx.resilient_parsing:
        click.echo(ctx.get_help(), color=ctx.color)
        ctx.exit()


def _show_version(ctx: click.Context, _param: click.Parameter, shown: bool) -> None:
    if shown and not ctx.resilient_parsing:
        click.echo(f"softmax {__version__}", color=ctx.color)
        ctx.exit()


_HELP = click.Option(
    ["-h", "--help"], is_flag=True, expose_value=False, is_eager=True, callback=_show_help,
    help="Show this message and exit.",
)  # fmt: skip
version_option = click.option(
    "-V", "--version", is_flag=True, expose_value=False, is_eager=True, callback=_show_version,
    help="Show the version and exit.",
)  # fmt: skip
