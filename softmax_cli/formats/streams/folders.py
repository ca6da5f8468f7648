"""Files of folders that hold an input in parts."""

from __future__ import annotations

import os

from softmax_cli.errors import SoftmaxError, wrap_os_errors


def data_files(folder: str, suffixes: tuple[str, ...] = ("",)) -> list[str]:
    """Return the paths in a folder with one of the suffixes, in the order of their names.

    Empty files hold no data, nor do those whose names begin with `_` or `.`, such as `_SUCCESS`
    of Spark.
    """
    with wrap_os_errors(folder):
        names = sorted(name for name in os.listdir(folder) if not name.startswith(("_", ".")))  # noqa: PTH208
        paths = [os.path.join(folder, name) for name in names if name.endswith(suffixes)]  # noqa: PTH118
        for path in filter(os.path.isdir, paths):
            hint = "Put the files in one folder."
            raise SoftmaxError("Is a directory", source=path, hint=hint)
        return [path for path in paths if os.path.getsize(path)]  # noqa: PTH202
