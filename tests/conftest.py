"""The same examples from hypothesis in every run: what fails does so everywhere."""

import os

from hypothesis import settings

settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.load_profile("repeatable")

# Programs that tests start would compile every module again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
