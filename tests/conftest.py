"""The same examples from hypothesis in every run: what fails does so everywhere."""

from hypothesis import settings

settings.register_profile("repeatable", deadline=None, derandomize=True, database=None)
settings.load_profile("repeatable")
