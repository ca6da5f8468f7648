"""Record of a run in its output folder: what it read, its options, and that it succeeded."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from softmax_cli import __version__
from softmax_cli.conversion.parts.part_writer import RECORDS
from softmax_cli.dataclass import dataclass
from softmax_cli.errors import SoftmaxError, UsageError, wrap_os_errors
from softmax_cli.formats.streams import urls
from softmax_cli.formats.streams.output import open_output

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

_SUCCESS = "_SUCCESS"
_NEW_FOLDER = "Use another folder."


@dataclass(frozen=True)
class RunRecord:
    """The inputs and options of a run.

    Attributes:
        inputs: the path, size and time of change, or version, of each file.
        options: the options, by their names.
        part_size: bytes of a part.
        version: the version of this program.
    """

    inputs: Sequence[tuple[str, int, str]]
    options: dict[str, Any]
    part_size: int
    version: str = __version__

    @classmethod
    def describe(
        cls, paths: Sequence[str], options: Sequence[DataclassInstance], part_size: int
    ) -> RunRecord:
        """Describe a run over files and folders, with records of options."""
        files = [urls.describe(path) for top in paths for path in _files(top)]
        named: dict[str, Any] = {}
        for record in options:
            named |= asdict(record)
        # As they are read back: tuples are lists.
        return cls(files, json.loads(json.dumps(named, default=str)), part_size)


class OutputFolder:
    """The output folder of a run."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._record = os.path.join(path, RECORDS, "run.json")  # noqa: PTH118

    @property
    def is_complete(self) -> bool:
        """True if a run has succeeded."""
        return urls.exists(os.path.join(self.path, _SUCCESS))  # noqa: PTH118

    def earlier(self, *, resume: bool) -> RunRecord | None:
        """Return the record of an earlier run to resume, None if there is none.

        Raises:
            UsageError: if there are files, but no run to resume.
        """
        if not urls.list_names(self.path):
            return None
        if not resume:
            hint = "Use --resume to go on with an earlier run, or another folder."
            raise UsageError("output folder is not empty", source=self.path, hint=hint)
        try:
            with urls.open_binary(self._record) as file:
                return RunRecord(**json.loads(file.read()))
        except (SoftmaxError, ValueError, TypeError) as error:
            raise UsageError(
                "cannot resume: no record of an earlier run", source=self.path, hint=_NEW_FOLDER
            ) from error

    def require_same(self, earlier: RunRecord, now: RunRecord) -> None:
        """Raise SoftmaxError unless a run reads and does what an earlier one did."""
        if earlier.version != now.version:
            raise self._changed(f"softmax-cli is {now.version}, it was {earlier.version}")
        then = {path: (size, time) for path, size, time in earlier.inputs}
        new = {path: (size, time) for path, size, time in now.inputs}
        for path in (*then, *new):
            if then.get(path) != new.get(path):
                raise self._changed(f"{path} has changed")
        for name, value in now.options.items():
            if earlier.options.get(name) != value:
                raise self._changed(f"option {name.replace('_', '-')} has changed")

    def start(self, record: RunRecord) -> None:
        """Make the folder, and write the record of a run."""
        urls.make_folder(os.path.dirname(self._record))  # noqa: PTH120
        with open_output(self._record) as file:
            file.write(json.dumps(asdict(record)).encode())

    def succeed(self) -> None:
        """Mark the output as complete, and remove what workers that died left behind."""
        for name in urls.list_names(self.path):
            if name.startswith(".") and name.endswith(".tmp"):
                urls.remove(os.path.join(self.path, name))  # noqa: PTH118
        with open_output(os.path.join(self.path, _SUCCESS)):  # noqa: PTH118
            pass

    def _changed(self, what: str) -> SoftmaxError:
        return SoftmaxError(f"cannot resume: {what}", source=self.path, hint=_NEW_FOLDER)


def _files(path: str) -> list[str]:
    if not os.path.isdir(path):  # noqa: PTH112
        return [path]
    with wrap_os_errors(path):
        return [os.path.join(path, name) for name in sorted(os.listdir(path))]  # noqa: PTH118, PTH208
