"""The `softmax` command: the group, its default command, and the one error boundary."""

from __future__ import annotations

import gc
import io
import os
import signal
import sys
from importlib import import_module
from typing import NoReturn

import click

from softmax_cli import __version__
from softmax_cli.errors import STDOUT, SoftmaxError, UsageError, printable

DEFAULT = "compare"
# Each command with the first line of its help, by what it is for. A command's module is
# imported when it is called: `softmax --help` pays for none of them.
COMMAND_GROUPS: dict[str, dict[str, str]] = {
    "Convert": {
        "compare": "Show sigmoid and softmax side by side (the default).",
        "convert": "Turn every row of logits into probabilities.",
    },
    "Trust": {
        "evaluate": "Say whether the probabilities of labeled rows can be believed.",
        "calibrate": "Fit the temperature that makes probabilities believable.",
    },
}
COMMANDS = [name for commands in COMMAND_GROUPS.values() for name in commands]


class CommandGroup(click.Group):
    """The group: what names no command is given to the default command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command's name first, unless a command or a group option is there."""
        own = {name for param in self.get_params(ctx) for name in param.opts}
        completing = not args and ctx.resilient_parsing
        if not completing and (not args or args[0] not in own.union(COMMANDS)):
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The names of all commands."""
        return COMMANDS

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """The command of that name, imported now."""
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"softmax_cli.commands.{name}"), name)
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands by what they are for."""
        for intent, commands in COMMAND_GROUPS.items():
            with formatter.section(intent):
                formatter.write_dl(list(commands.items()))


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(
    __version__, "-V", "--version", prog_name="softmax", message="%(prog)s %(version)s"
)
def cli() -> None:
    """Turn logits into probabilities.

    \b
      softmax -0.5 1.2 -0.1 2.4              sigmoid and softmax, side by side
      softmax convert logits.csv -o p.csv    every row of a file
      softmax evaluate val.csv --label y     can the probabilities be believed?
    """


def main() -> NoReturn:
    """Run the command; what goes wrong becomes one sentence and an exit code."""
    # Imports make nothing that could be collected, and a tenth of the start was spent looking.
    gc.disable()
    # Nothing here multiplies matrices, and numpy's threads for that spin for 0.1 s of CPU time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    program = os.path.basename(sys.argv[0])  # noqa: PTH119
    if f"_{program}_COMPLETE".upper().replace("-", "_") in os.environ:
        cli.main(prog_name=program)
    try:
        with cli.make_context("softmax", sys.argv[1:]) as context:
            cli.invoke(context)
    except click.exceptions.Exit as stop:
        _exit(stop.exit_code)
    except Exception as error:
        _exit(_report_error(error))
    except KeyboardInterrupt:
        _exit(128 + signal.SIGINT)
    _exit(0)


def _report_error(error: Exception) -> int:
    """The exit code of an error, after telling of it on standard error."""
    match error:
        case click.ClickException():
            _print_usage_error(error)
            return error.exit_code
        case SoftmaxError():
            _print_error(f"{error}{_suggestion(error)}")
            return 2 if isinstance(error, UsageError) else 1
        case BrokenPipeError():  # `| head` has what it wants
            return 128 + signal.SIGPIPE
        case OSError():
            _print_error(f"{error.filename or STDOUT}: {error.strerror}.")
        case _:
            if os.environ.get("SOFTMAX_TRACEBACK"):
                raise error
            _print_error(
                f"internal error: {error!r}. Please report it with SOFTMAX_TRACEBACK=1 set."
            )
    return 1


def _print_usage_error(error: click.ClickException) -> None:
    text = io.StringIO()
    error.show(text)
    click.echo("\n".join(map(printable, text.getvalue().split("\n"))), nl=False, err=True)


def _print_error(text: str) -> None:
    click.echo(f"softmax: {printable(text)}", err=True)


def _suggestion(error: SoftmaxError) -> str:
    if not isinstance(error.__cause__, FileNotFoundError):
        return ""
    from difflib import get_close_matches

    close = get_close_matches(str(error.source), COMMANDS, 1, 0.7)
    return f' Did you mean the command "{close[0]}"?' if close else ""


def _exit(code: int) -> NoReturn:
    if code:
        # What standard output still holds could not be written: let the exit not try again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(code)
