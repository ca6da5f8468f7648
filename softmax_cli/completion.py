"""Shell completion where click needs help: bash splits words at `@` and `=`."""

from __future__ import annotations

from click.shell_completion import BashComplete, add_completion_class


class WordJoiningBashComplete(BashComplete):
    """Bash completion of `-t @FILE` and `--option=VALUE`, which arrive as several words."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """Return the words before the one to complete, and that word with its `@`."""
        args, incomplete = super().get_completion_args()
        if args and args[-1] in ("@", "=", "=@"):
            incomplete = args.pop() + incomplete
        return args, incomplete.removeprefix("=")


def register() -> None:
    """Make click use the class for bash."""
    add_completion_class(WordJoiningBashComplete)
