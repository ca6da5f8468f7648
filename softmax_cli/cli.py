"""The `softmax` command: the group, its default command, and the error boundary."""

from __future__ import annotations

import atexit
import contextlib
import gc
import io
import os
import signal
import sys
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn, cast

import click

from softmax_cli.eager_options import WithHelp, version_option
from softmax_cli.errors import STDOUT, SoftmaxError, UsageError, printable

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

DEFAULT = "compare"
# Words that other programs take for commands, with the option to use.
_OPTIONS_AS_WORDS = {"help": "--help", "version": "--version"}
_SIGPIPE = 13  # also where there is no such signal
# Commands with the first line of their help. Importing their modules only when they are
# called keeps `softmax --help` fast.
COMMAND_GROUPS: dict[str, dict[str, str]] = {
    "Convert": {
        "compare": "Show sigmoid and softmax side by side (the default).",
        "convert": "Convert each row of logits to probabilities.",
        "ensemble": "Average the predictions of several models.",
        "invert": "Convert probabilities back to logits.",
        "sample": "Draw classes with their probabilities.",
    },
    "Learn": {
        "explain": "Explain softmax and sigmoid of one vector, step by step.",
        "sweep": "Sweep one vector over temperatures, or over one of its logits.",
    },
    "Calibration": {
        "evaluate": "Measure accuracy and calibration on labeled rows.",
        "calibrate": "Fit a temperature, or a temperature and class biases.",
    },
}
COMMANDS = [name for commands in COMMAND_GROUPS.values() for name in commands]


class CommandGroup(WithHelp, click.Group):
    """A command group that falls back to the default command."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Insert the default command, unless the first word is a command or a group option."""
        first_words = {name for param in self.get_params(ctx) for name in param.opts}
        if args and args[0] not in first_words.union(COMMANDS):
            if not ctx.resilient_parsing:
                _reject_mistyped_command(*args[:2])
            args = [DEFAULT, *args]
        elif not args and not ctx.resilient_parsing:
            args = [DEFAULT]
        return super().parse_args(ctx, args)

    def collect_usage_pieces(self, _ctx: click.Context) -> list[str]:
        """Return what follows `softmax` in the usage line."""
        return ["[COMMAND] [OPTIONS] [INPUT]..."]

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return COMMANDS

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """Import the command of that name."""
        if name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"softmax_cli.commands.{name}"), name)
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands in their groups."""
        width = max(map(len, COMMANDS))
        for group, commands in COMMAND_GROUPS.items():
            with formatter.section(group):
                formatter.write_dl([(name.ljust(width), text) for name, text in commands.items()])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands before the options."""
        self.format_commands(ctx, formatter)
        click.Command.format_options(self, ctx, formatter)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Return commands and files, or the options of the group and of the default command."""
        from click.shell_completion import CompletionItem

        if incomplete.startswith("-"):
            default = cast("click.Command", self.get_command(ctx, DEFAULT))
            inner = default.make_context(DEFAULT, [], parent=ctx, resilient_parsing=True)
            own = click.Command.shell_complete(self, ctx, incomplete)
            items = [*own, *default.shell_complete(inner, incomplete)]
            return list({item.value: item for item in items}.values())  # both have --help
        summaries = [item for commands in COMMAND_GROUPS.values() for item in commands.items()]
        # Bash drops what precedes an item of type "file".
        return [
            CompletionItem(incomplete, type="file"),
            *(CompletionItem(n, help=text) for n, text in summaries if n.startswith(incomplete)),
        ]


@click.group(cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@version_option
def cli() -> None:
    """Convert logits to probabilities.

    \b
    Examples:
      softmax -0.5 1.2 -0.1 2.4              sigmoid and softmax side by side
      softmax convert logits.csv -o p.csv    each row of a file
      softmax evaluate val.csv --label y     are the probabilities calibrated?
    """


def main() -> NoReturn:
    """Run the command; report any error and exit with its code."""
    gc.disable()  # as __main__ does, where a test or an older script calls this
    # Nothing here multiplies matrices, yet OpenBLAS threads spin for 0.1 s of CPU time.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    _exit_on_signals()
    program = os.path.basename(sys.argv[0])  # noqa: PTH119
    if f"_{program}_COMPLETE".upper().replace("-", "_") in os.environ:
        from softmax_cli import completion

        completion.register()
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


def run() -> NoReturn:
    """Run `main` as the whole program, and leave without taking the interpreter apart.

    That takes 25 ms once polars is loaded. Exit handlers do run; what the streams still hold is
    written, or left to the interpreter if that fails.
    """
    try:
        main()
    except SystemExit as stop:
        code = stop.code or 0
    try:
        atexit._run_exitfuncs()
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()
    except (OSError, ValueError):
        sys.exit(code)
    if isinstance(code, int):
        os._exit(code & 0xFF)
    sys.exit(code)


def _exit_on_signals() -> None:
    """Clean up when terminated or hung up, unless that is ignored, as under nohup."""
    for number in (signal.SIGTERM, getattr(signal, "SIGHUP", None)):
        if number is not None and signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda number, _frame: sys.exit(128 + number))


def _report_error(error: Exception) -> int:
    """Report an error on standard error and return its exit code."""
    match error:
        case click.ClickException():
            _print_usage_error(error)
            return error.exit_code
        case SoftmaxError():
            _print_error(str(error))
            return 2 if isinstance(error, UsageError) else 1
        case BrokenPipeError():  # `| head` has read enough
            return 128 + _SIGPIPE
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


def _reject_mistyped_command(word: str, following: str = "") -> None:
    """Raise UsageError if a word is not a file and looks like a command."""
    if not word.replace("-", "").isalpha() or os.path.lexists(word):
        return
    from difflib import get_close_matches

    from softmax_cli.activations import ACTIVATIONS

    if word in _OPTIONS_AS_WORDS:
        command = f"{following} " if word == "help" and following in COMMANDS else ""
        hint = f"Use softmax {command}{_OPTIONS_AS_WORDS[word]}."
    elif word in ACTIVATIONS:
        hint = f"Use -a {word}."
    elif close := get_close_matches(word, COMMANDS, 1, 0.7):
        hint = f'Did you mean "{close[0]}"?'
    else:
        return
    raise UsageError(f'no command or file "{word}"', hint=hint)


def _exit(code: int) -> NoReturn:
    if code:
        # Buffered stdout data cannot be written: keep exit from retrying.
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.exit(code)
