"""The same examples from hypothesis in every run: what fails does so everywhere."""

import os

from hypothesis import settings

from softmax_cli.runtime.threads import cpu_count

settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.load_profile("repeatable")

# Programs that tests start would compile every module again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_xdist_auto_num_workers() -> int:
    """Run one worker more than there are CPUs, because tests wait for programs they start."""
    return cpu_count() + 1
