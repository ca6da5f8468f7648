"""The script `softmax`, and `python -m softmax_cli`."""

import gc
from typing import NoReturn


def run() -> NoReturn:
    """Run the command as the whole program."""
    # Imports create no garbage, yet collection took 10% of startup: so before all of them.
    gc.disable()
    from softmax_cli import cli

    cli.run()


if __name__ == "__main__":
    run()
