"""The `softmax` command: the group, its default command, and the one error boundary."""

from __future__ import annotations

import io
import os
import signal
import sys
from difflib import get_close_matches
from typing import NoReturn

import click

from softmax_cli import __version__, options
from softmax_cli.commands.compare import compare
from softmax_cli.commands.convert import convert
from softmax_cli.errors import STDOUT, SoftmaxError, UsageError, printable

DEFAULT = compare
INTENTS: dict[str, list[click.Command]] = {
    "Convert": [compare, convert],
}


class DefaultGroup(click.Group):
    """A group in which what names no command is given to the default command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default command's name first, unless a command or a group option is there."""
        own = {name for param in self.get_params(ctx) for name in param.opts}
        if not args or args[0] not in own | set(self.commands):
            args = [str(DEFAULT.name), *args]
        return super().parse_args(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands by what they are for."""
        for intent, commands in INTENTS.items():
            with formatter.section(intent):
                formatter.write_dl(
                    [(str(command.name), command.get_short_help_str(80)) for command in commands]
                )


@click.group(cls=DefaultGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(
    __version__, "-V", "--version", prog_name="softmax", message="%(prog)s %(version)s"
)
def cli() -> None:
    """Turn logits into probabilities.

    \b
      softmax -0.5 1.2 -0.1 2.4              sigmoid and softmax, side by side
      softmax convert logits.csv -o p.csv    every row of a file
    """


for _command in [command for commands in INTENTS.values() for command in commands]:
    cli.add_command(_command)


def main() -> NoReturn:
    """Run the command, and turn what goes wrong into one sentence and an exit code."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    _leave(_run())


def _run() -> int:
    program = os.path.basename(sys.argv[0])  # noqa: PTH119
    if f"_{program}_COMPLETE".upper().replace("-", "_") in os.environ:
        cli.main(prog_name=program)
    try:
        with cli.make_context("softmax", sys.argv[1:]) as context:
            cli.invoke(context)
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        return _tell_usage(error)
    except SoftmaxError as error:
        options.say(f"{error}{_suggestion(error)}")
        return 2 if isinstance(error, UsageError) else 1
    except BrokenPipeError:
        return 128 + signal.SIGPIPE
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    except OSError as error:
        options.say(f"{error.filename or STDOUT}: {error.strerror}.")
        return 1
    except Exception as error:  # a mistake of ours: told in one line all the same
        if os.environ.get("SOFTMAX_TRACEBACK"):
            raise
        options.say(f"internal error: {error!r}. Set SOFTMAX_TRACEBACK=1 and report what it says.")
        return 1
    return 0


def _tell_usage(error: click.ClickException) -> int:
    told = io.StringIO()
    error.show(told)
    click.echo("\n".join(map(printable, told.getvalue().split("\n"))), nl=False, err=True)
    return error.exit_code


def _suggestion(error: SoftmaxError) -> str:
    if not isinstance(error.__cause__, FileNotFoundError):
        return ""
    close = get_close_matches(str(error.source), list(cli.commands), 1, 0.7)
    return f' Did you mean the command "{close[0]}"?' if close else ""


def _leave(code: int) -> NoReturn:
    if code:
        # What standard output still holds could not be written: let the exit not try again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(code)
