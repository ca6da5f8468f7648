"""Options parsed for a test, as a command would receive them."""

import click
import pytest


def parse_options(decorator, arguments, command_class=click.Command):
    """Return the values that a command with this option is called with."""

    @click.command(cls=command_class)
    @click.argument("tokens", nargs=-1)
    @decorator
    def command(**values):
        received.update(values)

    received = {}
    command.main(arguments, standalone_mode=False)
    return received


def usage_error(decorator, arguments, command_class=click.Command):
    """Return the message of the usage error that the arguments raise."""
    with pytest.raises(click.UsageError) as caught:
        parse_options(decorator, arguments, command_class)
    return caught.value.format_message()
